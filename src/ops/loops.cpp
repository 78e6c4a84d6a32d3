#include "ops/loops.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "base/fail.hpp"
#include "tensor/access.hpp"

namespace linden {
namespace {

std::string shapes_of(std::span<const Tensor* const> operands) {
  std::string text;
  for (const Tensor* t : operands) text += (text.empty() ? "" : ", ") + t->shape().text();
  return text;
}

// Drops dimensions of size 1, orders the rest by the strides of operand 0 (largest first) and merges neighbours that
// are one loop for all operands.
void merge(int from_rank, std::int32_t& rank, std::int64_t* sizes, Operand* operands, int count) {
  rank = 0;
  for (int d = 0; d < from_rank; ++d) {
    if (sizes[d] == 1) continue;
    sizes[rank] = sizes[d];
    for (int i = 0; i < count; ++i) operands[i].strides[rank] = operands[i].strides[d];
    ++rank;
  }
  const auto exchange = [&](int a, int b) {
    std::swap(sizes[a], sizes[b]);
    for (int i = 0; i < count; ++i) std::swap(operands[i].strides[a], operands[i].strides[b]);
  };
  for (int d = 1; d < rank; ++d)
    for (int e = d; e > 0 && operands[0].strides[e] > operands[0].strides[e - 1]; --e) exchange(e, e - 1);
  const auto is_one_loop = [&](int outer, int inner) {
    for (int i = 0; i < count; ++i)
      if (operands[i].strides[outer] != operands[i].strides[inner] * sizes[inner]) return false;
    return true;
  };
  int last = 0;
  for (int d = 1; d < rank; ++d) {
    if (is_one_loop(last, d)) {
      sizes[last] *= sizes[d];
    } else {
      sizes[++last] = sizes[d];
    }
    for (int i = 0; i < count; ++i) operands[i].strides[last] = operands[i].strides[d];
  }
  if (rank > 0) rank = last + 1;
}

}  // namespace

Shape broadcast_shapes(const char* op, std::span<const Tensor* const> operands) {
  int rank = 0;
  for (const Tensor* t : operands) rank = std::max(rank, t->rank());
  std::int64_t sizes[max_rank];
  std::fill_n(sizes, rank, std::int64_t{1});
  for (const Tensor* t : operands) {
    const int lead = rank - t->rank();
    for (int d = 0; d < t->rank(); ++d) {
      const std::int64_t size = t->size(d);
      if (size == 1 || size == sizes[lead + d]) continue;
      if (sizes[lead + d] != 1)
        fail<ShapeError>(
            "{}: shapes {} do not broadcast: sizes {} and {} meet in dimension {}. Hint: sizes are aligned at the end "
            "and must be equal or 1; unsqueeze(dim) adds a 1.",
            op, shapes_of(operands), sizes[lead + d], size, lead + d);
      sizes[lead + d] = size;
    }
  }
  return Shape(std::span<const std::int64_t>(sizes, static_cast<std::size_t>(rank)));
}

Shape broadcast_strides(const Tensor& t, const Shape& shape) {
  Shape strides = shape;
  const int lead = shape.rank() - t.rank();
  for (int d = 0; d < shape.rank(); ++d)
    strides[d] = d < lead || (t.size(d - lead) == 1 && shape[d] != 1) ? 0 : t.strides()[d - lead];
  return strides;
}

int checked_dim(const char* op, int dim, const Shape& shape) {
  const int found = dim < 0 ? dim + shape.rank() : dim;
  if (found < 0 || found >= shape.rank())
    fail<ShapeError>("{}: dimension {} of a tensor of shape {}.", op, dim, shape.text());
  return found;
}

Shape without(const Shape& shape, int dim) {
  Shape rest;
  for (int d = 0; d < shape.rank(); ++d)
    if (d != dim) rest.append(shape[d]);
  return rest;
}

namespace detail {

void fill_loops(const Shape& shape, const Tensor* const* tensors, int count, std::int32_t& rank, std::int64_t* sizes,
                Operand* operands) {
  bool simple = true;  // all of one shape and dense: one loop
  for (int i = 0; i < count; ++i) simple = simple && tensors[i]->shape() == shape && tensors[i]->is_contiguous();
  if (simple) {
    const std::int64_t elements = tensors[0]->elements();
    rank = elements == 1 ? 0 : 1;
    sizes[0] = elements;
    for (int i = 0; i < count; ++i) {
      operands[i].data = TensorAccess::data(*tensors[i]);
      operands[i].dtype = tensors[i]->dtype();
      operands[i].strides[0] = 1;
    }
    return;
  }
  for (int d = 0; d < shape.rank(); ++d) sizes[d] = shape[d];
  for (int i = 0; i < count; ++i) {
    operands[i].data = TensorAccess::data(*tensors[i]);
    operands[i].dtype = tensors[i]->dtype();
    const Shape strides = broadcast_strides(*tensors[i], shape);
    for (int d = 0; d < shape.rank(); ++d) operands[i].strides[d] = strides[d];
  }
  merge(shape.rank(), rank, sizes, operands, count);
}

void fill_axis_loops(const Shape& shape, int axis, const Tensor* const* tensors, int count, std::int32_t& rank,
                     std::int64_t* sizes, Operand* operands, std::int64_t* axis_strides) {
  int others = 0;
  for (int d = 0; d < shape.rank(); ++d)
    if (d != axis) sizes[others++] = shape[d];
  for (int i = 0; i < count; ++i) {
    operands[i] = TensorAccess::operand(*tensors[i]);
    axis_strides[i] = tensors[i]->strides()[axis];
    for (int d = axis; d + 1 < shape.rank(); ++d) operands[i].strides[d] = operands[i].strides[d + 1];
  }
  merge(others, rank, sizes, operands, count);
}

}  // namespace detail
}  // namespace linden
