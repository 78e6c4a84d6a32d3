// Reductions over any dimensions, and what is made of them.
#include <algorithm>
#include <limits>
#include <linden/ops.hpp>
#include <numeric>

#include "tensor/node.hpp"
#include "base/fail.hpp"
#include "tensor/device_context.hpp"
#include "ops/elementwise.hpp"
#include "ops/loops.hpp"
#include "ops/promotion.hpp"

namespace linden {
namespace {

/// Which dimensions go.
struct Reduced {
  Reduced(const char* op, const Axes& axes, const Shape& shape) {
    if (axes.list().empty()) std::fill_n(is_reduced.begin(), shape.rank(), true);
    for (const int axis : axes.list()) {
      const int d = checked_dim(op, axis, shape);
      if (is_reduced[d]) fail<ShapeError>("{}: dimension {} of shape {} is named twice.", op, d, shape.text());
      is_reduced[d] = true;
    }
    for (int d = 0; d < shape.rank(); ++d) {
      kept_shape.append(is_reduced[d] ? 1 : shape[d]);
      if (!is_reduced[d]) dropped_shape.append(shape[d]);
      if (is_reduced[d]) count *= shape[d];
    }
  }

  std::array<bool, max_rank> is_reduced{};
  Shape kept_shape, dropped_shape;  ///< reduced dimensions with size 1, or without them
  std::int64_t count = 1;           ///< elements that become one

