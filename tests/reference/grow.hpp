// The oracle: grows a tree by brute force on raw rows, without bins, histograms, subtraction, batches or threads.
//
// It tries every cut between two distinct values of the training rows, both ways for missing values, and counts the
// rows of both sides. It is exact where every distinct value has a bin of its own (at most max_bins of them, the
// missing one counted). It shares nothing with the library but the formulas of a leaf and of a gain (tree_math.hpp).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <numeric>
#include <span>
#include <vector>

#include "backend/tree/tree_math.hpp"

namespace linden::reference {

struct Feature {
  std::vector<double> values;  ///< one a row: numbers, NaN missing; or category codes, -1 missing
  bool categorical = false;
  double trusted_rows = std::numeric_limits<double>::infinity();  ///< categories with fewer may be rare
  int monotone = 0;                                               ///< 1: the trees may only rise with it, -1: only fall
};

/// Eight times the rows with which the mean of a category is as good a guess as that of all: noise / spread by the
/// weighted analysis of variance of g / h with weights h (DerSimonian and Laird's moments), over the rows of a feature
/// that have a category. Infinite where noise explains the means, or cannot be told.
inline double trusted_rows(const Feature& feature, std::span<const float> gradients,
                           std::span<const float> curvatures) {
  struct Group {
    long double weight = 0, mean = 0;
  };
  std::map<double, Group> groups;
  long double rows = 0, curved = 0;
  const auto each = [&](const auto& visit) {
    for (std::size_t row = 0; row < feature.values.size(); ++row)
      if (feature.values[row] >= 0) visit(groups[feature.values[row]], gradients[row], curvatures[row]);
  };
  each([&](Group& group, float g, float h) {
    ++rows;
    curved += h > 0;
    group.weight += h;
    group.mean += g;
  });
  std::erase_if(groups, [](const auto& entry) { return entry.second.weight <= 0; });
  long double weight = 0, squares = 0, mean = 0, within = 0, between = 0;
  for (auto& [code, group] : groups) {
    weight += group.weight;
    squares += group.weight * group.weight;
    mean += group.mean;
    group.mean /= group.weight;
  }
  const long double categories = groups.size();
  if (categories < 2 || curved <= categories) return std::numeric_limits<double>::infinity();
  mean /= weight;
  each([&](const Group& group, float g, float h) {
    if (h > 0)
      within += h * (g / static_cast<long double>(h) - group.mean) * (g / static_cast<long double>(h) - group.mean);
  });
  for (const auto& [code, group] : groups) between += group.weight * (group.mean - mean) * (group.mean - mean);
  const long double noise = within / (curved - categories);
  const long double spread = (between - (categories - 1) * noise) / (weight - squares / weight);
  return spread > 0 ? static_cast<double>(8 * noise / spread * rows / weight) : std::numeric_limits<double>::infinity();
}

/// A node of the tree; node 0 is the root, the others stand in the order of growth, left child first.
struct GrowNode {
  int feature = -1;                  ///< -1: a leaf
  double low = 0, high = 0;          ///< numbers: any threshold in [low, high) divides the training rows like this
  std::vector<double> left_codes{};  ///< categories that go left, ascending; -1 among them: the missing ones
  bool missing_left = false;
  double gain = 0, value = 0;  ///< of a split; of a leaf, the learning rate included
  int left = -1, depth = 0;    ///< the right child is left + 1
  std::vector<int> rows{};
  ValueBounds bounds{};  ///< of the leaves below, without the learning rate
};

struct Quantised {
  double unit = 1;
  std::vector<std::int64_t> q;
};

/// Rounds to whole units, of the smallest power of two that brings the largest magnitude to 2^bits or below.
inline Quantised quantise(std::span<const float> values, int bits) {
  double largest = 0, size = std::ldexp(1.0, bits);
  for (const float v : values) largest = std::max(largest, std::fabs(double{v}));
  Quantised result;
  while (largest > size * result.unit) result.unit *= 2;
  while (largest > 0 && largest <= size * (result.unit / 2)) result.unit /= 2;
  for (const float v : values) result.q.push_back(std::llrint(v / result.unit));
  return result;
}

class Grower {
 public:
  Grower(std::span<const Feature> features, std::span<const float> gradients, std::span<const float> curvatures,
         const GrowthLimits& limits, std::span<const std::uint32_t> sample)
      : features_(features),
        gradients_(gradients),
        curvatures_(curvatures),
        limits_(limits),
        sample_(sample.begin(), sample.end()) {
    if (sample.empty()) {
      sample_.resize(gradients.size());
      std::iota(sample_.begin(), sample_.end(), 0);
    }
    g_ = quantise(gradients, 14);
    std::int64_t magnitude = 0;
    for (const int row : sample_) magnitude += std::abs(g_.q[row]);
    const bool fine = magnitude < 64 * static_cast<std::int64_t>(sample_.size());  // 24 bits, else 15
    if (fine) g_ = quantise(gradients, 23);
    h_ = quantise(curvatures, fine ? 23 : 14);
    for (const Feature& feature : features) constrained_ |= feature.monotone != 0;
  }

