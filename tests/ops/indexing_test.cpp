#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <linden/error.hpp>
#include <linden/random.hpp>
#include <linden/threads.hpp>

#include "tensor/node.hpp"
#include "ops/tensors.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

TEST(Gather, PicksAlongAnAxis) {
  const Tensor x = of({0, 1, 2, 10, 11, 12}, {2, 3});
  expect_equal(gather(x, 1, whole({2, 0, 1, 1}, {2, 2})), {2, 0, 11, 11}, {2, 2});
  expect_equal(gather(x, 0, whole({1, 0, 1}, {1, 3})), {10, 1, 12}, {1, 3});
  // An index without the axis: one element at each position.
  expect_equal(gather(x, 1, whole({2, 0})), {2, 10}, {2});
  expect_equal(gather(x, -2, whole({0, 1, 0})), {0, 11, 2}, {3});
  expect_equal(gather(of({5, 6, 7}), 0, whole({2}, {})), {7}, {});
}

TEST(Gather, TakesEveryDtypeAndStride) {
  Generator generator(3);
  for (const DType dtype : {DType::f32, DType::f64, DType::i32, DType::i64, DType::u8, DType::boolean})
    for (int axis = 0; axis < 3; ++axis) {
      const Tensor x = cast(generator.integers({3, 4, 5}, 0, 200), dtype);
      Shape shape = x.shape();
      shape[axis] = 7;
      const Tensor index = generator.integers(shape, 0, x.size(axis));
      const std::vector<double> from = values(x), at = values(index);
      const Shape steps = row_major_strides(x.shape());
      std::vector<double> expected;
      for (std::int64_t i = 0; i < index.elements(); ++i) {
        std::int64_t rest = i, offset = 0;
        for (int d = 2; d >= 0; --d) {
          offset += (d == axis ? static_cast<std::int64_t>(at[i]) : rest % shape[d]) * steps[d];
          rest /= shape[d];
        }
        expected.push_back(from[offset]);
      }
      const Tensor y = gather(x, axis, index);
      EXPECT_EQ(y.dtype(), dtype);
      expect_equal(y, expected, shape);
      expect_equal(gather(strided(x), axis, strided(index)), expected, shape);
      expect_equal(gather(x, axis, cast(index, DType::i32)), expected, shape);
    }
}

TEST(Gather, OfNothing) {
  EXPECT_EQ(gather(of({1, 2, 3}), 0, whole({})).shape(), Shape({0}));
  EXPECT_EQ(gather(Tensor::zeros({0, 3}), 1, Tensor::zeros({0}, DType::i64)).shape(), Shape({0}));
  EXPECT_EQ(gather(Tensor::zeros({2, 0}), 1, Tensor::zeros({2, 0}, DType::i64)).shape(), Shape({2, 0}));
}

TEST(Gather, HasDerivatives) {
  const Tensor index = whole({2, 0, 2, 1, 1, 3}, {2, 3});
  expect_derivatives([&](const auto& xs) { return square(gather(xs[0], 1, index)) * gather(xs[0], 1, index); },
                     {scattered({2, 4})});
  expect_derivatives([&](const auto& xs) { return exp(gather(xs[0], 1, whole({3, 1}))); }, {scattered({2, 4})});
}

TEST(Gather, IsTracedWithItsIndex) {
  const TapeScope scope(TapeMode::trace);
  const Tensor score = scattered({2, 3}).set_requires_grad(), label = of({2, 0}).set_requires_grad();
  const Tensor index = cast(label, DType::i32);
  const Tensor picked = gather(score, -1, index);
  const Node& node = *TensorAccess::node(picked);
  EXPECT_EQ(node.op().code, OpCode::gather);
  EXPECT_EQ(node.op().a, 1);
  ASSERT_EQ(node.inputs().size(), 2u);
  EXPECT_EQ(node.inputs()[0], TensorAccess::node(score));
  EXPECT_EQ(node.inputs()[1], TensorAccess::node(index));
  EXPECT_EQ(node.traced->operands[1].shape(), Shape({2}));
  EXPECT_EQ(node.traced->shape, Shape({2}));
}

