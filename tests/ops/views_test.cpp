#include <gtest/gtest.h>

#include <limits>
#include <linden/autograd.hpp>
#include <linden/error.hpp>

#include "ops/tensors.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

Tensor counting(const Shape& shape) { return cast(arange(shape.elements()).reshape(shape), DType::f64); }

TEST(Views, ReshapeIsAViewWhereStridesAllowIt) {
  const Tensor x = counting({4, 6});
  const Tensor y = x.reshape({2, 2, -1});
  EXPECT_EQ(y.shape(), Shape({2, 2, 6}));
  EXPECT_EQ(y.data<double>(), x.data<double>());
  // Every second row: dimension 1 can still be split, and size-1 dimensions come and go.
  const Tensor rows = x.slice(0, 0, 4, 2);
  const Tensor split = rows.reshape({2, 1, 3, 2, 1});
  EXPECT_EQ(split.data<double>(), x.data<double>());
  expect_equal(split, values(rows), {2, 1, 3, 2, 1});
  EXPECT_EQ(rows.reshape({2, 6}).strides(), Shape({12, 1}));
}

TEST(Views, ReshapeCopiesWhereStridesDoNotAllowIt) {
  const Tensor x = counting({2, 3});
  const Tensor y = x.transpose(0, 1).reshape({6});
  EXPECT_NE(y.data<double>(), x.data<double>());
  expect_equal(y, {0, 3, 1, 4, 2, 5}, {6});
  expect_equal(counting({4, 6}).slice(1, 0, 4).reshape({16}), {0, 1, 2, 3, 6, 7, 8, 9, 12, 13, 14, 15, 18, 19, 20, 21},
               {16});
}

TEST(Views, ReshapeAgreesWithCountingForManyShapes) {
  const Tensor base = counting({4, 6, 4});
  const Tensor sources[] = {base,
                            base.transpose(0, 2),
                            base.transpose(1, 2),
                            base.slice(1, 0, 6, 2),
                            base.slice(2, 1, 4, 2),
                            base.select(0, 1).broadcast_to({4, 6, 4})};
  for (const Tensor& source : sources) {
    const std::vector<double> expected = values(source);
    const std::int64_t n = source.elements();
    for (const Shape& shape : {Shape({n}), Shape({2, n / 2}), Shape({n / 2, 2}), Shape({n / 4, 1, 2, 2}),
                               Shape({1, 3, n / 12, 4}), Shape({2, 2, n / 8, 2, 1})})
      expect_equal(source.reshape(shape), expected, shape);
  }
}

TEST(Views, ReshapeOfNothingAndOfScalars) {
  EXPECT_EQ(Tensor::zeros({0, 3}).reshape({3, -1}).shape(), Shape({3, 0}));
  EXPECT_EQ(Tensor::zeros({0, 3}).reshape({0}).shape(), Shape({0}));
  EXPECT_EQ(Tensor(2.5).reshape({1, 1}).at<double>({0, 0}), 2.5);
  EXPECT_EQ(Tensor::full({1, 1}, 2.5).reshape({}).item(), 2.5);
}

TEST(Views, BroadcastRepeatsWithoutACopy) {
  const Tensor x = of({1, 2, 3});
  const Tensor y = x.reshape({3, 1}).broadcast_to({2, 3, 2});
  EXPECT_EQ(y.data<double>(), x.data<double>());
  expect_equal(y, {1, 1, 2, 2, 3, 3, 1, 1, 2, 2, 3, 3}, {2, 3, 2});
  EXPECT_EQ(x.broadcast_to({0, 3}).elements(), 0);
  EXPECT_EQ(of({7}).broadcast_to({0}).elements(), 0);
}

TEST(Views, DimensionsCountFromTheEnd) {
  const Tensor x = counting({2, 3, 4});
  EXPECT_EQ(x.slice(-1, 1, 3).shape(), Shape({2, 3, 2}));
  EXPECT_EQ(x.select(-2, 2).shape(), Shape({2, 4}));
  EXPECT_EQ(x.transpose(-1, 0).shape(), Shape({4, 3, 2}));
  EXPECT_EQ(x.unsqueeze(-1).shape(), Shape({2, 3, 4, 1}));
  EXPECT_EQ(x.unsqueeze(0).squeeze(-4).shape(), Shape({2, 3, 4}));
  EXPECT_EQ(x.slice(0, 2, 2).shape(), Shape({0, 3, 4}));
}

