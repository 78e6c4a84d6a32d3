#include <gtest/gtest.h>
#include <memory>
#include <limits>

#include <array>
#include <linden/error.hpp>
#include <linden/linear.hpp>
#include <linden/ops.hpp>
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
  t[1][2] = 7;
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

TEST(Tensor, CountsDimensionsAndPositionsFromTheEnd) {
  const Tensor t = Tensor::zeros(4, 7);
  EXPECT_EQ(t.size(-1), 7);
  EXPECT_EQ(t.size(-2), 4);
  EXPECT_EQ(t.shape()[-1], 7);
  EXPECT_EQ(refusal<ShapeError>([&] { t.size(2); }), "Shape: dimension 2 of shape [4, 7].");
  EXPECT_EQ(refusal<ShapeError>([&] { t.size(-3); }), "Shape: dimension -3 of shape [4, 7].");
  EXPECT_EQ(refusal<ShapeError>([&] { Tensor(1.0).size(0); }), "Shape: dimension 0 of shape [].");
  const Tensor x = counting({2, 3});
  EXPECT_EQ(x[1].to_vector<double>(), (std::vector<double>{3, 4, 5}));
  EXPECT_EQ(x[-1][-1].item(), 5);
  EXPECT_EQ(x.select(1, -3).to_vector<double>(), (std::vector<double>{0, 3}));
  EXPECT_EQ(refusal<ShapeError>([&] { x[-3]; }),
            "Tensor::select: index -3 of dimension 0 is out of range for shape [2, 3].");
  EXPECT_EQ(refusal<ShapeError>([] { Tensor(1.0)[0]; }),
            "Tensor::operator[]: a scalar has no positions. Hint: item() is its value.");
}

TEST(Tensor, OfListsAndSizes) {
  EXPECT_EQ(Tensor::of({1.0, 2.0}).to_vector<double>(), (std::vector<double>{1, 2}));
  const Tensor whole = Tensor::of({{1, 2, 3}, {4, 5, 6}});
  EXPECT_EQ(whole.shape(), Shape({2, 3}));
  EXPECT_EQ(whole.dtype(), DType::i64);
  EXPECT_EQ(whole[1].to_vector<int>(), (std::vector<int>{4, 5, 6}));
  const Tensor deep = Tensor::of({{{1.0f}, {2.0f}}, {{3.0f}, {4.0f}}});
  EXPECT_EQ(deep.shape(), Shape({2, 2, 1}));
  EXPECT_EQ(deep.dtype(), DType::f32);
  EXPECT_EQ(Tensor::of({true, false}).to_vector<bool>(), (std::vector<bool>{true, false}));
  EXPECT_EQ(refusal<ShapeError>([] {
              Tensor::of({{1.0, 2.0}, {3.0}});
            }),
            "Tensor::of: a list of 2 beside one of 1. Hint: all rows have one length.");
  EXPECT_EQ(Tensor::zeros(3).shape(), Shape({3}));
  EXPECT_EQ(Tensor::ones(2, 3).shape(), Shape({2, 3}));
  EXPECT_EQ(Tensor::empty(std::size_t{4}).shape(), Shape({4}));
}

TEST(Tensor, CopiesVectorsArraysAndSpans) {
  const std::vector<float> narrow{1, 2, 3};
  std::vector<int> whole{4, 5};
  const std::array<double, 2> array{6, 7};
  const double plain[] = {8, 9, 10};
  const std::vector<long long> longer{11};
  const std::vector<std::size_t> sizes{12, 13};
  const std::vector<bool> flags{true, false, true};
  EXPECT_EQ(Tensor::copy_of(narrow).dtype(), DType::f32);
  EXPECT_EQ(Tensor::copy_of(whole).dtype(), DType::i32);
  EXPECT_EQ(Tensor::copy_of(std::span(whole)).to_vector<double>(), (std::vector<double>{4, 5}));
  EXPECT_EQ(Tensor::copy_of(array, {2, 1}).shape(), Shape({2, 1}));
  EXPECT_EQ(Tensor::copy_of(plain).to_vector<double>(), (std::vector<double>{8, 9, 10}));
  EXPECT_EQ(Tensor::copy_of(longer).dtype(), DType::i64);
  EXPECT_EQ(Tensor::copy_of(sizes).to_vector<std::int64_t>(), (std::vector<std::int64_t>{12, 13}));
  EXPECT_EQ(Tensor::copy_of(flags).dtype(), DType::boolean);
  EXPECT_EQ(Tensor::copy_of(flags).to_vector<bool>(), flags);
  EXPECT_EQ(Tensor::copy_of(std::vector<double>{1, 2}).to_vector<float>(), (std::vector<float>{1, 2}));
  Tensor::view_of(whole, {2}) += 1;
  EXPECT_EQ(whole, (std::vector<int>{5, 6}));
  const Tensor shared = Tensor::view_of(narrow, {3});
  EXPECT_EQ(shared.data<float>(), narrow.data());
}

