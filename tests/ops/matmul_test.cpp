#include <gtest/gtest.h>

#include <linden/error.hpp>
#include <linden/linalg.hpp>
#include <linden/random.hpp>
#include <linden/threads.hpp>

#include "ops/tensors.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

/// By plain loops, from broadcast copies.
std::vector<double> product(const Tensor& first, const Tensor& second, const Shape& batch) {
  Shape shape_a = batch, shape_b = batch;
  const std::int64_t m = first.size(first.rank() - 2), k = first.size(first.rank() - 1);
  const std::int64_t n = second.size(second.rank() - 1);
  shape_a.append(m);
  shape_a.append(k);
  shape_b.append(k);
  shape_b.append(n);
  const std::vector<double> a = values(first.broadcast_to(shape_a)), b = values(second.broadcast_to(shape_b));
  std::vector<double> c(static_cast<std::size_t>(batch.elements() * m * n));
  for (std::int64_t g = 0; g < batch.elements(); ++g)
    for (std::int64_t i = 0; i < m; ++i)
      for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t l = 0; l < k; ++l) c[(g * m + i) * n + j] += a[(g * m + i) * k + l] * b[(g * k + l) * n + j];
  return c;
}

/// The same numbers through other strides: transposed memory, neither stride 1, dense.
std::vector<Tensor> layouts(const Tensor& t) { return {t, t.transpose(-1, -2).clone().transpose(-1, -2), strided(t)}; }

TEST(Matmul, AgreesWithLoopsForEveryLayout) {
  for (const DType dtype : {DType::f64, DType::f32})
    for (const auto [m, k, n] : {std::array{3, 4, 5}, std::array{1, 4, 5}, std::array{3, 1, 5}, std::array{3, 4, 1},
                                 std::array{1, 4, 1}, std::array{1, 1, 1}, std::array{40, 33, 70}}) {
      const Tensor a = scattered({m, k}, 0, dtype), b = scattered({k, n}, 1, dtype);
      const std::vector<double> expected = product(a, b, {});
      for (const Tensor& x : layouts(a))
        for (const Tensor& y : layouts(b)) {
          const Tensor c = matmul(x, y);
          EXPECT_EQ(c.shape(), Shape({m, n}));
          EXPECT_EQ(c.dtype(), dtype);
          expect_near(c, expected, dtype == DType::f64 ? 1e-14 : 1e-5);
        }
    }
}

TEST(Matmul, OfVectors) {
  const Tensor a = scattered({3, 4}), v = scattered({4}, 1), u = scattered({3}, 2);
  expect_near(matmul(a, v), product(a, v.unsqueeze(1), {}), 1e-14);
  expect_near(matmul(u, a), product(u.unsqueeze(0), a, {}), 1e-14);
  expect_near(matmul(v, v), product(v.unsqueeze(0), v.unsqueeze(1), {}), 1e-14);
  EXPECT_EQ(matmul(a, v).shape(), Shape({3}));
  EXPECT_EQ(matmul(u, a).shape(), Shape({4}));
  EXPECT_EQ(matmul(v, v).shape(), Shape({}));
  // Columns and rows of other matrices.
  for (const Tensor& x : layouts(a))
    for (const Tensor& w : {v, strided(v), scattered({4, 4}, 1).select(1, 2)})
      expect_near(matmul(x, w), product(a, w.unsqueeze(1), {}), 1e-14);
  expect_near(matmul(strided(u), a), product(u.unsqueeze(0), a, {}), 1e-14);
}

TEST(Matmul, BatchesBroadcast) {
  struct Case {
    Shape a, b, batch;
  };
  for (const Case& c : {Case{{2, 3, 4}, {2, 4, 5}, {2}}, Case{{2, 3, 4}, {4, 5}, {2}}, Case{{3, 4}, {2, 4, 5}, {2}},
                        Case{{2, 1, 3, 4}, {6, 4, 5}, {2, 6}}, Case{{1, 6, 3, 4}, {2, 1, 4, 5}, {2, 6}},
                        Case{{2, 6, 1, 4}, {6, 4, 5}, {2, 6}}, Case{{2, 6, 3, 4}, {2, 6, 4, 1}, {2, 6}},
                        Case{{2, 2, 2, 2, 3, 4}, {2, 1, 2, 4, 5}, {2, 2, 2, 2}}, Case{{1, 3, 4}, {4, 5}, {1}}}) {
    const Tensor a = scattered(c.a), b = scattered(c.b, 1);
    const std::vector<double> expected = product(a, b, c.batch);
    Shape shape = c.batch;
    shape.append(a.size(-2 + a.rank()));
    shape.append(b.size(-1 + b.rank()));
    for (const Tensor& x : layouts(a))
      for (const Tensor& y : layouts(b)) {
        const Tensor z = matmul(x, y);
        EXPECT_EQ(z.shape(), shape);
        expect_near(z, expected, 1e-14);
      }
  }
  const Tensor a = scattered({2, 3, 4}), v = scattered({4}, 1);
  for (const Tensor& x : layouts(a)) {
    expect_near(matmul(x, v), product(a, v.unsqueeze(1), {2}), 1e-14);
    EXPECT_EQ(matmul(x, v).shape(), Shape({2, 3}));
  }
  const Tensor u = scattered({3}, 2);
  expect_near(matmul(u, a), product(u.unsqueeze(0), a, {2}), 1e-14);
  EXPECT_EQ(matmul(u, a).shape(), Shape({2, 4}));
}

