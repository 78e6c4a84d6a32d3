#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <linden/error.hpp>
#include <linden/linalg.hpp>
#include <linden/threads.hpp>

#include "ops/tensors.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

/// What each group of reduced elements holds, in row-major order of the groups.
std::vector<std::vector<double>> groups(const Tensor& x, const std::vector<int>& axes) {
  Shape kept;
  for (int d = 0; d < x.rank(); ++d) kept.append(std::count(axes.begin(), axes.end(), d) ? 1 : x.size(d));
  const Shape steps = row_major_strides(kept);
  std::vector<std::vector<double>> result(static_cast<std::size_t>(kept.elements()));
  const std::vector<double> all = values(x);
  for (std::int64_t i = 0; i < x.elements(); ++i) {
    std::int64_t rest = i, group = 0;
    for (int d = x.rank() - 1; d >= 0; --d) {
      group += kept[d] == 1 ? 0 : rest % x.size(d) * steps[d];
      rest /= x.size(d);
    }
    result[static_cast<std::size_t>(group)].push_back(all[static_cast<std::size_t>(i)]);
  }
  return result;
}

using Reduction = std::function<double(const std::vector<double>&)>;
double sum_of(const std::vector<double>& v) { return std::accumulate(v.begin(), v.end(), 0.0); }
double mean_of(const std::vector<double>& v) { return sum_of(v) / static_cast<double>(v.size()); }
double variance_of(const std::vector<double>& v) {
  double squares = 0;
  for (const double x : v) squares += (x - mean_of(v)) * (x - mean_of(v));
  return squares / static_cast<double>(v.size() - 1);
}
double product_of(const std::vector<double>& v) {
  return std::accumulate(v.begin(), v.end(), 1.0, std::multiplies<>());
}
double logsumexp_of(const std::vector<double>& v) {
  double total = 0;
  for (const double x : v) total += std::exp(x);
  return std::log(total);
}

TEST(Reduce, AgreesWithLoopsOverAnyAxes) {
  const Tensor x = scattered({3, 4, 5});
  struct Case {
    Tensor (*op)(const Tensor&, const Axes&, bool);
    Reduction reference;
  };
  const Case cases[] = {
      {sum, sum_of},
      {product, product_of},
      {mean, mean_of},
      {[](const Tensor& t, const Axes& axes, bool keep) { return variance(t, axes, keep); }, variance_of},
      {max, [](const auto& v) { return *std::max_element(v.begin(), v.end()); }},
      {min, [](const auto& v) { return *std::min_element(v.begin(), v.end()); }},
      {logsumexp, logsumexp_of}};
  const std::pair<Axes, std::vector<int>> choices[] = {{{}, {0, 1, 2}}, {0, {0}},         {1, {1}},
                                                       {-1, {2}},       {{0, 2}, {0, 2}}, {{-1, 1}, {1, 2}}};
  for (const auto& [op, reference] : cases)
    for (const auto& [axes, list] : choices)
      for (const Tensor& layout : {x, strided(x), x.transpose(0, 2).clone().transpose(0, 2)})
        for (const bool keep : {false, true}) {
          std::vector<double> expected;
          for (const auto& group : groups(x, list)) expected.push_back(reference(group));
          Shape shape;
          for (int d = 0; d < 3; ++d) {
            const bool goes = std::count(list.begin(), list.end(), d) > 0;
            if (!goes || keep) shape.append(goes ? 1 : x.size(d));
          }
          const Tensor y = op(layout, axes, keep);
          EXPECT_EQ(y.shape(), shape);
          expect_near(y, expected, 1e-14);
          expect_near(op(cast(layout, DType::f32), axes, keep), expected, 1e-5);
        }
}

TEST(Reduce, OfBroadcastViews) {
  const Tensor x = of({1, 2, 3}).broadcast_to({4, 3});
  expect_equal(sum(x, 0), {4, 8, 12}, {3});
  EXPECT_EQ(sum(x).item(), 24);
  EXPECT_EQ(sum(Tensor(0.5).broadcast_to({1000})).item(), 500);
  expect_equal(max(x, 1), {3, 3, 3, 3}, {4});
}