TEST(Views, HaveDerivativesOfEveryOrder) {
  const auto cube = [](const Tensor& x) { return x * x * x; };
  const std::vector<Tensor> x{scattered({3, 4})};
  expect_derivatives([&](const auto& xs) { return cube(xs[0].slice(1, 1, 4, 2)); }, x);
  expect_derivatives([&](const auto& xs) { return cube(xs[0].slice(0, 1, 1)); }, x);
  expect_derivatives([&](const auto& xs) { return cube(xs[0].select(0, 2)); }, x);
  expect_derivatives([&](const auto& xs) { return cube(xs[0].select(-1, 3)) * xs[0].select(1, 0); }, x);
  expect_derivatives([&](const auto& xs) { return cube(xs[0].transpose(0, 1)); }, x);
  expect_derivatives([&](const auto& xs) { return cube(xs[0].transpose(0, 1).reshape({2, 6})); }, x);
  expect_derivatives([&](const auto& xs) { return cube(xs[0].unsqueeze(1).squeeze(1)); }, x);
  expect_derivatives([&](const auto& xs) { return cube(xs[0].unsqueeze(1).broadcast_to({2, 3, 5, 4})); }, x);
  expect_derivatives([&](const auto& xs) { return cube(xs[0].transpose(0, 1).clone().contiguous()); }, x);
}

TEST(Views, DetachedMemoryIsTheSame) {
  Tensor x = scattered({3}).set_requires_grad();
  const Tensor d = x.detach();
  EXPECT_FALSE(d.requires_grad());
  EXPECT_EQ(d.data<double>(), x.data<double>());
}

TEST(Views, SayWhatDoesNotFit) {
  const Tensor x = counting({2, 3});
  EXPECT_EQ(refusal<ShapeError>([&] { x.slice(2, 0, 1); }), "Tensor::slice: dimension 2 of a tensor of shape [2, 3].");
  EXPECT_EQ(refusal<ShapeError>([&] { x.slice(0, 0, 3); }),
            "Tensor::slice: 0:3:1 of dimension 0 is out of range for shape [2, 3].");
  EXPECT_EQ(refusal<ShapeError>([&] { x.slice(0, 0, 1, 0); }),
            "Tensor::slice: 0:1:0 of dimension 0 is out of range for shape [2, 3].");
  EXPECT_EQ(refusal<ShapeError>([&] { x.select(1, 3); }),
            "Tensor::select: index 3 of dimension 1 is out of range for shape [2, 3].");
  EXPECT_EQ(refusal<ShapeError>([&] { x.select(-3, 0); }), "Tensor::select: dimension -3 of a tensor of shape [2, 3].");
  EXPECT_EQ(refusal<ShapeError>([&] { x.transpose(0, 2); }),
            "Tensor::transpose: dimension 2 of a tensor of shape [2, 3].");
  EXPECT_EQ(refusal<ShapeError>([&] {
              x.reshape({4, -1});
            }),
            "Tensor::reshape: 6 elements of shape [2, 3] do not fill shape [4, -1].");
  EXPECT_EQ(refusal<ShapeError>([&] {
              x.reshape({-1, -1});
            }),
            "Tensor::reshape: 6 elements of shape [2, 3] do not fill shape [-1, -1].");
  EXPECT_EQ(refusal<ShapeError>([&] {
              x.broadcast_to({2, 2});
            }),
            "Tensor::broadcast_to: shape [2, 3] does not broadcast to [2, 2].");
  EXPECT_EQ(refusal<ShapeError>([&] { x.broadcast_to({3}); }),
            "Tensor::broadcast_to: shape [2, 3] does not broadcast to [3].");
  EXPECT_EQ(refusal<ShapeError>([&] { of({1}).broadcast_to({-1}); }),
            "Tensor::broadcast_to: shape [1] does not broadcast to [-1].");
  EXPECT_EQ(refusal<ShapeError>([&] { x.unsqueeze(4); }),
            "Tensor::unsqueeze: dimension 4 of a tensor of shape [2, 3].");
  EXPECT_EQ(refusal<ShapeError>([&] { x.squeeze(1); }),
            "Tensor::squeeze: dimension 1 of shape [2, 3] has size 3, not 1.");
  EXPECT_EQ(refusal<ShapeError>([&] { x.item(); }), "Tensor::item: shape [2, 3] has 6 elements, not one.");
}

TEST(Views, AStepBeyondTheEndLeavesTheFirst) {
  constexpr std::int64_t huge = std::numeric_limits<std::int64_t>::max();
  const Tensor x = of({1, 2, 3, 4, 5, 6}, {2, 3});
  expect_equal(x.slice(1, 0, 3, huge), {1, 4}, {2, 1});
  expect_equal(x.slice(1, 2, 3, huge), {3, 6}, {2, 1});
  EXPECT_EQ(x.slice(1, 3, 3, huge).shape(), Shape({2, 0}));
  Tensor variable = x.clone();
  variable.set_requires_grad();
  backward(sum(variable.slice(0, 1, 2, huge)));
  expect_equal(variable.grad(), {0, 0, 0, 1, 1, 1}, {2, 3});
}

}  // namespace
}  // namespace linden
