// Fused functions with Device::cuda(0): the CPU's bytes, derivatives, and numbers that go along.
#include "device/gpu.hpp"
#include "fuse/functions.hpp"
#include "refusal.hpp"

namespace linden::device_test {
namespace {

using fuse_test::arguments;
using fuse_test::Chain;
using fuse_test::chains;

class FuseOnGpu : public OnGpu {};

TEST_F(FuseOnGpu, GivesTheBytesOfTheOperationsOnTheCpu) {
  for (const Chain& c : chains())
    for (const DType dtype : {DType::f32, DType::f64}) {
      const std::vector<Tensor> xs = arguments(c.arguments, {5, 9}, dtype);
      expect_same_layouts(c.name, gpu(), c.fused, xs);
      std::vector<Tensor> there;
      for (const Tensor& x : xs) there.push_back(x.to(gpu()));
      expect_like(c.name, c.fused(there), c.plain(xs));
    }
}

TEST_F(FuseOnGpu, HasTheGradientsOfTheOperations) {
  for (const Chain& c : chains()) {
    std::vector<Tensor> here = arguments(c.arguments, {17}, DType::f64), there;
    for (Tensor& x : here) {
      there.push_back(x.to(gpu()).set_requires_grad());
      x.set_requires_grad();
    }
    const Tensor direction = scattered({17}, 9);
    const std::vector<Tensor> found = grad(c.fused(there), there, direction.to(gpu())),
                              wanted = grad(c.plain(here), here, direction);
    for (std::size_t i = 0; i < found.size(); ++i) expect_like(c.name, found[i], wanted[i]);
  }
}

TEST_F(FuseOnGpu, NumbersGoAlongAndOtherTensorsDoNot) {
  const auto f = fuse([](const Tensor& x, const Tensor& y) { return x * y + 0.5; });
  const Tensor x = scattered({6});
  expect_like("number", f(x.to(gpu()), 3.0), x * 3.0 + 0.5);
  EXPECT_EQ(refusal<DeviceError>([&] { f(x.to(gpu()), x); }),
            "fuse: operands on cuda:0 and cpu. Hint: x.to(Device::cuda(0)).");
  const auto there = fuse([&](const Tensor& t) { return t.to(gpu()); });
  EXPECT_EQ(
      refusal<ArgumentError>([&] { there(x); }),
      "fuse: the function does not run in one pass: what it gives is on cuda:0. Hint: fuse the elementwise parts, "
      "and pass what else they read as arguments.");
}

}  // namespace
}  // namespace linden::device_test