TEST(Gather, RefusesWhatDoesNotFit) {
  const Tensor x = scattered({2, 3});
  EXPECT_EQ(refusal<ArgumentError>([&] {
              gather(x, 1, whole({0, 2, 1, 3}, {2, 2}));
            }),
            "gather: index 3 at position [1, 1] is out of range for dimension 1 of size 3.");
  EXPECT_EQ(refusal<ArgumentError>([&] {
              gather(x, 1, whole({0, -1}));
            }),
            "gather: index -1 at position [1] is out of range for dimension 1 of size 3.");
  EXPECT_EQ(refusal<DTypeError>([&] {
              gather(x, 1, of({0, 1}));
            }),
            "gather: the index is f64, but it must be i32 or i64. Hint: cast(index, DType::i64).");
  EXPECT_EQ(refusal<ShapeError>([&] {
              gather(x, 1, whole({0, 1, 2}));
            }),
            "gather: an index of shape [3] does not fit x of shape [2, 3]: along dimension 1 it must have the other "
            "sizes of x, and any size in that dimension, or none.");
  EXPECT_EQ(refusal<ShapeError>([&] {
              gather(x, 2, whole({0, 1}));
            }),
            "gather: dimension 2 of a tensor of shape [2, 3].");
}

TEST(Take, PicksWholeSlices) {
  const Tensor x = of({0, 1, 2, 10, 11, 12}, {2, 3});
  expect_equal(take(x, 0, whole({1, 1, 0})), {10, 11, 12, 10, 11, 12, 0, 1, 2}, {3, 3});
  expect_equal(take(x, 1, whole({2, 0})), {2, 0, 12, 10}, {2, 2});
  expect_equal(take(strided(x), -1, strided(whole({2, 0}))), {2, 0, 12, 10}, {2, 2});
  EXPECT_EQ(take(x, 0, whole({})).shape(), Shape({0, 3}));
}

TEST(Take, HasDerivatives) {
  expect_derivatives(
      [&](const auto& xs) {
        return square(take(xs[0], 0, whole({2, 0, 2}))) * 0.5 + xs[0];
      },
      {scattered({3, 2})});
  expect_derivatives([&](const auto& xs) { return exp(take(xs[0], 1, whole({1, 1}))); }, {scattered({3, 2})});
}

TEST(Take, RefusesWhatDoesNotFit) {
  const Tensor x = scattered({2, 3});
  EXPECT_EQ(refusal<ArgumentError>([&] {
              take(x, 0, whole({0, 1, 2}));
            }),
            "take: index 2 at position [2] is out of range for dimension 0 of size 2.");
  EXPECT_EQ(refusal<ShapeError>([&] {
              take(x, 0, whole({0, 1}, {1, 2}));
            }),
            "take: the index has shape [1, 2], but it must be a vector. Hint: index.reshape({-1}).");
}

TEST(ScatterAdd, AddsWhereTheIndexSays) {
  const Tensor x = of({1, 1, 1, 1, 1, 1}, {2, 3});
  expect_equal(scatter_add(x, 1, whole({2, 2, 0, 0}, {2, 2}), of({1, 2, 3, 4}, {2, 2})), {1, 1, 4, 8, 1, 1}, {2, 3});
  expect_equal(scatter_add(x, 1, whole({2, 0}), of({5, 6})), {1, 1, 6, 7, 1, 1}, {2, 3});
  // Counts.
  expect_equal(scatter_add(Tensor::zeros({4}, DType::i64), 0, whole({3, 1, 3, 3}), 1), {0, 1, 0, 3}, {4});
  expect_equal(x, {1, 1, 1, 1, 1, 1}, {2, 3});
}

