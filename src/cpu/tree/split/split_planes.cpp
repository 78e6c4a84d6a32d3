// The best split of every new node of a tree that is grown from several planes (backend/tree/planes.hpp): gains are
// sums over planes. Each plane then learns what lies on the left side there.
//
// The order of preference is that of split.cpp. Rows are counted where a few do not show that both sides have enough:
// no curvature is looked at for that.
#include <new>

#include "backend/tree/grow_queue.hpp"
#include "backend/tree/rank_message.hpp"
#include "backend/tree/plane_math.hpp"
#include "cpu/tree/split/candidates.hpp"
#include "cpu/tree/split/plane_scan.hpp"
#include "cpu/tree/histogram/plane_words.hpp"
#include "cpu/tree/split/row_counts.hpp"
#include "cpu/tree/scratch.hpp"
#include "cpu/tree/share.hpp"
#include "cpu/tree/small_nodes.hpp"
#include "cpu/tree/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

// A tree as all its planes see it.
struct Planes {
  Planes(const PlaneTask& task, const std::int64_t* words)
      : count(task.count),
        least_weight(task.least_weight),
        words_of(task),
        row_words(reinterpret_cast<const FourSums*>(words)) {
    for (std::int32_t p = 0; p < count; ++p) state[p] = task.planes[p]->state;
  }
  const TreeState& first() const { return *state[0]; }

  std::int32_t count;
  double least_weight;
  PlaneWords words_of;
  const FourSums* row_words;
  TreeState* state[most_planes];
};

// A node in all planes.
struct PlaneNode {
  PlaneNode(const Planes& planes, std::int32_t node) : count(planes.count), least_weight(planes.least_weight) {
    for (std::int32_t p = 0; p < count; ++p) {
      new (scans + p) Scan(scan_of(*planes.state[p], planes.state[p]->nodes[node]));
      score += scans[p].score;
      weight += scans[p].curvature;
    }
  }
  const Scan& first() const { return scans[0]; }

  std::int32_t count;
  double least_weight, score = 0, weight = 0;
  union {  // of which only those of the planes are made
    Scan scans[most_planes];
  };
};

// Room for what a node without a histogram adds up to: the cells of a few features side by side in all planes, and
// those of one of them plane by plane.
struct Room {
  Room(const Planes& planes, std::int64_t* memory)
      : of_plane(memory), of_words(reinterpret_cast<FourSums*>(memory + std::int64_t{2} * most_bins * planes.count)) {}

  std::int64_t* of_plane;  // [planes, most_bins], packed or wide cells
  FourSums* of_words;      // [plane_block, most_bins, fours]
};

// Sums the rows of a node by bin of some features, at most plane_block.
void sum_words(const Planes& planes, std::int32_t node, const std::int32_t* features, int count, const Room& room) {
  const GrowNode& summed = planes.first().nodes[node];
  const std::int32_t fours = planes.words_of.fours();
  FourSums* cells[plane_block] = {};
  for (int i = 0; i < count; ++i) {
    cells[i] = room.of_words + std::int64_t{i} * most_bins * fours;
    const std::int64_t size = std::int64_t{planes.first().bins.feature[features[i]].bins} * fours;
    for (std::int64_t c = 0; c < size; ++c) cells[i][c] = FourSums{};
  }
  add_words(planes.first(), planes.row_words, fours, summed.begin, summed.begin + summed.entries, features, count,
            cells);
}

// The cells of one feature of a node in all planes. `bins_of` says which bins they are of, where not of all: of those
// of numbers that add nothing there need be none.
struct NodeCells {
  PlaneCells planes[most_planes];
  int count = 0;  // without that of missing values, which comes last
  bool has_all = true;
  std::uint8_t bins_of[256];

  int bin(int i) const { return has_all ? i : bins_of[i]; }
};

// Lists the bins of numbers that add something in any plane, and the first.
void list_filled(const FourSums* words, std::int32_t fours, int values, NodeCells& cells) {
  cells.has_all = false;
  cells.count = 0;
  for (int b = 0; b < values; ++b, words += fours) {
    FourSums any = words[0];
    for (std::int32_t i = 1; i < fours; ++i) any |= words[i];
    cells.bins_of[cells.count] = static_cast<std::uint8_t>(b);
    cells.count += b == 0 || (any[0] | any[1] | any[2] | any[3]) != 0;
  }
}

