// What a tensor is to the tape: a variable, its gradient.
#include <linden/tensor.hpp>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "tensor/node.hpp"

namespace linden {

Tensor& Tensor::set_requires_grad(bool wanted) {
  if (node_ && node_->depth() > 0)
    fail<GraphError>(
        "set_requires_grad: this tensor of shape {} is a result on the tape (of \"{}\"), no variable. Hint: detach() "
        "takes it off.",
        shape_.text(), node_->name());
  if (!wanted) {
    node_ = nullptr;
  } else if (!node_) {
    if (dtype_ != DType::f32 && dtype_ != DType::f64)
      fail<DTypeError>("set_requires_grad: a tensor of {} has no derivative. Hint: cast(x, DType::f64).",
                       name_of(dtype_));
    node_ = or_out_of_memory("set_requires_grad", [] { return std::make_shared<Variable>(); });
  }
  return *this;
}

namespace {

Variable* variable_of(const std::shared_ptr<Node>& node) {
  return node && node->depth() == 0 ? static_cast<Variable*>(node.get()) : nullptr;
}

}  // namespace

bool Tensor::has_grad() const noexcept {
  const Variable* variable = variable_of(node_);
  return variable && variable->gradient.has_value();
}

Tensor Tensor::grad() const {
  if (!has_grad())
    fail<GraphError>("Tensor::grad: this tensor of shape {} has no gradient: {}.", shape_.text(),
                     variable_of(node_) ? "no backward has reached it yet"
                     : node_            ? "it is a result, and gradients are kept for variables. Hint: grad(y, {x})"
                                        : "it is no variable. Hint: set_requires_grad() before it is used");
  return *variable_of(node_)->gradient;
}

void Tensor::clear_grad() const {
  if (Variable* variable = variable_of(node_)) variable->gradient.reset();
}

}  // namespace linden