// What refers to the memory of a temporary does not compile, or is a copy.
template <class Model>
concept GivesReferencesOfTemporaries = requires(Model model) {
  std::move(model).template span<double>();
}
|| requires(Model model) { std::move(model).template data<double>(); };

TEST(Tensor, TemporariesGiveNoReferences) {
  EXPECT_FALSE(GivesReferencesOfTemporaries<Tensor>);
  EXPECT_TRUE((std::is_same_v<decltype(std::declval<Tensor>().shape()), Shape>));
  EXPECT_TRUE((std::is_same_v<decltype(std::declval<Dataset>().label()), Tensor>));
  EXPECT_TRUE((std::is_same_v<decltype(std::declval<Dataset&>().label()), const Tensor&>));
  EXPECT_TRUE((std::is_same_v<decltype(std::declval<BoostedModel>().trees()), std::vector<Tree>>));
  EXPECT_TRUE((std::is_same_v<decltype(std::declval<LinearModel>().weights()), std::vector<double>>));
  EXPECT_TRUE((std::is_same_v<decltype(std::declval<Metric>().name()), std::string>));
}

TEST(Tensor, SaysWhatDoesNotFit) {
  const Tensor t = counting({2, 3});
  EXPECT_EQ(refusal<ArgumentError>([&] { t.data<float>(); }), "Tensor: asked for f32 elements of a tensor of f64.");
  EXPECT_EQ(refusal<ArgumentError>([turned = t.transpose(0, 1)] { turned.span<double>(); }),
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
            "Tensor::copy_of: shape [7] wants 7 elements, but 6 were given.");
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

void expect_empty(const Tensor& t) {
  EXPECT_EQ(t.shape(), Shape({0}));
  EXPECT_EQ(t.strides(), Shape({1}));
  EXPECT_EQ(t.elements(), 0);
  EXPECT_EQ(t.dtype(), DType::f64);
  EXPECT_FALSE(t.requires_grad());
  EXPECT_EQ(t.sum().item(), 0);
  EXPECT_TRUE(t.to_vector<double>().empty());
}

TEST(Tensor, WhatWasMovedFromIsEmpty) {
  Tensor a = Tensor::ones({1000, 3}, DType::f32).set_requires_grad();
  Tensor view = a.detach().slice(0, 2, 4), c;
  { const Tensor b = std::move(a); }
  expect_empty(a);  // NOLINT: what a moved tensor is, is the question
  c = std::move(view);
  expect_empty(view);  // NOLINT
  EXPECT_EQ(c.shape(), Shape({2, 3}));
  EXPECT_EQ(c.sum().item(), 6);
  a = Tensor::full({2}, 7);
  EXPECT_EQ(a.sum().item(), 14);
  Tensor& itself = a;
  a = std::move(itself);
  EXPECT_EQ(a.sum().item(), 14);
  std::vector<Tensor> list{Tensor(3), std::move(c)};
  expect_empty(c);  // NOLINT
  EXPECT_EQ(list[1].sum().item(), 6);
}

constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max();

TEST(Tensor, ViewsThatReachBeyondAnyMemoryAreRefused) {
  const std::vector<double> v{1, 2, 3, 4};
  const auto refused = [&](const Shape& shape, const Shape& strides) {
    return refusal<ArgumentError>([&] { Tensor::view_of(v, shape, strides); });
  };
  EXPECT_EQ(refused({(std::int64_t{1} << 62) + 1'000'000}, {3}),
            "Tensor::view_of: shape [4611686018428387904] with strides [3] reaches further than 63 bits count.");
  EXPECT_EQ(refused({2}, {huge}),
            "Tensor::view_of: shape [2] with strides [9223372036854775807] reaches further than 63 bits count.");
  EXPECT_EQ(refused({2, 2}, {huge - 1, 2}),
            "Tensor::view_of: shape [2, 2] with strides [9223372036854775806, 2] reaches further than 63 bits count.");
  EXPECT_EQ(refused({2}, {4}), "Tensor::view_of: shape [2] wants 5 elements, but 4 were given.");
  EXPECT_EQ(refusal<ArgumentError>([&] {
              Tensor::view_of(v, {huge, 3});
            }),
            "Shape: [9223372036854775807, 3] has more elements than 63 bits count.");
  EXPECT_EQ(Tensor::view_of(v, {1}, {huge}).sum().item(), 1);
  EXPECT_EQ(Tensor::view_of(v, {1}, {huge}).slice(0, 1, 1).elements(), 0);
}

TEST(Tensor, SizesBeyondAnyMemoryAreRefusedInAnyOrder) {
  for (const Shape& shape : {Shape{0, huge, 2}, Shape{huge, 2, 0}, Shape{huge, 0, 2}}) {
    EXPECT_EQ(refusal<ArgumentError>([&] { shape.elements(); }),
              "Shape: " + shape.text() + " has more elements than 63 bits count.");
    EXPECT_EQ(refusal<ArgumentError>([&] {
                row_major_strides(Shape{2, huge, 2});
              }),
              "Shape: [2, 9223372036854775807, 2] has more elements than 63 bits count.");
  }
  const Tensor none = Tensor::zeros({0, huge});
  const std::string refused = "Tensor: shape [9223372036854775807] of f64 has more bytes than 63 bits count.";
  EXPECT_EQ(refusal<ArgumentError>([&] { none.sum(0); }), refused);
  EXPECT_EQ(refusal<ArgumentError>([&] { Tensor::zeros({huge}); }), refused);
  EXPECT_EQ(refusal<ArgumentError>([&] { Tensor(1.0).broadcast_to({huge}).clone(); }), refused);
  EXPECT_EQ(refusal<ArgumentError>([&] {
              none.reshape({huge, 0, 3});
            }),
            "Shape: [9223372036854775807, 0, 3] has more elements than 63 bits count.");
  EXPECT_EQ(refusal<ShapeError>([&] {
              Tensor(1.0).reshape({huge, 3, -1});
            }),
            "Tensor::reshape: 1 elements of shape [] do not fill shape [9223372036854775807, 3, -1].");
  EXPECT_EQ(refusal<MemoryError>([&] { Tensor::zeros({std::int64_t{1} << 58}); }),
            "2305843009213693952 bytes of memory are not to be had. Hint: use a smaller tensor, or f32 for f64.");
}

TEST(Tensor, ViewsOfConstMemoryAreForReading) {
  const std::vector<double> fixed{1, 2, 3, 4};
  std::vector<double> free = fixed;
  const Tensor x = Tensor::view_of(fixed, {2, 2});
  const auto refused = [](const char* op, const char* shape) {
    return std::string(op) + ": the target of shape " + shape + " is a view of const memory. Hint: change a clone().";
  };
  EXPECT_EQ(refusal<ArgumentError>([&] { x[0] += 1; }), refused("operator+=", "[2]"));
  EXPECT_EQ(refusal<ArgumentError>([&] { x[0] = 1.0; }), refused("assign", "[2]"));
  EXPECT_EQ(refusal<ArgumentError>([&] {
              assign(x.transpose(0, 1).reshape({2, 2}), x + 1);
            }),
            refused("assign", "[2, 2]"));
  EXPECT_EQ(refusal<ArgumentError>([&] { Tensor::view_of(std::span<const double>(free), {4}) *= 2; }),
            refused("operator*=", "[4]"));
  EXPECT_EQ(x.sum().item(), 10);
  Tensor copy = x.clone();
  copy += 1;
  EXPECT_EQ(copy.sum().item(), 14);
  Tensor::view_of(free, {4}) += 1;
  EXPECT_EQ(free, (std::vector<double>{2, 3, 4, 5}));
}

TEST(Tensor, StridesOfZeroAreNoOwner) {
  std::vector<double> v{5};
  EXPECT_EQ(Tensor::view_of(v, {4}, {0}).sum().item(), 20);
  EXPECT_EQ(Tensor::view_of(v, {1}, nullptr).sum().item(), 5);
  EXPECT_EQ(Tensor::view_of(v, {1}, std::make_shared<int>(1)).sum().item(), 5);
}

TEST(Tensor, WholeNumbersThatDoNotFitAreRefused) {
  const std::string refused =
      "Tensor: 18446744073709551615 is more than 63 bits hold, and whole numbers are i64. Hint: as doubles.";
  EXPECT_EQ(refusal<ArgumentError>([] { Tensor::copy_of(std::vector<unsigned long>{1, ~0ul}); }), refused);
  EXPECT_EQ(refusal<ArgumentError>([] { Tensor::of({~0ul}); }), refused);
  EXPECT_EQ(refusal<ArgumentError>([] { Tensor::of({{1ul, ~0ul}}); }), refused);
  EXPECT_EQ(refusal<ArgumentError>([] { Tensor t(~0ull); }), refused);
  EXPECT_EQ(Tensor::copy_of(std::vector<unsigned long>{~0ul >> 1}).at<std::int64_t>({0}), huge);
}

}  // namespace
}  // namespace linden
