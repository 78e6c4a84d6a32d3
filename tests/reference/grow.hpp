// The oracle: grows a tree by brute force on raw rows, without bins, histograms, subtraction, batches or threads. A
// tree for several outputs has gradients in several planes: a split gains the sum of what it gains in each, and a leaf
// must have so much curvature on average over them.
//
// It tries every cut between two distinct values of the training rows, both ways for missing values, and counts the
// rows of both sides. It is exact where every distinct value has a bin of its own (at most max_bins of them, the
// missing one counted). It shares nothing with the library but the formulas of a leaf and of a gain (tree_math.hpp),
// and the random numbers that draws come from (growth_rules.hpp).
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

#include "backend/tree/growth_rules.hpp"
#include "backend/tree/tree_math.hpp"

namespace linden::reference {

struct Feature {
  std::vector<double> values;  ///< one a row: numbers, NaN missing; or category codes, -1 missing
  bool categorical = false;
  double trusted_rows = std::numeric_limits<double>::infinity();  ///< categories with fewer may be rare
  int monotone = 0;                                               ///< 1: the trees may only rise with it, -1: only fall
  std::size_t one_hot_most = one_against_rest_categories;  ///< of so many categories or fewer each is tried alone
};

/// The gradients and curvatures of an output, or of several as one, one a row.
struct Plane {
  std::vector<float> gradients, curvatures;
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

/// A split that a node must have, by a value of the training rows or by codes.
struct Forced {
  int feature = -1;
  double value = 0;             ///< numbers: it goes left, with all below it
  std::vector<double> codes{};  ///< categories: those that go left, ascending
  int left = -1, right = -1;    ///< of its children, or -1
};

/// What else trees keep to; lists over features are empty, or have one entry a feature.
struct Rules {
  std::uint64_t key = 0;
  std::vector<std::vector<int>> groups{};  ///< of features that may meet on a way
  double by_level = 1, by_node = 1;
  std::vector<double> weights{};
  double split_cost = 0;
  std::vector<double> feature_costs{}, gain_factors{};
  double monotone_penalty = 0;
  bool intermediate =
      false;  ///< whether values bound those on the other side of a monotone split, and not their middle
  std::vector<Forced> forced{};  ///< the first is that of the root
};

/// A node of the tree; node 0 is the root, the others stand in the order of growth, left child first.
struct GrowNode {
  int feature = -1;                  ///< -1: a leaf
  double low = 0, high = 0;          ///< numbers: any threshold in [low, high) divides the training rows like this
  std::vector<double> left_codes{};  ///< categories that go left, ascending; -1 among them: the missing ones
  bool missing_left = false;
  double gain = 0, value = 0;  ///< of a split; of a leaf of the first plane, the learning rate included
  double curvature = 0;        ///< of a leaf, likewise
  int left = -1, depth = 0;    ///< the right child is left + 1
  std::vector<int> rows{};
  ValueBounds bounds{};    ///< of the leaves below, without the learning rate
  double grown = 0;        ///< what it would be worth as a leaf, by its rounded sums
  std::vector<int> way{};  ///< the features above
  std::uint64_t key = 0;
  int forced = -1;
  bool is_forced = false;  ///< whether it has the split that it must have
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
  /// `sample`: the rows that it is grown on; empty: all.
  Grower(std::span<const Feature> features, std::span<const Plane> planes, const GrowthLimits& limits,
         std::span<const std::uint32_t> sample, const Rules& rules)
      : rules_(rules),
        features_(features),
        rows_(static_cast<int>(planes.front().gradients.size())),
        planes_(planes),
        limits_(limits),
        sample_(sample.begin(), sample.end()) {
    if (sample.empty()) {
      sample_.resize(planes.front().gradients.size());
      std::iota(sample_.begin(), sample_.end(), 0);
    }
    for (const Plane& plane : planes) {
      Quantised g = quantise(plane.gradients, 14);
      std::int64_t magnitude = 0;
      for (const int row : sample_) magnitude += std::abs(g.q[row]);
      const bool fine = magnitude < 64 * static_cast<std::int64_t>(sample_.size());  // 24 bits, else 15
      units_.push_back({fine ? quantise(plane.gradients, 23) : g, quantise(plane.curvatures, fine ? 23 : 14)});
    }
    constrained_ = limits.max_delta_step > 0 || limits.path_smooth > 0;
    for (const Feature& feature : features) constrained_ |= feature.monotone != 0;
    for (int f = 0; f < static_cast<int>(features.size()); ++f) useful_.push_back(is_useful(f));
  }

