#include "boosting/predict/forest.hpp"

#include <algorithm>
#include <limits>

#include "base/fail.hpp"
#include "boosting/bins/category_groups.hpp"
#include "boosting/predict/levels.hpp"

namespace linden {
namespace {

// Places in the lists of a forest have 32 bits on every device.
std::int32_t place(std::size_t size) {
  if (size > INT32_MAX)
    fail<ArgumentError>("The model has more than {} nodes, sets of categories, or slopes.", INT32_MAX);
  return static_cast<std::int32_t>(size);
}

}  // namespace

Forest::Forest(std::span<const Tree> trees, std::span<const std::vector<std::string>> categories,
               std::span<const std::vector<int>> groups) {
  std::vector<bool> is_used(categories.size());  // derived features follow
  std::size_t nodes = 0, values = 0;
  for (const Tree& tree : trees) {
    nodes += tree.nodes.size();
    if (tree.output == Tree::all_outputs) values += tree.leaf_values.size();
    for (const TreeNode& node : tree.nodes)
      if (node.feature >= 0) {
        if (static_cast<std::size_t>(node.feature) >= is_used.size())
          is_used.resize(static_cast<std::size_t>(node.feature) + 1);
        is_used[static_cast<std::size_t>(node.feature)] = true;
      }
    for (const LeafTerm& term : tree.leaf_terms) is_used[static_cast<std::size_t>(term.feature)] = true;
  }
  for (std::size_t f = 0; f < is_used.size(); ++f)
    if (is_used[f]) used_.push_back(static_cast<int>(f));
  for (const int feature : used_)
    numbers_.push_back(static_cast<std::size_t>(feature) < groups.size() ? group_numbers(groups[feature])
                                                                         : std::vector<std::int32_t>());

  place(nodes);
  nodes_.reserve(nodes);
  details_.reserve(nodes);
  leaf_values_.reserve(values);
  std::int32_t leaves = 0;
  for (const Tree& tree : trees) {
    const auto root = static_cast<std::int32_t>(nodes_.size());
    roots_.push_back(root);
    outputs_.push_back(tree.output);
    const bool adds_to_all = tree.output == Tree::all_outputs;
    if (adds_to_all) {
      first_leaf_.push_back(leaves);
      leaves += tree.leaves();
      width_ = static_cast<std::int32_t>(tree.leaf_values.size() / static_cast<std::size_t>(tree.leaves()));
      leaf_values_.insert(leaf_values_.end(), tree.leaf_values.begin(), tree.leaf_values.end());
    }
    for (const TreeNode& node : tree.nodes) {
      const auto index = static_cast<std::int32_t>(nodes_.size());
      ForestNode& out = nodes_.emplace_back();
      ForestDetail& detail = details_.emplace_back();
      if (node.feature < 0) {
        out.threshold = std::numeric_limits<double>::infinity();
        out.missing_left = 1;
        out.left = index;
        detail.value = adds_to_all ? 0 : tree.leaf_values[node.leaf];
        detail.leaf = node.leaf;
        continue;
      }
      const auto used = std::lower_bound(used_.begin(), used_.end(), node.feature) - used_.begin();
      out.threshold = node.threshold;
      out.feature = static_cast<std::uint32_t>(used) & 0x3fffffff;
      out.missing_left = node.missing_left ? 1 : 0;
      out.left = root + node.left;
      if (!node.categorical && !node.zero_missing) continue;
      has_special_splits_ = true;
      out.special = 1;
      detail.codes = ForestDetail::of_zeros;
      if (!node.categorical) continue;
      detail.first_word = place(categories_.size());
      detail.codes = static_cast<std::int32_t>(categories[node.feature].size());  // no fewer than groups
      const auto number = [&](int code) { return numbers_[used].empty() ? code : numbers_[used][code]; };
      detail.words = node.left_categories.empty() ? 0 : number(node.left_categories.back()) / 32 + 1;
      categories_.resize(categories_.size() + static_cast<std::size_t>(detail.words));
      for (const int code : node.left_categories)
        categories_[detail.first_word + number(code) / 32] |= 1u << (number(code) % 32);
    }
  }
  for (std::size_t tree = 0; tree < roots_.size(); ++tree) {
    const auto end = static_cast<std::int32_t>(this->nodes(static_cast<std::int32_t>(tree) + 1));
    levels_.push_back(static_cast<std::int8_t>(levels_of(view(this->trees()), roots_[tree], end)));
  }
  if (std::ranges::any_of(trees, [](const Tree& tree) { return !tree.leaf_terms.empty(); })) add_terms(trees);
}

void Forest::add_terms(std::span<const Tree> trees) {
  first_term_.push_back(0);
  for (const Tree& tree : trees) {
    first_leaf_.push_back(place(first_term_.size() - 1));
    auto term = tree.leaf_terms.begin();
    for (int leaf = 0; leaf < tree.leaves(); ++leaf) {
      for (; term != tree.leaf_terms.end() && term->leaf == leaf; ++term) {
        const auto used = std::ranges::lower_bound(used_, term->feature) - used_.begin();
        terms_.push_back({term->slope, term->centre, term->low, term->high, static_cast<std::uint32_t>(used)});
      }
      first_term_.push_back(place(terms_.size()));
    }
  }
}

std::int32_t Forest::groups(std::uint32_t used, std::int32_t categories) const noexcept {
  if (numbers_[used].empty()) return categories;
  return std::ranges::max(numbers_[used]) + 1;
}

ForestView Forest::view(std::int32_t trees) const noexcept {
  return {nodes_.data(),
          details_.data(),
          roots_.data(),
          outputs_.data(),
          categories_.data(),
          trees,
          static_cast<std::int32_t>(used_.size()),
          has_special_splits_,
          leaf_values_.data(),
          first_leaf_.data(),
          width_,
          terms_.empty() ? nullptr : terms_.data(),
          first_term_.data(),
          levels_.data()};
}

}  // namespace linden
