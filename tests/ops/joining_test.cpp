#include <gtest/gtest.h>

#include <limits>
#include <linden/error.hpp>

#include "ops/tensors.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

TEST(Concatenate, JoinsAlongADimension) {
  const Tensor a = of({1, 2, 3, 4}, {2, 2}), b = of({5, 6}, {2, 1});
  expect_equal(concatenate({a, b}, 1), {1, 2, 5, 3, 4, 6}, {2, 3});
  expect_equal(concatenate({a, strided(a)}), {1, 2, 3, 4, 1, 2, 3, 4}, {4, 2});
  expect_equal(concatenate({a, Tensor::zeros({2, 0}), b.broadcast_to({2, 2})}, -1), {1, 2, 5, 5, 3, 4, 6, 6}, {2, 4});
  expect_equal(concatenate({a}), {1, 2, 3, 4}, {2, 2});
}

TEST(Concatenate, DtypesMeet) {
  const auto joined = [](DType a, DType b) {
    return concatenate({Tensor::ones({1}, a), Tensor::ones({1}, b)}).dtype();
  };
  EXPECT_EQ(joined(DType::f32, DType::f32), DType::f32);
  EXPECT_EQ(joined(DType::f32, DType::f64), DType::f64);
  EXPECT_EQ(joined(DType::i32, DType::i64), DType::i64);
  EXPECT_EQ(joined(DType::i64, DType::f32), DType::f32);
  EXPECT_EQ(joined(DType::boolean, DType::boolean), DType::boolean);
  EXPECT_EQ(joined(DType::u8, DType::u8), DType::u8);
  EXPECT_EQ(joined(DType::u8, DType::boolean), DType::i32);
}

TEST(Concatenate, HasDerivatives) {
  const Tensor weights = scattered({2, 6}, 5);
  expect_derivatives(
      [&](const auto& xs) {
        return exp(concatenate({xs[0], scattered({2, 1}), square(xs[1])}, 1)) * weights;
      },
      {scattered({2, 3}), scattered({2, 2}, 1)});
}

TEST(Concatenate, RefusesWhatDoesNotFit) {
  const Tensor a = scattered({2, 3});
  EXPECT_EQ(refusal<ArgumentError>([] { concatenate({}); }), "concatenate: there are no tensors to join.");
  EXPECT_EQ(refusal<ShapeError>([&] {
              concatenate({a, a, scattered({2, 2})});
            }),
            "concatenate: tensor 0 has shape [2, 3] and tensor 2 has [2, 2]: all sizes but that of dimension 0 must be "
            "equal.");
  EXPECT_EQ(refusal<ShapeError>([&] {
              concatenate({a, scattered({3})}, 1);
            }),
            "concatenate: tensor 0 has shape [2, 3] and tensor 1 has [3]: all sizes but that of dimension 1 must be "
            "equal.");
  EXPECT_EQ(refusal<ShapeError>([&] {
              concatenate({a, a}, 2);
            }),
            "concatenate: dimension 2 of a tensor of shape [2, 3].");
  EXPECT_EQ(refusal<ShapeError>([] {
              concatenate({1.0, 2.0});
            }),
            "concatenate: scalars have no dimension to be joined along. Hint: stack makes a vector of them.");
}

TEST(Stack, JoinsAlongANewDimension) {
  const Tensor a = of({1, 2}), b = of({3, 4});
  expect_equal(stack({a, b}), {1, 2, 3, 4}, {2, 2});
  expect_equal(stack({a, b}, 1), {1, 3, 2, 4}, {2, 2});
  expect_equal(stack({a, b, a}, -1), {1, 3, 1, 2, 4, 2}, {2, 3});
  expect_equal(stack({1.5, sum(a)}), {1.5, 3}, {2});
}

TEST(Stack, HasDerivatives) {
  expect_derivatives(
      [](const auto& xs) {
        return exp(stack({xs[0], xs[1], xs[0]}, 1));
      },
      {scattered({2, 2}), scattered({2, 2}, 1)});
}

TEST(Stack, RefusesWhatDoesNotFit) {
  EXPECT_EQ(refusal<ArgumentError>([] { stack({}); }), "stack: there are no tensors to join.");
  EXPECT_EQ(refusal<ShapeError>([] {
              stack({scattered({2}), scattered({2, 1})});
            }),
            "stack: tensor 0 has shape [2] and tensor 1 has [2, 1], but all must have one shape. Hint: concatenate "
            "joins along a dimension that is there.");
  EXPECT_EQ(refusal<ShapeError>([] { stack({scattered({2})}, 2); }),
            "stack: dimension 2 of a result with 2 dimensions.");
}

TEST(Arange, Counts) {
  expect_equal(arange(4), {0, 1, 2, 3}, {4});
  EXPECT_EQ(arange(4).dtype(), DType::i64);
  expect_equal(arange(3, DType::f32), {0, 1, 2}, {3});
  expect_equal(arange(0), {}, {0});
  EXPECT_EQ(arange(256, DType::u8).at<std::uint8_t>({255}), 255);
}

TEST(Arange, RefusesWhatDoesNotFit) {
  EXPECT_EQ(refusal<ArgumentError>([] { arange(-1); }), "arange: the count is -1, but it must not be negative.");
  EXPECT_EQ(refusal<ArgumentError>([] { arange(257, DType::u8); }),
            "arange: u8 does not hold 0 to 256. Hint: DType::i64 does.");
}

TEST(Joining, SizesThatDoNotAddUpAreRefused) {
  const Tensor wide = Tensor(1.0).broadcast_to({std::numeric_limits<std::int64_t>::max()});
  EXPECT_EQ(refusal<ArgumentError>([&] {
              concatenate({wide, wide});
            }),
            "concatenate: the tensors have more than 63 bits count along dimension 0.");
}

}  // namespace
}  // namespace linden