// Parts the cells of the i-th of some features by plane.
void part_words(const Planes& planes, const FeatureBins& feature, int i, const Room& room, bool has_all,
                NodeCells& cells) {
  const std::int64_t stride = planes.words_of.count;
  const FourSums* const words = room.of_words + std::int64_t{i} * most_bins * planes.words_of.fours();
  const int values = feature.bins - feature.has_missing;
  cells.has_all = true;
  cells.count = values;
  if (!has_all && !feature.categorical) list_filled(words, planes.words_of.fours(), values, cells);
  for (std::int32_t p = 0; p < planes.count; ++p) {
    const auto* const own = reinterpret_cast<const std::int64_t*>(words) + planes.words_of.first[p];
    std::int64_t* const to = room.of_plane + std::int64_t{2} * most_bins * p;
    const bool wide = planes.state[p]->wide;  // else packed: the node is small
    const auto put = [&](int at, int bin) {
      if (wide) {
        to[2 * at] = own[bin * stride];
        to[2 * at + 1] = own[bin * stride + 1];
      } else {
        to[at] = own[bin * stride];
      }
    };
    for (int at = 0; at < cells.count; ++at) put(at, cells.bin(at));
    if (feature.has_missing) put(cells.count, values);
    cells.planes[p] = {to, !wide};
  }
}

// The cells of one feature of a node in each plane: those of its histogram, or, where it has none, summed into `room`.
void find_cells(const Planes& planes, std::int32_t node, std::int32_t f, const Room& room, NodeCells& cells) {
  const FeatureBins& feature = planes.first().bins.feature[f];
  if (planes.first().nodes[node].slot < 0) {
    sum_words(planes, node, &f, 1, room);
    return part_words(planes, feature, 0, room, true, cells);
  }
  cells.has_all = true;
  cells.count = feature.bins - feature.has_missing;
  for (std::int32_t p = 0; p < planes.count; ++p) {
    const TreeState& tree = *planes.state[p];
    const GrowNode& in_plane = tree.nodes[node];
    const WideCell* const all = tree.histograms + std::int64_t{in_plane.slot} * tree.bins.cells;
    const bool packed = is_packed(tree, in_plane);
    cells.planes[p] = {packed ? static_cast<const void*>(reinterpret_cast<const PackedCell*>(all) + feature.first_cell)
                              : all + feature.first_cell,
                       packed};
  }
}

// Numbers: cuts between bins, with missing values on either side.
Split numeric_split(const PlaneNode& node, const FeatureBins& feature, const NodeCells& cells,
                    const std::int64_t* rows) {
  Split split;
  const int values = cells.count;
  std::uint64_t filled[4] = {};
  for (std::int32_t p = 0; p < node.count; ++p) mark_filled(cells.planes[p], values, filled);
  bool any_missing = false;
  for (std::int32_t p = 0; feature.has_missing && p < node.count; ++p) {
    const WideCell missing = cells.planes[p].at(values);
    any_missing |= missing.gradient != 0 || missing.curvature != 0;
  }
  OpenCuts open{node.first(), nullptr, node.first().limits.extra_trees, -1};
  if (open.is_drawn) {
    int first = 0, last = values - 1;
    const auto is_filled = [&](int bin) { return (filled[bin >> 6] >> (bin & 63) & 1) != 0; };
    while (first < values && !is_filled(first)) ++first;
    while (last > first && !is_filled(last)) --last;
    open.only = random_cut(node.first(), feature, first, last, any_missing);
    if (open.only >= 0) filled[open.only >> 6] |= std::uint64_t{1} << (open.only & 63);
  }
  filled[0] |= 1;  // missing values may be all that goes left
  PlaneScan scan(filled, values, feature.has_missing);
  for (std::int32_t p = 0; p < node.count; ++p) scan.add(node.scans[p], cells.planes[p]);
  std::int64_t left_rows[256];
  const auto best = [&](bool missing_left, int cuts) {
    std::int64_t sum = missing_left && rows ? rows[feature.bins - 1] : 0;
    for (int at = 0, bin = 0; rows && at < values; ++at) {
      for (; bin <= cells.bin(at); ++bin) sum += rows[bin];
      left_rows[at] = sum;
    }
    open.left_rows = rows ? left_rows : nullptr;
    return scan.best(missing_left, cuts, node.weight, node.least_weight, open);
  };
  Best found;
  if (feature.has_missing) {
    const Best right = best(false, values), left = best(true, values - 1);
    split.missing_left = left.gain > right.gain || (left.gain == right.gain && left.bin <= right.bin && left.bin >= 0);
    found = split.missing_left ? left : right;
  } else {
    found = best(false, values - 1);
  }
  split.gain = found.gain;
  if (found.bin < 0) return split;
  split.bin = cells.bin(found.bin);
  mark_first(split, split.bin + 1);
  if (split.missing_left) mark_left(split, feature.bins - 1);
  return split;
}

