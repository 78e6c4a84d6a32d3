#include "interop/trees/foreign_tree.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/fail.hpp"
#include "boosting/bins/category_groups.hpp"
#include "boosting/model/model_file.hpp"

namespace linden {
namespace {

constexpr double largest = std::numeric_limits<double>::max();

double finite_or_zero(double value) { return std::isfinite(value) ? value : 0; }

}  // namespace

std::int32_t ForeignTree::add_leaf(double value) {
  nodes.emplace_back();
  values.push_back(value);
  return static_cast<std::int32_t>(nodes.size()) - 1;
}

std::vector<std::int32_t> breadth_first(const std::string& name, const ForeignTree& tree) {
  const auto count = static_cast<std::int64_t>(tree.nodes.size());
  if (count == 0 || count > INT32_MAX) fail<FileError>("{} has {} nodes.", name, count);
  std::vector<std::int32_t> order{0};
  std::vector<bool> reached(tree.nodes.size());
  reached[0] = true;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const TreeNode& node = tree.nodes[static_cast<std::size_t>(order[i])];
    if (node.feature < 0) continue;
    for (const int child : {node.left, node.right}) {
      if (child < 0 || child >= count)
        fail<FileError>("{}: node {} has the child {}, but there are {} nodes.", name, order[i], child, count);
      if (reached[static_cast<std::size_t>(child)])
        fail<FileError>("{}: node {} is reached by more than one way.", name, child);
      reached[static_cast<std::size_t>(child)] = true;
      order.push_back(child);
    }
  }
  return order;
}

Tree laid_out(const std::string& name, const ForeignTree& source, int output, int width) {
  const std::vector<std::int32_t> order = breadth_first(name, source);
  Tree tree;
  tree.output = output;
  tree.nodes.reserve(order.size());
  int next = 1;  // place of the next pair of children, which come in the order of their parents
  int leaves = 0;
  for (const std::int32_t from : order) {
    const auto at = static_cast<std::size_t>(from);
    TreeNode& node = tree.nodes.emplace_back(source.nodes[at]);
    node.gain = finite_or_zero(node.gain);
    node.cover = finite_or_zero(node.cover);
    if (node.feature >= 0) {
      node.left = std::exchange(next, next + 2);
      node.right = node.left + 1;
      continue;
    }
    node.left = node.right = -1;
    node.leaf = leaves++;
    const auto first = source.values.begin() + static_cast<std::ptrdiff_t>(at) * width;
    tree.leaf_values.insert(tree.leaf_values.end(), first, first + width);
    if (source.terms.empty()) continue;
    for (LeafTerm term : source.terms[at]) {
      term.leaf = node.leaf;
      tree.leaf_terms.push_back(term);
    }
  }
  return tree;
}

void split_off_missing(const std::string& name, ForeignTree& tree, std::vector<double> constants) {
  const std::vector<std::int32_t> order = breadth_first(name, tree);
  std::vector<std::int32_t> parent(tree.nodes.size(), -1);
  for (const std::int32_t at : order) {
    const TreeNode& node = tree.nodes[static_cast<std::size_t>(at)];
    if (node.feature >= 0)
      parent[static_cast<std::size_t>(node.left)] = parent[static_cast<std::size_t>(node.right)] = at;
  }
  // Whether a split on the way sends rows without the value to its other side.
  const auto is_there = [&](std::int32_t leaf, int feature) {
    for (std::int32_t child = leaf, at = parent[static_cast<std::size_t>(leaf)]; at >= 0;
         child = at, at = parent[static_cast<std::size_t>(at)]) {
      const TreeNode& node = tree.nodes[static_cast<std::size_t>(at)];
      if (node.feature == feature && node.missing_left != (node.left == child)) return true;
    }
    return false;
  };
  const auto add = [&](const TreeNode& node, double value) {
    tree.nodes.push_back(node);
    tree.values.push_back(value);
    tree.terms.emplace_back();
    return static_cast<std::int32_t>(tree.nodes.size()) - 1;
  };
  for (const std::int32_t leaf : order) {
    auto at = static_cast<std::size_t>(leaf);
    if (tree.nodes[at].feature >= 0 || tree.terms[at].empty()) continue;
    std::vector<LeafTerm> terms = std::move(tree.terms[at]);
    std::vector<int> uncertain;
    for (const LeafTerm& term : terms)
      if (!is_there(leaf, term.feature)) uncertain.push_back(term.feature);
    for (const int feature : uncertain) {
      const TreeNode own = tree.nodes[at];
      TreeNode without;
      const std::int32_t left = add(own, tree.values[at]);
      const std::int32_t right = add(without, constants[static_cast<std::size_t>(leaf)]);
      TreeNode& split = tree.nodes[at];
      split.feature = feature;
      split.threshold = largest;
      split.left = left;
      split.right = right;
      at = static_cast<std::size_t>(left);
    }
    tree.terms[at] = std::move(terms);
  }
}

std::int64_t rows_of(double count) {
  constexpr double most = 0x1p53;
  return count >= 0 && count <= most && count == std::floor(count) ? static_cast<std::int64_t>(count) : 0;
}

BoostedModel::State foreign_state(const Loss& loss, std::vector<std::string> features,
                                  std::vector<double> initial_score) {
  BoostedModel::State state;
  state.config.loss = loss;
  state.has_config = false;
  state.categorical.resize(features.size());
  state.categories.resize(features.size());
  state.groups.resize(features.size());
  state.feature_names = std::move(features);
  for (int k = 0; k < loss.classes(); ++k) state.classes.push_back(std::to_string(k));
  state.initial_score = std::move(initial_score);
  return state;
}

std::vector<std::string> numbered_names(std::size_t features) {
  std::vector<std::string> names;
  for (std::size_t f = 0; f < features; ++f) names.push_back(std::to_string(f));
  return names;
}

std::shared_ptr<const BoostedModel::State> imported(const std::string& name, BoostedModel::State state) {
  find_groups(state.trees, state.categories, state.groups);
  return as_loaded(name, state);
}

}  // namespace linden