  std::vector<GrowNode> grow() {
    std::vector<GrowNode> tree{root()};
    if (limits_.oblivious) return grow_levels(std::move(tree));
    std::vector<GrowNode> splits{best_split(tree[0])};  // what each node would become
    for (std::vector<int> open{0}; static_cast<int>(tree.size() + 1) / 2 < limits_.max_leaves;) {
      std::erase_if(open, [&](int i) { return splits[i].feature < 0; });
      if (open.empty()) break;
      const auto next = std::min_element(open.begin(), open.end(), [&](int a, int b) {
        if (limits_.level_wise && tree[a].depth != tree[b].depth) return tree[a].depth < tree[b].depth;
        if (splits[a].is_forced != splits[b].is_forced) return splits[a].is_forced;
        return splits[a].gain != splits[b].gain && !splits[a].is_forced ? splits[a].gain > splits[b].gain : a < b;
      });
      const int index = *next;
      open.erase(next);
      divide(tree, index, splits[index]);
      GrowNode& split = tree[index];
      const GrowNode &left = tree[split.left], &right = tree[split.left + 1];
      if (!has_missing(split.feature)) split.missing_left = left.rows.size() >= right.rows.size();
      for (const int child : {split.left, split.left + 1}) {
        open.push_back(child);
        splits.push_back(best_split(tree[child]));
      }
    }
    set_values(tree);
    return tree;
  }

  /// The bounds of the two sides of a split: what that of the left is, and that of the right.
  static void bound(int sign, double of_left, double of_right, const ValueBounds& all, ValueBounds& left,
                    ValueBounds& right) {
    left = right = all;
    if (sign == 1) left.upper = of_left, right.lower = of_right;
    if (sign == -1) left.lower = of_left, right.upper = of_right;
  }

 private:
  // Sums over rows of rounded gradients and curvatures in a plane; as numbers where units are counted.
  struct Sums {
    std::int64_t g = 0, h = 0;
    bool are_nothing() const { return g == 0 && h == 0; }
  };
  struct Rounded {
    Quantised g, h;

    template <class IsMeant>
    Sums over(const std::vector<int>& rows, const IsMeant& is_meant) const {
      Sums sums;
      for (const int row : rows)
        if (is_meant(row)) sums.g += g.q[row], sums.h += h.q[row];
      return sums;
    }
    Sums over(const std::vector<int>& rows) const {
      return over(rows, [](int) { return true; });
    }
    double gradient(const Sums& sums) const { return static_cast<double>(sums.g) * g.unit; }
    double curvature(const Sums& sums) const { return static_cast<double>(sums.h) * h.unit; }
  };

  ValueBounds bounds_of_all() const {
    return limits_.max_delta_step > 0 ? ValueBounds{-limits_.max_delta_step, limits_.max_delta_step} : ValueBounds{};
  }

  GrowNode root() const {
    GrowNode node;
    node.rows = sample_;
    node.bounds = bounds_of_all();
    node.grown = value_of(node, node.bounds, nullptr);
    node.key = rules_.key;
    node.forced = rules_.forced.empty() ? -1 : 0;
    return node;
  }

