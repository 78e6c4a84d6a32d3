// Forest: the trees of a model laid out for prediction, children side by side, over the features that they use.
#pragma once

#include <linden/boosting.hpp>
#include <span>
#include <string>
#include <vector>

#include "backend/tree/forest_view.hpp"
#include "base/parallel.hpp"

namespace linden {

class Forest {
 public:
  Forest() = default;
  /// `categories` and `groups`: those of each of the model's features (category_groups.hpp). Trees add to one score
  /// each, or all of them to all scores. `threads`: 0 takes all cores.
  Forest(std::span<const Tree> trees, std::span<const std::vector<std::string>> categories,
         std::span<const std::vector<int>> groups, int threads = 1);

  std::int32_t trees() const noexcept { return static_cast<std::int32_t>(roots_.size()); }
  /// The first `trees` trees.
  ForestView view(std::int32_t trees) const noexcept;
  /// The nodes of the first `trees` trees.
  std::int64_t nodes(std::int32_t trees) const noexcept {
    const bool all = static_cast<std::size_t>(trees) >= roots_.size();
    return all ? static_cast<std::int64_t>(nodes_.size()) : roots_[static_cast<std::size_t>(trees)];
  }
  /// The values of the leaves of the first `trees` trees, where these add to all scores; else none.
  std::int64_t leaf_values(std::int32_t trees) const noexcept {
    const bool all = static_cast<std::size_t>(trees) >= first_leaf_.size();
    return all ? std::ssize(leaf_values_) : std::int64_t{first_leaf_[static_cast<std::size_t>(trees)]} * width_;
  }
  /// The leaves of the first `trees` trees and their terms, where leaves are linear; else none.
  std::int64_t leaves(std::int32_t trees) const noexcept {
    if (terms_.empty()) return 0;
    const bool all = static_cast<std::size_t>(trees) >= first_leaf_.size();
    return all ? std::ssize(first_term_) - 1 : first_leaf_[static_cast<std::size_t>(trees)];
  }
  std::int64_t terms(std::int32_t trees) const noexcept {
    return terms_.empty() ? 0 : first_term_[static_cast<std::size_t>(leaves(trees))];
  }
  /// The sets of categories, as the view's details refer to them.
  std::span<const std::uint32_t> category_words() const noexcept { return categories_; }
  /// A category of one of the features used, as nodes know it: the number of its group, -1 where it has none.
  double group_of(std::uint32_t used, double code) const noexcept {
    const std::vector<std::int32_t>& numbers = numbers_[used];
    if (numbers.empty()) return code;
    return code >= 0 && code < static_cast<double>(numbers.size()) ? numbers[static_cast<std::size_t>(code)] : -1.0;
  }
  /// How many groups the categories of one of the features used make, where there are so many.
  std::int32_t groups(std::uint32_t used, std::int32_t categories) const noexcept;
  /// The model's feature behind each feature of the view, ascending.
  const std::vector<int>& used() const noexcept { return used_; }

 private:
  void find_used(std::span<const Tree> trees, std::span<const std::vector<int>> groups, Workers& workers);
  /// A tree's nodes from `root` on; `places`: of features among those used. Whether some of its splits are special,
  /// which is not yet done.
  bool lay_out(const Tree& tree, std::int32_t root, std::span<const std::uint32_t> places);
  void add_special_splits(const Tree& tree, std::int32_t root, std::span<const std::vector<std::string>> categories);
  void add_terms(std::span<const Tree> trees);

  std::vector<ForestNode> nodes_;
  std::vector<ForestDetail> details_;
  std::vector<std::int32_t> roots_, outputs_;
  std::vector<std::uint32_t> categories_;
  std::vector<int> used_;
  std::vector<std::vector<std::int32_t>> numbers_;  // of the groups of each feature used; empty: codes as they are
  bool has_special_splits_ = false;
  std::vector<double> leaf_values_;
  std::vector<std::int32_t> first_leaf_;
  std::vector<std::int8_t> levels_;
  std::int32_t width_ = 0;
  std::vector<ForestTerm> terms_;
  std::vector<std::int32_t> first_term_;
};

}  // namespace linden
