#include <gtest/gtest.h>

#include <linden/linalg.hpp>
#include <linden/random.hpp>

#include "ops/tensors.hpp"

namespace linden {
namespace {

TEST(Members, AreTheFunctionsOfTheirNames) {
  const Tensor x = Tensor::of({{1.0, 5.0, 3.0}, {4.0, 2.0, 9.0}});
  EXPECT_EQ(x.sum().item(), 24);
  expect_equal(x.mean(0), {2.5, 3.5, 6}, {3});
  expect_equal(x.sum({0, 1}, true), {24}, {1, 1});
  expect_equal(x.product(-1), {15, 72}, {2});
  expect_equal(x.max(1), {5, 9}, {2});
  expect_equal(x.min(1, true), {1, 2}, {2, 1});
  expect_equal(x.argmax(1), {1, 2}, {2});
  expect_equal(x.argmin(0), {0, 1, 0}, {3});
  expect_equal(x.variance(0), {4.5, 4.5, 18}, {3});
  expect_equal(x.variance(0, false, 0), {2.25, 2.25, 9}, {3});
  EXPECT_EQ(x.cast(DType::i32).dtype(), DType::i32);
}

// What can only be a mistake does not compile.
template <class X>
concept TakesMaxOfNumber = requires(X x) {
  max(x, 0.0);
};
template <class X>
concept TakesMaxOfTensors = requires(X x) {
  max(x, x);
};
template <class X>
concept TakesMinOfTensors = requires(X x) {
  min(x, x);
};
template <class X>
concept TakesTwoAxesApart = requires(X x) {
  sum(x, 0, 1);
};
template <class X>
concept TakesTwoAxesApartAsMember = requires(X x) {
  x.sum(0, 1);
};
template <class X>
concept TakesFlagForAxes = requires(X x) {
  sum(x, true);
};
template <class X>
concept TakesFractionForAxis = requires(X x) {
  softmax(x, 1.0);
}
|| requires(X x) { argmax(x, 0.5); }
|| requires(X x) { cumulative_sum(x, 0.0); }
|| requires(X x) { x.size(1.0); }
|| requires(X x) { gather(x, 0.0, x); }
|| requires(X x) { stack({x}, 1.0); };
template <class X>
concept TakesFlagForAxis = requires(X x) {
  sort(x, true);
};
template <class N>
concept IsTakenForCount = requires(N n) {
  arange(n);
}
|| requires(N n) { eye(n); }
|| requires(N n, Generator g) { g.permutation(n); }
|| requires(N n, Generator g) { g.integers(Shape{2}, n, n); }
|| requires(N n) { Generator(n); }
|| requires(N n) { Tensor::zeros(n); }
|| requires(N n) { Tensor::ones(2, n); };
template <class X>
concept TakesWhatIsMeant = requires(X x) {
  max(x, 0);
  max(x, {0, 1}, true);
  sum(x, -1, true);
  sort(x, -1, true);
  softmax(x, 1);
  arange(3);
  eye(2);
  Generator(7);
  x.size(-1);
  x.sum(0, true);
};

TEST(Members, MistakesDoNotCompile) {
  EXPECT_FALSE(TakesMaxOfNumber<Tensor>);
  EXPECT_FALSE(TakesMaxOfTensors<Tensor>);
  EXPECT_FALSE(TakesMinOfTensors<Tensor>);
  EXPECT_FALSE(TakesTwoAxesApart<Tensor>);
  EXPECT_FALSE(TakesTwoAxesApartAsMember<Tensor>);
  EXPECT_FALSE(TakesFlagForAxes<Tensor>);
  EXPECT_FALSE(TakesFractionForAxis<Tensor>);
  EXPECT_FALSE(TakesFlagForAxis<Tensor>);
  EXPECT_FALSE(IsTakenForCount<double>);
  EXPECT_FALSE(IsTakenForCount<bool>);
  EXPECT_TRUE(IsTakenForCount<int>);
  EXPECT_TRUE(TakesWhatIsMeant<Tensor>);
}

}  // namespace
}  // namespace linden
