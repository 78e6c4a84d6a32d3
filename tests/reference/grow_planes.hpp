// The oracle of trees that add to all outputs: brute force on raw rows, as reference/grow.hpp does it for one output. A
// split gains the sum of what it gains in each plane of gradients, and a leaf must have so much curvature on average
// over planes.
#pragma once

#include "reference/grow.hpp"

namespace linden::reference {

/// The gradients and curvatures of a plane, one a row.
struct PlaneSlopes {
  std::vector<float> gradients, curvatures;
};

class PlaneGrower {
 public:
  PlaneGrower(std::span<const Feature> features, std::span<const PlaneSlopes> planes, const GrowthLimits& limits,
              std::span<const std::uint32_t> sample)
      : features_(features),
        limits_(limits),
        rows_(planes.front().gradients.size()),
        sample_(sample.begin(), sample.end()) {
    if (sample.empty()) {
      sample_.resize(rows_);
      std::iota(sample_.begin(), sample_.end(), 0);
    }
    for (const PlaneSlopes& plane : planes) {
      Quantised g = quantise(plane.gradients, 14);
      std::int64_t magnitude = 0;
      for (const int row : sample_) magnitude += std::abs(g.q[static_cast<std::size_t>(row)]);
      const bool fine = magnitude < 64 * std::ssize(sample_);
      planes_.push_back({fine ? quantise(plane.gradients, 23) : g, quantise(plane.curvatures, fine ? 23 : 14)});
    }
  }

  std::vector<GrowNode> grow() const {
    std::vector<GrowNode> tree(1);
    tree[0].rows = sample_;
    std::vector<GrowNode> splits{best_split(tree[0])};
    std::vector<int> open{0};
    while (static_cast<int>(tree.size() + 1) / 2 < limits_.max_leaves) {
      std::erase_if(open, [&](int i) { return splits[static_cast<std::size_t>(i)].feature < 0; });
      if (open.empty()) break;
      const auto next = std::min_element(open.begin(), open.end(), [&](int a, int b) {
        const auto x = static_cast<std::size_t>(a), y = static_cast<std::size_t>(b);
        if (limits_.level_wise && tree[x].depth != tree[y].depth) return tree[x].depth < tree[y].depth;
        return splits[x].gain != splits[y].gain ? splits[x].gain > splits[y].gain : a < b;
      });
      const auto index = static_cast<std::size_t>(*next);
      open.erase(next);
      GrowNode split = splits[index];
      split.left = static_cast<int>(tree.size());
      GrowNode children[2];
      for (const int row : split.rows) children[goes_left(split, row) ? 0 : 1].rows.push_back(row);
      if (!has_missing(split.feature)) split.missing_left = children[0].rows.size() >= children[1].rows.size();
      tree[index] = split;
      for (GrowNode& child : children) {
        child.depth = split.depth + 1;
        open.push_back(static_cast<int>(tree.size()));
        tree.push_back(child);
        splits.push_back(best_split(child));
      }
    }
    return tree;
  }

 private:
  struct Plane {
    Quantised g, h;
  };
  double value(int feature, int row) const {
    return features_[static_cast<std::size_t>(feature)].values[static_cast<std::size_t>(row)];
  }
  bool is_categorical(int feature) const { return features_[static_cast<std::size_t>(feature)].categorical; }
  bool is_missing(int feature, int row) const {
    return std::isnan(value(feature, row)) || (is_categorical(feature) && value(feature, row) < 0);
  }
  bool has_missing(int feature) const {
    for (int row = 0; row < static_cast<int>(rows_); ++row)
      if (is_missing(feature, row)) return true;
    return false;
  }
  bool goes_left(const GrowNode& split, int row) const {
    if (is_categorical(split.feature)) return std::ranges::binary_search(split.left_codes, value(split.feature, row));
    return is_missing(split.feature, row) ? split.missing_left : value(split.feature, row) <= split.low;
  }
  bool is_useful(int feature) const {
    std::map<double, std::int64_t> rows;
    for (int row = 0; row < static_cast<int>(rows_); ++row)
      ++rows[is_missing(feature, row) ? std::numeric_limits<double>::infinity() : value(feature, row)];
    std::int64_t most = 0;
    for (const auto& [at, count] : rows) most = std::max(most, count);
    return rows.size() > 1 && static_cast<std::int64_t>(rows_) - most >= limits_.min_rows_in_leaf;
  }