TEST(Matmul, OfNothing) {
  EXPECT_EQ(matmul(Tensor::zeros({0, 3}), Tensor::zeros({3, 2})).shape(), Shape({0, 2}));
  expect_equal(matmul(Tensor::zeros({2, 0}), Tensor::zeros({0, 2})), {0, 0, 0, 0}, {2, 2});
  expect_equal(matmul(Tensor::zeros({2, 0}), Tensor::zeros({0})), {0, 0}, {2});
  EXPECT_EQ(matmul(Tensor::zeros({0}), Tensor::zeros({0})).item(), 0);
  EXPECT_EQ(matmul(Tensor::zeros({0, 2, 3}), Tensor::zeros({3, 4})).shape(), Shape({0, 2, 4}));
  EXPECT_EQ(matmul(Tensor::zeros({5, 0, 3}), Tensor::zeros({3})).shape(), Shape({5, 0}));
}

TEST(Matmul, TakesWholeNumbersAsF64) {
  EXPECT_EQ(matmul(whole({1, 2, 3, 4}, {2, 2}), whole({5, 6})).dtype(), DType::f64);
  expect_equal(matmul(whole({1, 2, 3, 4}, {2, 2}), whole({5, 6})), {17, 39}, {2});
  EXPECT_EQ(matmul(scattered({2, 2}, 0, DType::f32), scattered({2, 2})).dtype(), DType::f64);
  EXPECT_EQ(matmul(scattered({2, 2}, 0, DType::f32), whole({1, 2})).dtype(), DType::f32);
}

TEST(Matmul, ReadsRepeatedElements) {
  const Tensor a = of({1, 2, 3}), b = scattered({3, 2});
  expect_near(matmul(a.broadcast_to({4, 3}), b), product(a.broadcast_to({4, 3}), b, {}), 1e-14);
  expect_near(matmul(a.unsqueeze(1).broadcast_to({3, 3}), b), product(a.unsqueeze(1).broadcast_to({3, 3}), b, {}),
              1e-14);
  expect_near(matmul(b.transpose(0, 1), Tensor::ones({}).broadcast_to({3})),
              product(b.transpose(0, 1), Tensor::ones({3, 1}), {}), 1e-14);
}

TEST(Matmul, HasTheSameBytesForAnyNumberOfThreads) {
  Generator generator(1);
  const Tensor a = generator.normal({300, 2000}), b = generator.normal({2000, 200}), v = generator.normal({2000});
  std::vector<double> matrix, vector;
  for (const int threads : {1, 2, 5}) {
    const Threads scope(threads);
    const std::vector<double> m = values(matmul(a, b)), w = values(matmul(a, v));
    if (matrix.empty()) matrix = m, vector = w;
    EXPECT_EQ(m, matrix);
    EXPECT_EQ(w, vector);
  }
}

TEST(Matmul, HasDerivativesOfEveryOrder) {
  const auto f = [](const auto& xs) { return square(matmul(xs[0], xs[1])); };
  const auto check = [&](const Shape& a, const Shape& b) {
    SCOPED_TRACE(a.text() + b.text());
    expect_derivatives(f, {scattered(a), scattered(b, 1)});
  };
  check({3, 4}, {4, 2});
  check({3, 4}, {4});
  check({4}, {4, 3});
  check({4}, {4});
  check({2, 3, 4}, {2, 4, 2});
  check({2, 3, 4}, {4, 2});
  check({2, 3, 4}, {4});
  check({4}, {2, 4, 3});
  check({3, 4}, {2, 4, 2});
  check({2, 1, 1, 4}, {3, 4, 2});
}

TEST(Matmul, PassesGradientsInF32) {
  Tensor w = scattered({4}, 0, DType::f32).set_requires_grad();
  const Tensor x = scattered({3, 4}, 1);
  backward(sum(matmul(x, w)));  // in f64
  EXPECT_EQ(w.grad().dtype(), DType::f32);
  expect_near(w.grad(), values(sum(x, 0)), 1e-6);
}

TEST(Matmul, SaysWhatDoesNotFit) {
  EXPECT_EQ(refusal<ShapeError>([] {
              matmul(scattered({100, 15}), scattered({2048, 15}));
            }),
            "matmul: a is [100, 15], b is [2048, 15]: the inner sizes 15 and 2048 differ. Hint: matmul(a, "
            "b.transpose(-2, -1)) would fit.");
  EXPECT_EQ(refusal<ShapeError>([] {
              matmul(scattered({100, 15}), scattered({100}));
            }),
            "matmul: a is [100, 15], b is [100]: the inner sizes 15 and 100 differ. Hint: matmul(a.transpose(-2, -1), "
            "b) would fit.");
  EXPECT_EQ(refusal<ShapeError>([] {
              matmul(scattered({2, 3}), scattered({4}));
            }),
            "matmul: a is [2, 3], b is [4]: the inner sizes 3 and 4 differ.");
  EXPECT_EQ(refusal<ShapeError>([] {
              matmul(scattered({2, 3}), 2.0);
            }),
            "matmul: a is [2, 3], b is []: a scalar has no rows. Hint: a * b multiplies element by element.");
  EXPECT_EQ(refusal<ShapeError>([] {
              matmul(scattered({2, 3, 4}), scattered({3, 4, 5}));
            }),
            "matmul, batches: shapes [2], [3] do not broadcast: sizes 2 and 3 meet in dimension 0. Hint: sizes are "
            "aligned at the end and must be equal or 1; unsqueeze(dim) adds a 1.");
}

}  // namespace
}  // namespace linden
