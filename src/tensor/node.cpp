#include "tensor/node.hpp"

#include <algorithm>

#include "base/fail.hpp"

namespace linden {
namespace {

thread_local TapeMode mode = TapeMode::on;
thread_local Node* retired = nullptr;  // a list through next_retired_
thread_local bool retiring = false;

}  // namespace

TapeMode tape_mode() noexcept { return mode; }
void set_tape_mode(TapeMode wanted) noexcept { mode = wanted; }

const Tensor& Saved::get(const Node& node) const {
  const std::uint32_t now = TensorAccess::version(tensor_);
  if (now != version_)
    fail<GraphError>(
        "backward: a value of shape {} that \"{}\" saved for its derivative was changed in place afterwards (version "
        "{}, saved at {}). Hint: change a clone(), or write x = x + y for x += y.",
        tensor_.shape().text(), node.name(), now, version_);
  return tensor_;
}

Tensor Saved::result_of(const std::shared_ptr<Node>& node) const {
  Tensor t = get(*node);
  TensorAccess::set_node(t, node);
  return t;
}

void retire(Node* node) noexcept {
  node->next_retired_ = std::exchange(retired, node);
  if (retiring) return;  // within a deletion below: its turn comes
  retiring = true;
  while (retired) {
    Node* const next = retired;
    retired = next->next_retired_;
    delete next;
  }
  retiring = false;
}

void refuse_released(const Node& node) {
  fail<GraphError>(
      "backward: what \"{}\" saved was freed by an earlier backward through it. Hint: pass .retain_graph = true to the "
      "earlier one, or compute the result anew.",
      node.name());
}

namespace detail {

std::int64_t depth_above(std::span<const std::shared_ptr<Node>> inputs) noexcept {
  std::int64_t deepest = 0;
  for (const std::shared_ptr<Node>& input : inputs)
    if (input) deepest = std::max(deepest, input->depth());
  return deepest + 1;
}

void attach(Tensor& result, Node* node, std::span<const Tensor* const> operands) {
  std::shared_ptr<Node> owned(node, retire);
  if (tape_mode() == TapeMode::trace) {
    node->traced = std::make_unique<Node::Traced>(Node::Traced{{}, result.shape(), result.dtype()});
    for (const Tensor* operand : operands) node->traced->operands.push_back(*operand);
  }
  TensorAccess::set_node(result, std::move(owned));
}

}  // namespace detail
}  // namespace linden