  void consider(const GrowNode& candidate, double l2, GrowNode& best) const {
    double gain = 0, parent = 0, left_weight = 0, weight = 0;
    std::int64_t left_rows = 0;
    for (const int row : candidate.rows) left_rows += goes_left(candidate, row);
    if (std::min(left_rows, std::ssize(candidate.rows) - left_rows) < limits_.min_rows_in_leaf) return;
    for (const Plane& plane : planes_) {
      std::int64_t lg = 0, lh = 0, g = 0, h = 0;
      for (const int row : candidate.rows) {
        const auto r = static_cast<std::size_t>(row);
        g += plane.g.q[r], h += plane.h.q[r];
        if (goes_left(candidate, row)) lg += plane.g.q[r], lh += plane.h.q[r];
      }
      const double gl = static_cast<double>(lg) * plane.g.unit, gr = static_cast<double>(g - lg) * plane.g.unit;
      const double hl = static_cast<double>(lh) * plane.h.unit, hr = static_cast<double>(h - lh) * plane.h.unit;
      const double score = node_score(static_cast<double>(g) * plane.g.unit, static_cast<double>(h) * plane.h.unit,
                                      limits_.l1, limits_.l2);
      gain += split_gain(gl, hl, gr, hr, score, limits_.l1, l2);
      parent += score;
      left_weight += hl;
      weight += static_cast<double>(h) * plane.h.unit;
    }
    const double least = static_cast<double>(planes_.size()) * limits_.min_child_weight;
    if (left_weight < least || weight - left_weight < least) return;
    if (!(gain > best.gain) || !worth_splitting(gain, parent, limits_.min_gain)) return;
    best = candidate;
    best.gain = gain;
  }

  GrowNode best_split(const GrowNode& leaf) const {
    GrowNode best = leaf;
    if (limits_.max_depth > 0 && leaf.depth >= limits_.max_depth) return best;
    for (int f = 0; f < static_cast<int>(features_.size()); ++f) {
      if (!is_useful(f)) continue;
      GrowNode candidate = leaf;
      candidate.feature = f;
      is_categorical(f) ? try_categories(candidate, best) : try_cuts(candidate, best);
    }
    return best;
  }

  void try_cuts(GrowNode candidate, GrowNode& best) const {
    std::vector<double> values;
    for (int row = 0; row < static_cast<int>(rows_); ++row)
      if (!is_missing(candidate.feature, row)) values.push_back(value(candidate.feature, row));
    std::ranges::sort(values);
    values.erase(std::unique(values.begin(), values.end()), values.end());
    const bool missing = has_missing(candidate.feature);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const bool last = i + 1 == values.size();
      candidate.low = values[i];
      candidate.high = last ? std::numeric_limits<double>::infinity() : values[i + 1];
      for (const bool left : {true, false}) {
        if ((left && !missing) || (last && (left || !missing))) continue;
        candidate.missing_left = left;
        consider(candidate, limits_.l2, best);
      }
    }
  }

  // In the order of each plane; of few categories each alone.
  void try_categories(const GrowNode& candidate, GrowNode& best) const {
    std::vector<double> codes = features_[static_cast<std::size_t>(candidate.feature)].values, all = codes;
    std::ranges::sort(codes);
    codes.erase(std::unique(codes.begin(), codes.end()), codes.end());
    const auto frequency = [&](double code) { return code < 0 ? -1 : std::ranges::count(all, code); };
    std::ranges::stable_sort(codes, [&](double a, double b) { return frequency(a) > frequency(b); });
    if (codes.size() < 2) return;
    const bool few = codes.size() <= one_against_rest_categories;
    for (const Plane& leader : planes_) {
      struct Category {
        std::vector<double> codes;
        double rank;
      };
      std::vector<Category> present;
      std::vector<double> rare;
      std::int64_t rare_g = 0, rare_h = 0;
      const auto rank = [&](std::int64_t g, std::int64_t h) {
        return static_cast<double>(g) * leader.g.unit / (static_cast<double>(h) * leader.h.unit + category_smoothing);
      };
      std::int64_t node_h = 0;
      for (const int row : candidate.rows) node_h += leader.h.q[static_cast<std::size_t>(row)];
      for (const double code : codes) {
        std::int64_t g = 0, h = 0;
        bool any = false;
        for (const int row : candidate.rows)
          if (value(candidate.feature, row) == code) {
            any = true;
            g += leader.g.q[static_cast<std::size_t>(row)], h += leader.h.q[static_cast<std::size_t>(row)];
          }
        if (few ? !any : g == 0 && h == 0) continue;
        if (few || !is_rare_category(h, node_h, std::ssize(candidate.rows), std::ssize(sample_),
                                     features_[static_cast<std::size_t>(candidate.feature)].trusted_rows)) {
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
        GrowNode split = candidate;
        for (int i = 0; i < steps; ++i) {
          const std::vector<double>& next = present[static_cast<std::size_t>(i)].codes;
          if (few) split.left_codes.clear();
          split.left_codes.insert(split.left_codes.end(), next.begin(), next.end());
          std::ranges::sort(split.left_codes);
          split.missing_left = split.left_codes.front() < 0;
          consider(split, few ? limits_.l2 : limits_.l2 + category_l2, best);
        }
      }
      if (few) return;
    }
  }

  std::span<const Feature> features_;
  GrowthLimits limits_;
  std::size_t rows_;
  std::vector<int> sample_;
  std::vector<Plane> planes_;
};

}  // namespace linden::reference