  // Makes a node of the tree this split, and appends its children.
  void divide(std::vector<GrowNode>& tree, int index, const GrowNode& its_split) const {
    GrowNode split = its_split;
    split.left = static_cast<int>(tree.size());
    GrowNode children[2];
    for (const int row : split.rows) children[goes_left(split, row) ? 0 : 1].rows.push_back(row);
    tree[index] = split;
    for (GrowNode& child : children) child.grown = value_of(child, split.bounds, &split);
    const double middle = (children[0].grown + children[1].grown) / 2;
    const bool across = rules_.intermediate;
    bound(features_[split.feature].monotone, across ? children[1].grown : middle, across ? children[0].grown : middle,
          split.bounds, children[0].bounds, children[1].bounds);
    if (split.is_forced) {
      children[0].forced = rules_.forced[split.forced].left;
      children[1].forced = rules_.forced[split.forced].right;
    }
    for (GrowNode& child : children) {
      child.grown = std::clamp(child.grown, child.bounds.lower, child.bounds.upper);
      child.key = child_key(split.key, &child == children);
      child.way = split.way;
      child.way.push_back(split.feature);
      child.depth = split.depth + 1;
      tree.push_back(child);
    }
  }

  // The values of the leaves in the first plane, by sums that are not rounded; 0 for one without rows.
  void set_values(std::vector<GrowNode>& tree) const {
    std::vector<int> parent(tree.size(), -1);
    for (int i = 0; i < static_cast<int>(tree.size()); ++i)
      if (tree[i].feature >= 0) parent[tree[i].left] = parent[tree[i].left + 1] = i;
    for (std::size_t i = 0; i < tree.size(); ++i) {
      GrowNode& node = tree[i];
      if (node.feature >= 0) continue;
      long double g = 0, h = 0;
      for (const int row : node.rows) g += planes_[0].gradients[row], h += planes_[0].curvatures[row];
      const bool has_rows = !node.rows.empty();
      const double own =
          has_rows ? leaf_value(static_cast<double>(g), static_cast<double>(h), limits_.l1, limits_.l2) : 0;
      const double value = parent[i] < 0 ? own : towards(own, std::ssize(node.rows), tree[parent[i]].grown);
      const ValueBounds bounds = rules_.intermediate ? bounds_of_all() : node.bounds;
      node.value = limits_.learning_rate * std::clamp(value, bounds.lower, bounds.upper);
      node.curvature = static_cast<double>(h);
    }
  }

  // Oblivious trees: all nodes of a level have the split that gains most in all of them together.
  std::vector<GrowNode> grow_levels(std::vector<GrowNode> tree) {
    double score = score_of(tree[0], limits_.l2);
    for (std::size_t first = 0, end = 1; tree[first].depth < limits_.max_depth; first = end, end = tree.size()) {
      level_ = std::span(tree).subspan(first, end - first);
      GrowNode best = tree[first];
      best.rows = sample_;
      for (const int f : open_features(best)) {
        GrowNode candidate = best;
        candidate.feature = f;
        candidate.gain = 0;
        features_[f].categorical ? try_level_categories(candidate, best) : try_level_cuts(candidate, best);
      }
      if (best.feature < 0 || !worth_splitting(best.gain, score, limits_.min_gain)) break;
      score += best.gain;
      if (!has_missing(best.feature)) best.missing_left = 2 * curvature_on_the_left(best) >= curvature_of(sample_);
      const double l2 = l2_of(best.feature);
      for (std::size_t i = first; i < end; ++i) {
        GrowNode split = tree[i];
        split.feature = best.feature;
        split.low = best.low;
        split.high = best.high;
        split.left_codes = best.left_codes;
        split.missing_left = best.missing_left;
        split.gain = gain_of_part(split, split, l2);
        divide(tree, static_cast<int>(i), split);
      }
    }
    set_values(tree);
    return tree;
  }

  std::int64_t curvature_of(const std::vector<int>& rows) const {
    std::int64_t sum = 0;
    for (const int row : rows) sum += units_[0].h.q[row];
    return sum;
  }
  std::int64_t curvature_on_the_left(const GrowNode& split) const {
    std::int64_t sum = 0;
    for (const int row : sample_) sum += goes_left(split, row) ? units_[0].h.q[row] : 0;
    return sum;
  }

