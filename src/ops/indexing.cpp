// What moves elements along an axis: gather, take, scatter_add, one_hot, sort, and the running sum.
//
// gather and scatter_add are each other's derivative, and so are the running sums from either end.
#include <linden/ops.hpp>

#include "tensor/node.hpp"
#include "base/fail.hpp"
#include "tensor/device_context.hpp"
#include "ops/elementwise.hpp"
#include "ops/loops.hpp"
#include "ops/promotion.hpp"

namespace linden {
namespace {

/// Row-major position number `number` of a shape.
Shape position_of(std::int64_t number, const Shape& shape) {
  Shape position = shape;
  for (int d = shape.rank() - 1; d >= 0; --d) {
    position[d] = number % shape[d];
    number /= shape[d];
  }
  return position;
}

/// Where a mask is first true; it must be somewhere.
std::int64_t first_true(const Tensor& mask) {
  return static_cast<std::int64_t>(argmax(cast(mask.reshape({-1}), DType::i32), 0).item());
}

/// The elements that a broadcast view repeats, once.
Tensor without_repeats(const Tensor& t) {
  Shape shape = t.shape();
  for (int d = 0; d < t.rank(); ++d)
    if (t.strides()[d] == 0 && shape[d] > 1) shape[d] = 1;
  return TensorAccess::view(t, shape, t.strides());
}

/// Off the tape, as i64, every element in [0, size).
Tensor checked_index(const char* op, const Tensor& index, std::int64_t size, int axis) {
  if (index.dtype() != DType::i32 && index.dtype() != DType::i64)
    fail<DTypeError>("{}: the index is {}, but it must be i32 or i64. Hint: cast(index, DType::i64).", op,
                     name_of(index.dtype()));
  Tensor i = cast(index.detach(), DType::i64);
  const Tensor once = without_repeats(i);
  if (i.elements() == 0 || (min(once).item() >= 0 && max(once).item() < static_cast<double>(size))) return i;
  const std::int64_t first = first_true(logical_or(once < 0, once >= size));
  fail<ArgumentError>("{}: index {} at position {} is out of range for dimension {} of size {}.", op,
                      once.to_vector<std::int64_t>()[static_cast<std::size_t>(first)],
                      position_of(first, once.shape()).text(), axis, size);
}

void check_index_shape(const char* op, const Tensor& x, int axis, const Tensor& index) {
  const bool is_same_rank = index.rank() == x.rank();
  if ((is_same_rank || index.rank() == x.rank() - 1) &&
      (is_same_rank ? without(index.shape(), axis) : index.shape()) == without(x.shape(), axis))
    return;
  fail<ShapeError>(
      "{}: an index of shape {} does not fit x of shape {}: along dimension {} it must have the other sizes of x, and "
      "any size in that dimension, or none.",
      op, index.shape().text(), x.shape().text(), axis);
}

/// `t` with the rank of the tensor that it indexes.
Tensor with_axis(const Tensor& t, int axis, int rank) { return t.rank() == rank ? t : t.unsqueeze(axis); }

/// `i` is checked, of the rank of x.
Tensor run_gather(const Tensor& x, int axis, const Tensor& i) {
  Tensor y = TensorAccess::allocate(i.shape(), x.dtype(), x.device());
  if (y.elements() > 0)
    tensor_kernels_of(x.device()).gather(tensor_context(x.device()), axis_loops<3>(i.shape(), axis, {&y, &i, &x}));
  return y;
}

/// `whole` with `values` added where `i` says, in place.
void run_scatter_add(const Tensor& whole, int axis, const Tensor& i, const Tensor& values) {
  if (i.elements() > 0)
    tensor_kernels_of(whole.device())
        .scatter_add(tensor_context(whole.device()), axis_loops<3>(i.shape(), axis, {&whole, &i, &values}));
}

/// `index` is what the user gave, `i` the same checked, of the rank of x.
Tensor recorded_gather(const OpId& id, const Tensor& x, int axis, const Tensor& index, const Tensor& i) {
  Tensor y = run_gather(x.detach(), axis, i);
  if (index.rank() < x.rank()) y = y.squeeze(axis);
  if (!is_recorded(x, index)) return y;
  const bool wants_x = x.requires_grad();
  const auto rule = [wants_x, axis, shape = x.shape(), index = Saved(index.detach())](
                        const std::shared_ptr<Node>& self, const Tensor& g, std::span<Tensor> gradients) {
    if (wants_x) gradients[0] = scatter_add(Tensor::zeros(shape, g.dtype(), g.device()), axis, index.get(*self), g);
  };
  record(id, y, rule, x, index);
  return y;
}

/// The running sum from the beginning or from the end.
Tensor running_sum(const Tensor& x, int axis, bool from_end) {
  Tensor y = TensorAccess::allocate(x.shape(), x.dtype(), x.device());
  AxisTask<2> task = axis_loops<2>(x.shape(), axis, {&y, &x});
  if (from_end && task.length > 0) {
    for (int i = 0; i < 2; ++i) {
      task.operand[i].data = static_cast<char*>(task.operand[i].data) +
                             (task.length - 1) * task.axis_stride[i] * static_cast<std::int64_t>(size_of(x.dtype()));
      task.axis_stride[i] = -task.axis_stride[i];
    }
  }
  if (y.elements() > 0) tensor_kernels_of(x.device()).cumulative_sum(tensor_context(x.device()), task);
  if (is_recorded(x))
    record(
        {"cumulative_sum"}, y,
        [axis, from_end](const std::shared_ptr<Node>&, const Tensor& g, std::span<Tensor> gradients) {
          gradients[0] = running_sum(g, axis, !from_end);
        },
        x);
  return y;
}

}  // namespace

Tensor gather(const Tensor& x, int axis, const Tensor& index) {
  const int d = checked_dim("gather", axis, x.shape());
  const Device device = common_device("gather", x, index);
  if (index.device() != device) return gather(x, axis, index.to(device));
  check_index_shape("gather", x, d, index);
  const Tensor i = with_axis(checked_index("gather", index, x.size(d), d), d, x.rank());
  return recorded_gather({"gather", OpCode::gather, d}, x, d, index, i);
}

Tensor take(const Tensor& x, int axis, const Tensor& index) {
  const int d = checked_dim("take", axis, x.shape());
  common_device("take", x, index);
  if (index.rank() != 1)
    fail<ShapeError>("take: the index has shape {}, but it must be a vector. Hint: index.reshape({{-1}}).",
                     index.shape().text());
  const Tensor i = checked_index("take", index, x.size(d), d);
  // One index for all positions of the other dimensions.
  Shape shape = x.shape(), strides = x.shape();
  shape[d] = i.size(0);
  for (int e = 0; e < x.rank(); ++e) strides[e] = e == d ? i.strides()[0] : 0;
  const Tensor everywhere = TensorAccess::view(i, shape, strides);
  return recorded_gather({"take"}, x, d, everywhere, everywhere);
}

Tensor scatter_add(const Tensor& x, int axis, const Tensor& index, const Tensor& values) {
  const int d = checked_dim("scatter_add", axis, x.shape());
  const Device device = common_device("scatter_add", x, index, values);
  if (index.device() != device) return scatter_add(x, axis, index.to(device), values);
  check_index_shape("scatter_add", x, d, index);
  if (!TensorAccess::is_number(values) && values.shape() != index.shape())
    fail<ShapeError>("scatter_add: the values have shape {}, the index {}. Hint: values.broadcast_to(index.shape()).",
                     values.shape().text(), index.shape().text());
  const DType dtype = compute_dtype(OpKind::arithmetic, x, values);
  const Tensor base = cast(x, dtype), added = prepared(values, dtype, device).broadcast_to(index.shape());
  const Tensor i = with_axis(checked_index("scatter_add", index, x.size(d), d), d, x.rank());
  Tensor y = base.detach().clone();
  run_scatter_add(y, d, i, with_axis(added.detach(), d, x.rank()));
  if (!is_recorded(base, index, added)) return y;
  const bool wants_values = added.requires_grad();
  const auto rule = [wants_values, d, index = Saved(index.detach())](const std::shared_ptr<Node>& self, const Tensor& g,
                                                                     std::span<Tensor> gradients) {
    gradients[0] = g;
    if (wants_values) gradients[2] = gather(g, d, index.get(*self));
  };
  record({"scatter_add"}, y, rule, base, index, added);
  return y;
}

Tensor one_hot(const Tensor& classes_of_rows, std::int64_t classes, DType dtype) {
  if (classes < 1) fail<ArgumentError>("one_hot: {} classes, but there must be at least one.", classes);
  const Tensor c = classes_of_rows.detach();
  Tensor fits = logical_and(c >= 0, c < classes);
  if (is_floating(c.dtype())) fits = logical_and(fits, floor(c) == c);
  const Tensor bad = logical_not(fits);
  if (sum(bad).item() > 0) {
    const std::int64_t first = first_true(bad);
    const Tensor values = cast(c, DType::f64).contiguous().to(Device::cpu());
    fail<ArgumentError>("one_hot: class {} at position {} is not one of 0, 1, ... {}.",
                        values.span<double>()[static_cast<std::size_t>(first)], position_of(first, c.shape()).text(),
                        classes - 1);
  }
  return cast(classes_of_rows.unsqueeze(-1) == arange(classes, DType::i64, c.device()), dtype);
}

Sorted sort(const Tensor& x, int axis, bool descending) {
  const int d = checked_dim("sort", axis, x.shape());
  Sorted sorted{TensorAccess::allocate(x.shape(), x.dtype(), x.device()),
                TensorAccess::allocate(x.shape(), DType::i64, x.device())};
  if (x.elements() > 0) {
    Context& context = tensor_context(x.device());
    Tensor scratch;  // a GPU's kernel has its own
    if (x.device().kind() == Device::Kind::cpu)
      scratch = TensorAccess::allocate({context.workers.threads() * sort_scratch(x.size(d))}, DType::u8, x.device());
    tensor_kernels_of(x.device())
        .sort(context, descending, axis_loops<3>(x.shape(), d, {&sorted.values, &sorted.indices, &x}),
              TensorAccess::data(scratch));
  }
  if (is_recorded(x))
    record(
        {"sort"}, sorted.values,
        [d, shape = x.shape(), indices = Saved(sorted.indices)](const std::shared_ptr<Node>& self, const Tensor& g,
                                                                std::span<Tensor> gradients) {
          gradients[0] = scatter_add(Tensor::zeros(shape, g.dtype(), g.device()), d, indices.get(*self), g);
        },
        x);
  record_flat({"sort"}, sorted.indices, x);
  return sorted;
}

Tensor cumulative_sum(const Tensor& x, int axis) {
  const int d = checked_dim("cumulative_sum", axis, x.shape());
  return running_sum(is_floating(x.dtype()) ? x : cast(x, DType::i64), d, false);
}

}  // namespace linden
