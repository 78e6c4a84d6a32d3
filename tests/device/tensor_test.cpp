// Tensors whose memory is a GPU's: made there, copied there and back, seen through views, released by any thread.
#include <gtest/gtest.h>

#include <linden/linalg.hpp>
#include <linden/ops.hpp>
#include <numeric>
#include <thread>

#include "device/gpu.hpp"
#include "ops/tensors.hpp"

namespace linden::device_test {
namespace {

class TensorOnGpu : public OnGpu {};

constexpr DType all_dtypes[] = {DType::f32, DType::f64, DType::i32, DType::i64, DType::u8, DType::boolean};

TEST_F(TensorOnGpu, GoesThereAndBack) {
  for (const DType dtype : all_dtypes)
    for (const Shape& shape : {Shape{}, Shape{0}, Shape{1}, Shape{3, 5}, Shape{2, 0, 4}, Shape{1000}}) {
      const Tensor x = cast(scattered(shape) * 4, dtype);
      const Tensor there = x.to(gpu());
      EXPECT_EQ(there.device(), gpu());
      EXPECT_EQ(there.dtype(), dtype);
      EXPECT_EQ(there.shape(), shape);
      EXPECT_TRUE(there.is_contiguous());
      expect_like(name_of(dtype), there, x);
    }
}

TEST_F(TensorOnGpu, ToTheSameDeviceIsTheSameTensor) {
  const Tensor here = scattered({4});
  const Tensor same = here.to(Device::cpu());
  EXPECT_EQ(same.data<double>(), here.data<double>());
  const Tensor there = here.to(gpu());
  assign(there.to(gpu()), 3);  // the same memory
  EXPECT_EQ(values(there.to(Device::cpu())), (std::vector<double>{3, 3, 3, 3}));
  EXPECT_NE(values(here), (std::vector<double>{3, 3, 3, 3}));
}

TEST_F(TensorOnGpu, ViewsAreCopiedInTheirOwnOrder) {
  const Tensor x = scattered({6, 8, 4});
  const auto view = [](const Tensor& t) { return t.slice(0, 1, 6, 2).transpose(0, 2).select(1, 3); };
  expect_like("a view of the host", view(x).to(gpu()), view(x));
  expect_like("a view on the GPU", view(x.to(gpu())), view(x));
  const Tensor repeated = x.slice(0, 0, 1).broadcast_to({3, 8, 4});
  expect_like("repeated", repeated.to(gpu()), repeated);
}

TEST_F(TensorOnGpu, ViewsShareMemory) {
  const Tensor x = Tensor::zeros({3, 4}, DType::f32, gpu());
  assign(x.select(1, 2), 7);
  assign(x.slice(0, 2, 3), Tensor(1));
  expect_like("x", x, of({0, 0, 7, 0, 0, 0, 7, 0, 1, 1, 1, 1}, {3, 4}, DType::f32));
}

TEST_F(TensorOnGpu, Factories) {
  for (const DType dtype : all_dtypes) {
    expect_like("zeros", Tensor::zeros({3, 7}, dtype, gpu()), Tensor::zeros({3, 7}, dtype));
    expect_like("ones", Tensor::ones({300}, dtype, gpu()), Tensor::ones({300}, dtype));
    expect_like("full", Tensor::full({2, 2}, 1.5, dtype, gpu()), Tensor::full({2, 2}, 1.5, dtype));
    expect_like("arange", arange(2, dtype, gpu()), arange(2, dtype));
    expect_like("eye", eye(5, dtype, gpu()), eye(5, dtype));
  }
  EXPECT_EQ(Tensor::empty({4, 4}, DType::f32, gpu()).device(), gpu());
  EXPECT_EQ(Tensor::zeros({0}, DType::f32, gpu()).elements(), 0);
  expect_like("arange of none", arange(0, DType::i64, gpu()), arange(0));
  expect_like("arange", arange(1000, DType::f64, gpu()), arange(1000, DType::f64));
}

TEST_F(TensorOnGpu, AnItemIsDownloaded) {
  EXPECT_EQ(Tensor::full({1, 1}, 2.5, DType::f32, gpu()).item(), 2.5);
  EXPECT_EQ(arange(9, DType::i32, gpu()).select(0, 7).item(), 7);
  EXPECT_EQ((Tensor::ones({}, DType::f64, gpu()) == 1).item(), 1);
}

TEST_F(TensorOnGpu, Text) {
  const Tensor x = arange(100, DType::i64, gpu()).reshape({10, 10});
  EXPECT_EQ(to_string(x, 2), "[[ 0, ...,  9],\n ...,\n [90, ..., 99]]\nshape [10, 10], i64, cuda:0");
  EXPECT_EQ(to_string(Tensor::full({2}, 0.5, DType::f32, gpu()).set_requires_grad()),
            "[0.5, 0.5]\nshape [2], f32, cuda:0, requires_grad");
  EXPECT_EQ(to_string(Tensor::empty({0}, DType::f64, gpu())), "[]\nshape [0], f64, cuda:0");
}

TEST_F(TensorOnGpu, ReshapeCopiesWhereItMust) {
  const Tensor x = scattered({4, 6});
  expect_same("view", gpu(), [](const auto& v) { return v[0].reshape({2, 12}); }, {x});
  expect_same("copy", gpu(), [](const auto& v) { return v[0].transpose(0, 1).reshape({-1}); }, {x});
  expect_same("clone", gpu(), [](const auto& v) { return v[0].slice(1, 1, 6, 2).clone(); }, {x});
  expect_same("unsqueeze", gpu(), [](const auto& v) { return v[0].unsqueeze(1).squeeze(1); }, {x});
}

// Work that is still queued may use what has been released; another thread may be the one to let go.
TEST_F(TensorOnGpu, MemoryGoesInTheOrderOfTheQueue) {
  Tensor sum_of_all = Tensor::zeros({64}, DType::f64, gpu());
  for (int i = 0; i < 20; ++i) {
    const Tensor passing = Tensor::full({64}, i, DType::f64, gpu());
    sum_of_all = sum_of_all + passing * 1;
  }
  std::thread([moved = std::move(sum_of_all), this] {
    EXPECT_EQ((moved + Tensor::ones({64}, DType::f64, gpu())).select(0, 63).item(), 191);
  }).join();
}

}  // namespace
}  // namespace linden::device_test