TEST(Reduce, WholeNumbersAddInI64) {
  for (const DType dtype : {DType::i32, DType::i64, DType::u8, DType::boolean}) {
    const Tensor ones = Tensor::ones({300}, dtype);
    EXPECT_EQ(sum(ones).dtype(), DType::i64);
    EXPECT_EQ(sum(ones).item(), 300);
    EXPECT_EQ(product(ones).dtype(), DType::i64);
    EXPECT_EQ(mean(ones).dtype(), DType::f64);
    EXPECT_EQ(mean(ones).item(), 1);
    EXPECT_EQ(max(ones).dtype(), dtype);
    EXPECT_EQ(max(ones).item(), 1);
  }
  EXPECT_EQ(sum(Tensor::full({2}, 2147483647, DType::i32)).item(), 4294967294);
  EXPECT_EQ(logsumexp(whole({0, 0})).item(), std::log(2.0));
}

TEST(Reduce, OfNothing) {
  const Tensor none = Tensor::zeros({0, 3});
  expect_equal(sum(none, 0), {0, 0, 0}, {3});
  expect_equal(product(none, 0), {1, 1, 1}, {3});
  EXPECT_EQ(sum(none, 1).shape(), Shape({0}));
  EXPECT_EQ(max(none, 1).shape(), Shape({0}));
  EXPECT_TRUE(std::isnan(mean(none).item()));
  EXPECT_TRUE(std::isnan(variance(none).item()));
  EXPECT_TRUE(std::isnan(variance(of({2})).item()));
  expect_equal(logsumexp(none, 0), {-infinity, -infinity, -infinity}, {3});
}

TEST(Reduce, NansAndInfinities) {
  expect_equal(argmax(of({1, nan, 3, nan}), 0), {1}, {});
  EXPECT_TRUE(std::isnan(max(of({1, nan, 3})).item()));
  EXPECT_TRUE(std::isnan(min(of({nan, 1, 3})).item()));
  EXPECT_EQ(logsumexp(of({-infinity, -infinity})).item(), -infinity);
  EXPECT_EQ(logsumexp(of({infinity, 1})).item(), infinity);
  EXPECT_EQ(logsumexp(of({1000, 1000})).item(), 1000 + std::log(2.0));
  EXPECT_TRUE(std::isnan(logsumexp(of({nan, 1})).item()));
}

TEST(Reduce, ArgmaxTakesTheFirst) {
  const Tensor x = of({1, 3, 3, 0, 5, -1}, {2, 3});
  expect_equal(argmax(x, 1), {1, 1}, {2});
  expect_equal(argmin(x, 0), {1, 0, 1}, {3});
  expect_equal(argmax(strided(x), -1, true), {1, 1}, {2, 1});
  EXPECT_EQ(argmax(x, 0).dtype(), DType::i64);
  EXPECT_EQ(argmax(of({0, 1}, DType::boolean), 0).item(), 1);
}

TEST(Reduce, HasDerivativesOfEveryOrder) {
  const std::vector<Tensor> x{scattered({3, 4, 2})};
  for (const Axes& axes : {Axes(), Axes(1), Axes{0, 2}}) {
    expect_derivatives([&](const auto& xs) { return exp(sum(xs[0], axes)); }, x);
    expect_derivatives([&](const auto& xs) { return product(xs[0], axes); }, x);
    expect_derivatives([&](const auto& xs) { return square(mean(square(xs[0]), axes, true)); }, x);
    expect_derivatives([&](const auto& xs) { return square(variance(xs[0], axes)); }, x);
    expect_derivatives([&](const auto& xs) { return square(max(xs[0], axes)); }, x);
    expect_derivatives([&](const auto& xs) { return exp(min(xs[0], axes, true)); }, x);
    expect_derivatives([&](const auto& xs) { return square(logsumexp(xs[0], axes)); }, x);
  }
  expect_derivatives([](const auto& xs) { return square(softmax(xs[0], 1)); }, x);
  expect_derivatives([](const auto& xs) { return square(log_softmax(xs[0], -1)); }, x);
}