// Categories in the order in which one of the planes ranks them, and those that are rare there as one. Few categories
// have no order.
struct RankedCategories {
  RankedCategories(const PlaneNode& node, std::int32_t leader, const FeatureBins& feature, const PlaneCells* cells,
                   std::int64_t tree_rows) {
    const Scan& s = node.scans[leader];
    const bool few = feature.one_hot;
    double ranks[257];
    const auto place = [&](int bin, double rank) {
      int at = count++;  // insertion: equal ranks stay in the order of bins
      for (; at > 0 && !few && ranks[at - 1] > rank; --at) {
        order[at] = order[at - 1];
        ranks[at] = ranks[at - 1];
      }
      order[at] = static_cast<std::int16_t>(bin);
      ranks[at] = rank;
    };
    std::int64_t gradient = 0, curvature = 0;  // of the rare ones
    for (int b = 0; b < feature.bins; ++b) {
      const WideCell cell = cells[leader].at(b);
      CategoryPart part = part_of(s, feature, few, cell.gradient, cell.curvature, tree_rows);
      for (std::int32_t p = 0; few && part == CategoryPart::none && p < node.count; ++p)
        part = part_of(s, feature, few, cells[p].at(b).gradient, cells[p].at(b).curvature, tree_rows);
      if (part == CategoryPart::own) place(b, category_rank(s, cell.gradient, cell.curvature));
      if (part != CategoryPart::rare) continue;
      mark_left(rare, b);
      gradient += cell.gradient;
      curvature += cell.curvature;
    }
    if (gradient != 0 || curvature != 0) place(feature.bins, category_rank(s, gradient, curvature));
  }

  // Calls f(bin) for the bins of the category in a place.
  template <class F>
  void each_bin(const FeatureBins& feature, int place, const F& f) const {
    if (order[place] < feature.bins) return f(order[place]);
    for (int b = 0; b < feature.bins; ++b)
      if (goes_left(rare, static_cast<std::uint8_t>(b))) f(b);
  }

  std::int16_t order[257];  // feature.bins: the rare ones
  int count = 0;
  Split rare;  // whose bins that go left they are
};

// Categories, missing values as one more: each against the rest when there are few, else the best prefix, from either
// end, of the orders by G / (H + smoothing) in each plane.
Split categorical_split(const PlaneNode& node, const FeatureBins& feature, const PlaneCells* cells,
                        const std::int64_t* rows, std::int64_t tree_rows) {
  const GrowthLimits& limits = node.first().limits;
  const bool few = feature.one_hot;
  const double l2 = few ? limits.l2 : limits.l2 + category_l2;
  Split best;
  best.categorical = true;
  for (std::int32_t leader = 0; leader < (few ? 1 : node.count); ++leader) {
    const RankedCategories ranked(node, leader, feature, cells, tree_rows);
    const int steps = category_steps(few, ranked.count);
    const int only = limits.extra_trees && steps > 0 ? drawn_cut(node.first().key, feature.source, steps) : -1;
    for (int from_end = 0; from_end < (few ? 1 : 2); ++from_end) {
      Split tried;
      tried.categorical = true;
      WideCell left[most_planes] = {};
      std::int64_t count = 0;
      for (int i = 0; i < steps; ++i) {
        if (few) {
          tried = Split{};
          tried.categorical = true;
          for (std::int32_t p = 0; p < node.count; ++p) left[p] = {0, 0};
          count = 0;
        }
        ranked.each_bin(feature, from_end ? ranked.count - 1 - i : i, [&](int bin) {
          mark_left(tried, bin);
          count += rows ? rows[bin] : 0;
          for (std::int32_t p = 0; p < node.count; ++p) {
            const WideCell cell = cells[p].at(bin);
            left[p] = {left[p].gradient + cell.gradient, left[p].curvature + cell.curvature};
          }
        });
        if ((rows && !enough_rows(node.first(), count)) || (only >= 0 && i != only)) continue;
        double gain = 0, weight = 0;
        for (std::int32_t p = 0; p < node.count; ++p) {
          gain += plane_gain(node.scans[p], left[p].gradient, left[p].curvature, l2);
          weight += plane_weight(node.scans[p], left[p].curvature);
        }
        if (!(gain > best.gain) || !are_heavy(weight, node.weight, node.least_weight)) continue;
        best = tried;
        best.gain = gain;
        best.bin = i;
      }
    }
  }
  best.missing_left = feature.has_missing && goes_left(best, static_cast<std::uint8_t>(feature.bins - 1));
  return best;
}

// The best split of a new node by the feature in a place. `rows`: how many rows each bin has, or null.
Split feature_split(const Planes& planes, const PlaneNode& node, std::int32_t index, std::int32_t place,
                    const NodeCells& cells, const std::int64_t* rows) {
  const TreeState& tree = planes.first();
  const GrowNode& first = tree.nodes[index];
  const std::int32_t f = tree.features[place];
  const FeatureBins& feature = tree.bins.feature[f];
  Split split;
  if (is_admitted(tree, first, index - tree.first_new, place))
    split = feature.categorical ? categorical_split(node, feature, cells.planes, rows, tree.root.rows)
                                : numeric_split(node, feature, cells, rows);
  split.feature = f;
  split.counted = rows != nullptr;
  split.gain = charged(tree, first, f, split.gain);
  return split;
}