  const Shape& shape(bool keep_dims) const { return keep_dims ? kept_shape : dropped_shape; }
};

/// Merges the dimensions [begin, end) of the task; returns how many are left, moved to `to`.
int merge_dims(ReduceTask& task, int begin, int end, int to) {
  int last = to - 1;
  for (int d = begin; d < end; ++d) {
    if (task.sizes[d] == 1) continue;
    const bool joins = last >= to && task.in.strides[last] == task.in.strides[d] * task.sizes[d] &&
                       task.out.strides[last] == task.out.strides[d] * task.sizes[d];
    const std::int64_t size = joins ? task.sizes[last] * task.sizes[d] : task.sizes[d];
    if (!joins) ++last;
    task.sizes[last] = size;
    task.in.strides[last] = task.in.strides[d];
    task.out.strides[last] = task.out.strides[d];
  }
  return last + 1 - to;
}

Tensor run_reduce(ReduceOp op, const Tensor& x, const Reduced& reduced, bool keep_dims, DType dtype) {
  Tensor y = TensorAccess::allocate(reduced.shape(keep_dims), dtype, x.device());
  ReduceTask task;
  task.op = op;
  task.in = TensorAccess::operand(x);
  task.out = TensorAccess::operand(y);
  const Shape kept_strides = row_major_strides(reduced.kept_shape);
  int order[max_rank], kept = 0, rank = 0;
  for (int d = 0; d < x.rank(); ++d)
    if (!reduced.is_reduced[d]) order[kept++] = d;
  rank = kept;
  for (int d = 0; d < x.rank(); ++d)
    if (reduced.is_reduced[d]) order[rank++] = d;
  for (int i = 0; i < rank; ++i) {
    task.sizes[i] = x.size(order[i]);
    task.in.strides[i] = x.strides()[order[i]];
    task.out.strides[i] = i < kept ? kept_strides[order[i]] : 0;
  }
  task.kept = merge_dims(task, 0, kept, 0);
  task.reduced = merge_dims(task, kept, rank, task.kept);
  tensor_kernels_of(x.device()).reduce(tensor_context(x.device()), task);
  return y;
}

DType sum_dtype(DType dtype) { return is_floating(dtype) ? dtype : DType::i64; }

/// The op's id where a row program could know it: one dimension.
OpId reduce_id(const char* name, OpCode code, const Axes& axes, const Shape& shape, bool keep_dims) {
  if (axes.list().size() != 1) return {name};
  return {name, code, checked_dim(name, axes.list()[0], shape), keep_dims ? 1 : 0};
}

/// Along the last dimension, the product of all other elements: neighbours are multiplied until one number is left, and
/// on the way back what stands beside each. No division: this and its derivatives hold at zeros, too.
Tensor product_of_others(const Tensor& x) {
  const int last = x.rank() - 1;
  const std::int64_t n = x.size(last), pairs = n / 2;
  if (n <= 1) return Tensor::ones(x.shape(), x.dtype(), x.device());
  const bool is_odd = n % 2 != 0;
  const Tensor left = x.slice(last, 0, 2 * pairs, 2), right = x.slice(last, 1, n, 2);
  Tensor products = left * right;
  if (is_odd) products = concatenate({products, x.slice(last, n - 1, n)}, last);
  const Tensor others = product_of_others(products);
  const Tensor beside = others.slice(last, 0, pairs);
  Shape paired = x.shape();
  paired[last] = 2 * pairs;
  const Tensor both = stack({beside * right, beside * left}, last + 1).reshape(paired);
  return is_odd ? concatenate({both, others.slice(last, pairs, pairs + 1)}, last) : both;
}

/// The same over the reduced dimensions.
Tensor product_of_others(const Tensor& x, const Reduced& reduced) {
  Tensor moved = x;  // the reduced dimensions last
  std::vector<std::pair<int, int>> exchanges;
  int end = x.rank();
  for (int d = x.rank() - 1; d >= 0; --d) {
    if (!reduced.is_reduced[d]) continue;
    exchanges.emplace_back(d, --end);
    moved = moved.transpose(d, end);
  }
  Shape flat(std::span<const std::int64_t>(moved.shape().begin(), static_cast<std::size_t>(end)));
  flat.append(reduced.count);
  Tensor others = product_of_others(moved.reshape(flat)).reshape(moved.shape());
  for (auto it = exchanges.rbegin(); it != exchanges.rend(); ++it) others = others.transpose(it->first, it->second);
  return others;
}

Tensor extremum(const char* name, ReduceOp op, const Tensor& x, const Axes& axes, bool keep_dims) {
  const Reduced reduced(name, axes, x.shape());
  if (reduced.count == 0)
    fail<ShapeError>("{}: nothing to take it of in shape {}. Hint: it is not defined for no elements.", name,
                     x.shape().text());
  Tensor y = run_reduce(op, x, reduced, keep_dims, x.dtype());
  if (!is_recorded(x)) return y;
  const auto rule = [x = Saved(x), y = Saved::result(y), kept = reduced.kept_shape, axes](
                        const std::shared_ptr<Node>& self, const Tensor& g, std::span<Tensor> gradients) {
    const Tensor& values = x.get(*self);
    const Tensor best = cast(values.detach() == y.get(*self).reshape(kept), values.dtype());
    gradients[0] = gated_product(g.reshape(kept), best / sum(best, axes, true));
  };
  record({name}, y, rule, x);
  return y;
}

Tensor arg_extremum(const char* name, bool largest, const Tensor& x, int axis, bool keep_dims) {
  const int d = checked_dim(name, axis, x.shape());
  if (x.size(d) == 0)
    fail<ShapeError>("{}: nothing to choose from in dimension {} of shape {}.", name, d, x.shape().text());
  const Reduced reduced(name, d, x.shape());
  Tensor y = TensorAccess::allocate(reduced.kept_shape, DType::i64, x.device());
  tensor_kernels_of(x.device()).arg_reduce(tensor_context(x.device()), largest, axis_loops<2>(x.shape(), d, {&y, &x}));
  record_flat({name}, y, x);
  return keep_dims ? y : y.reshape(reduced.dropped_shape);
}

}  // namespace

Tensor sum(const Tensor& x, const Axes& axes, bool keep_dims) {
  const Reduced reduced("sum", axes, x.shape());
  Tensor y = run_reduce(ReduceOp::sum, x, reduced, keep_dims, sum_dtype(x.dtype()));
  if (is_recorded(x))
    record(
        reduce_id("sum", OpCode::sum, axes, x.shape(), keep_dims), y,
        [shape = x.shape(), kept = reduced.kept_shape](const std::shared_ptr<Node>&, const Tensor& g,
                                                       std::span<Tensor> gradients) {
          gradients[0] = g.reshape(kept).broadcast_to(shape);
        },
        x);
  return y;
}

Tensor product(const Tensor& x, const Axes& axes, bool keep_dims) {
  const Reduced reduced("product", axes, x.shape());
  Tensor y = run_reduce(ReduceOp::product, x, reduced, keep_dims, sum_dtype(x.dtype()));
  if (!is_recorded(x)) return y;
  const auto rule = [x = Saved(x), reduced](const std::shared_ptr<Node>& self, const Tensor& g,
                                            std::span<Tensor> gradients) {
    gradients[0] = chain_product(g.reshape(reduced.kept_shape), product_of_others(x.get(*self), reduced));
  };
  record({"product"}, y, rule, x);
  return y;
}

Tensor mean(const Tensor& x, const Axes& axes, bool keep_dims) {
  const Reduced reduced("mean", axes, x.shape());
  return sum(x, axes, keep_dims) / static_cast<double>(reduced.count);
}

Tensor variance(const Tensor& x, const Axes& axes, bool keep_dims, int correction) {
  // The square of an f32 need not fit one, and the mean's own rounding must not show in small deviations.
  if (x.dtype() == DType::f32) return cast(variance(cast(x, DType::f64), axes, keep_dims, correction), DType::f32);
  const Reduced reduced("variance", axes, x.shape());
  return sum(square(x - mean(x, axes, true)), axes, keep_dims) /
         static_cast<double>(std::max<std::int64_t>(0, reduced.count - correction));
}

Tensor max(const Tensor& x, const Axes& axes, bool keep_dims) {
  return extremum("max", ReduceOp::maximum, x, axes, keep_dims);
}
Tensor min(const Tensor& x, const Axes& axes, bool keep_dims) {
  return extremum("min", ReduceOp::minimum, x, axes, keep_dims);
}

Tensor logsumexp(const Tensor& operand, const Axes& axes, bool keep_dims) {
  const Tensor x = is_floating(operand.dtype()) ? operand : cast(operand, DType::f64);
  const Reduced reduced("logsumexp", axes, x.shape());
  const Tensor values = x.detach();
  Tensor y;
  if (reduced.count == 0) {
    y = Tensor::full(reduced.shape(keep_dims), -std::numeric_limits<double>::infinity(), x.dtype(), x.device());
  } else {
    // An infinite shift would make infinity - infinity.
    const Tensor top = max(values, axes, true);
    const Tensor shift = where(abs(top) == std::numeric_limits<double>::infinity(), 0.0, top);
    y = (shift + log(sum(exp(values - shift), axes, true))).reshape(reduced.shape(keep_dims)).contiguous();
  }
  if (!is_recorded(x)) return y;
  const auto rule = [x = Saved(x), y = Saved::result(y), kept = reduced.kept_shape](
                        const std::shared_ptr<Node>& self, const Tensor& g, std::span<Tensor> gradients) {
    // Where all are -infinity, so is y: the slopes are 0, and -infinity - -infinity would be NaN.
    const Tensor top = y.result_of(self).reshape(kept);
    const Tensor shift = where(top == -std::numeric_limits<double>::infinity(), 0.0, top);
    gradients[0] = chain_product(g.reshape(kept), exp(x.get(*self) - shift));
  };
  record(reduce_id("logsumexp", OpCode::logsumexp, axes, x.shape(), keep_dims), y, rule, x);
  return y;
}

Tensor argmax(const Tensor& x, int axis, bool keep_dims) { return arg_extremum("argmax", true, x, axis, keep_dims); }
Tensor argmin(const Tensor& x, int axis, bool keep_dims) { return arg_extremum("argmin", false, x, axis, keep_dims); }

Tensor log_softmax(const Tensor& x, int axis) { return x - logsumexp(x, axis, true); }
Tensor softmax(const Tensor& x, int axis) { return exp(log_softmax(x, axis)); }

}  // namespace linden