TEST(ScatterAdd, DtypesMeet) {
  const Tensor index = whole({0, 0});
  EXPECT_EQ(scatter_add(Tensor::zeros({2}, DType::f32), 0, index, of({1, 2})).dtype(), DType::f64);
  EXPECT_EQ(scatter_add(Tensor::zeros({2}, DType::f32), 0, index, 1.5).dtype(), DType::f32);
  EXPECT_EQ(scatter_add(Tensor::zeros({2}, DType::i32), 0, index, whole({1, 2})).dtype(), DType::i64);
  EXPECT_EQ(scatter_add(Tensor::zeros({2}, DType::u8), 0, index, Tensor::ones({2}, DType::u8)).dtype(), DType::i32);
}

TEST(ScatterAdd, HasTheSameBytesForAnyNumberOfThreads) {
  Generator generator(5);
  const Tensor x = generator.normal({50, 700}), v = generator.normal({9000, 700}, 0, 1, DType::f32);
  const Tensor index = generator.integers({9000, 1}, 0, 50).broadcast_to({9000, 700});
  std::vector<double> first;
  for (const int threads : {1, 2, 7}) {
    const Threads scope(threads);
    const std::vector<double> sums = values(scatter_add(x, 0, index, v));
    if (first.empty()) first = sums;
    EXPECT_EQ(sums, first);
  }
}

TEST(ScatterAdd, HasDerivatives) {
  const Tensor index = whole({2, 2, 0, 1}, {2, 2});
  expect_derivatives([&](const auto& xs) { return exp(scatter_add(xs[0], 1, index, xs[1])); },
                     {scattered({2, 3}), scattered({2, 2}, 1)});
}

TEST(ScatterAdd, RefusesWhatDoesNotFit) {
  const Tensor x = scattered({2, 3});
  EXPECT_EQ(refusal<ShapeError>([&] {
              scatter_add(x, 1, whole({0, 1}), scattered({3}));
            }),
            "scatter_add: the values have shape [3], the index [2]. Hint: values.broadcast_to(index.shape()).");
  EXPECT_EQ(refusal<ArgumentError>([&] {
              scatter_add(x, 0, whole({0, 1, 2}), scattered({3}));
            }),
            "scatter_add: index 2 at position [2] is out of range for dimension 0 of size 2.");
}

TEST(OneHot, MarksTheClass) {
  expect_equal(one_hot(of({2, 0}), 3), {0, 0, 1, 1, 0, 0}, {2, 3});
  EXPECT_EQ(one_hot(whole({1}), 2, DType::f32).dtype(), DType::f32);
  expect_equal(one_hot(Tensor::ones({1}, DType::boolean), 2, DType::i32), {0, 1}, {1, 2});
  EXPECT_EQ(one_hot(whole({}), 4).shape(), Shape({0, 4}));
}

TEST(OneHot, RefusesOtherValues) {
  EXPECT_EQ(refusal<ArgumentError>([] {
              one_hot(of({0, 3, 1}), 3);
            }),
            "one_hot: class 3 at position [1] is not one of 0, 1, ... 2.");
  EXPECT_EQ(refusal<ArgumentError>([] {
              one_hot(of({0, 1, 0.5}), 3);
            }),
            "one_hot: class 0.5 at position [2] is not one of 0, 1, ... 2.");
  EXPECT_EQ(refusal<ArgumentError>([] { one_hot(of({nan}), 3); }),
            "one_hot: class nan at position [0] is not one of 0, 1, ... 2.");
  EXPECT_EQ(refusal<ArgumentError>([] { one_hot(of({0}), 0); }), "one_hot: 0 classes, but there must be at least one.");
}

TEST(Sort, IsStableWithNansLast) {
  const Tensor x = of({3, nan, -1, 3, infinity, -0.0, 0.0, -infinity});
  const Sorted up = sort(x), down = sort(x, 0, true);
  expect_equal(up.indices, {7, 2, 5, 6, 0, 3, 4, 1}, {8});
  expect_equal(down.indices, {4, 0, 3, 5, 6, 2, 7, 1}, {8});
  EXPECT_TRUE(std::isnan(values(up.values)[7]));
  EXPECT_TRUE(std::isnan(values(down.values)[7]));
  EXPECT_EQ(up.indices.dtype(), DType::i64);
}