  std::vector<GrowNode> grow() {
    std::vector<GrowNode> tree(1);
    tree[0].rows = sample_;
    std::vector<GrowNode> splits{best_split(tree[0])};  // what each node would become
    for (std::vector<int> open{0}; static_cast<int>(tree.size() + 1) / 2 < limits_.max_leaves;) {
      std::erase_if(open, [&](int i) { return splits[i].feature < 0; });
      if (open.empty()) break;
      const auto next = std::min_element(open.begin(), open.end(), [&](int a, int b) {
        if (limits_.level_wise && tree[a].depth != tree[b].depth) return tree[a].depth < tree[b].depth;
        return splits[a].gain != splits[b].gain ? splits[a].gain > splits[b].gain : a < b;
      });
      const int index = *next;
      open.erase(next);
      GrowNode split = splits[index];
      split.left = static_cast<int>(tree.size());
      GrowNode children[2];
      for (const int row : split.rows) children[goes_left(split, row) ? 0 : 1].rows.push_back(row);
      if (!has_missing(split.feature)) split.missing_left = children[0].rows.size() >= children[1].rows.size();
      tree[index] = split;
      const double middle = (value_of(children[0], split.bounds) + value_of(children[1], split.bounds)) / 2;
      bound(features_[split.feature].monotone, middle, split.bounds, children[0].bounds, children[1].bounds);
      for (GrowNode& child : children) {
        child.depth = split.depth + 1;
        open.push_back(static_cast<int>(tree.size()));
        tree.push_back(child);
        splits.push_back(best_split(child));
      }
    }
    for (GrowNode& node : tree) {
      long double g = 0, h = 0;
      for (const int row : node.rows) g += gradients_[row], h += curvatures_[row];
      if (node.feature < 0)
        node.value = limits_.learning_rate *
                     std::clamp(leaf_value(static_cast<double>(g), static_cast<double>(h), limits_.l1, limits_.l2),
                                node.bounds.lower, node.bounds.upper);
    }
    return tree;
  }

  /// The bounds of the two sides of a split.
  static void bound(int sign, double middle, const ValueBounds& all, ValueBounds& left, ValueBounds& right) {
    left = right = all;
    if (sign == 1) left.upper = middle, right.lower = middle;
    if (sign == -1) left.lower = middle, right.upper = middle;
  }

 private:
  // What a node is worth by its rounded sums.
  double value_of(const GrowNode& node, const ValueBounds& bounds) const {
    std::int64_t g = 0, h = 0;
    for (const int row : node.rows) g += g_.q[row], h += h_.q[row];
    return std::clamp(
        leaf_value(static_cast<double>(g) * g_.unit, static_cast<double>(h) * h_.unit, limits_.l1, limits_.l2),
        bounds.lower, bounds.upper);
  }
  bool is_missing(int feature, int row) const {
    const double v = features_[feature].values[row];
    return std::isnan(v) || (features_[feature].categorical && v < 0);
  }
  bool has_missing(int feature) const {
    for (int row = 0; row < static_cast<int>(gradients_.size()); ++row)
      if (is_missing(feature, row)) return true;
    return false;
  }
  bool goes_left(const GrowNode& split, int row) const {
    const double v = features_[split.feature].values[row];
    if (features_[split.feature].categorical) return std::ranges::binary_search(split.left_codes, v);
    return is_missing(split.feature, row) ? split.missing_left : v <= split.low;
  }

