// The best split of every new node: prefix sums over the bins of each feature, the gain of every cut, the largest.
//
// Order of preference among equal gains: the lowest feature, then the lowest bin, then missing values on the left.
// Whether both children have enough rows is first proven by their curvature (no row has more than the largest); only
// where that fails are the rows of that one feature counted.
#include <utility>

#include "backend/split_math.hpp"
#include "cpu/tree_steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

constexpr int lanes = 8;

// Prefix sums of a feature's bins: how much lies in bins 0 .. b.
struct Prefix {
  std::int64_t gradient[256], curvature[256], rows[256];
};

// The best cut among bins [0, cuts): `extra` (the missing bin, or nothing) goes left too. Cuts that leave a child
// with too few rows are passed over where rows are counted.
struct Best {
  double gain = 0;
  int bin = -1;
};
Best best_cut(const Scan& s, const Prefix& prefix, int cuts, std::int64_t extra_gradient, std::int64_t extra_curvature,
              std::int64_t extra_rows, bool counted) {
  alignas(64) double gains[256 + lanes];
  for (int b = 0; b < cuts; ++b)
    gains[b] = gain_of(s, prefix.gradient[b] + extra_gradient, prefix.curvature[b] + extra_curvature, s.limits.l2);
  if (counted)
    for (int b = 0; b < cuts; ++b)
      if (!enough_rows(s, prefix.rows[b] + extra_rows)) gains[b] = 0;
  for (int b = cuts; b < cuts + lanes; ++b) gains[b] = 0;
  // The first of the largest, one lane at a time: a strict comparison keeps the lowest bin within a lane.
  double top[lanes] = {};
  std::int64_t at[lanes];
  for (int l = 0; l < lanes; ++l) at[l] = -1;
  for (int b = 0; b < cuts; b += lanes)
    for (int l = 0; l < lanes; ++l) {
      const bool better = gains[b + l] > top[l];
      top[l] = better ? gains[b + l] : top[l];
      at[l] = better ? b + l : at[l];
    }
  Best best;
  for (int l = 0; l < lanes; ++l)
    if (at[l] >= 0 && (top[l] > best.gain || (top[l] == best.gain && at[l] < best.bin)))
      best = {top[l], static_cast<int>(at[l])};
  return best;
}

template <class Cell>
void fill_prefix(const Cell* cells, int bins, const std::int64_t* rows, Prefix& prefix) {
  std::int64_t gradient = 0, curvature = 0, count = 0;
  for (int b = 0; b < bins; ++b) {
    prefix.gradient[b] = gradient += gradient_of(cells[b]);
    prefix.curvature[b] = curvature += curvature_of(cells[b]);
    prefix.rows[b] = count += rows ? rows[b] : 0;
  }
}

// Numbers: cuts between bins, with missing values on either side.
template <class Cell>
Split numeric_split(const Scan& s, const FeatureBins& feature, const Cell* cells, const std::int64_t* rows) {
  if (feature.bins < 2) return {};
  Prefix prefix;
  fill_prefix(cells, feature.bins, rows, prefix);
  const bool counted = rows != nullptr;
  Split split;
  if (feature.has_missing) {
    const int values = feature.bins - 1;  // bins of values; the last cut puts all values left, missing ones right
    const Cell& missing = cells[values];
    const Best right = best_cut(s, prefix, values, 0, 0, 0, counted);
    const Best left = best_cut(s, prefix, values - 1, gradient_of(missing), curvature_of(missing),
                               counted ? rows[values] : 0, counted);
    split.missing_left = left.gain > right.gain || (left.gain == right.gain && left.bin <= right.bin && left.bin >= 0);
    split.gain = split.missing_left ? left.gain : right.gain;
    split.bin = split.missing_left ? left.bin : right.bin;
  } else {
    const Best best = best_cut(s, prefix, feature.bins - 1, 0, 0, 0, counted);
    split.gain = best.gain;
    split.bin = best.bin;
  }
  if (split.bin < 0) return split;
  split.left_gradient = prefix.gradient[split.bin];
  split.left_curvature = prefix.curvature[split.bin];
  mark_first(split, split.bin + 1);
  if (split.missing_left) {
    split.left_gradient += gradient_of(cells[feature.bins - 1]);
    split.left_curvature += curvature_of(cells[feature.bins - 1]);
    mark_left(split, feature.bins - 1);
  }
  return split;
}

// Categories, missing values as one more: each against the rest when there are few, else the best prefix, from either
// end, of the order by G / (H + smoothing).
template <class Cell>
Split categorical_split(const Scan& s, const FeatureBins& feature, const Cell* cells, const std::int64_t* rows,
                        std::int64_t tree_rows) {
  int order[256];
  double rank[256];
  int present = 0;
  const bool few = feature.bins <= one_against_rest_categories;
  for (int b = 0; b < feature.bins; ++b) {
    if (!is_tried(s, few, gradient_of(cells[b]), curvature_of(cells[b]), tree_rows)) continue;
    const double r = category_rank(s, gradient_of(cells[b]), curvature_of(cells[b]));
    int at = present++;  // insertion: equal ranks stay in the order of bins
    for (; at > 0 && !few && rank[at - 1] > r; --at) {
      rank[at] = rank[at - 1];
      order[at] = order[at - 1];
    }
    rank[at] = r;
    order[at] = b;
  }
  Split split;
  split.categorical = true;
  const int steps = category_steps(few, present);
  int best_from = 0, best_step = -1;
  for (int from_end = 0; from_end < (few ? 1 : 2); ++from_end) {
    std::int64_t gradient = 0, curvature = 0, count = 0;
    for (int i = 0; i < steps; ++i) {
      const int bin = order[from_end ? present - 1 - i : i];
      if (few) gradient = curvature = count = 0;
      gradient += gradient_of(cells[bin]);
      curvature += curvature_of(cells[bin]);
      if (rows) {
        count += rows[bin];
        if (!enough_rows(s, count)) continue;
      }
      const double gain = gain_of(s, gradient, curvature, few ? s.limits.l2 : s.limits.l2 + category_l2);
      if (gain > split.gain) {
        split.gain = gain;
        split.left_gradient = gradient;
        split.left_curvature = curvature;
        best_from = from_end;
        best_step = i;
      }
    }
  }
  if (best_step < 0) return split;
  for (int i = few ? best_step : 0; i <= best_step; ++i) mark_left(split, order[best_from ? present - 1 - i : i]);
  split.bin = best_step;
  split.missing_left = feature.has_missing && goes_left(split, static_cast<std::uint8_t>(feature.bins - 1));
  return split;
}