TEST(Sort, AgreesWithStableSortAlongEveryAxis) {
  Generator generator(9);
  for (const DType dtype : {DType::f32, DType::f64, DType::i32, DType::i64, DType::u8})
    for (const bool descending : {false, true})
      for (int axis = 0; axis < 2; ++axis) {
        const Tensor x = cast(generator.integers({40, 30}, 0, 25), dtype);
        for (const Tensor& t : {x, strided(x)}) {
          const Sorted sorted = sort(t, axis, descending);
          EXPECT_EQ(sorted.values.dtype(), dtype);
          for (std::int64_t line = 0; line < x.size(1 - axis); ++line) {
            const std::vector<double> from = values(x.select(1 - axis, line));
            std::vector<double> order(from.size());
            std::iota(order.begin(), order.end(), 0.0);
            std::stable_sort(order.begin(), order.end(), [&](double a, double b) {
              const double left = from[static_cast<std::size_t>(a)], right = from[static_cast<std::size_t>(b)];
              return descending ? left > right : left < right;
            });
            ASSERT_EQ(values(sorted.indices.select(1 - axis, line)), order);
            std::vector<double> ordered;
            for (const double i : order) ordered.push_back(from[static_cast<std::size_t>(i)]);
            ASSERT_EQ(values(sorted.values.select(1 - axis, line)), ordered);
          }
        }
      }
}

TEST(Sort, OfNothing) {
  EXPECT_EQ(sort(Tensor::zeros({0})).values.shape(), Shape({0}));
  EXPECT_EQ(sort(Tensor::zeros({3, 0}), 0).indices.shape(), Shape({3, 0}));
}

TEST(Sort, HasDerivatives) {
  const Tensor weights = of({1, 2, 3, 4});
  expect_derivatives([&](const auto& xs) { return square(sort(xs[0], 0, true).values) * weights.unsqueeze(1); },
                     {scattered({4, 3})});
}

TEST(Sort, RefusesAScalar) {
  EXPECT_EQ(refusal<ShapeError>([] { sort(2.0); }), "sort: dimension -1 of a tensor of shape [].");
}

TEST(CumulativeSum, AddsAlongAnAxis) {
  const Tensor x = of({1, 2, 3, 4, 5, 6}, {2, 3});
  expect_equal(cumulative_sum(x, 1), {1, 3, 6, 4, 9, 15}, {2, 3});
  expect_equal(cumulative_sum(strided(x), 0), {1, 2, 3, 5, 7, 9}, {2, 3});
  EXPECT_EQ(cumulative_sum(cast(x, DType::f32), 0).dtype(), DType::f32);
  EXPECT_EQ(cumulative_sum(cast(x, DType::u8), 0).dtype(), DType::i64);
  expect_equal(cumulative_sum(Tensor::ones({3}, DType::boolean), 0), {1, 2, 3}, {3});
  EXPECT_EQ(cumulative_sum(Tensor::zeros({2, 0}), 1).shape(), Shape({2, 0}));
}

TEST(CumulativeSum, HasDerivatives) {
  for (const int axis : {0, 1})
    expect_derivatives([&](const auto& xs) { return square(cumulative_sum(square(xs[0]), axis)); },
                       {scattered({3, 4})});
}

TEST(CumulativeSum, OfAGradientLosesNoDigits) {
  // 1 - (sum - running sum) would: the sum is 1e9.
  Tensor x = Tensor::zeros({3}, DType::f32).set_requires_grad();
  backward(sum(cumulative_sum(x, 0) * of({1e9, 1, 0.25}, DType::f32)));
  expect_equal(x.grad(), {1e9, 1.25, 0.25}, {3});
}

}  // namespace
}  // namespace linden