  // Keeps the candidate in `best` if it gains more, by sums over the rows that go left.
  void consider(const GrowNode& candidate, double l2, GrowNode& best) const {
    std::int64_t left_g = 0, left_h = 0, left_rows = 0, all_g = 0, all_h = 0;
    for (const int row : candidate.rows) {
      const bool left = goes_left(candidate, row);
      all_g += g_.q[row], all_h += h_.q[row];
      if (left) left_g += g_.q[row], left_h += h_.q[row], ++left_rows;
    }
    const auto all_rows = static_cast<std::int64_t>(candidate.rows.size());
    if (std::min(left_rows, all_rows - left_rows) < limits_.min_rows_in_leaf) return;
    const double gl = static_cast<double>(left_g) * g_.unit, gr = static_cast<double>(all_g - left_g) * g_.unit;
    const double hl = static_cast<double>(left_h) * h_.unit, hr = static_cast<double>(all_h - left_h) * h_.unit;
    if (std::min(hl, hr) < limits_.min_child_weight) return;
    const double all_gradient = static_cast<double>(all_g) * g_.unit;
    const double all_curvature = static_cast<double>(all_h) * h_.unit;
    double parent = node_score(all_gradient, all_curvature, limits_.l1, limits_.l2);
    double gain = split_gain(gl, hl, gr, hr, parent, limits_.l1, l2);
    if (constrained_) {
      const auto bounded = [&](double g, double h, double penalty) {
        return std::clamp(leaf_value(g, h, limits_.l1, penalty), candidate.bounds.lower, candidate.bounds.upper);
      };
      const double left = bounded(gl, hl, l2), right = bounded(gr, hr, l2);
      const int sign = features_[candidate.feature].monotone;
      if ((sign == 1 && left > right) || (sign == -1 && left < right) || hl + l2 <= 0 || hr + l2 <= 0) return;
      parent = score_of_value(bounded(all_gradient, all_curvature, limits_.l2), all_gradient, all_curvature, limits_.l1,
                              limits_.l2);
      gain = score_of_value(left, gl, hl, limits_.l1, l2) + score_of_value(right, gr, hr, limits_.l1, l2) - parent;
    }
    if (gain <= best.gain || !worth_splitting(gain, parent, limits_.min_gain)) return;
    best = candidate;
    best.gain = gain;
  }

  GrowNode best_split(const GrowNode& leaf) const {
    GrowNode best = leaf;
    if (limits_.max_depth > 0 && leaf.depth >= limits_.max_depth) return best;
    for (int f = 0; f < static_cast<int>(features_.size()); ++f) {
      GrowNode candidate = leaf;
      candidate.feature = f;
      features_[f].categorical ? try_categories(candidate, best) : try_cuts(candidate, best);
    }
    return best;
  }

  void try_cuts(GrowNode candidate, GrowNode& best) const {
    std::vector<double> values;
    for (int row = 0; row < static_cast<int>(gradients_.size()); ++row)
      if (!is_missing(candidate.feature, row)) values.push_back(features_[candidate.feature].values[row]);
    std::ranges::sort(values);
    values.erase(std::unique(values.begin(), values.end()), values.end());
    const bool missing = has_missing(candidate.feature);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const bool last = i + 1 == values.size();  // all values left, the missing ones right
      candidate.low = values[i];
      candidate.high = last ? std::numeric_limits<double>::infinity() : values[i + 1];
      for (const bool left : {true, false}) {
        if ((left && !missing) || (last && (left || !missing))) continue;
        candidate.missing_left = left;
        consider(candidate, limits_.l2, best);
      }
    }
  }

  // Categories in the order of ties: the most frequent first, then by code; missing values last.
  std::vector<double> categories(int feature) const {
    std::vector<double> codes = features_[feature].values, distinct = codes;
    std::ranges::sort(distinct);
    distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
    const auto count = [&](double code) { return code < 0 ? -1 : std::ranges::count(codes, code); };
    std::ranges::stable_sort(distinct, [&](double a, double b) { return count(a) > count(b); });
    return distinct;
  }

