// The oracle of intermediate bounds: which leaves of a finished tree must not be above which, by the values that come
// to them, and what they are worth once none is.
#pragma once

#include <algorithm>
#include <set>
#include <vector>

#include "reference/grow.hpp"

namespace linden::reference {

class LeafOrder {
 public:
  /// `weights`: what a leaf counts where several share a value, by node.
  LeafOrder(std::vector<GrowNode>& tree, std::span<const Feature> features, std::vector<double> weights)
      : tree_(tree), features_(features), weights_(std::move(weights)), parent_(tree.size(), -1) {
    for (int i = 0; i < static_cast<int>(tree.size()); ++i)
      if (tree[i].feature >= 0) parent_[tree[i].left] = parent_[tree[i].left + 1] = i;
  }

  /// Leaf by leaf, from those that must not be above others on: one that lies below a leaf that must not be above it
  /// shares the mean of both, or of all that share a value already, the highest first.
  void pool() {
    std::vector<std::vector<int>> pools;
    std::vector<int> leaves;
    for (int i = 0; i < static_cast<int>(tree_.size()); ++i)
      if (tree_[i].feature < 0) leaves.push_back(i);
    std::vector<std::pair<int, int>> placed;
    for (const int leaf : leaves)
      placed.emplace_back(
          std::ranges::count_if(leaves, [&](int other) { return other != leaf && is_before(other, leaf); }), leaf);
    std::ranges::sort(placed);
    for (const auto& entry : placed) {
      std::vector<int> own{entry.second};
      double value = tree_[entry.second].value, weight = weights_[entry.second];
      for (;;) {
        std::size_t highest = pools.size();
        double most = value;
        for (std::size_t p = 0; p < pools.size(); ++p) {
          const bool meets = std::ranges::any_of(pools[p], [&](int low) {
            return std::ranges::any_of(own, [&](int high) { return must_not_be_above(low, high); });
          });
          if (meets && tree_[pools[p].front()].value > most) most = tree_[pools[p].front()].value, highest = p;
        }
        if (highest == pools.size()) break;
        double its_weight = 0;
        for (const int leaf : pools[highest]) its_weight += weights_[leaf];
        const double both = weight + its_weight;
        value = std::clamp(both > 0 ? (weight * value + its_weight * most) / both : most, value, most);
        weight = both;
        own.insert(own.end(), pools[highest].begin(), pools[highest].end());
        pools.erase(pools.begin() + static_cast<std::ptrdiff_t>(highest));
      }
      for (const int leaf : own) tree_[leaf].value = value;
      pools.push_back(std::move(own));
    }
  }

 private:
  // The children of the node where the ways to two leaves part, that of the first and that of the second.
  std::pair<int, int> fork(int a, int b) const {
    std::set<int> above_a;
    for (int at = a; at >= 0; at = parent_[at]) above_a.insert(at);
    int of_b = b, of_a = a;
    while (!above_a.contains(parent_[of_b])) of_b = parent_[of_b];
    while (parent_[of_a] != parent_[of_b]) of_a = parent_[of_a];
    return {of_a, of_b};
  }
  bool is_before(int a, int b) const {
    const int side = fork(a, b).first;
    const GrowNode& split = tree_[parent_[side]];
    return (side == split.left) == (features_[split.feature].monotone >= 0);
  }
  bool must_not_be_above(int a, int b) const {
    const int split_by = tree_[parent_[fork(a, b).first]].feature;
    if (features_[split_by].monotone == 0 || !is_before(a, b)) return false;
    for (int f = 0; f < static_cast<int>(features_.size()); ++f)
      if (f != split_by && !meet(a, b, f)) return false;
    return true;
  }

  // Whether some value of a feature comes to both: one of the training rows, one beyond them all, or none.
  bool meet(int a, int b, int f) const {
    std::set<double> values;
    for (const double value : features_[f].values)
      if (!std::isnan(value)) values.insert(value);
    values.insert(std::numeric_limits<double>::infinity());
    const double missing = features_[f].categorical ? -1 : std::numeric_limits<double>::quiet_NaN();
    const auto comes_to_both = [&](double value) { return comes(value, f, a) && comes(value, f, b); };
    return comes_to_both(missing) || std::ranges::any_of(values, comes_to_both);
  }
  bool comes(double value, int f, int node) const {
    for (int at = node; parent_[at] >= 0; at = parent_[at]) {
      const GrowNode& split = tree_[parent_[at]];
      if (split.feature != f) continue;
      const bool is_missing = std::isnan(value) || (features_[f].categorical && value < 0);
      const bool left = is_missing                 ? split.missing_left
                        : features_[f].categorical ? std::ranges::binary_search(split.left_codes, value)
                                                   : value <= split.low;
      if (left != (at == split.left)) return false;
    }
    return true;
  }

  std::vector<GrowNode>& tree_;
  std::span<const Feature> features_;
  std::vector<double> weights_;
  std::vector<int> parent_;
};

}  // namespace linden::reference
