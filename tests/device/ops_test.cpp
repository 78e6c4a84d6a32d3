// Reductions, indexing, joining and linear algebra on the GPU against the CPU. What adds up floating-point numbers may
// do so in another order.
#include <gtest/gtest.h>

#include <limits>
#include <linden/linalg.hpp>
#include <linden/ops.hpp>

#include "device/gpu.hpp"
#include "ops/tensors.hpp"

namespace linden::device_test {
namespace {

class OpsOnGpu : public OnGpu {};

constexpr Within rounding{1e-12}, single_rounding{1e-5};
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

TEST_F(OpsOnGpu, Reductions) {
  const Tensor x = scattered({6, 17, 5}), single = cast(x, DType::f32), counts = cast(x * 5, DType::i32);
  for (const Axes& axes : {Axes{}, Axes{0}, Axes{1}, Axes{-1}, Axes{0, 2}, Axes{1, 2}})
    for (const bool keep : {false, true}) {
      const auto check = [&](const char* name, auto op) {
        const Computation f = [&](const std::vector<Tensor>& v) { return op(v[0], axes, keep); };
        expect_same_layouts(name, gpu(), f, {x}, rounding);
        expect_same(name, gpu(), f, {single}, single_rounding);
        expect_same(name, gpu(), f, {counts}, rounding);
      };
      check("sum", [](const Tensor& t, const Axes& a, bool k) { return sum(t, a, k); });
      check("product", [](const Tensor& t, const Axes& a, bool k) { return product(cast(t, DType::f64), a, k); });
      check("mean", [](const Tensor& t, const Axes& a, bool k) { return mean(t, a, k); });
      check("max", [](const Tensor& t, const Axes& a, bool k) { return max(t, a, k); });
      check("min", [](const Tensor& t, const Axes& a, bool k) { return min(t, a, k); });
      check("logsumexp", [](const Tensor& t, const Axes& a, bool k) { return logsumexp(t, a, k); });
    }
  expect_same(
      "variance", gpu(), [](const auto& v) { return variance(v[0], 1); }, {x}, rounding);
  expect_same("sum of boolean", gpu(), [](const auto& v) { return sum(v[0] > 0, 1); }, {x});
  expect_same("sum of nothing", gpu(), [](const auto& v) { return sum(v[0], 0); }, {Tensor::empty({0, 3})});
  expect_same("logsumexp of nothing", gpu(), [](const auto& v) { return logsumexp(v[0], 0); }, {Tensor::empty({0, 3})});
  expect_same("max with nan", gpu(), [](const auto& v) { return max(v[0]); }, {of({1, nan, 3})});
  expect_same(
      "softmax", gpu(), [](const auto& v) { return softmax(v[0], 1); }, {x}, rounding);
  expect_same(
      "log_softmax", gpu(), [](const auto& v) { return log_softmax(v[0], -1); }, {x}, rounding);
}

TEST_F(OpsOnGpu, Positions) {
  const Tensor x = round(scattered({7, 33, 3}) * 2);  // ties
  for (int axis = 0; axis < 3; ++axis) {
    expect_same_layouts("argmax", gpu(), [axis](const auto& v) { return argmax(v[0], axis); }, {x});
    expect_same_layouts("argmin", gpu(), [axis](const auto& v) { return argmin(v[0], axis, true); }, {x});
    for (const bool descending : {false, true}) {
      expect_same_layouts("sort", gpu(), [=](const auto& v) { return sort(v[0], axis, descending).values; }, {x});
      expect_same_layouts("sort", gpu(), [=](const auto& v) { return sort(v[0], axis, descending).indices; }, {x});
    }
    expect_same_layouts(
        "cumulative_sum", gpu(), [axis](const auto& v) { return cumulative_sum(v[0], axis); }, {x}, rounding);
  }
  const Tensor odd = of({3, nan, -1, 0.0, -0.0, nan, 2});
  for (const bool descending : {false, true})
    expect_same("sort nan", gpu(), [=](const auto& v) { return sort(v[0], 0, descending).indices; }, {odd});
  for (const DType dtype : {DType::f32, DType::i32, DType::i64, DType::u8, DType::boolean})
    expect_same(name_of(dtype), gpu(), [](const auto& v) { return sort(v[0], 1).indices; }, {cast(x, dtype)});
  expect_same("argmax nan", gpu(), [](const auto& v) { return argmax(v[0], 0); }, {odd});
  expect_same("cumulative_sum of boolean", gpu(), [](const auto& v) { return cumulative_sum(v[0], 0); }, {odd > 0});
}

TEST_F(OpsOnGpu, Indexing) {
  const Tensor x = scattered({5, 4}), index = whole({3, 0, 0, 2, 1, 3, 3, 3, 1, 1}, {5, 2});
  const Tensor rows = whole({4, 4, 0, 2}), classes = whole({0, 3, 1, 2, 2});
  expect_same_layouts("gather", gpu(), [](const auto& v) { return gather(v[0], 1, v[1]); }, {x, index});
  expect_same("gather one", gpu(), [](const auto& v) { return gather(v[0], 1, v[1]); }, {x, classes});
  expect_same("gather by a number", gpu(), [](const auto& v) { return gather(v[0].select(0, 0), 0, 2); }, {x});
  expect_same("take", gpu(), [](const auto& v) { return take(v[0], 0, v[1]); }, {x, rows});
  expect_same("take by i32", gpu(), [](const auto& v) { return take(v[0], 0, cast(v[1], DType::i32)); }, {x, rows});
  expect_same("take nothing", gpu(), [](const auto& v) { return take(v[0], 0, v[1]); },
              {x, Tensor::empty({0}, DType::i64)});
  const Tensor values = scattered({5, 2}, 3);
  expect_same(
      "scatter_add", gpu(), [](const auto& v) { return scatter_add(v[0], 1, v[1], v[2]); }, {x, index, values},
      rounding);
  expect_same("scatter_add a number", gpu(), [](const auto& v) { return scatter_add(v[0], 1, v[1], 2); }, {x, index});
  expect_same("scatter_add, whole", gpu(), [](const auto& v) { return scatter_add(v[0], 0, v[1], 1); },
              {Tensor::zeros({5}, DType::i64), rows});
  expect_same("one_hot", gpu(), [](const auto& v) { return one_hot(v[0], 4, DType::f32); }, {classes});
}

TEST_F(OpsOnGpu, Joining) {
  const Tensor a = scattered({3, 4}), b = scattered({3, 2}, 1), c = scattered({3, 4}, 2, DType::f32);
  expect_same("concatenate", gpu(), [](const auto& v) { return concatenate(v, 1); }, {a, b, c});
  expect_same("stack", gpu(), [](const auto& v) { return stack(v, 1); }, {a, c});
  expect_same("stack with a number", gpu(),
              [](const auto& v) {
                return stack({1.5, v[0].select(0, 0).select(0, 1)});
              },
              {a});
}

TEST_F(OpsOnGpu, Products) {
  const Tensor a = scattered({7, 5}), b = scattered({5, 9}, 1), u = scattered({5}, 2), w = scattered({7}, 3);
  const Computation product = [](const std::vector<Tensor>& v) { return matmul(v[0], v[1]); };
  for (const DType dtype : {DType::f32, DType::f64}) {
    const Within within = dtype == DType::f64 ? rounding : single_rounding;
    const auto in = [&](const Tensor& t) { return cast(t, dtype); };
    expect_same_layouts("matrices", gpu(), product, {in(a), in(b)}, within);
    expect_same("matrix and vector", gpu(), product, {in(a), in(u)}, within);
    expect_same("vector and matrix", gpu(), product, {in(w), in(a)}, within);
    expect_same("vectors", gpu(), product, {in(u), in(u)}, within);
    expect_same("batches", gpu(), product, {in(scattered({2, 3, 7, 5})), in(scattered({3, 5, 2}, 4))}, within);
    expect_same("a tall matrix", gpu(), product, {in(scattered({2, 3, 5})), in(b)}, within);
    expect_same("nothing", gpu(), product, {in(Tensor::empty({3, 0})), in(Tensor::empty({0, 2}))}, within);
  }
  expect_same("whole", gpu(), product, {whole({1, 2, 3, 4}, {2, 2}), whole({5, 6}, {2})}, rounding);
  expect_same(
      "dot", gpu(), [](const auto& v) { return dot(v[0], v[0]); }, {u}, rounding);
  expect_same("outer", gpu(), [](const auto& v) { return outer(v[0], v[1]); }, {u, w});
}

TEST_F(OpsOnGpu, LinearSystems) {
  const Tensor x = scattered({9, 6}), b = scattered({6, 3}, 1);
  const auto normal = [](const Tensor& t) { return matmul(t.transpose(0, 1), t) + eye(6, DType::f64, t.device()); };
  expect_same(
      "cholesky", gpu(), [&](const auto& v) { return cholesky(normal(v[0])); }, {x}, rounding);
  expect_same(
      "cholesky_solve", gpu(), [&](const auto& v) { return cholesky_solve(v[1], cholesky(normal(v[0]))); }, {x, b},
      rounding);
  for (const bool upper : {false, true})
    for (const bool transpose : {false, true}) {
      const Computation solve = [=](const std::vector<Tensor>& v) {
        return solve_triangular(v[0], v[1], {.upper = upper, .transpose = transpose});
      };
      const Tensor t = scattered({6, 6}, 2) + 4 * eye(6);
      expect_same_layouts("solve_triangular", gpu(), solve, {t, b}, rounding);
      expect_same("solve_triangular, a vector", gpu(), solve, {t, b.select(1, 0)}, rounding);
    }
  expect_same("diagonal", gpu(), [](const auto& v) { return diagonal(v[0]); }, {x});
  expect_same("tril", gpu(), [](const auto& v) { return tril(v[0]); }, {x});
  expect_same("triu", gpu(), [](const auto& v) { return triu(v[0]); }, {x});
}

}  // namespace
}  // namespace linden::device_test
