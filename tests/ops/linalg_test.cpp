#include <gtest/gtest.h>

#include <limits>
#include <linden/error.hpp>
#include <linden/linalg.hpp>
#include <linden/random.hpp>

#include "ops/tensors.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Symmetric, positive definite.
Tensor definite(std::int64_t n, DType dtype = DType::f64) {
  const Tensor x = scattered({n, n + 2}, 3, dtype);
  return matmul(x, x.transpose(0, 1)) + eye(n, dtype);
}

Tensor lower(std::int64_t n) { return tril(scattered({n, n}, 4)) + 2 * eye(n); }

TEST(Linalg, ProductsOfVectors) {
  const Tensor a = of({1, 2, 3}), b = of({4, 5, 6});
  EXPECT_EQ(dot(a, b).item(), 32);
  expect_equal(outer(a, of({1, 10})), {1, 10, 2, 20, 3, 30}, {3, 2});
  EXPECT_EQ(outer(a, Tensor::zeros({0})).shape(), Shape({3, 0}));
  EXPECT_EQ(outer(whole({1}), whole({2})).dtype(), DType::f64);
  expect_derivatives([](const auto& xs) { return square(outer(xs[0], xs[1])); }, {scattered({3}), scattered({2}, 1)});
  expect_derivatives([](const auto& xs) { return exp(dot(xs[0], xs[1])); }, {scattered({3}), scattered({3}, 1)});
  EXPECT_EQ(refusal<ShapeError>([&] {
              dot(a, of({1, 2}));
            }),
            "dot: a has shape [3], b [2], but they must be vectors of one length.");
  EXPECT_EQ(refusal<ShapeError>([&] { outer(a, eye(2)); }),
            "outer: a has shape [3], b [2, 2], but they must be vectors.");
}

TEST(Linalg, DiagonalsAndTriangles) {
  const Tensor x = of({1, 2, 3, 4, 5, 6}, {2, 3});
  expect_equal(diagonal(x), {1, 5}, {2});
  const Tensor view = diagonal(x);
  EXPECT_EQ(view.data<double>(), x.data<double>());
  expect_equal(diagonal(strided(x)), {1, 5}, {2});
  expect_equal(tril(x), {1, 0, 0, 4, 5, 0}, {2, 3});
  expect_equal(triu(x), {1, 2, 3, 0, 5, 6}, {2, 3});
  expect_equal(triu(x.transpose(0, 1)), {1, 4, 0, 5, 0, 0}, {3, 2});
  expect_equal(tril(of({1, nan, 3, 4}, {2, 2})), {1, 0, 3, 4}, {2, 2});
  expect_equal(eye(2, DType::f32), {1, 0, 0, 1}, {2, 2});
  EXPECT_EQ(eye(0).shape(), Shape({0, 0}));
  expect_derivatives([](const auto& xs) { return exp(diagonal(xs[0])); }, {scattered({3, 2})});
  expect_derivatives([](const auto& xs) { return exp(tril(xs[0])) * triu(xs[0]); }, {scattered({3, 3})});
  EXPECT_EQ(refusal<ShapeError>([] {
              diagonal(scattered({2, 2, 2}));
            }),
            "diagonal: x has shape [2, 2, 2], but it must be one matrix. Hint: select(0, i) takes one of a batch.");
  EXPECT_EQ(refusal<ShapeError>([] { tril(scattered({2})); }),
            "tril: x has shape [2], but it must be one matrix. Hint: select(0, i) takes one of a batch.");
}

TEST(Cholesky, GivesTheFactor) {
  expect_near(cholesky(of({4, 2, 2, 10}, {2, 2})), {2, 0, 1, 3}, 1e-15);
  for (const std::int64_t n : {1, 2, 7, 60, 300}) {
    const Tensor a = definite(n);
    for (const Tensor& layout : {a, strided(a)}) {
      const Tensor l = cholesky(layout);
      expect_near(matmul(l, l.transpose(0, 1)), values(a), 1e-12);
      EXPECT_EQ(values(tril(l)), values(l));
      EXPECT_GT(min(diagonal(l)).item(), 0);
    }
  }
  const Tensor narrow = cholesky(definite(5, DType::f32));
  EXPECT_EQ(narrow.dtype(), DType::f32);
  expect_near(narrow, values(cholesky(definite(5))), 1e-5);
  EXPECT_EQ(cholesky(whole({4}, {1, 1})).item(), 2);
  EXPECT_EQ(cholesky(Tensor::zeros({0, 0})).shape(), Shape({0, 0}));
}

TEST(Cholesky, TakesTheSymmetricPart) {
  const Tensor a = definite(4), skew = scattered({4, 4});
  expect_near(cholesky(a + skew - skew.transpose(0, 1)), values(cholesky(a)), 1e-12);
}

TEST(Cholesky, HasDerivativesOfEveryOrder) {
  expect_derivatives([](const auto& xs) { return square(cholesky(xs[0])); }, {definite(4)});
  expect_derivatives([](const auto& xs) { return log(diagonal(cholesky(xs[0]))); }, {definite(3)});
  // d log det a / d a = a^-1, symmetric.
  Tensor a = definite(4).set_requires_grad();
  backward(2 * sum(log(diagonal(cholesky(a)))));
  expect_near(matmul(a.grad(), a.detach()), values(eye(4)), 1e-13);
  EXPECT_LT(max(abs(a.grad() - a.grad().transpose(0, 1))).item(), 1e-15);
}

