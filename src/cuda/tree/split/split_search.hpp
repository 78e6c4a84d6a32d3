// The best split of one feature of one node, found by one warp: lanes take bins, 32 at a time, with running sums.
#pragma once

#include "backend/tree/split_math.hpp"
#include "cuda/runtime/simt.hpp"
#include "cuda/tree/node_sums.hpp"

namespace linden::cuda {

/// Sums over bins, and rows where they are counted.
struct Sums {
  long long gradient, curvature, rows;
};
__device__ __forceinline__ Sums operator+(const Sums& a, const Sums& b) {
  return {a.gradient + b.gradient, a.curvature + b.curvature, a.rows + b.rows};
}

/// What a warp has found so far; gain 0 is nothing. `place` decides between equal gains: the lowest.
struct Best {
  double gain;
  long long gradient, curvature;  ///< of the left side
  int place, padding;
};
struct BetterOf {
  __device__ __forceinline__ Best operator()(const Best& a, const Best& b) const {
    return b.gain > a.gain || (b.gain == a.gain && b.place < a.place) ? b : a;
  }
};
__device__ __forceinline__ void consider(Best& best, double gain, const Sums& left, int place) {
  if (gain > best.gain || (gain == best.gain && gain > 0 && place < best.place))
    best = {gain, left.gradient, left.curvature, place, 0};
}

/// Shared memory of a warp that searches among categories.
struct CategoryOrder {
  double rank[257];
  CategoryPart part[257];  ///< of a bin; after the last, of the rare ones as one category
  std::uint16_t order[257];
};

/// Where one of the categories in order lies among those that are tried: from the front first, then from the end.
inline constexpr int most_steps = 512;  // more than there are bins

/// Puts the categories, whose parts and ranks stand in shared memory, in the order of their ranks, equal ones in that
/// of their bins; the rare ones, which add up to this, are one of them, the last among equals. Returns how many there
/// are. By whole warps.
__device__ __forceinline__ int order_categories(const Scan& s, int bins, const Sums& rare, CategoryOrder& shared) {
  const int lane = int(lane_index());
  if (lane == 0) {
    shared.part[bins] = rare.gradient != 0 || rare.curvature != 0 ? CategoryPart::own : CategoryPart::none;
    shared.rank[bins] = category_rank(s, rare.gradient, rare.curvature);
  }
  __syncwarp();
  int mine = 0;
  for (int bin = lane; bin <= bins; bin += 32) {
    if (shared.part[bin] != CategoryPart::own) continue;
    ++mine;
    const double rank = shared.rank[bin];
    int place = 0;
    for (int other = 0; other <= bins; ++other)
      place += shared.part[other] == CategoryPart::own &&
               (shared.rank[other] < rank || (shared.rank[other] == rank && other < bin));
    shared.order[place] = static_cast<std::uint16_t>(bin);
  }
  const int count = warp_reduce(mine, Sum{});
  __syncwarp();
  return count;
}

/// The bin, or `bins` for the rare ones, of a step from either end of so many categories in order.
__device__ __forceinline__ int category_at(const CategoryOrder& shared, int count, bool from_end, int step) {
  return shared.order[from_end ? count - 1 - step : step];
}

/// Marks what goes left by the best of the steps: one category, or all up to it.
__device__ __forceinline__ void take_categories(Split& split, const CategoryOrder& shared, int bins, int count,
                                                bool few, int best_place) {
  const bool from_end = best_place >= most_steps;
  split.bin = best_place % most_steps;
  for (int i = few ? split.bin : 0; i <= split.bin; ++i) {
    const int bin = category_at(shared, count, from_end, i);
    if (bin < bins) mark_left(split, bin);
    for (int b = 0; b < bins && bin == bins; ++b)
      if (shared.part[b] == CategoryPart::rare) mark_left(split, b);
  }
}

/// A feature's bins as its warp reads them; `rows` where rows have been counted: a block's own counts in shared memory,
/// or those of all machines.
template <class Count>
struct FeatureCells {
  FeatureSums<const std::int64_t> sums;
  const Count* rows;
  __device__ __forceinline__ Sums at(int bin) const {
    return {sums.gradients[bin], sums.curvatures[bin], rows != nullptr ? static_cast<long long>(rows[bin]) : 0};
  }
};

/// The cut that is tried where cuts are random, or -1; `missing`: what lies in the bin of missing values.
template <class Count>
__device__ __forceinline__ int random_cut(const Scan& s, const FeatureBins& feature, const FeatureCells<Count>& cells,
                                          const Sums& missing) {
  const int values = feature.has_missing ? feature.bins - 1 : feature.bins;
  int first_bin = values, last_bin = -1;
  for (int first = 0; first < values; first += 32) {
    const int bin = first + int(lane_index());
    const Sums own = bin < values ? cells.at(bin) : Sums{0, 0, 0};
    const unsigned filled = __ballot_sync(all_lanes, own.gradient != 0 || own.curvature != 0);
    if (filled == 0) continue;  // whole warps
    if (last_bin < 0) first_bin = first + __ffs(int(filled)) - 1;
    last_bin = first + 31 - __clz(int(filled));
  }
  if (last_bin < 0) last_bin = first_bin;
  return linden::random_cut(s, feature, first_bin, last_bin, missing.gradient != 0 || missing.curvature != 0);
}

/// The best cut of numbers after one of the bins [begin, end), what lies before which is `carry`, with missing values
/// on either side. Among equal gains the lowest bin, then missing left. `only`: the one cut that is tried where cuts
/// are random.
template <TreeKind kind, class Count>
__device__ __forceinline__ Best best_cut(const Scan& s, const FeatureBins& feature, const FeatureCells<Count>& cells,
                                         const Sums& missing, int only, int begin, int end, Sums carry) {
  const int lane = int(lane_index());
  const int values = feature.has_missing ? feature.bins - 1 : feature.bins;  // bins of values
  const bool counted = cells.rows != nullptr;
  const int sign = feature.monotone;
  const double l2 = s.limits.l2;
  const bool is_random = kind != TreeKind::plain && s.limits.extra_trees;
  const auto is_tried = [&](int bin) { return !is_random || bin == only; };
  const int last = feature.has_missing ? values : values - 1, most = end < last ? end : last;
  const int most_left = !feature.has_missing ? begin : end < values - 1 ? end : values - 1;
  Best best{0, 0, 0, 1 << 30, 0};
  for (int first = begin; first < end; first += 32) {
    const int bin = first + lane;
    const Sums right = carry + warp_scan(bin < end ? cells.at(bin) : Sums{0, 0, 0}, Sum{});
    carry = shuffle(right, 31);
    // Missing values on the right; then even the cut after the last value divides.
    if (bin < most && is_tried(bin) && (!counted || enough_rows(s, right.rows)))
      consider(best, gain_of<kind == TreeKind::constrained>(s, sign, right.gradient, right.curvature, right.rows, l2),
               right, 2 * bin + 1);
    const Sums left = right + missing;
    if (bin < most_left && is_tried(bin) && (!counted || enough_rows(s, left.rows)))
      consider(best, gain_of<kind == TreeKind::constrained>(s, sign, left.gradient, left.curvature, left.rows, l2),
               left, 2 * bin);
  }
  return warp_reduce(best, BetterOf{});
}

/// The split that a cut is, as yet without its bins.
__device__ __forceinline__ Split split_at(const Best& best) {
  Split split;
  if (!(best.gain > 0)) return split;
  split.gain = best.gain;
  split.bin = best.place / 2;
  split.missing_left = best.place % 2 == 0;
  split.left_gradient = best.gradient;
  split.left_curvature = best.curvature;
  return split;
}

template <TreeKind kind, class Count>
__device__ __forceinline__ Split numeric_split(const Scan& s, const FeatureBins& feature,
                                               const FeatureCells<Count>& cells) {
  const int values = feature.has_missing ? feature.bins - 1 : feature.bins;
  const Sums missing = feature.has_missing ? cells.at(values) : Sums{0, 0, 0};
  const bool is_random = kind != TreeKind::plain && s.limits.extra_trees;
  const int only = is_random ? random_cut(s, feature, cells, missing) : -1;
  Split split = split_at(best_cut<kind>(s, feature, cells, missing, only, 0, values, Sums{0, 0, 0}));
  if (!(split.gain > 0)) return split;
  mark_first(split, split.bin + 1);
  if (split.missing_left) mark_left(split, values);
  return split;
}

/// Categories, missing values as one more: each against the rest when there are few, else the best prefix, from either
/// end, of the order by G / (H + smoothing). Rare ones are one category, the last among equals. Among equal gains the
/// one tried first: from the front, then the shortest.
template <TreeKind kind, class Count>
__device__ __forceinline__ Split categorical_split(const Scan& s, const FeatureBins& feature,
                                                   const FeatureCells<Count>& cells, std::int64_t tree_rows,
                                                   CategoryOrder& shared) {
  static_assert(most_categories_on_a_side == 32);  // a lane for each prefix
  const int lane = int(lane_index()), bins = feature.bins;
  const bool few = feature.one_hot;
  Sums rare{0, 0, 0};
  for (int bin = lane; bin < bins; bin += 32) {
    const Sums c = cells.at(bin);
    const CategoryPart part = part_of(s, feature, few, c.gradient, c.curvature, tree_rows);
    shared.part[bin] = part;
    shared.rank[bin] = few ? 0.0 : category_rank(s, c.gradient, c.curvature);
    if (part == CategoryPart::rare) rare = rare + c;
  }
  rare = warp_reduce(rare, Sum{});
  const int tried = order_categories(s, bins, rare, shared);
  const auto sums_of = [&](int category) { return category < bins ? cells.at(category) : rare; };
  const int steps = category_steps(few, tried);
  const bool is_random = kind != TreeKind::plain && s.limits.extra_trees;
  const int only = is_random && steps > 0 ? drawn_cut(s.key, feature.source, steps) : -1;
  const double l2 = few ? s.limits.l2 : s.limits.l2 + category_l2;
  Best best{0, 0, 0, 1 << 30, 0};
  for (int from_end = 0; from_end < (few ? 1 : 2); ++from_end) {
    for (int first = 0; first < steps; first += 32) {  // more than once for single categories alone
      const int step = first + lane;
      const bool is_step = step < steps;
      const int bin = is_step ? category_at(shared, tried, from_end != 0, step) : 0;
      const Sums own = is_step ? sums_of(bin) : Sums{0, 0, 0};
      const Sums prefix = warp_scan(own, Sum{});
      const Sums left = few ? own : prefix;
      if (is_step && (only < 0 || step == only) && (cells.rows == nullptr || enough_rows(s, left.rows)))
        consider(best, gain_of<kind == TreeKind::constrained>(s, 0, left.gradient, left.curvature, left.rows, l2), left,
                 most_steps * from_end + step);
    }
  }
  best = warp_reduce(best, BetterOf{});
  Split split;
  split.categorical = true;
  if (best.gain > 0) {
    split.gain = best.gain;
    split.left_gradient = best.gradient;
    split.left_curvature = best.curvature;
    take_categories(split, shared, bins, tried, few, best.place);
    split.missing_left = feature.has_missing && goes_left(split, static_cast<std::uint8_t>(feature.bins - 1));
  }
  __syncwarp();  // the next search writes the order again
  return split;
}

/// A split that is forced, where it leaves enough on both sides; missing values of numbers go where that gains more, to
/// the left where it is all the same.
template <TreeKind kind, class Count>
__device__ __forceinline__ Split forced_split(const Scan& s, const FeatureBins& feature, const ForcedNode& forced,
                                              const FeatureCells<Count>& cells) {
  Split split;
  for (int missing_left = feature.has_missing && !feature.categorical; missing_left >= 0; --missing_left) {
    Split tried = begun(forced, feature, missing_left != 0);
    Sums left{0, 0, 0};
    for (int bin = int(lane_index()); bin < feature.bins; bin += 32)
      if (goes_left(tried, static_cast<std::uint8_t>(bin))) left = left + cells.at(bin);
    left = warp_reduce(left, Sum{});
    tried.left_gradient = left.gradient;
    tried.left_curvature = left.curvature;
    if (cells.rows != nullptr && !enough_rows(s, left.rows)) continue;  // whole warps
    if (!may_divide<kind == TreeKind::constrained>(s, feature.monotone, tried, left.rows)) continue;
    tried.gain = forced_first;
    tried.forced_gain = gain_of<kind == TreeKind::constrained>(s, feature.monotone, left.gradient, left.curvature,
                                                               left.rows, s.limits.l2);
    if (!is_forced(split) || tried.forced_gain > split.forced_gain) split = tried;
  }
  return split;
}

/// What the rules of a tree make of the search for the best split by the feature in a place.
template <TreeKind kind, class Count, class Search>
__device__ __forceinline__ Split under_rules(const TreeState& tree, const GrowNode& node, const Scan& s,
                                             std::int32_t index, std::int32_t place, const FeatureCells<Count>& cells,
                                             const Search& search) {
  if constexpr (kind == TreeKind::plain) {
    return search();
  } else {
    Split split;
    if (const ForcedNode* const forced = linden::forced_split(tree, node, index))
      split = forced_split<kind>(s, tree.bins.feature[index], *forced, cells);
    if (!is_forced(split) && is_admitted(tree, node, &node - tree.nodes - tree.first_new, place)) split = search();
    split.gain = charged(tree, node, index, split.gain);
    return split;
  }
}

/// The best split of a new node by the feature in a place, the same on every lane.
template <TreeKind kind, class Count>
__device__ __forceinline__ Split feature_split(const TreeState& tree, const GrowNode& node, const Scan& s,
                                               std::int32_t place, const Count* rows, CategoryOrder& shared) {
  const std::int32_t index = tree.features[place];
  const FeatureBins feature = tree.bins.feature[index];
  const FeatureCells<Count> cells{sums_of_feature<const std::int64_t>(global(node_sums(tree, node.slot)), feature),
                                  rows};
  const auto search = [&] {
    return feature.categorical ? categorical_split<kind>(s, feature, cells, tree.root.rows, shared)
                               : numeric_split<kind>(s, feature, cells);
  };
  Split split = under_rules<kind>(tree, node, s, index, place, cells, search);
  split.feature = index;
  split.counted = rows != nullptr;
  return split;
}

}  // namespace linden::cuda
