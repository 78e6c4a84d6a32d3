#include <gtest/gtest.h>

#include <linden/error.hpp>
#include <linden/tensor.hpp>
#include <numeric>
#include <vector>

#include "refusal.hpp"

namespace linden {
namespace {

Tensor counting(const Shape& shape) {
  std::vector<double> values(static_cast<std::size_t>(shape.elements()));
  std::iota(values.begin(), values.end(), 0.0);
  return Tensor::copy_of(std::span<const double>(values), shape);
}

TEST(Tensor, IsEmptyByDefault) {
  const Tensor t;
  EXPECT_EQ(t.shape(), Shape({0}));
  EXPECT_EQ(t.elements(), 0);
  EXPECT_EQ(t.dtype(), DType::f64);
  EXPECT_EQ(t.device(), Device::cpu());
}

TEST(Tensor, ZerosAreAlignedAndZero) {
  const Tensor t = Tensor::zeros({3, 5}, DType::f32);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(t.data<float>()) % 64, 0u);
  for (const float v : t.span<float>()) EXPECT_EQ(v, 0);
}

TEST(Tensor, ViewsShareMemory) {
  std::vector<float> values(6);
  const Tensor t = Tensor::view_of(std::span(values), {2, 3});
  t.select(0, 1).data<float>()[2] = 7;
  EXPECT_EQ(values[5], 7);
  EXPECT_EQ(t.transpose(0, 1).at<float>({2, 1}), 7);
}

TEST(Tensor, SlicesAndSelectsByStrides) {
  const Tensor t = counting({4, 6});
  const Tensor s = t.slice(0, 1, 4, 2).slice(1, 2, 6, 3);  // rows 1 and 3, columns 2 and 5
  EXPECT_EQ(s.shape(), Shape({2, 2}));
  EXPECT_EQ(s.at<double>({0, 0}), 8);
  EXPECT_EQ(s.at<double>({1, 1}), 23);
  EXPECT_FALSE(s.is_contiguous());
  const Tensor c = s.contiguous();
  EXPECT_TRUE(c.is_contiguous());
  EXPECT_EQ(std::vector<double>(c.span<double>().begin(), c.span<double>().end()),
            (std::vector<double>{8, 11, 20, 23}));
  EXPECT_EQ(t.select(1, 2).at<double>({3}), 20);
}

TEST(Tensor, KeepsTheOwnerAlive) {
  auto owner = std::make_shared<std::vector<double>>(3, 1.5);
  std::weak_ptr<std::vector<double>> watch = owner;
  Tensor t = Tensor::view_of(std::span(*owner), {3}, owner).slice(0, 1, 2);
  owner.reset();
  EXPECT_FALSE(watch.expired());
  EXPECT_EQ(t.at<double>({0}), 1.5);
  t = Tensor();
  EXPECT_TRUE(watch.expired());
}

TEST(Tensor, SaysWhatDoesNotFit) {
  const Tensor t = counting({2, 3});
  EXPECT_EQ(refusal<ArgumentError>([&] { t.data<float>(); }), "Tensor: asked for f32 elements of a tensor of f64.");
  EXPECT_EQ(refusal<ArgumentError>([&] { t.transpose(0, 1).span<double>(); }),
            "Tensor: shape [3, 2] with strides [1, 3] is not contiguous. Hint: call contiguous() first.");
  EXPECT_EQ(refusal<ShapeError>([&] { t.slice(1, 2, 9); }),
            "Tensor::slice: 2:9:1 of dimension 1 is out of range for shape [2, 3].");
  EXPECT_EQ(refusal<ShapeError>([&] { t.select(2, 0); }), "Tensor::select: dimension 2 of a tensor of shape [2, 3].");
  EXPECT_EQ(refusal<ShapeError>([&] { t.select(1, 3); }),
            "Tensor::select: index 3 of dimension 1 is out of range for shape [2, 3].");
  EXPECT_EQ(refusal<ArgumentError>([&] {
              t.at<double>({0, 3});
            }),
            "Tensor::at: index [0, 3] is out of range for shape [2, 3].");
  EXPECT_EQ(refusal<ArgumentError>([&] { Tensor::copy_of(t.span<const double>(), {7}); }),
            "Tensor::view_of: shape [7] wants 7 elements, but 6 were given.");
  EXPECT_EQ(refusal<ShapeError>([] { Tensor::empty({-1}); }), "Tensor::empty: shape [-1] has a negative size.");
  EXPECT_EQ(refusal<ArgumentError>([] {
              Shape({1 << 30, 1 << 30, 1 << 30}).elements();
            }),
            "Shape: [1073741824, 1073741824, 1073741824] has more elements than 63 bits count.");
  EXPECT_EQ(refusal<ArgumentError>([] {
              Shape({1, 1, 1, 1, 1, 1, 1, 1, 1});
            }),
            "Shape: 9 dimensions; at most 8 are supported.");
}

TEST(Tensor, RefusesMoreMemoryThanThereIs) { EXPECT_THROW(Tensor::empty({std::int64_t{1} << 58}), MemoryError); }

}  // namespace
}  // namespace linden