  // Many categories are ordered by their labels, for which a larger penalty pays.
  double l2_of(int feature) const {
    const bool many = features_[feature].categorical && !is_one_hot(feature);
    return limits_.l2 + (many ? category_l2 : 0);
  }
  bool is_one_hot(int feature) const { return categories(feature).size() <= features_[feature].one_hot_most; }

  // What a node scores as it is.
  double score_of(const GrowNode& node, double l2) const {
    const Rounded& plane = units_[0];
    const Sums sums = plane.over(node.rows);
    const double gradient = plane.gradient(sums), curvature = plane.curvature(sums);
    if (!constrained_) return node_score(gradient, curvature, limits_.l1, l2);
    const double own = limits_.path_smooth > 0 ? node.grown : leaf_value(gradient, curvature, limits_.l1, l2);
    return score_of_value(std::clamp(own, node.bounds.lower, node.bounds.upper), gradient, curvature, limits_.l1, l2);
  }

  // What one node of a level gains by the level's split.
  double gain_of_part(const GrowNode& split, const GrowNode& node, double l2) const {
    const Rounded& plane = units_[0];
    const Sums all = plane.over(node.rows),
               left = plane.over(node.rows, [&](int row) { return goes_left(split, row); });
    const Sums right{all.g - left.g, all.h - left.h};
    if (left.are_nothing() || right.are_nothing()) return 0;
    const std::int64_t rows = std::ssize(node.rows);
    const std::int64_t left_rows = std::ranges::count_if(node.rows, [&](int row) { return goes_left(split, row); });
    const auto score = [&](const Sums& side, std::int64_t of_side) {
      const double g = plane.gradient(side), h = plane.curvature(side);
      if (!constrained_) return node_score(g, h, limits_.l1, l2);
      const double value = towards(leaf_value(g, h, limits_.l1, l2), of_side, node.grown);
      return score_of_value(std::clamp(value, node.bounds.lower, node.bounds.upper), g, h, limits_.l1, l2);
    };
    return score(left, left_rows) + score(right, rows - left_rows) - score_of(node, l2);
  }

  void consider_for_level(const GrowNode& candidate, GrowNode& best) const {
    double gain = 0;
    for (const GrowNode& node : level_)
      if (!node.rows.empty()) gain += gain_of_part(candidate, node, l2_of(candidate.feature));
    if (!(gain > 0)) return;
    gain = charge(candidate, gain);
    if (!(gain > best.gain)) return;
    best = candidate;
    best.gain = gain;
  }

  // Of so many cuts of a feature those that are tried: all, or a random one.
  bool is_drawn(const GrowNode& level, int cut, int cuts) const {
    return !limits_.extra_trees || cut == drawn_cut(level.key, level.feature, cuts);
  }

  void try_level_cuts(GrowNode candidate, GrowNode& best) const {
    std::vector<double> values;
    for (int row = 0; row < rows_; ++row)
      if (!is_missing(candidate.feature, row)) values.push_back(features_[candidate.feature].values[row]);
    std::ranges::sort(values);
    values.erase(std::unique(values.begin(), values.end()), values.end());
    const bool missing = has_missing(candidate.feature);
    const int count = static_cast<int>(values.size()), cuts = count - 1 + missing;
    for (int i = 0; i < cuts; ++i) {
      const bool last = i + 1 == count;
      candidate.low = values[i];
      candidate.high = last ? std::numeric_limits<double>::infinity() : values[i + 1];
      for (const bool left : {true, false}) {
        if ((left && (!missing || last)) || !is_drawn(candidate, i, cuts)) continue;
        candidate.missing_left = left;
        consider_for_level(candidate, best);
      }
    }
  }

