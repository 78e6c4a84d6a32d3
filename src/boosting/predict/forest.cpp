#include "boosting/predict/forest.hpp"

#include <algorithm>
#include <limits>

#include "base/fail.hpp"
#include "base/huge_pages.hpp"
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

constexpr std::int64_t trees_a_task = 16;

template <class T>
void make_room(std::vector<T>& list, std::int64_t size) {
  list.reserve(static_cast<std::size_t>(size));
  wish_for_huge_pages(list.data(), list.capacity() * sizeof(T));
  list.resize(static_cast<std::size_t>(size));
}

}  // namespace

Forest::Forest(std::span<const Tree> trees, std::span<const std::vector<std::string>> categories,
               std::span<const std::vector<int>> groups, int threads) {
  Workers workers(threads);
  find_used(trees, groups, workers);
  std::int64_t nodes = 0;
  std::size_t values = 0;
  for (const Tree& tree : trees) {
    roots_.push_back(place(static_cast<std::size_t>(nodes)));
    outputs_.push_back(tree.output);
    nodes += std::ssize(tree.nodes);
    if (tree.output == Tree::all_outputs) values += tree.leaf_values.size();
  }
  make_room(nodes_, place(static_cast<std::size_t>(nodes)));
  make_room(details_, nodes);
  leaf_values_.reserve(values);
  std::int32_t leaves = 0;
  for (const Tree& tree : trees) {
    if (tree.output != Tree::all_outputs) continue;
    first_leaf_.push_back(leaves);
    leaves += tree.leaves();
    width_ = static_cast<std::int32_t>(tree.leaf_values.size() / static_cast<std::size_t>(tree.leaves()));
    leaf_values_.insert(leaf_values_.end(), tree.leaf_values.begin(), tree.leaf_values.end());
  }
  std::vector<std::uint32_t> places(used_.empty() ? 0 : static_cast<std::size_t>(used_.back()) + 1);
  for (std::size_t used = 0; used < used_.size(); ++used)
    places[static_cast<std::size_t>(used_[used])] = static_cast<std::uint32_t>(used);
  std::vector<std::uint8_t> have_special(trees.size());  // a byte each, for threads to write
  workers.chunks(std::ssize(trees), trees_a_task, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
    for (auto t = static_cast<std::size_t>(begin); t < static_cast<std::size_t>(end); ++t)
      have_special[t] = lay_out(trees[t], roots_[t], places);
  });
  for (std::size_t t = 0; t < trees.size(); ++t)
    if (have_special[t] != 0) add_special_splits(trees[t], roots_[t], categories);
  for (std::size_t tree = 0; tree < roots_.size(); ++tree) {
    const auto end = static_cast<std::int32_t>(this->nodes(static_cast<std::int32_t>(tree) + 1));
    levels_.push_back(static_cast<std::int8_t>(levels_of(view(this->trees()), roots_[tree], end)));
  }
  if (std::ranges::any_of(trees, [](const Tree& tree) { return !tree.leaf_terms.empty(); })) add_terms(trees);
}

void Forest::find_used(std::span<const Tree> trees, std::span<const std::vector<int>> groups, Workers& workers) {
  std::vector<std::vector<std::uint8_t>> found(static_cast<std::size_t>(workers.threads()));  // by worker and feature
  workers.chunks(std::ssize(trees), trees_a_task, [&](std::int64_t begin, std::int64_t end, std::int64_t, int worker) {
    std::vector<std::uint8_t>& is_used = found[static_cast<std::size_t>(worker)];
    const auto use = [&](int feature) {
      const auto f = static_cast<std::size_t>(feature);
      if (f >= is_used.size()) is_used.resize(f + 1);
      is_used[f] = 1;
    };
    for (const Tree& tree : trees.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin))) {
      for (const TreeNode& node : tree.nodes)
        if (node.feature >= 0) use(node.feature);
      for (const LeafTerm& term : tree.leaf_terms) use(term.feature);
    }
  });
  std::size_t columns = 0;
  for (const std::vector<std::uint8_t>& is_used : found) columns = std::max(columns, is_used.size());
  for (std::size_t f = 0; f < columns; ++f) {
    const auto has = [&](const std::vector<std::uint8_t>& is_used) { return f < is_used.size() && is_used[f] != 0; };
    if (std::ranges::none_of(found, has)) continue;
    used_.push_back(static_cast<int>(f));
    numbers_.push_back(f < groups.size() ? group_numbers(groups[f]) : std::vector<std::int32_t>());
  }
}

bool Forest::lay_out(const Tree& tree, std::int32_t root, std::span<const std::uint32_t> places) {
  const bool adds_to_all = tree.output == Tree::all_outputs;
  bool has_special = false;
  ForestNode* out = nodes_.data() + root;
  ForestDetail* detail = details_.data() + root;
  for (std::int32_t i = 0; i < static_cast<std::int32_t>(tree.nodes.size()); ++i, ++out, ++detail) {
    const TreeNode& node = tree.nodes[static_cast<std::size_t>(i)];
    if (node.feature < 0) {
      out->threshold = std::numeric_limits<double>::infinity();
      out->missing_left = 1;
      out->left = root + i;
      detail->value = adds_to_all ? 0 : tree.leaf_values[static_cast<std::size_t>(node.leaf)];
      detail->leaf = node.leaf;
      continue;
    }
    out->threshold = node.threshold;
    out->feature = places[static_cast<std::size_t>(node.feature)] & 0x3fffffff;
    out->missing_left = node.missing_left ? 1 : 0;
    out->left = root + node.left;
    has_special |= node.categorical || node.zero_missing;
  }
  return has_special;
}

void Forest::add_special_splits(const Tree& tree, std::int32_t root,
                                std::span<const std::vector<std::string>> categories) {
  has_special_splits_ = true;
  for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
    const TreeNode& node = tree.nodes[i];
    if (!node.categorical && !node.zero_missing) continue;
    ForestNode& out = nodes_[static_cast<std::size_t>(root) + i];
    ForestDetail& detail = details_[static_cast<std::size_t>(root) + i];
    out.special = 1;
    detail.codes = ForestDetail::of_zeros;
    if (!node.categorical) continue;
    const std::vector<std::int32_t>& numbers = numbers_[out.feature];
    const auto number = [&](int code) { return numbers.empty() ? code : numbers[static_cast<std::size_t>(code)]; };
    detail.first_word = place(categories_.size());
    detail.codes =
        static_cast<std::int32_t>(categories[static_cast<std::size_t>(node.feature)].size());  // or fewer groups
    detail.words = node.left_categories.empty() ? 0 : number(node.left_categories.back()) / 32 + 1;
    categories_.resize(categories_.size() + static_cast<std::size_t>(detail.words));
    for (const int code : node.left_categories)
      categories_[static_cast<std::size_t>(detail.first_word + number(code) / 32)] |= 1u << (number(code) % 32);
  }
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
