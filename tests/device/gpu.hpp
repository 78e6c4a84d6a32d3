// For tests of tensors on a GPU (or the executor in its place): the same computation on both devices, compared.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <linden/ops.hpp>
#include <string>
#include <vector>

namespace linden::device_test {

/// A test with a GPU. Where there is none it skips, or fails with LINDEN_GPU_REQUIRED in the environment, and says why.
class OnGpu : public testing::Test {
 protected:
  void SetUp() override {
    if (!cuda_available()) {
      if (std::getenv("LINDEN_GPU_REQUIRED") != nullptr)
        FAIL() << "no usable GPU (" << cuda_unavailable_reason() << ")";
      GTEST_SKIP() << "no usable GPU (" << cuda_unavailable_reason() << ")";
    }
    gpu_ = Device::cuda(0);
  }
  const Device& gpu() const { return gpu_; }

 private:
  Device gpu_;
};

inline const void* first_byte(const Tensor& t) {
  switch (t.dtype()) {
    case DType::f32: return t.data<float>();
    case DType::f64: return t.data<double>();
    case DType::i32: return t.data<std::int32_t>();
    case DType::i64: return t.data<std::int64_t>();
    case DType::u8: return t.data<std::uint8_t>();
    default: return t.data<bool>();
  }
}

/// How a result may differ from the CPU's.
struct Within {
  double tolerance = 0;  ///< relative to max(1, |expected|); 0: the same bytes, except that any NaN equals another
};

inline void expect_like(const std::string& what, const Tensor& found, const Tensor& expected, Within within = {}) {
  ASSERT_EQ(found.shape(), expected.shape()) << what << ": " << found.shape().text();
  ASSERT_EQ(found.dtype(), expected.dtype()) << what << ": " << name_of(found.dtype());
  const Tensor a = found.detach().to(Device::cpu()).contiguous(), b = expected.detach().contiguous();
  const Tensor x = cast(a, DType::f64), y = cast(b, DType::f64);
  const auto size = static_cast<std::int64_t>(size_of(a.dtype()));
  for (std::int64_t i = 0; i < a.elements(); ++i) {
    const double got = x.data<double>()[i], want = y.data<double>()[i];
    if (std::isnan(got) && std::isnan(want)) continue;
    if (within.tolerance == 0 || std::isinf(want))
      ASSERT_EQ(std::memcmp(static_cast<const char*>(first_byte(a)) + i * size,
                            static_cast<const char*>(first_byte(b)) + i * size, static_cast<std::size_t>(size)),
                0)
          << what << ": element " << i << " is " << got << ", on the CPU " << want;
    else
      ASSERT_NEAR(got, want, within.tolerance * std::max(1.0, std::abs(want))) << what << ": element " << i;
  }
}

using Computation = std::function<Tensor(const std::vector<Tensor>&)>;

/// `f` of `inputs` on the GPU against the CPU. The result must be on the GPU.
inline void expect_same(const std::string& what, const Device& gpu, const Computation& f,
                        const std::vector<Tensor>& inputs, Within within = {}) {
  std::vector<Tensor> moved;
  for (const Tensor& input : inputs) moved.push_back(input.to(gpu));
  const Tensor there = f(moved);
  EXPECT_EQ(there.device(), gpu) << what << " came back on " << there.device().name();
  expect_like(what, there, f(inputs), within);
}

/// The same for every layout of the inputs: dense, and as views with other strides on the device itself.
inline void expect_same_layouts(const std::string& what, const Device& gpu, const Computation& f,
                                const std::vector<Tensor>& inputs, Within within = {}) {
  expect_same(what, gpu, f, inputs, within);
  const auto turned = [&](const std::vector<Tensor>& xs) {
    std::vector<Tensor> views;
    for (const Tensor& x : xs)
      views.push_back(x.rank() < 2 ? x : x.transpose(0, x.rank() - 1).contiguous().transpose(0, x.rank() - 1));
    return f(views);
  };
  expect_same(what + " (turned)", gpu, turned, inputs, within);
}

}  // namespace linden::device_test