  void try_categories(GrowNode candidate, GrowNode& best) const {
    struct Category {
      std::vector<double> codes;
      double rank;
    };
    std::vector<double> codes = categories(candidate.feature);
    const bool few = codes.size() <= one_against_rest_categories;
    std::vector<Category> present;
    std::vector<double> rare;  // together one category, the last
    std::int64_t rare_g = 0, rare_h = 0;
    if (codes.size() < 2) return;
    const auto rank = [&](std::int64_t g, std::int64_t h) {
      return static_cast<double>(g) * g_.unit / (static_cast<double>(h) * h_.unit + category_smoothing);
    };
    for (const double code : codes) {
      std::int64_t g = 0, h = 0;
      for (const int row : candidate.rows)
        if (features_[candidate.feature].values[row] == code) g += g_.q[row], h += h_.q[row];
      const auto node_h = std::transform_reduce(candidate.rows.begin(), candidate.rows.end(), std::int64_t{0},
                                                std::plus<>(), [&](int row) { return std::int64_t{h_.q[row]}; });
      if (g == 0 && h == 0) continue;
      if (few ||
          !is_rare_category(h, node_h, static_cast<std::int64_t>(candidate.rows.size()),
                            static_cast<std::int64_t>(sample_.size()), features_[candidate.feature].trusted_rows)) {
        present.push_back({{code}, rank(g, h)});
        continue;
      }
      rare.push_back(code);
      rare_g += g, rare_h += h;
    }
    if (rare_g != 0 || rare_h != 0) present.push_back({rare, rank(rare_g, rare_h)});
    if (!few) std::ranges::stable_sort(present, {}, &Category::rank);
    const int steps = few ? static_cast<int>(present.size())
                          : std::min(static_cast<int>(present.size()) - 1, most_categories_on_a_side);
    for (int turn = 0; turn < (few ? 1 : 2); ++turn, std::ranges::reverse(present)) {
      candidate.left_codes.clear();
      for (int i = 0; i < steps; ++i) {
        if (few) candidate.left_codes.clear();
        candidate.left_codes.insert(candidate.left_codes.end(), present[i].codes.begin(), present[i].codes.end());
        GrowNode split = candidate;
        std::ranges::sort(split.left_codes);
        split.missing_left = split.left_codes.front() < 0;
        consider(split, few ? limits_.l2 : limits_.l2 + category_l2, best);
      }
    }
  }

  std::span<const Feature> features_;
  std::span<const float> gradients_, curvatures_;
  GrowthLimits limits_;
  std::vector<int> sample_;
  Quantised g_, h_;
  bool constrained_ = false;
};

/// The tree that Linden promises for these gradients and curvatures, one a row, and these features, grown on the rows
/// of a sample (empty: all).
inline std::vector<GrowNode> grow(std::span<const Feature> features, std::span<const float> gradients,
                                  std::span<const float> curvatures, const GrowthLimits& limits,
                                  std::span<const std::uint32_t> sample = {}) {
  return Grower(features, gradients, curvatures, limits, sample).grow();
}

struct Weighed {
  double value, weight;
};

/// The smallest value such that the weights of the values up to it sum to at least level times all weight; 0 when
/// there is none. Weights are multiples of 2^-20 here, so that their sums are exact.
inline double order_statistic(std::vector<Weighed> values, double level) {
  std::erase_if(values, [](const Weighed& v) { return v.weight == 0; });
  std::ranges::sort(values, {}, &Weighed::value);
  double total = 0, reached = 0;
  for (const Weighed& v : values) total += v.weight;
  for (const Weighed& v : values) {
    reached += v.weight;
    if (reached >= level * total) return v.value + 0.0;
  }
  return 0;
}

/// Leaf values anew: order statistics of the residuals of the leaves' rows. No weights: all one.
inline void renew(std::vector<GrowNode>& tree, std::span<const double> residuals, std::span<const double> weights,
                  double level, double learning_rate) {
  for (GrowNode& node : tree) {
    if (node.feature >= 0) continue;
    std::vector<Weighed> own;
    for (const int row : node.rows) own.push_back({residuals[row], weights.empty() ? 1.0 : weights[row]});
    node.value = learning_rate * order_statistic(std::move(own), level);
  }
}

/// The mean of the leaves below a node, by rows.
inline double mean_of(const std::vector<GrowNode>& tree, const GrowNode& node) {
  if (node.feature < 0) return node.value;
  const GrowNode &left = tree[node.left], &right = tree[node.left + 1];
  return (static_cast<double>(left.rows.size()) * mean_of(tree, left) +
          static_cast<double>(right.rows.size()) * mean_of(tree, right)) /
         static_cast<double>(node.rows.size());
}

/// Clamps renewed values, below a node, to the middle of the means of both sides of every split by a monotone feature.
inline void bound_renewed(std::vector<GrowNode>& tree, std::span<const Feature> features,
                          const std::vector<GrowNode>& renewed, std::size_t at, const ValueBounds& bounds) {
  GrowNode& node = tree[at];
  if (node.feature < 0) {
    node.value = std::clamp(node.value, bounds.lower, bounds.upper);
    return;
  }
  const auto left = static_cast<std::size_t>(node.left);
  const double middle = std::clamp((mean_of(renewed, renewed[left]) + mean_of(renewed, renewed[left + 1])) / 2,
                                   bounds.lower, bounds.upper);
  ValueBounds sides[2];
  Grower::bound(features[node.feature].monotone, middle, bounds, sides[0], sides[1]);
  bound_renewed(tree, features, renewed, left, sides[0]);
  bound_renewed(tree, features, renewed, left + 1, sides[1]);
}

}  // namespace linden::reference
