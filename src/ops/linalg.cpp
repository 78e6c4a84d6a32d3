// Cholesky factors, triangular systems, diagonals and triangles of matrices.
//
// Derivatives: of a solution x of t x = b, db = t^-T dx and dt = -db x^T within the triangle; of a Cholesky factor
// (I. Murray, Differentiation of the Cholesky decomposition, 2016, arXiv:1602.07527), with P the lower triangle of
// l^T dl, its diagonal halved: da = l^-T P l^-1, symmetric by the (a + a^T) / 2 before it.
#include <linden/linalg.hpp>
#include <linden/ops.hpp>

#include "tensor/node.hpp"
#include "base/fail.hpp"
#include "tensor/device_context.hpp"
#include "ops/elementwise.hpp"
#include "ops/promotion.hpp"

namespace linden {
namespace {

void check_matrix(const char* op, const char* what, const Tensor& x) {
  if (x.rank() != 2)
    fail<ShapeError>("{}: {} has shape {}, but it must be one matrix. Hint: select(0, i) takes one of a batch.", op,
                     what, x.shape().text());
}

void check_square(const char* op, const char* what, const Tensor& x) {
  check_matrix(op, what, x);
  if (x.size(0) != x.size(1))
    fail<ShapeError>("{}: {} has shape {}, but it must be square.", op, what, x.shape().text());
}

Tensor as_floating(const Tensor& x) { return cast(x, compute_dtype(OpKind::floating, x)); }

/// A view of the diagonal, off the tape.
Tensor diagonal_view(const Tensor& x) {
  const std::int64_t length = std::min(x.size(0), x.size(1));
  return TensorAccess::view(x, {length}, {x.strides()[0] + x.strides()[1]});
}

/// Zeros of `shape` with `values` on the diagonal: what diagonal does, reversed.
Tensor on_diagonal(const Tensor& values, const Shape& shape) {
  Tensor whole = Tensor::zeros(shape, values.dtype(), values.device());
  write_over(diagonal_view(whole), values.detach());
  if (is_recorded(values))
    record(
        {"on_diagonal"}, whole,
        [](const std::shared_ptr<Node>&, const Tensor& g, std::span<Tensor> gradients) { gradients[0] = diagonal(g); },
        values);
  return whole;
}

/// Whether an element of a matrix lies on the diagonal or below it.
Tensor is_lower(std::int64_t rows, std::int64_t columns, const Device& device) {
  return arange(rows, DType::i64, device).unsqueeze(1) >= arange(columns, DType::i64, device).unsqueeze(0);
}

/// Of a square matrix whose lower half stands for all of it.
Tensor factor(const Tensor& a) {
  Tensor l = a.detach().clone();
  const std::int64_t bad =
      tensor_kernels_of(a.device()).cholesky(tensor_context(a.device()), a.dtype(), TensorAccess::data(l), a.size(0));
  if (bad >= 0)
    fail<ArgumentError>(
        "cholesky: a matrix of shape {} is not positive definite: pivot {} is not positive. Hint: add a small multiple "
        "of eye({}), or look for columns that depend on each other.",
        a.shape().text(), bad, a.size(0));
  if (!is_recorded(a)) return l;
  const auto rule = [l = Saved::result(l)](const std::shared_ptr<Node>& self, const Tensor& g,
                                           std::span<Tensor> gradients) {
    const Tensor lower = l.result_of(self);
    const Tensor product = tril(matmul(lower.transpose(0, 1), g));
    const Tensor p = product - on_diagonal(diagonal(product) * 0.5, product.shape());
    const Tensor left = solve_triangular(lower, p, {.transpose = true});
    gradients[0] = solve_triangular(lower, left.transpose(0, 1), {.transpose = true}).transpose(0, 1);
  };
  record({"cholesky"}, l, rule, a);
  return l;
}

void check_diagonal(const Tensor& t) {
  const Tensor zero = diagonal_view(t) == 0;
  if (sum(zero).item() == 0) return;
  fail<ArgumentError>("solve_triangular: element [{0}, {0}] of t is 0, so that there is no solution.",
                      argmax(cast(zero, DType::i32), 0).item());
}

Tensor triangle(const char* name, const Tensor& x, bool upper) {
  check_matrix(name, "x", x);
  const Tensor mask =
      upper ? is_lower(x.size(1), x.size(0), x.device()).transpose(0, 1) : is_lower(x.size(0), x.size(1), x.device());
  return where(mask, x, 0);
}

}  // namespace

Tensor dot(const Tensor& a, const Tensor& b) {
  if (a.rank() != 1 || b.rank() != 1 || a.size(0) != b.size(0))
    fail<ShapeError>("dot: a has shape {}, b {}, but they must be vectors of one length.", a.shape().text(),
                     b.shape().text());
  return matmul(a, b);
}

Tensor outer(const Tensor& first, const Tensor& second) {
  if (first.rank() != 1 || second.rank() != 1)
    fail<ShapeError>("outer: a has shape {}, b {}, but they must be vectors.", first.shape().text(),
                     second.shape().text());
  common_device("outer", first, second);
  const DType dtype = compute_dtype(OpKind::floating, first, second);
  const Tensor a = cast(first, dtype), b = cast(second, dtype);
  Tensor y = a.detach().unsqueeze(1) * b.detach().unsqueeze(0);
  if (!is_recorded(a, b)) return y;
  const bool wants_a = a.requires_grad(), wants_b = b.requires_grad();
  const auto rule = [wants_a, wants_b, a = Saved(a), b = Saved(b)](const std::shared_ptr<Node>& self, const Tensor& g,
                                                                   std::span<Tensor> gradients) {
    if (wants_a) gradients[0] = matmul(g, b.get(*self));
    if (wants_b) gradients[1] = matmul(g.transpose(0, 1), a.get(*self));
  };
  record({"outer"}, y, rule, a, b);
  return y;
}

Tensor cholesky(const Tensor& a) {
  check_square("cholesky", "a", a);
  const Tensor x = as_floating(a);
  return factor((x + x.transpose(0, 1)) * 0.5);
}

Tensor solve_triangular(const Tensor& triangular, const Tensor& right, const TriangularOptions& options) {
  check_square("solve_triangular", "t", triangular);
  if ((right.rank() != 1 && right.rank() != 2) || right.size(0) != triangular.size(0))
    fail<ShapeError>("solve_triangular: t has shape {}, so that b must have {} rows, but its shape is {}.",
                     triangular.shape().text(), triangular.size(0), right.shape().text());
  common_device("solve_triangular", triangular, right);
  const DType dtype = compute_dtype(OpKind::floating, triangular, right);
  const Tensor t = cast(triangular, dtype), b = cast(right, dtype);
  const std::int64_t down = t.strides()[0], across = t.strides()[1];
  const bool is_readable = (down == 1 && across > 0) || (across == 1 && down > 0);
  const Tensor read = is_readable ? t.detach() : t.detach().clone();
  check_diagonal(read);
  Tensor x = b.detach().clone();
  TriangularTask task;
  task.dtype = dtype;
  task.upper = options.upper != options.transpose;
  task.n = t.size(0);
  task.columns = b.rank() == 2 ? b.size(1) : 1;
  task.t = TensorAccess::data(read);
  task.t_row_stride = read.strides()[options.transpose ? 1 : 0];
  task.t_column_stride = read.strides()[options.transpose ? 0 : 1];
  task.x = TensorAccess::data(x);
  tensor_kernels_of(x.device()).solve_triangular(tensor_context(x.device()), task);
  if (!is_recorded(t, b)) return x;
  const bool wants_t = t.requires_grad(), wants_b = b.requires_grad();
  const auto rule = [wants_t, wants_b, options, t = Saved(t), x = Saved::result(x)](
                        const std::shared_ptr<Node>& self, const Tensor& g, std::span<Tensor> gradients) {
    const Tensor y = x.result_of(self);
    const Tensor for_b = solve_triangular(t.get(*self), g, {options.upper, !options.transpose});
    if (wants_b) gradients[1] = for_b;
    if (!wants_t) return;
    const Tensor &left = options.transpose ? y : for_b, &top = options.transpose ? for_b : y;
    const Tensor whole = y.rank() == 1 ? outer(left, top) : matmul(left, top.transpose(0, 1));
    gradients[0] = -triangle("solve_triangular", whole, options.upper);
  };
  record({"solve_triangular"}, x, rule, t, b);
  return x;
}

Tensor cholesky_solve(const Tensor& b, const Tensor& l) {
  check_square("cholesky_solve", "l", l);
  if ((b.rank() != 1 && b.rank() != 2) || b.size(0) != l.size(0))
    fail<ShapeError>("cholesky_solve: l has shape {}, so that b must have {} rows, but its shape is {}.",
                     l.shape().text(), l.size(0), b.shape().text());
  return solve_triangular(l, solve_triangular(l, b), {.transpose = true});
}

Tensor eye(std::int64_t n, DType dtype, Device device) {
  Tensor whole = Tensor::zeros({n, n}, dtype, device);
  write_over(diagonal_view(whole), 1);
  return whole;
}

Tensor diagonal(const Tensor& x) {
  check_matrix("diagonal", "x", x);
  Tensor view = diagonal_view(x);
  if (is_recorded(x))
    record(
        {"diagonal"}, view,
        [shape = x.shape()](const std::shared_ptr<Node>&, const Tensor& g, std::span<Tensor> gradients) {
          gradients[0] = on_diagonal(g, shape);
        },
        x);
  return view;
}

Tensor tril(const Tensor& x) { return triangle("tril", x, false); }
Tensor triu(const Tensor& x) { return triangle("triu", x, true); }

}  // namespace linden
