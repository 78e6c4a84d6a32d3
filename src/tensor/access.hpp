// How the library builds tensors from their parts and reaches what users do not see.
#pragma once

#include <linden/tensor.hpp>
#include <memory>
#include <utility>

#include "backend/tensor_kernels.hpp"
#include "tensor/storage.hpp"

namespace linden {

class TensorAccess {
 public:
  /// A view of `source`'s memory from element `offset` on, off the tape.
  static Tensor view(const Tensor& source, const Shape& shape, const Shape& strides, std::int64_t offset = 0) {
    Tensor t;
    t.storage_ = source.storage_;
    t.first_ = static_cast<char*>(source.first_) + offset * static_cast<std::int64_t>(size_of(source.dtype_));
    t.shape_ = shape;
    t.strides_ = strides;
    t.elements_ = shape.elements();
    t.dtype_ = source.dtype_;
    t.device_ = source.device_;
    return t;
  }
  /// Uninitialised memory for a shape that has been checked.
  static Tensor allocate(const Shape& shape, DType dtype, Device device);

  static Operand operand(const Tensor& t) {
    Operand o;
    o.data = t.first_;
    o.dtype = t.dtype_;
    for (int d = 0; d < t.rank(); ++d) o.strides[d] = t.strides_[d];
    return o;
  }
  static void* data(const Tensor& t) { return t.first_; }

  static bool is_number(const Tensor& t) { return t.is_number_; }
  static const std::shared_ptr<Storage>& storage(const Tensor& t) { return t.storage_; }
  /// Whether its elements may not be changed: const memory of the caller's.
  static bool is_const(const Tensor& t) { return t.storage_ && t.storage_->is_const; }
  static std::uint32_t version(const Tensor& t) {
    return t.storage_ ? t.storage_->version.load(std::memory_order_relaxed) : 0;
  }
  static void bump_version(const Tensor& t) {
    if (t.storage_) t.storage_->version.fetch_add(1, std::memory_order_relaxed);
  }

  static const std::shared_ptr<Node>& node(const Tensor& t) { return t.node_; }
  static void set_node(Tensor& t, std::shared_ptr<Node> node) { t.node_ = std::move(node); }
};

}  // namespace linden
