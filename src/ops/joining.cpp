// Tensors joined: concatenate, stack, and the counting tensor.
#include <limits>
#include <linden/ops.hpp>

#include "tensor/node.hpp"
#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "ops/elementwise.hpp"
#include "ops/loops.hpp"
#include "ops/promotion.hpp"

namespace linden {
namespace {

/// Their own where all share it, else what they meet in.
DType joint_dtype(const std::vector<Tensor>& tensors) {
  Tensor met = tensors[0];
  for (const Tensor& t : tensors)
    if (t.dtype() != met.dtype())
      met = TensorAccess::allocate({}, compute_dtype(OpKind::arithmetic, met, t), Device::cpu());
  return met.dtype();
}

Tensor join(const char* op, const std::vector<Tensor>& tensors, int axis) {
  Shape shape = tensors[0].shape();
  shape[axis] = 0;
  const DType dtype = joint_dtype(tensors);
  const Device device = tensors[0].device();
  std::vector<Tensor> parts;
  for (const Tensor& t : tensors) {
    common_device(op, tensors[0], t);
    if (__builtin_add_overflow(shape[axis], t.size(axis), &shape[axis]))
      fail<ArgumentError>("{}: the tensors have more than 63 bits count along dimension {}.", op, axis);
    parts.push_back(cast(t, dtype));
  }
  Tensor whole = TensorAccess::allocate(shape, dtype, device);
  bool recorded = false;
  std::int64_t start = 0;
  for (const Tensor& part : parts) {
    const std::int64_t stop = start + part.size(axis);
    write_over(whole.slice(axis, start, stop), part.detach());
    start = stop;
    recorded = recorded || is_recorded(part);
  }
  if (!recorded) return whole;
  std::vector<std::int64_t> sizes;
  for (const Tensor& part : parts) sizes.push_back(part.size(axis));
  const auto rule = [axis, sizes](const std::shared_ptr<Node>&, const Tensor& g, std::span<Tensor> gradients) {
    std::int64_t first = 0;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      gradients[i] = g.slice(axis, first, first + sizes[i]);
      first += sizes[i];
    }
  };
  record({op}, whole, rule, std::span<const Tensor>(parts));
  return whole;
}

void check_any(const char* op, const std::vector<Tensor>& tensors) {
  if (tensors.empty()) fail<ArgumentError>("{}: there are no tensors to join.", op);
}

}  // namespace

Tensor concatenate(const std::vector<Tensor>& tensors, int axis) try {
  check_any("concatenate", tensors);
  const Shape& first = tensors[0].shape();
  if (first.rank() == 0)
    fail<ShapeError>("concatenate: scalars have no dimension to be joined along. Hint: stack makes a vector of them.");
  const int along = checked_dim("concatenate", axis, first);
  for (std::size_t i = 1; i < tensors.size(); ++i) {
    const Shape& other = tensors[i].shape();
    bool fits = other.rank() == first.rank();
    for (int d = 0; fits && d < first.rank(); ++d) fits = d == along || other[d] == first[d];
    if (!fits)
      fail<ShapeError>(
          "concatenate: tensor 0 has shape {} and tensor {} has {}: all sizes but that of dimension {} must be equal.",
          first.text(), i, other.text(), along);
  }
  return join("concatenate", tensors, along);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("concatenate");
}

Tensor stack(const std::vector<Tensor>& tensors, int axis) try {
  check_any("stack", tensors);
  const Shape& first = tensors[0].shape();
  const int along = axis < 0 ? axis + first.rank() + 1 : axis;
  if (along < 0 || along > first.rank())
    fail<ShapeError>("stack: dimension {} of a result with {} dimensions.", axis, first.rank() + 1);
  Device device;  // that numbers of C++ go to; join() checks the others
  for (const Tensor& t : tensors)
    if (!TensorAccess::is_number(t)) device = t.device();
  std::vector<Tensor> parts;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    if (tensors[i].shape() != first)
      fail<ShapeError>(
          "stack: tensor 0 has shape {} and tensor {} has {}, but all must have one shape. Hint: concatenate joins "
          "along a dimension that is there.",
          first.text(), i, tensors[i].shape().text());
    const bool is_number = TensorAccess::is_number(tensors[i]);
    parts.push_back((is_number ? tensors[i].to(device) : tensors[i]).unsqueeze(along));
  }
  return join("stack", parts, along);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("stack");
}

Tensor arange(std::int64_t count, DType dtype, Device device) {
  if (count < 0) fail<ArgumentError>("arange: the count is {}, but it must not be negative.", count);
  const std::int64_t most = dtype == DType::boolean ? 2
                            : dtype == DType::u8    ? 256
                            : dtype == DType::i32   ? std::int64_t{1} << 31
                                                    : std::numeric_limits<std::int64_t>::max();
  if (count > most)
    fail<ArgumentError>("arange: {} does not hold 0 to {}. Hint: DType::i64 does.", name_of(dtype), count - 1);
  // The running sum of 0, 1, 1, ...: no kernel of its own on any device.
  const Tensor steps = Tensor::ones({count}, DType::i64, device);
  if (count > 0) assign(steps.slice(0, 0, 1), 0);
  return cast(cumulative_sum(steps, 0), dtype);
}

}  // namespace linden
