// Views of a tensor: shapes and strides over the same memory, and how gradients go back through them.
#include <algorithm>
#include <linden/tensor.hpp>

#include "tensor/node.hpp"
#include "base/fail.hpp"
#include "tensor/device_context.hpp"
#include "ops/elementwise.hpp"
#include "ops/loops.hpp"

namespace linden {
namespace {

/// Zeros of `shape` with `part` at start, start + step, ... of dimension `dim`: what slice does, reversed.
Tensor embed(const Tensor& part, const Shape& shape, int dim, std::int64_t start, std::int64_t step) {
  Tensor whole = Tensor::zeros(shape, part.dtype(), part.device());
  const std::int64_t stop = part.size(dim) == 0 ? start : start + (part.size(dim) - 1) * step + 1;
  write_over(whole.slice(dim, start, stop, step), part);
  if (is_recorded(part))
    record(
        {"embed"}, whole,
        [dim, start, stop, step](const std::shared_ptr<Node>&, const Tensor& g, std::span<Tensor> gradients) {
          gradients[0] = g.slice(dim, start, stop, step);
        },
        part);
  return whole;
}

/// Strides of the same memory under another shape of as many elements, if there are such; false if they must be copied.
bool reshape_strides(const Tensor& t, const Shape& shape, Shape& strides) {
  // Dimensions of size 1 have no stride to keep.
  std::int64_t sizes[max_rank], steps[max_rank];
  int rank = 0;
  for (int d = 0; d < t.rank(); ++d) {
    if (t.size(d) == 1) continue;
    sizes[rank] = t.size(d);
    steps[rank++] = t.strides()[d];
  }
  strides = row_major_strides(shape);
  // From the end, groups of old and of new dimensions with equally many elements: an old group must be one loop.
  int d = rank - 1, e = shape.rank() - 1;
  while (d >= 0) {
    std::int64_t have = sizes[d], want = 1;
    std::int64_t step = steps[d];
    while (true) {
      while (want < have) {
        strides[e] = step;
        step *= shape[e];
        want *= shape[e--];
      }
      if (want == have) break;
      if (d == 0 || steps[d - 1] != steps[d] * sizes[d]) return false;
      have *= sizes[--d];
    }
    --d;
  }
  return true;
}

Tensor recorded_reshape(Tensor view, const Tensor& source, const OpId& id) {
  if (is_recorded(source))
    record(
        id, view,
        [shape = source.shape()](const std::shared_ptr<Node>&, const Tensor& g, std::span<Tensor> gradients) {
          gradients[0] = g.reshape(shape);
        },
        source);
  return view;
}

}  // namespace

Tensor Tensor::slice(int dim, std::int64_t start, std::int64_t stop, std::int64_t step) const {
  const int d = checked_dim("Tensor::slice", dim, shape_);
  if (step < 1 || start < 0 || stop < start || stop > shape_[d])
    fail<ShapeError>("Tensor::slice: {}:{}:{} of dimension {} is out of range for shape {}.", start, stop, step, d,
                     shape_.text());
  Shape shape = shape_, strides = strides_;
  shape[d] = stop == start ? 0 : (stop - start - 1) / step + 1;
  if (shape[d] > 1) strides[d] *= step;  // else there is no next one, however far
  Tensor view = TensorAccess::view(*this, shape, strides, shape[d] == 0 ? 0 : start * strides_[d]);
  if (is_recorded(*this))
    record(
        {"slice"}, view,
        [whole = shape_, d, start, step](const std::shared_ptr<Node>&, const Tensor& g, std::span<Tensor> gradients) {
          gradients[0] = embed(g, whole, d, start, step);
        },
        *this);
  return view;
}

Tensor Tensor::operator[](std::int64_t index) const {
  if (rank() == 0) fail<ShapeError>("Tensor::operator[]: a scalar has no positions. Hint: item() is its value.");
  return select(0, index);
}

Tensor Tensor::select(int dim, std::int64_t from) const {
  const int d = checked_dim("Tensor::select", dim, shape_);
  const std::int64_t index = from < 0 ? from + shape_[d] : from;
  if (index < 0 || index >= shape_[d])
    fail<ShapeError>("Tensor::select: index {} of dimension {} is out of range for shape {}.", from, d, shape_.text());
  Tensor view = TensorAccess::view(*this, without(shape_, d), without(strides_, d), index * strides_[d]);
  if (is_recorded(*this))
    record(
        {"select", OpCode::select, d, index}, view,
        [whole = shape_, d, index](const std::shared_ptr<Node>&, const Tensor& g, std::span<Tensor> gradients) {
          gradients[0] = embed(g.unsqueeze(d), whole, d, index, 1);
        },
        *this);
  return view;
}

Tensor Tensor::transpose(int a, int b) const {
  const int d = checked_dim("Tensor::transpose", a, shape_), e = checked_dim("Tensor::transpose", b, shape_);
  Shape shape = shape_, strides = strides_;
  std::swap(shape[d], shape[e]);
  std::swap(strides[d], strides[e]);
  Tensor view = TensorAccess::view(*this, shape, strides);
  if (is_recorded(*this))
    record(
        {"transpose"}, view,
        [d, e](const std::shared_ptr<Node>&, const Tensor& g, std::span<Tensor> gradients) {
          gradients[0] = g.transpose(d, e);
        },
        *this);
  return view;
}

Tensor Tensor::reshape(const Shape& wanted) const {
  Shape shape = wanted;
  std::int64_t known = 1;
  int open = -1;
  bool fits = true;
  for (int d = 0; d < shape.rank(); ++d) {
    if (shape[d] == -1 && open < 0)
      open = d;
    else
      fits = !__builtin_mul_overflow(known, shape[d], &known) && fits;
  }
  if (fits && open >= 0 && known > 0 && elements_ % known == 0) shape[open] = elements_ / known;
  if (!fits || std::any_of(shape.begin(), shape.end(), [](std::int64_t s) { return s < 0; }) ||
      shape.elements() != elements_)
    fail<ShapeError>("Tensor::reshape: {} elements of shape {} do not fill shape {}.", elements_, shape_.text(),
                     wanted.text());
  Shape strides;
  Tensor view;
  if (elements_ == 0)
    view = TensorAccess::view(*this, shape, row_major_strides(shape));
  else if (reshape_strides(*this, shape, strides))
    view = TensorAccess::view(*this, shape, strides);
  else
    view = TensorAccess::view(detach().clone(), shape, row_major_strides(shape));
  return recorded_reshape(std::move(view), *this, {"reshape"});
}

Tensor Tensor::broadcast_to(const Shape& shape) const {
  if (shape == shape_) return *this;
  const int lead = shape.rank() - rank();
  bool fits = lead >= 0;
  for (int d = 0; fits && d < shape.rank(); ++d)
    fits = shape[d] >= 0 && (d < lead || shape_[d - lead] == 1 || shape_[d - lead] == shape[d]);
  if (!fits) fail<ShapeError>("Tensor::broadcast_to: shape {} does not broadcast to {}.", shape_.text(), shape.text());
  Tensor view = TensorAccess::view(*this, shape, broadcast_strides(*this, shape));
  if (is_recorded(*this))
    record(
        {"broadcast_to", OpCode::broadcast}, view,
        [from = shape_](const std::shared_ptr<Node>&, const Tensor& g, std::span<Tensor> gradients) {
          gradients[0] = sum_to(g, from);
        },
        *this);
  return view;
}

Tensor Tensor::unsqueeze(int dim) const {
  const int d = dim < 0 ? dim + rank() + 1 : dim;
  if (d < 0 || d > rank())
    fail<ShapeError>("Tensor::unsqueeze: dimension {} of a tensor of shape {}.", dim, shape_.text());
  Shape shape, strides;
  for (int i = 0; i <= rank(); ++i) {
    shape.append(i == d ? 1 : shape_[i - (i > d)]);
    strides.append(i == d ? 1 : strides_[i - (i > d)]);
  }
  return recorded_reshape(TensorAccess::view(*this, shape, strides), *this, {"unsqueeze", OpCode::unsqueeze, d});
}

Tensor Tensor::squeeze(int dim) const {
  const int d = checked_dim("Tensor::squeeze", dim, shape_);
  if (shape_[d] != 1)
    fail<ShapeError>("Tensor::squeeze: dimension {} of shape {} has size {}, not 1.", d, shape_.text(), shape_[d]);
  return recorded_reshape(TensorAccess::view(*this, without(shape_, d), without(strides_, d)), *this,
                          {"squeeze", OpCode::squeeze, d});
}

Tensor Tensor::contiguous() const { return is_contiguous() ? *this : clone(); }

Tensor Tensor::clone() const {
  Tensor copy = TensorAccess::allocate(shape_, dtype_, device_);
  write_over(copy, detach());
  if (is_recorded(*this))
    record(
        {"clone", OpCode::identity}, copy,
        [](const std::shared_ptr<Node>&, const Tensor& g, std::span<Tensor> gradients) { gradients[0] = g; }, *this);
  return copy;
}

Tensor Tensor::to(Device device) const {
  if (device == device_) return *this;
  const bool from_host = device_.kind() == Device::Kind::cpu, to_host = device.kind() == Device::Kind::cpu;
  if (!from_host && !to_host) return to(Device::cpu()).to(device);
  Tensor copy = TensorAccess::allocate(shape_, dtype_, device);
  const Tensor dense = detach().contiguous();
  const Device& gpu = from_host ? device : device_;
  const MemoryKernels& memory = backend_of(gpu).memory;
  const auto copies = from_host ? memory.upload : memory.download;
  if (elements_ > 0)
    copies(tensor_context(gpu), copy.first_, dense.first_, elements_ * static_cast<std::int64_t>(size_of(dtype_)));
  if (is_recorded(*this))
    record(
        {"to"}, copy,
        [from = device_](const std::shared_ptr<Node>&, const Tensor& g, std::span<Tensor> gradients) {
          gradients[0] = g.to(from);
        },
        *this);
  return copy;
}

Tensor Tensor::detach() const {
  Tensor t = *this;
  t.node_ = nullptr;
  return t;
}

}  // namespace linden
