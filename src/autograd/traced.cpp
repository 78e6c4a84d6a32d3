#include "autograd/traced.hpp"

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <utility>

namespace linden {

Tensor traced_argument(Tensor t, std::int64_t number) {
  auto node = std::make_shared<Variable>(number);
  node->traced = std::make_unique<Node::Traced>(Node::Traced{{}, t.shape(), t.dtype()});
  TensorAccess::set_node(t, std::move(node));
  return t;
}

std::vector<const Node*> in_order_of_depth(std::vector<const Node*> nodes) {
  std::unordered_map<const Node*, bool> seen;
  for (const Node* node : nodes) seen.try_emplace(node);
  for (std::size_t i = 0; i < nodes.size(); ++i)
    for (const std::shared_ptr<Node>& input : nodes[i]->inputs())
      if (input && seen.try_emplace(input.get()).second) nodes.push_back(input.get());
  std::stable_sort(nodes.begin(), nodes.end(), [](const Node* a, const Node* b) { return a->depth() < b->depth(); });
  return nodes;
}

}  // namespace linden
