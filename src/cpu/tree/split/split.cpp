// The best split of every new node: prefix sums over the bins of each feature, the gain of every cut, the largest.
//
// Order of preference among equal gains: the lowest feature, then the lowest bin, then missing values on the left.
// Whether both children have enough rows is first proven by their curvature (no row has more than the largest); only
// where that fails does it take a look at rows, most often at a few. Rows on several machines have been counted before;
// there each searches features of its own.
#include <type_traits>
#include <utility>

#include "backend/tree/grow_queue.hpp"
#include "backend/tree/rank_message.hpp"
#include "cpu/tree/split/candidates.hpp"
#include "cpu/tree/split/level_split.hpp"
#include "cpu/tree/split/numeric_split.hpp"
#include "cpu/tree/split/row_counts.hpp"
#include "cpu/tree/share.hpp"
#include "cpu/tree/small_nodes.hpp"
#include "cpu/tree/sparse_steps.hpp"
#include "cpu/tree/steps.hpp"
#include "cpu/tree/wide_steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

// Categories, missing values as one more: each against the rest when there are few, else the best prefix, from either
// end, of the order by G / (H + smoothing). Rare ones are one category, the last among equals.
template <bool constrained, class Cell>
Split categorical_split(const Scan& s, const FeatureBins& feature, const Cell* cells, const std::int64_t* rows,
                        std::int64_t tree_rows) {
  struct Category {
    double rank;
    std::int64_t gradient, curvature, rows;
    int bin;  // feature.bins: the rare ones
  };
  Category order[257], rare{0, 0, 0, 0, feature.bins};
  CategoryPart part[256];
  int present = 0;
  const bool few = feature.one_hot;
  const auto place = [&](Category category) {
    category.rank = category_rank(s, category.gradient, category.curvature);
    int at = present++;  // insertion: equal ranks stay in the order of bins
    for (; at > 0 && !few && order[at - 1].rank > category.rank; --at) order[at] = order[at - 1];
    order[at] = category;
  };
  for (int b = 0; b < feature.bins; ++b) {
    const Category category{0, gradient_of(cells[b]), curvature_of(cells[b]), rows ? rows[b] : 0, b};
    part[b] = part_of(s, feature, few, category.gradient, category.curvature, tree_rows);
    if (part[b] == CategoryPart::own) place(category);
    if (part[b] != CategoryPart::rare) continue;
    rare.gradient += category.gradient;
    rare.curvature += category.curvature;
    rare.rows += category.rows;
  }
  if (rare.gradient != 0 || rare.curvature != 0) place(rare);
  Split split;
  split.categorical = true;
  const int steps = category_steps(few, present);
  const int only = s.limits.extra_trees && steps > 0 ? drawn_cut(s.key, feature.source, steps) : -1;
  int best_from = 0, best_step = -1;
  for (int from_end = 0; from_end < (few ? 1 : 2); ++from_end) {
    std::int64_t gradient = 0, curvature = 0, count = 0;
    for (int i = 0; i < steps; ++i) {
      const Category& category = order[from_end ? present - 1 - i : i];
      if (few) gradient = curvature = count = 0;
      gradient += category.gradient;
      curvature += category.curvature;
      count += category.rows;
      if ((rows && !enough_rows(s, count)) || (only >= 0 && i != only)) continue;
      const double gain =
          gain_of<constrained>(s, 0, gradient, curvature, count, few ? s.limits.l2 : s.limits.l2 + category_l2);
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
  for (int i = few ? best_step : 0; i <= best_step; ++i) {
    const int bin = order[best_from ? present - 1 - i : i].bin;
    if (bin < feature.bins) mark_left(split, bin);
    for (int b = 0; b < feature.bins && bin == feature.bins; ++b)
      if (part[b] == CategoryPart::rare) mark_left(split, b);
  }
  split.bin = best_step;
  split.missing_left = feature.has_missing && goes_left(split, static_cast<std::uint8_t>(feature.bins - 1));
  return split;
}

// The cells of a feature of a node: those of its histogram, or, where it has none, summed into `room`.
const void* cells_of(const TreeState& tree, const GrowNode& node, std::int32_t index, WideCell* room) {
  if (node.slot < 0) {
    sum_rows(tree, node, &index, 1, room);
    return room;
  }
  const WideCell* const cells = tree.histograms + std::int64_t{node.slot} * tree.bins.cells;
  const std::int32_t first = tree.bins.feature[index].first_cell;
  return is_packed(tree, node) ? static_cast<const void*>(reinterpret_cast<const PackedCell*>(cells) + first)
                               : cells + first;
}

template <bool constrained, class Cell>
Split split_of(const TreeState& tree, const Scan& s, const FeatureBins& feature, const Cell* cells,
               const std::int64_t* rows) {
  return feature.categorical ? categorical_split<constrained>(s, feature, cells, rows, tree.root.rows)
                             : numeric_split<constrained>(s, feature, cells, rows);
}

// The best split of one new node by the feature in a place, given its cells. `rows`: how many rows each bin has, or
// null.
Split feature_split(const TreeState& tree, const GrowNode& node, const Scan& s, std::int32_t place, const void* cells,
                    const std::int64_t* rows) {
  const std::int32_t index = tree.features[place];
  const FeatureBins& feature = tree.bins.feature[index];
  const ForcedNode* const forced = forced_split(tree, node, index);
  const bool is_free = is_admitted(tree, node, &node - tree.nodes - tree.first_new, place);
  const auto search = [&]<bool constrained>(const auto* of_feature, std::bool_constant<constrained>) {
    Split split;
    if (forced != nullptr) split = forced_split<constrained>(s, feature, *forced, of_feature, rows);
    if (is_free && !is_forced(split)) split = split_of<constrained>(tree, s, feature, of_feature, rows);
    return split;
  };
  const auto best = [&](const auto* of_feature) {
    return is_constrained(tree) ? search(of_feature, std::true_type()) : search(of_feature, std::false_type());
  };
  Split split =
      is_packed(tree, node) ? best(static_cast<const PackedCell*>(cells)) : best(static_cast<const WideCell*>(cells));
  split.feature = index;
  split.counted = rows != nullptr;
  split.gain = charged(tree, node, index, split.gain);
  return split;
}

// The best splits of a node by the features in some places.
void search(const TreeState& tree, const GrowNode& node, std::int32_t first, int count, const std::int64_t* rows,
            Split* candidates) {
  const Scan s = scan_of(tree, node);
  alignas(64) WideCell room[search_block * most_bins];
  if (node.slot < 0) sum_rows(tree, node, tree.features + first, count, room);
  for (int i = 0; i < count; ++i) {
    const std::int32_t place = first + i, index = tree.features[place];
    if (!is_own(tree, tree.bins.feature[index])) {
      candidates[place] = Split{};
      continue;
    }
    const void* const cells = node.slot >= 0 ? cells_of(tree, node, index, room)
                              : is_packed(tree, node)
                                  ? static_cast<const void*>(reinterpret_cast<const PackedCell*>(room) + i * most_bins)
                                  : room + i * most_bins;
    candidates[place] = feature_split(tree, node, s, place, cells,
                                      rows == nullptr ? nullptr : rows + tree.bins.feature[index].first_cell);
  }
}

// The best of all features, with enough rows on both sides.
Split best_of(const TreeState& tree, const GrowNode& node, Split* candidates) {
  const Scan s = scan_of(tree, node);
  return best_candidate(tree, node, s.score, candidates, [&](std::int32_t place, const std::int64_t* rows) {
    alignas(64) WideCell room[most_bins];
    return feature_split(tree, node, s, place, cells_of(tree, node, tree.features[place], room), rows);
  });
}

}  // namespace

void split(Context& context, TreeMemory& memory) {
  TreeState& tree = *memory.state;
  if (tree.limits.oblivious) return split_level(context, tree);
  const std::int64_t count = tree.node_count - tree.first_new;
  // Features that are searched as one task: fewer where threads would have nothing to do.
  std::int32_t width = search_block;
  const auto blocks_of = [&] { return (tree.feature_count + width - 1) / width; };
  while (width > least_search_block && count * blocks_of() < 2 * context.workers.threads()) width /= 2;
  const std::int64_t blocks = blocks_of();
  const auto is_searched = [&](const GrowNode& node) {
    return node.slot >= 0 ? may_split(tree, node) : is_summed_in_search(tree, node);
  };
  double work = static_cast<double>(count) * ns_of_scan;
  for (std::int32_t i = tree.first_new; i < tree.node_count; ++i)
    if (is_summed_in_search(tree, tree.nodes[i])) work += static_cast<double>(tree.nodes[i].entries) * ns_of_update;
  share(context, count * blocks, work * tree.feature_count, [&](std::int64_t task, int) {
    const GrowNode& node = tree.nodes[tree.first_new + task / blocks];
    if (!is_searched(node)) return;
    const auto first = static_cast<std::int32_t>(task % blocks * width);
    const std::int32_t left = tree.feature_count - first;
    search(tree, node, first, left < width ? left : width, rows_by_cell(tree, task / blocks),
           tree.candidates + task / blocks * tree.feature_count);
  });
  std::int64_t rows = 0;  // that may have to be counted
  for (std::int32_t i = tree.first_new; i < tree.node_count; ++i) rows += tree.nodes[i].entries;
  share(context, count, static_cast<double>(rows) * ns_of_divided_row, [&](std::int64_t task, int) {
    GrowNode& node = tree.nodes[tree.first_new + task];
    if (!is_searched(node)) return;
    node.split = best_of(tree, node, tree.candidates + task * tree.feature_count);
  });
  if (tree.bins.sparse.features > 0) split_sparse(context, tree, StepScratch(context, memory));
  if (tree.bins.wide.features > 0) split_wide(context, tree, StepScratch(context, memory));
  if (!has_ranks(tree)) keep_histograms(tree);  // else the best splits of all ranks say which
}

LINDEN_LEVEL_END
}  // namespace linden