// The best split of one feature of one node. `rows`: how many rows each bin has, or null.
Split feature_split(const TreeMemory& tree, const GrowNode& node, const Scan& s, std::int32_t index,
                    const std::int64_t* rows) {
  const FeatureBins& feature = tree.bins.feature[index];
  const WideCell* const wide = tree.histograms + std::int64_t{node.slot} * tree.bins.cells;
  const auto best = [&](const auto* cells) {
    cells += feature.first_cell;
    return feature.categorical ? categorical_split(s, feature, cells, rows, tree.sample_rows)
                               : numeric_split(s, feature, cells, rows);
  };
  Split split = is_packed(tree, node) ? best(reinterpret_cast<const PackedCell*>(wide)) : best(wide);
  split.feature = index;
  split.counted = rows != nullptr;
  return split;
}

template <class Integer>
void count_rows(const TreeMemory& tree, const GrowNode& node, std::int32_t feature, std::int64_t* rows) {
  const auto* entry = static_cast<const Entry<Integer>*>(tree.entries) + node.begin;
  const std::uint8_t* const bins = tree.bins.by_feature + feature * tree.bins.rows;
  for (std::int64_t i = 0; i < node.rows; ++i) ++rows[bins[entry[i].row]];
}

// Counts the rows of a candidate's feature, and makes it the best cut that leaves enough on both sides.
void count(const TreeMemory& tree, const GrowNode& node, const Scan& s, Split& candidate) {
  std::int64_t rows[256] = {};
  with_entries(tree, [&]<class E>(E*) { count_rows<decltype(E::gradient)>(tree, node, candidate.feature, rows); });
  candidate = feature_split(tree, node, s, candidate.feature, rows);
}

// The best of all features, with enough rows on both sides. Counting never raises a gain: the largest one is counted
// first, and then only those that are above the best known, each once.
Split best_of(const TreeMemory& tree, const GrowNode& node, Split* candidates) {
  const Scan s = scan_of(tree, node);
  Split* const end = candidates + tree.feature_count;
  Split* first = candidates;
  for (Split* c = candidates; c < end; ++c)
    if (c->gain > first->gain) first = c;
  if (first == end || !worth_splitting(first->gain, s.score, tree.limits.min_gain)) return {};
  if (!is_proven(tree, node, *first)) count(tree, node, s, *first);
  const Split* best = first;
  for (Split* c = candidates; c < end; ++c) {
    const auto is_better = [&] { return c->gain > best->gain || (c->gain == best->gain && c < best); };
    if (!is_better() || !worth_splitting(c->gain, s.score, tree.limits.min_gain)) continue;
    if (!is_proven(tree, node, *c)) count(tree, node, s, *c);
    if (is_better()) best = c;
  }
  return worth_splitting(best->gain, s.score, tree.limits.min_gain) ? *best : Split{};
}

}  // namespace

void split(Context& context, TreeMemory& tree) {
  constexpr std::int32_t block = 8;  // features of a task
  const std::int64_t count = tree.node_count - tree.first_new;
  const std::int64_t blocks = (tree.feature_count + block - 1) / block;
  context.arena.each(count * blocks, [&](std::int64_t task, int) {
    const GrowNode& node = tree.nodes[tree.first_new + task / blocks];
    if (node.slot < 0 || !may_split(tree, node)) return;
    const Scan s = scan_of(tree, node);
    Split* const candidates = tree.candidates + task / blocks * tree.feature_count;
    const auto first = static_cast<std::int32_t>(task % blocks * block);
    for (std::int32_t i = first; i < first + block && i < tree.feature_count; ++i)
      candidates[i] = feature_split(tree, node, s, tree.features[i], nullptr);
  });
  context.arena.each(count, [&](std::int64_t task, int) {
    GrowNode& node = tree.nodes[tree.first_new + task];
    if (node.slot < 0 || !may_split(tree, node)) return;
    node.split = best_of(tree, node, tree.candidates + task * tree.feature_count);
  });
  // Keep the histograms of leaves that may be split, as long as the next step has enough free ones; a leaf without one
  // has both its children summed row by row.
  for (std::int32_t i = tree.first_new; i < tree.node_count; ++i) {
    GrowNode& node = tree.nodes[i];
    if (node.slot < 0 || (node.split.gain > 0 && tree.free_count >= 2 * tree.batch_capacity)) continue;
    tree.free_slots[tree.free_count++] = node.slot;
    node.slot = -1;
  }
}

LINDEN_LEVEL_END
}  // namespace linden