TEST(Cholesky, NamesThePivot) {
  EXPECT_EQ(refusal<ArgumentError>([] {
              cholesky(of({1, 0, 0, 0, 4, 2, 0, 2, 1}, {3, 3}));
            }),
            "cholesky: a matrix of shape [3, 3] is not positive definite: pivot 2 is not positive. Hint: add a small "
            "multiple of eye(3), or look for columns that depend on each other.");
  EXPECT_EQ(refusal<ArgumentError>([] {
              cholesky(of({nan}, {1, 1}));
            }),
            "cholesky: a matrix of shape [1, 1] is not positive definite: pivot 0 is not positive. Hint: add a small "
            "multiple of eye(1), or look for columns that depend on each other.");
  const Tensor large =
      definite(200) - 1e4 * outer(one_hot(whole({150}), 200).squeeze(0), one_hot(whole({150}), 200).squeeze(0));
  EXPECT_NE(refusal<ArgumentError>([&] { cholesky(large); }).find("pivot 150 is"), std::string::npos);
  EXPECT_EQ(refusal<ShapeError>([] {
              cholesky(scattered({2, 3}));
            }),
            "cholesky: a has shape [2, 3], but it must be square.");
  EXPECT_EQ(refusal<ShapeError>([] {
              cholesky(scattered({2, 3, 3}));
            }),
            "cholesky: a has shape [2, 3, 3], but it must be one matrix. Hint: select(0, i) takes one of a batch.");
}

TEST(SolveTriangular, SolvesAllFourWays) {
  for (const std::int64_t n : {1, 4, 70}) {
    const Tensor l = tril(scattered({n, n}, 4)) * 0.2 + 2 * eye(n);
    for (const Shape& shape : {Shape({n}), Shape({n, 3})}) {
      const Tensor b = scattered(shape, 2);
      for (const bool upper : {false, true})
        for (const bool transpose : {false, true}) {
          const Tensor t = upper ? l.transpose(0, 1).clone() : l;
          for (const Tensor& layout : {t, strided(t), t.transpose(0, 1).clone().transpose(0, 1)})
            for (const Tensor& right : {b, strided(b)}) {
              const Tensor x = solve_triangular(layout, right, {.upper = upper, .transpose = transpose});
              EXPECT_EQ(x.shape(), shape);
              expect_near(matmul(transpose ? t.transpose(0, 1) : t, x), values(b), 1e-13);
            }
        }
    }
  }
}

TEST(SolveTriangular, NeverReadsTheOtherHalf) {
  const Tensor t = of({2, nan, 1, 4}, {2, 2});
  expect_equal(solve_triangular(t, of({2, 9})), {1, 2}, {2});
  expect_equal(solve_triangular(t, of({4, 8}), {.transpose = true}), {1, 2}, {2});
}

TEST(SolveTriangular, OfNothing) {
  EXPECT_EQ(solve_triangular(Tensor::zeros({0, 0}), Tensor::zeros({0})).shape(), Shape({0}));
  EXPECT_EQ(solve_triangular(eye(2), Tensor::zeros({2, 0})).shape(), Shape({2, 0}));
}

TEST(SolveTriangular, HasDerivativesOfEveryOrder) {
  for (const Shape& shape : {Shape({3}), Shape({3, 2})})
    for (const bool upper : {false, true})
      for (const bool transpose : {false, true})
        expect_derivatives(
            [&](const auto& xs) {
              return square(solve_triangular(xs[0], xs[1], {.upper = upper, .transpose = transpose}));
            },
            {upper ? lower(3).transpose(0, 1).clone() : lower(3), scattered(shape, 1)});
}

TEST(SolveTriangular, SaysWhatDoesNotFit) {
  EXPECT_EQ(refusal<ArgumentError>([] {
              solve_triangular(of({1, 0, 5, 0}, {2, 2}), of({1, 2}));
            }),
            "solve_triangular: element [1, 1] of t is 0, so that there is no solution.");
  EXPECT_EQ(refusal<ShapeError>([] {
              solve_triangular(eye(3), of({1, 2}));
            }),
            "solve_triangular: t has shape [3, 3], so that b must have 3 rows, but its shape is [2].");
  EXPECT_EQ(refusal<ShapeError>([] {
              solve_triangular(scattered({3, 2}), of({1, 2, 3}));
            }),
            "solve_triangular: t has shape [3, 2], but it must be square.");
}

TEST(CholeskySolve, SolvesTheSystem) {
  const Tensor a = definite(6), b = scattered({6, 2}), v = scattered({6}, 1);
  expect_near(matmul(a, cholesky_solve(b, cholesky(a))), values(b), 1e-12);
  expect_near(matmul(a, cholesky_solve(v, cholesky(a))), values(v), 1e-12);
  expect_derivatives([](const auto& xs) { return square(cholesky_solve(xs[1], cholesky(xs[0]))); },
                     {definite(3), scattered({3}, 1)});
  EXPECT_EQ(refusal<ShapeError>([] {
              cholesky_solve(of({1, 2}), eye(3));
            }),
            "cholesky_solve: l has shape [3, 3], so that b must have 3 rows, but its shape is [2].");
}

}  // namespace
}  // namespace linden