  // Sets of categories: single ones where there are few, else one end of their order by all rows of the tree, the end
  // that has fewer of them.
  void try_level_categories(GrowNode candidate, GrowNode& best) const {
    const std::vector<std::vector<double>> order = level_order(candidate.feature);
    const bool few = is_one_hot(candidate.feature);
    const int count = static_cast<int>(order.size());
    std::vector<std::vector<double>> sets;
    for (int i = 0; i < count && count > 1; ++i) {
      const int before = i + 1, after = count - before;
      const bool is_cut = after > 0 && std::min(before, after) <= most_categories_on_a_side;
      if (!few && !is_cut) continue;
      const int first = few ? i : before <= after ? 0 : before, end = few || before <= after ? before : count;
      std::vector<double>& codes = sets.emplace_back();
      for (int j = first; j < end; ++j) codes.insert(codes.end(), order[j].begin(), order[j].end());
      std::ranges::sort(codes);
    }
    for (int i = 0; i < static_cast<int>(sets.size()); ++i) {
      if (!is_drawn(candidate, i, static_cast<int>(sets.size()))) continue;
      candidate.left_codes = sets[i];
      candidate.missing_left = candidate.left_codes.front() < 0;
      consider_for_level(candidate, best);
    }
  }

  // The categories of a level, those of all rows of the tree.
  std::vector<std::vector<double>> level_order(int feature) const {
    std::vector<std::vector<double>> order;
    for (const Category& category : ranked(feature, sample_, units_[0])) order.push_back(category.codes);
    return order;
  }

  // Categories as splits take them: rare ones are one, the last among equals.
  struct Category {
    std::vector<double> codes;
    double rank;
  };
  // Those that have rows here, in the order in which a plane ranks them; single ones stay in the order of ties.
  std::vector<Category> ranked(int feature, const std::vector<int>& rows, const Rounded& plane) const {
    const bool few = is_one_hot(feature);
    const auto rank = [&](const Sums& sums) {
      return plane.gradient(sums) / (plane.curvature(sums) + category_smoothing);
    };
    const std::int64_t all_h = plane.over(rows).h;
    std::vector<Category> present;
    std::vector<double> rare;
    Sums of_rare;
    for (const double code : categories(feature)) {
      const auto has_code = [&](int row) { return features_[feature].values[row] == code; };
      const Sums sums = plane.over(rows, has_code);
      if (few ? add_to_nothing(rows, has_code) : sums.are_nothing()) continue;
      if (few ||
          !is_rare_category(sums.h, all_h, std::ssize(rows), std::ssize(sample_), features_[feature].trusted_rows)) {
        present.push_back({{code}, few ? 0.0 : rank(sums)});
        continue;
      }
      rare.push_back(code);
      of_rare = {of_rare.g + sums.g, of_rare.h + sums.h};
    }
    if (!of_rare.are_nothing()) present.push_back({rare, rank(of_rare)});
    std::ranges::stable_sort(present, {}, &Category::rank);
    return present;
  }

  // Whether some rows add up to nothing in every plane.
  template <class IsMeant>
  bool add_to_nothing(const std::vector<int>& rows, const IsMeant& is_meant) const {
    return std::ranges::all_of(units_, [&](const Rounded& plane) { return plane.over(rows, is_meant).are_nothing(); });
  }

  double towards(double value, std::int64_t rows, double parent) const {
    return limits_.path_smooth > 0 ? smoothed(value, rows, parent, limits_.path_smooth) : value;
  }
  // What a node is worth by its rounded sums.
  double value_of(const GrowNode& node, const ValueBounds& bounds, const GrowNode* parent) const {
    const Rounded& plane = units_[0];
    const Sums sums = plane.over(node.rows);
    double value = leaf_value(plane.gradient(sums), plane.curvature(sums), limits_.l1, limits_.l2);
    if (parent != nullptr) value = towards(value, std::ssize(node.rows), parent->grown);
    return std::clamp(value, bounds.lower, bounds.upper);
  }