// The best splits of a new node by the features in some places, at most plane_block.
void search(const Planes& planes, std::int32_t index, std::int32_t first, int count, const std::int64_t* rows,
            const Room& room, Split* candidates) {
  const TreeState& tree = planes.first();
  const PlaneNode node(planes, index);
  const bool is_kept = tree.nodes[index].slot >= 0;
  NodeCells cells;
  if (!is_kept) sum_words(planes, index, tree.features + first, count, room);
  for (int i = 0; i < count; ++i) {
    const std::int32_t place = first + i, f = tree.features[place];
    if (!is_own(tree, tree.bins.feature[f])) {
      candidates[place] = Split{};
      continue;
    }
    if (is_kept)
      find_cells(planes, index, f, room, cells);
    else
      part_words(planes, tree.bins.feature[f], i, room, node.first().limits.extra_trees, cells);
    candidates[place] = feature_split(planes, node, index, place, cells,
                                      rows == nullptr ? nullptr : rows + tree.bins.feature[f].first_cell);
  }
}

// Takes the best of a new node's candidates, and adds up in each plane what lies on its left side.
void take_best(const Planes& planes, std::int32_t index, const Room& room, Split* candidates) {
  const TreeState& tree = planes.first();
  const GrowNode& first = tree.nodes[index];
  const PlaneNode node(planes, index);
  NodeCells cells;
  const Split best =
      best_candidate(tree, first, node.score, candidates, [&](std::int32_t place, const std::int64_t* rows) {
        find_cells(planes, index, tree.features[place], room, cells);
        return feature_split(planes, node, index, place, cells, rows);
      });
  if (best.gain > 0) find_cells(planes, index, best.feature, room, cells);
  for (std::int32_t p = 0; p < planes.count; ++p) {
    Split& split = planes.state[p]->nodes[index].split = best;
    if (!(best.gain > 0)) continue;
    for (int b = 0; b < tree.bins.feature[best.feature].bins; ++b) {
      if (!goes_left(best, static_cast<std::uint8_t>(b))) continue;
      const WideCell cell = cells.planes[p].at(b);
      split.left_gradient += cell.gradient;
      split.left_curvature += cell.curvature;
    }
  }
}

}  // namespace

void split_planes(Context& context, const PlaneTask& task) {
  const StepScratch scratch(context, *task.planes[0]);
  const Planes planes(task, scratch.plane_words);
  const TreeState& tree = planes.first();
  const std::int64_t count = tree.node_count - tree.first_new;
  const std::int64_t blocks = (tree.feature_count + plane_block - 1) / plane_block;
  const auto room_of = [&](int worker) { return Room(planes, scratch.plane_cells + worker * scratch.words_of_a_room); };
  const auto is_searched = [&](std::int64_t n) {
    const GrowNode& node = tree.nodes[tree.first_new + n];
    return node.slot >= 0 ? may_split(tree, node) : is_summed_in_search(tree, node);
  };
  double work = static_cast<double>(count) * ns_of_scan;
  for (std::int32_t i = tree.first_new; i < tree.node_count; ++i)
    if (is_summed_in_search(tree, tree.nodes[i])) work += static_cast<double>(tree.nodes[i].entries) * ns_of_update;
  share(context, count * blocks, work * tree.feature_count * planes.count, [&](std::int64_t step, int worker) {
    const std::int64_t n = step / blocks;
    if (!is_searched(n)) return;
    const auto first = static_cast<std::int32_t>(step % blocks * plane_block);
    const std::int32_t left = tree.feature_count - first;
    search(planes, tree.first_new + static_cast<std::int32_t>(n), first, left < plane_block ? left : plane_block,
           rows_by_cell(tree, n), room_of(worker), tree.candidates + n * tree.feature_count);
  });
  std::int64_t rows = 0;  // that may have to be counted
  for (std::int32_t i = tree.first_new; i < tree.node_count; ++i) rows += tree.nodes[i].entries;
  share(context, count, static_cast<double>(rows) * ns_of_divided_row, [&](std::int64_t n, int worker) {
    if (is_searched(n))
      take_best(planes, tree.first_new + static_cast<std::int32_t>(n), room_of(worker),
                tree.candidates + n * tree.feature_count);
  });
  for (std::int32_t p = 0; p < planes.count && !has_ranks(tree); ++p) keep_histograms(*planes.state[p]);
}

LINDEN_LEVEL_END
}  // namespace linden
