// The matrix product of vectors, matrices and batches of them: shapes, strides and derivatives around one kernel.
//
// Transposed operands reach the kernel as strides, without a copy. A matrix times a vector reaches it as such, forward
// and in both gradients; a vector times a matrix is the transposed matrix times the vector.
#include <linden/linalg.hpp>
#include <linden/ops.hpp>

#include "tensor/node.hpp"
#include "base/fail.hpp"
#include "tensor/device_context.hpp"
#include "ops/elementwise.hpp"
#include "ops/loops.hpp"
#include "ops/promotion.hpp"

namespace linden {
namespace {

void check_shapes(const Tensor& a, const Tensor& b) {
  if (a.rank() == 0 || b.rank() == 0)
    fail<ShapeError>("matmul: a is {}, b is {}: a scalar has no rows. Hint: a * b multiplies element by element.",
                     a.shape().text(), b.shape().text());
  const std::int64_t inner_a = a.size(a.rank() - 1), inner_b = b.size(b.rank() == 1 ? 0 : b.rank() - 2);
  if (inner_a == inner_b) return;
  std::string hint;
  if (b.rank() > 1 && b.size(b.rank() - 1) == inner_a)
    hint = " Hint: matmul(a, b.transpose(-2, -1)) would fit.";
  else if (a.rank() > 1 && a.size(a.rank() - 2) == inner_b)
    hint = " Hint: matmul(a.transpose(-2, -1), b) would fit.";
  fail<ShapeError>("matmul: a is {}, b is {}: the inner sizes {} and {} differ.{}", a.shape().text(), b.shape().text(),
                   inner_a, inner_b, hint);
}

/// The dimensions before the last two, as a tensor of their own.
Tensor batch_of(const Tensor& t) {
  const auto part = [&](const Shape& whole) {
    return Shape(std::span<const std::int64_t>(whole.begin(), static_cast<std::size_t>(t.rank() - 2)));
  };
  return TensorAccess::view(t, part(t.shape()), part(t.strides()));
}

/// Whether the kernel can read the matrices of `t` where they are: rows or columns lie dense.
bool is_readable(const Tensor& t) {
  const std::int64_t rows = t.size(-2), columns = t.size(-1);
  const std::int64_t down = t.strides()[t.rank() - 2], across = t.strides()[t.rank() - 1];
  return ((columns == 1 || across == 1) && (rows == 1 || down > 0)) ||
         ((rows == 1 || down == 1) && (columns == 1 || across > 0));
}

MatmulTask::Matrix matrix_of(const Tensor& t) {
  const std::int64_t rows = t.size(-2), columns = t.size(-1);
  MatmulTask::Matrix matrix{TensorAccess::data(t), 0, t.strides()[t.rank() - 2], t.strides()[t.rank() - 1]};
  // The stride of a dimension of size 1 says nothing: make it that of dense memory.
  if (columns == 1) matrix.column_stride = rows > 1 && matrix.row_stride == 1 ? rows : 1;
  if (rows == 1) matrix.row_stride = columns > 1 && matrix.column_stride != 1 ? 1 : columns;
  return matrix;
}

/// The product of single matrices, or of the first ones of batches.
MatmulTask task_of(const Tensor& a, const Tensor& b) {
  MatmulTask task;
  task.dtype = a.dtype();
  task.m = a.size(-2);
  task.k = a.size(-1);
  task.n = b.size(-1);
  task.a = matrix_of(a);
  task.b = matrix_of(b);
  task.c = {nullptr, task.m * task.n, task.n, 1};
  return task;
}

/// A vector times a matrix as c^T = b^T a^T, a matrix times a vector.
void turn(MatmulTask& task) {
  std::swap(task.a, task.b);
  std::swap(task.a.row_stride, task.a.column_stride);
  std::swap(task.b.row_stride, task.b.column_stride);
  std::swap(task.m, task.n);
  task.c.row_stride = 1;
}

void run(MatmulTask task, Tensor& c) {
  if (c.elements() == 0) return;
  task.c.data = TensorAccess::data(c);
  if (task.m == 1 && task.n > 1) turn(task);
  tensor_kernels_of(c.device()).matmul(tensor_context(c.device()), task);
}

/// Dense c [batch..., m, n] = a b for a [..., m, k], b [..., k, n] of one floating dtype, off the tape.
Tensor multiply(const Tensor& left, const Tensor& right) {
  const Tensor a = is_readable(left) ? left : left.clone(), b = is_readable(right) ? right : right.clone();
  MatmulTask task = task_of(a, b);
  if (a.rank() == 2 && b.rank() == 2) {
    Tensor c = TensorAccess::allocate({task.m, task.n}, a.dtype(), a.device());
    run(task, c);
    return c;
  }
  const Tensor batch_a = batch_of(a), batch_b = batch_of(b);
  const Shape batch = broadcast_shapes("matmul, batches", {&batch_a, &batch_b});
  Shape shape = batch;
  shape.append(task.m);
  shape.append(task.n);
  Tensor c = TensorAccess::allocate(shape, a.dtype(), a.device());
  if (c.elements() == 0) return c;
  // Batch dimensions are as few loops as memory allows; the kernel takes the innermost.
  const Tensor heads = TensorAccess::view(c, batch, row_major_strides(batch));
  const auto nest = loops<3>(batch, {&heads, &batch_a, &batch_b});
  const int outer = nest.rank > 0 ? nest.rank - 1 : 0;
  if (nest.rank > 0) {
    task.batch = nest.sizes[outer];
    task.a.batch_stride = nest.operand[1].strides[outer];
    task.b.batch_stride = nest.operand[2].strides[outer];
  }
  std::int64_t runs = 1;
  for (int d = 0; d < outer; ++d) runs *= nest.sizes[d];
  for (std::int64_t i = 0; i < runs; ++i) {
    MatmulTask here = task;
    std::int64_t rest = i, at_a = 0, at_b = 0;
    for (int d = outer - 1; d >= 0; --d) {
      at_a += rest % nest.sizes[d] * nest.operand[1].strides[d];
      at_b += rest % nest.sizes[d] * nest.operand[2].strides[d];
      rest /= nest.sizes[d];
    }
    const auto bytes = static_cast<std::int64_t>(size_of(a.dtype()));
    here.a.data = static_cast<char*>(task.a.data) + at_a * bytes;
    here.b.data = static_cast<char*>(task.b.data) + at_b * bytes;
    Tensor part = TensorAccess::view(c, {task.batch, task.m, task.n}, {task.c.batch_stride, task.n, 1},
                                     i * task.batch * task.c.batch_stride);
    run(here, part);
  }
  return c;
}

/// A vector as a matrix of one row or one column; off the tape.
Tensor as_row(const Tensor& v) { return TensorAccess::view(v, {1, v.size(0)}, {1, v.strides()[0]}); }
Tensor as_column(const Tensor& v) { return TensorAccess::view(v, {v.size(0), 1}, {v.strides()[0], 1}); }

const OpId id{"matmul"};

/// [k] x [k].
Tensor vector_vector(const Tensor& a, const Tensor& b) {
  // In f64 also for f32: the square of an f32 need not fit one.
  const Tensor product = multiply(cast(as_row(a), DType::f64), cast(as_column(b), DType::f64));
  Tensor y = cast(TensorAccess::view(product, {}, {}), a.dtype());
  if (!is_recorded(a, b)) return y;
  const bool wants_a = a.requires_grad(), wants_b = b.requires_grad();
  const auto rule = [wants_a, wants_b, a = Saved(a), b = Saved(b)](const std::shared_ptr<Node>& self, const Tensor& g,
                                                                   std::span<Tensor> gradients) {
    if (wants_a) gradients[0] = chain_product(g, b.get(*self));
    if (wants_b) gradients[1] = chain_product(g, a.get(*self));
  };
  record(id, y, rule, a, b);
  return y;
}

/// [m, k] x [k].
Tensor matrix_vector(const Tensor& a, const Tensor& b) {
  const Tensor column = multiply(a.detach(), as_column(b));
  Tensor y = TensorAccess::view(column, {column.size(0)}, {1});
  if (!is_recorded(a, b)) return y;
  const bool wants_a = a.requires_grad(), wants_b = b.requires_grad();
  const auto rule = [wants_a, wants_b, a = Saved(a), b = Saved(b)](const std::shared_ptr<Node>& self, const Tensor& g,
                                                                   std::span<Tensor> gradients) {
    if (wants_a) gradients[0] = outer(g, b.get(*self));
    if (wants_b) gradients[1] = matmul(a.get(*self).transpose(0, 1), g);
  };
  record(id, y, rule, a, b);
  return y;
}

/// [..., m, k] x [..., k, n].
Tensor matrices(const Tensor& a, const Tensor& b) {
  Tensor y = multiply(a.detach(), b.detach());
  if (!is_recorded(a, b)) return y;
  const bool wants_a = a.requires_grad(), wants_b = b.requires_grad();
  const auto rule = [wants_a, wants_b, a = Saved(a), b = Saved(b)](const std::shared_ptr<Node>& self, const Tensor& g,
                                                                   std::span<Tensor> gradients) {
    const Tensor &x = a.get(*self), &w = b.get(*self);
    if (wants_a) gradients[0] = sum_to(matmul(g, w.transpose(-2, -1)), x.shape());
    if (wants_b) gradients[1] = sum_to(matmul(x.transpose(-2, -1), g), w.shape());
  };
  record(id, y, rule, a, b);
  return y;
}

/// [..., m, k] x [k] or [k, n]: the batch is more rows of one matrix.
Tensor one_tall_matrix(const Tensor& a, const Tensor& b) {
  Shape shape = a.shape();
  const std::int64_t k = shape[shape.rank() - 1];
  std::int64_t rows = 1;
  for (int d = 0; d + 1 < shape.rank(); ++d) rows *= shape[d];
  Shape result(std::span<const std::int64_t>(shape.begin(), static_cast<std::size_t>(shape.rank() - 1)));
  if (b.rank() == 2) result.append(b.size(1));
  return matmul(a.reshape({rows, k}), b).reshape(result);
}

}  // namespace

Tensor matmul(const Tensor& first, const Tensor& second) {
  check_shapes(first, second);
  common_device("matmul", first, second);
  const DType dtype = compute_dtype(OpKind::floating, first, second);
  const Tensor a = cast(first, dtype), b = cast(second, dtype);
  if (a.rank() == 1 && b.rank() == 1) return vector_vector(a, b);
  if (a.rank() == 2 && b.rank() == 1) return matrix_vector(a, b);
  if (a.rank() == 1 && b.rank() == 2) return matrix_vector(b.transpose(0, 1), a);
  if (a.rank() > 2 && b.rank() <= 2 && a.is_contiguous()) return one_tall_matrix(a, b);
  if (a.rank() == 1) return matmul(a.unsqueeze(0), b).squeeze(-2);
  if (b.rank() == 1) return matmul(a, b.unsqueeze(1)).squeeze(-1);
  return matrices(a, b);
}

}  // namespace linden