TEST(Reduce, ProductHasDerivativesAtZeros) {
  for (const auto& x : {of({0, 2, 3}), of({2, 0, 0, 5, -1}), of({0, 0, 0}), of({4}), of({0}),
                        of({0, 1, 2, 0, 4, 5, 6, 7, 8, 9}, {2, 5})})
    expect_derivatives([](const auto& xs) { return product(xs[0], -1) * 0.1; }, {x});
  Tensor none = Tensor::zeros({0}).set_requires_grad();
  backward(product(none));
  EXPECT_EQ(none.grad().shape(), Shape({0}));
}

TEST(Reduce, EqualExtremesShareTheDerivative) {
  Tensor x = of({1, 3, 3}).set_requires_grad();
  backward(max(x));
  expect_equal(x.grad(), {0, 0.5, 0.5}, {3});
}

TEST(Reduce, HasTheSameBytesForAnyNumberOfThreads) {
  const Tensor x = scattered({300, 1001}), narrow = cast(x, DType::f32);
  std::vector<double> all, rows, columns;
  for (const int threads : {1, 2, 7}) {
    const Threads scope(threads);
    const std::vector<double> a = values(stack({sum(x), sum(narrow), sum(x.transpose(0, 1))}));
    const std::vector<double> r = values(sum(x, 1)), c = values(sum(x, 0));
    if (all.empty()) all = a, rows = r, columns = c;
    EXPECT_EQ(a, all);
    EXPECT_EQ(r, rows);
    EXPECT_EQ(c, columns);
  }
}

TEST(Reduce, SaysWhatDoesNotFit) {
  const Tensor x = scattered({2, 3});
  EXPECT_EQ(refusal<ShapeError>([&] { sum(x, 2); }), "sum: dimension 2 of a tensor of shape [2, 3].");
  EXPECT_EQ(refusal<ShapeError>([&] { mean(x, {0, -2}); }), "mean: dimension 0 of shape [2, 3] is named twice.");
  EXPECT_EQ(refusal<ShapeError>([] {
              max(Tensor::zeros({0, 3}), 0);
            }),
            "max: nothing to take it of in shape [0, 3]. Hint: it is not defined for no elements.");
  EXPECT_EQ(refusal<ShapeError>([] {
              argmin(Tensor::zeros({0, 3}), 0);
            }),
            "argmin: nothing to choose from in dimension 0 of shape [0, 3].");
}

// The square of an f32 need not fit one.
TEST(Variance, OfF32IsTakenInDouble) {
  expect_near(variance(of({1e19, 3e19}, DType::f32)), {2e38}, 1e-6);
  EXPECT_EQ(variance(of({1e19, 3e19}, DType::f32)).dtype(), DType::f32);
  expect_near(variance(of({1, 1e19, 2, 3e19}, {2, 2}, DType::f32), 0, false, 0), {0.25, 1e38}, 1e-6);
  // Small deviations from a large mean.
  EXPECT_EQ(variance(of({16777216, 16777218}, DType::f32), {}, false, 0).item(), 1);
  EXPECT_EQ(dot(of({1e20, 1e20, 3}, DType::f32), of({1e20, -1e20, 2}, DType::f32)).item(), 6);
}

TEST(Logsumexp, OfNothingButMinusInfinityDoesNotMove) {
  Tensor x = of({-infinity, -infinity, 1, 1}, {2, 2}).set_requires_grad();
  const Tensor y = logsumexp(x, 1);
  EXPECT_EQ(y[0].item(), -infinity);
  const Tensor g = grad(sum(y), {x}, {.create_graph = true})[0];
  expect_near(g, {0, 0, 0.5, 0.5}, 1e-15);
  expect_near(grad(sum(square(g)), {x})[0], {0, 0, 0, 0}, 1e-15);
}

}  // namespace
}  // namespace linden