  // Whether any split of all rows by a feature leaves enough rows on both sides, whatever it is.
  bool is_useful(int feature) const {
    std::map<double, std::int64_t> rows;
    for (int row = 0; row < rows_; ++row)
      ++rows[is_missing(feature, row) ? std::numeric_limits<double>::infinity() : features_[feature].values[row]];
    std::int64_t most = 0;
    for (const auto& [value, count] : rows) most = std::max(most, count);
    return rows.size() > 1 && rows_ - most >= limits_.min_rows_in_leaf;
  }

  // Whether some group has a feature and all that are above.
  bool may_follow(const std::vector<int>& way, int feature) const {
    if (rules_.groups.empty() || std::ranges::all_of(way, [&](int other) { return other == feature; })) return true;
    return std::ranges::any_of(rules_.groups, [&](const std::vector<int>& group) {
      const auto has = [&](int f) { return std::ranges::find(group, f) != group.end(); };
      return has(feature) && std::ranges::all_of(way, has);
    });
  }

  // A share of these, at least one, by their ranks.
  std::vector<int> drawn(const std::vector<int>& features, double share, std::uint64_t key) const {
    if (share == 1) return features;
    std::vector<std::pair<std::uint64_t, int>> ranked;
    for (const int f : features) {
      const std::uint64_t rank = draw_rank(key, f, rules_.weights.empty() ? 1 : rules_.weights[f]);
      if (rank != never) ranked.emplace_back(rank, f);
    }
    const double wanted = std::max(1.0, std::nearbyint(share * static_cast<double>(ranked.size())));
    std::ranges::sort(ranked);
    std::vector<int> result;
    for (const auto& entry : ranked)
      if (static_cast<double>(result.size()) < wanted) result.push_back(entry.second);
    std::ranges::sort(result);
    return result;
  }

  // The features that a node may split by.
  std::vector<int> open_features(const GrowNode& node) const {
    std::vector<int> features;
    for (int f = 0; f < static_cast<int>(features_.size()); ++f)
      if (useful_[f]) features.push_back(f);
    const auto depth = static_cast<std::uint64_t>(node.depth);
    features = drawn(features, rules_.by_level, drawn_bits(rules_.key, GrowthDraw::level, depth));
    std::erase_if(features, [&](int f) { return !may_follow(node.way, f); });
    return drawn(features, rules_.by_node, node.key);
  }

  // What is left of a gain.
  double charge(const GrowNode& node, double gain) const {
    const auto f = static_cast<std::size_t>(node.feature);
    if (!rules_.gain_factors.empty()) gain *= rules_.gain_factors[f];
    if (features_[f].monotone != 0 && rules_.monotone_penalty > 0) {
      const double p = rules_.monotone_penalty, d = node.depth;
      gain *= std::max(0.0, p <= 1 ? 1 - p / std::exp2(d) : 1 - std::exp2(p - 1 - d));
    }
    gain -= rules_.split_cost * static_cast<double>(node.rows.size());
    const bool is_new = std::ranges::find(node.way, node.feature) == node.way.end();
    if (!rules_.feature_costs.empty() && is_new) gain -= rules_.feature_costs[f];
    return gain;
  }
  bool is_missing(int feature, int row) const {
    const double v = features_[feature].values[row];
    return std::isnan(v) || (features_[feature].categorical && v < 0);
  }
  bool has_missing(int feature) const {
    for (int row = 0; row < rows_; ++row)
      if (is_missing(feature, row)) return true;
    return false;
  }
  bool goes_left(const GrowNode& split, int row) const {
    const double v = features_[split.feature].values[row];
    if (features_[split.feature].categorical) return std::ranges::binary_search(split.left_codes, v);
    return is_missing(split.feature, row) ? split.missing_left : v <= split.low;
  }

  // Whether a split may be; then what it gains, before costs, and what the node scores: over all planes.
  bool may_be(const GrowNode& candidate, double l2, double& gain, double& parent) const {
    const auto is_left = [&](int row) { return goes_left(candidate, row); };
    const std::int64_t all_rows = std::ssize(candidate.rows),
                       left_rows = std::ranges::count_if(candidate.rows, is_left);
    if (std::min(left_rows, all_rows - left_rows) < limits_.min_rows_in_leaf) return false;
    double left_weight = 0, right_weight = 0;
    gain = parent = 0;
    for (const Rounded& plane : units_) {
      const Sums all = plane.over(candidate.rows), left = plane.over(candidate.rows, is_left);
      const Sums right{all.g - left.g, all.h - left.h};
      const double gl = plane.gradient(left), hl = plane.curvature(left);
      const double gr = plane.gradient(right), hr = plane.curvature(right);
      const double score = node_score(plane.gradient(all), plane.curvature(all), limits_.l1, limits_.l2);
      left_weight += hl;
      right_weight += hr;
      parent += score;
      gain += split_gain(gl, hl, gr, hr, score, limits_.l1, l2);
      if (units_.size() > 1) continue;
      if (hl + l2 <= 0 || hr + l2 <= 0) return false;
      if (!constrained_) continue;
      const auto bounded = [&](double g, double h, std::int64_t rows) {
        const double value = towards(leaf_value(g, h, limits_.l1, l2), rows, candidate.grown);
        return std::clamp(value, candidate.bounds.lower, candidate.bounds.upper);
      };
      const double of_left = bounded(gl, hl, left_rows), of_right = bounded(gr, hr, all_rows - left_rows);
      const int sign = features_[candidate.feature].monotone;
      if ((sign == 1 && of_left > of_right) || (sign == -1 && of_left < of_right)) return false;
      parent = score_of_value(candidate.grown, plane.gradient(all), plane.curvature(all), limits_.l1, limits_.l2);
      gain =
          score_of_value(of_left, gl, hl, limits_.l1, l2) + score_of_value(of_right, gr, hr, limits_.l1, l2) - parent;
    }
    return std::min(left_weight, right_weight) >= static_cast<double>(units_.size()) * limits_.min_child_weight;
  }

  // Keeps the candidate in `best` if it gains more, by sums over the rows that go left.
  void consider(const GrowNode& candidate, double l2, GrowNode& best) const {
    double gain = 0, parent = 0;
    if (!may_be(candidate, l2, gain, parent) || !(gain > 0)) return;
    gain = charge(candidate, gain);
    if (gain <= best.gain || !worth_splitting(gain, parent, limits_.min_gain)) return;
    best = candidate;
    best.gain = gain;
  }

  // The split that a node must have, if it may; missing values of numbers go where that gains more.
  void try_forced(const GrowNode& leaf, GrowNode& best) const {
    const Forced& forced = rules_.forced[leaf.forced];
    GrowNode candidate = leaf;
    candidate.feature = forced.feature;
    const bool categorical = features_[forced.feature].categorical;
    if (!useful_[forced.feature]) return;
    if (categorical) {
      candidate.left_codes = forced.codes;
    } else {
      candidate.low = forced.value;
      candidate.high = std::numeric_limits<double>::infinity();
      for (int row = 0; row < rows_; ++row)
        if (const double v = features_[forced.feature].values[row]; v > forced.value)
          candidate.high = std::min(candidate.high, v);
    }
    double most = -std::numeric_limits<double>::infinity();
    for (const bool left : {true, false}) {
      if (left && (categorical || !has_missing(forced.feature))) continue;
      candidate.missing_left = left;
      double gain = 0, parent = 0;
      if (!may_be(candidate, limits_.l2, gain, parent) || gain <= most) continue;
      most = gain;
      best = candidate;
      best.gain = std::max(gain, 0.0);
      best.is_forced = true;
    }
  }

  GrowNode best_split(const GrowNode& leaf) const {
    GrowNode best = leaf;
    if (limits_.max_depth > 0 && leaf.depth >= limits_.max_depth) return best;
    if (leaf.forced >= 0) try_forced(leaf, best);
    if (best.is_forced) return best;
    for (const int f : open_features(leaf)) {
      GrowNode candidate = leaf;
      candidate.feature = f;
      features_[f].categorical ? try_categories(candidate, best) : try_cuts(candidate, best);
    }
    return best;
  }

  void try_cuts(GrowNode candidate, GrowNode& best) const {
    std::vector<double> values;
    for (int row = 0; row < rows_; ++row)
      if (!is_missing(candidate.feature, row)) values.push_back(features_[candidate.feature].values[row]);
    std::ranges::sort(values);
    values.erase(std::unique(values.begin(), values.end()), values.end());
    const bool missing = has_missing(candidate.feature);
    const int only = limits_.extra_trees ? random_value(candidate, values) : -1;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (limits_.extra_trees && static_cast<int>(i) != only) continue;
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

  // Which of the values ends the left side where cuts are random: one of those between the outermost that the node's
  // rows have, that of the last one too where some rows have none; -1 where there is no such.
  int random_value(const GrowNode& node, const std::vector<double>& values) const {
    const auto is_missing_row = [&](int row) { return is_missing(node.feature, row); };
    int first = -1, last = -1;
    for (int i = 0; i < static_cast<int>(values.size()); ++i) {
      if (add_to_nothing(node.rows, [&](int row) { return features_[node.feature].values[row] == values[i]; }))
        continue;
      first = first < 0 ? i : first;
      last = i;
    }
    const int cuts = first < 0 ? 0 : last - first + !add_to_nothing(node.rows, is_missing_row);
    return cuts > 0 ? first + drawn_cut(node.key, node.feature, cuts) : -1;
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

  // Each alone; or, from either end, the first ones of the order of each plane.
  void try_categories(GrowNode candidate, GrowNode& best) const {
    if (categories(candidate.feature).size() < 2) return;
    const bool few = is_one_hot(candidate.feature);
    for (const Rounded& leader : units_) {
      std::vector<Category> present = ranked(candidate.feature, candidate.rows, leader);
      const int count = static_cast<int>(present.size());
      const int steps = few ? count : std::min(count - 1, most_categories_on_a_side);
      const int only = limits_.extra_trees && steps > 0 ? drawn_cut(candidate.key, candidate.feature, steps) : -1;
      for (int turn = 0; turn < (few ? 1 : 2); ++turn, std::ranges::reverse(present)) {
        candidate.left_codes.clear();
        for (int i = 0; i < steps; ++i) {
          if (few) candidate.left_codes.clear();
          candidate.left_codes.insert(candidate.left_codes.end(), present[i].codes.begin(), present[i].codes.end());
          GrowNode split = candidate;
          std::ranges::sort(split.left_codes);
          split.missing_left = split.left_codes.front() < 0;
          if (only < 0 || i == only) consider(split, few ? limits_.l2 : limits_.l2 + category_l2, best);
        }
      }
      if (few) return;
    }
  }

  const Rules& rules_;
  std::span<const Feature> features_;
  std::vector<bool> useful_;
  int rows_;
  std::span<const Plane> planes_;
  GrowthLimits limits_;
  std::vector<int> sample_;
  std::vector<Rounded> units_;  // of each plane
  bool constrained_ = false;
  std::span<const GrowNode> level_;  // of an oblivious tree, whose split is sought
};

/// The tree that Linden promises for these gradients and curvatures in one plane or in several, and these features,
/// grown on the rows of a sample (empty: all).
inline std::vector<GrowNode> grow(std::span<const Feature> features, std::span<const Plane> planes,
                                  const GrowthLimits& limits, std::span<const std::uint32_t> sample = {},
                                  const Rules& rules = {}) {
  return Grower(features, planes, limits, sample, rules).grow();
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
  Grower::bound(features[node.feature].monotone, middle, middle, bounds, sides[0], sides[1]);
  bound_renewed(tree, features, renewed, left, sides[0]);
  bound_renewed(tree, features, renewed, left + 1, sides[1]);
}

}  // namespace linden::reference
