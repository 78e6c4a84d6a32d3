// The split of a level of an oblivious tree: the gains of every cut of a feature, added over the nodes of the level;
// the largest; and what it makes of each node.
//
// Order of preference among equal gains: the lowest feature, then the lowest cut, then missing values on the left.
#include "cpu/tree/split/level_split.hpp"

#include <cstring>
#include <type_traits>

#include "backend/tensor/lanes.hpp"
#include "backend/tree/grow_queue.hpp"
#include "backend/tree/level_math.hpp"
#include "backend/tree/rank_message.hpp"
#include "cpu/tree/split/packed_scan.hpp"
#include "cpu/tree/share.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

// The gains of a feature's cuts in the nodes so far, with missing values on the right and on the left.
struct CutGains {
  alignas(64) double right[256 + gain_lanes] = {}, left[256 + gain_lanes] = {};
};

// What goes left of each cut of a feature in a node: the bins up to it, or, of few categories, its own.
struct CountedCuts {
  template <class Cell>
  CountedCuts(const FeatureBins& feature, const LevelPlace* places, const Cell* cells, const std::int64_t* rows_of) {
    const int count = level_cuts(feature);
    const bool few = feature.one_hot;
    std::int64_t g = 0, h = 0, row_count = 0;
    for (int i = 0; i < count; ++i) {
      const int bin = feature.categorical ? places[i].bin : i;
      if (few) g = h = row_count = 0;
      gradient[i] = g += gradient_of(cells[bin]);
      curvature[i] = h += curvature_of(cells[bin]);
      rows[i] = row_count += rows_of != nullptr ? rows_of[bin] : 0;
    }
    for (int i = count; i < count + gain_lanes; ++i) gradient[i] = curvature[i] = 0;
  }
  // As doubles, a vector of cuts from the i-th on; `extra` goes left, too.
  void load(int i, const WideCell& extra, Gains& gradients, Gains& curvatures) const {
    Places g, h;
    std::memcpy(&g, gradient + i, sizeof g);
    std::memcpy(&h, curvature + i, sizeof h);
    gradients = __builtin_convertvector(g + extra.gradient, Gains);
    curvatures = __builtin_convertvector(h + extra.curvature, Gains);
  }

  alignas(64) std::int64_t gradient[256 + gain_lanes], curvature[256 + gain_lanes];
  std::int64_t rows[256];
};

// The same of packed cells, both sums of which are added at once.
struct PackedCuts {
  PackedCuts(const FeatureBins& feature, const LevelPlace* places, const PackedCell* cells) {
    const int count = level_cuts(feature);
    PackedCell ordered[256];
    if (feature.categorical) {
      for (int i = 0; i < count; ++i) ordered[i] = cells[places[i].bin];
      cells = ordered;
    }
    if (feature.one_hot)
      for (int i = 0; i < count; ++i) sums[i] = cells[i].sums;
    else
      add_up(cells, count);
    for (int i = count; i < count + gain_lanes; ++i) sums[i] = 0;
  }
  void load(int i, const PackedCell& extra, Gains& gradients, Gains& curvatures) const {
    Sums next;
    std::memcpy(&next, sums + i, sizeof next);
    next += static_cast<std::uint64_t>(extra.sums);
    gradients = gradients_of(next);
    curvatures = curvatures_of(next);
  }

  alignas(64) std::int64_t sums[256 + 8 + gain_lanes];

 private:
  void add_up(const PackedCell* cells, int count) {
    constexpr int lanes = BinVector::lanes;
    auto before = BinVector::nothing();
    const auto add = [&](BinVector vector, int i) {
      vector.add_up();
      vector.follow(before);
      vector.write((1u << lanes) - 1, sums + i);
    };
    int i = 0;
    for (; i + lanes <= count; i += lanes) add(BinVector(cells + i), i);
    if (i == count) return;
    PackedCell rest[lanes] = {};
    for (int j = i; j < count; ++j) rest[j - i] = cells[j];
    add(BinVector(rest), i);
  }
};

// Adds to each list those gains of all cuts of one node.
template <class Cuts, class Cell, class... Lists>
void add_plain_gains(const Scan& scan, const Cuts& cuts, int count, const Cell& extra, double l2, Lists... lists) {
  const Scan s = scan;
  const double score = score_as_it_is<false>(s, l2);
  const auto add = [](double* list, Gains gains) {
    Gains sum;
    std::memcpy(&sum, list, sizeof sum);
    sum += gains;
    std::memcpy(list, &sum, sizeof sum);
  };
  for (int i = 0; i < count; i += gain_lanes) {
    Gains gradients, curvatures;
    cuts.load(i, extra, gradients, curvatures);
    const Gains gains = plain_level_gain<Gains>(s, score, gradients, curvatures, l2);
    (add(lists + i, gains), ...);
  }
}

template <class Cell>
const Cell* level_cells(const TreeState& tree, const GrowNode& node, const FeatureBins& feature) {
  return reinterpret_cast<const Cell*>(tree.histograms + std::int64_t{node.slot} * tree.bins.cells) +
         feature.first_cell;
}

bool is_missing_asked(const FeatureBins& feature) { return feature.has_missing && !feature.categorical; }

template <class Cuts, class Cell>
void add_plain_node(const Scan& s, const FeatureBins& feature, const Cuts& cuts, const Cell* cells, double l2,
                    CutGains& gains) {
  const int count = level_cuts(feature);
  const Cell missing = is_missing_asked(feature) ? cells[count] : Cell{};
  const bool is_one_way = gradient_of(missing) == 0 && curvature_of(missing) == 0;  // then both are the same
  if (is_missing_asked(feature) && is_one_way)
    return add_plain_gains(s, cuts, count, Cell{}, l2, gains.right, gains.left);
  add_plain_gains(s, cuts, count, Cell{}, l2, gains.right);
  if (is_missing_asked(feature)) add_plain_gains(s, cuts, count, missing, l2, gains.left);
}

template <class Cell>
void add_bounded_node(const Scan& s, const GrowNode& node, const FeatureBins& feature, const CountedCuts& cuts,
                      const Cell* cells, const std::int64_t* rows, double l2, CutGains& gains) {
  const int count = level_cuts(feature);
  const double score = score_as_it_is<true>(s, l2);
  const auto gain = [&](int i, std::int64_t gradient, std::int64_t curvature, std::int64_t row_count) {
    return level_gain<true>(s, node, score, cuts.gradient[i] + gradient, cuts.curvature[i] + curvature,
                            cuts.rows[i] + row_count, l2);
  };
  for (int i = 0; i < count; ++i) gains.right[i] += gain(i, 0, 0, 0);
  if (!is_missing_asked(feature)) return;
  const std::int64_t gradient = gradient_of(cells[count]), curvature = curvature_of(cells[count]);
  for (int i = 0; i < count; ++i) gains.left[i] += gain(i, gradient, curvature, rows != nullptr ? rows[count] : 0);
}

template <bool constrained, class Cell>
void add_node(const TreeState& tree, const GrowNode& node, const FeatureBins& feature, CutGains& gains) {
  const Scan s = scan_of(tree, node);
  const Cell* const cells = level_cells<Cell>(tree, node, feature);
  const LevelPlace* const places = places_of(tree, feature);
  const std::int64_t* rows = rows_by_cell(tree, &node - tree.nodes - tree.first_new);
  if (rows != nullptr) rows += feature.first_cell;
  const double l2 = l2_of_feature(tree.limits, feature);
  if constexpr (constrained)
    add_bounded_node(s, node, feature, CountedCuts(feature, places, cells, rows), cells, rows, l2, gains);
  else if constexpr (std::is_same_v<Cell, PackedCell>)
    add_plain_node(s, feature, PackedCuts(feature, places, cells), cells, l2, gains);
  else
    add_plain_node(s, feature, CountedCuts(feature, places, cells, nullptr), cells, l2, gains);
}

// Puts the categories of a feature in order, by the root.
template <class Cell>
void put_in_order(const TreeState& tree, const FeatureBins& feature) {
  const GrowNode& root = tree.nodes[0];
  const Scan s = scan_of(tree, root);
  const Cell* const cells = level_cells<Cell>(tree, root, feature);
  const bool few = feature.one_hot;
  double ranks[256];
  CategoryPart parts[256];
  std::int64_t gradient = 0, curvature = 0;  // of rare ones
  for (int b = 0; b < feature.bins; ++b) {
    const std::int64_t g = gradient_of(cells[b]), h = curvature_of(cells[b]);
    parts[b] = part_of(s, feature, few, g, h, tree.root.rows);
    ranks[b] = level_rank_of(s, few, g, h);
    if (parts[b] != CategoryPart::rare) continue;
    gradient += g;
    curvature += h;
  }
  const double rank_of_rare = level_rank_of(s, few, gradient, curvature);
  LevelPlace* const places = places_of(tree, feature);
  for (int b = 0; b < feature.bins; ++b)
    places[place_of(ranks, parts, rank_of_rare, feature.bins, b)].bin = static_cast<std::uint8_t>(b);
  find_cuts(places, parts, feature.bins, few);
}

// The best cut of the feature in a place, as a split without its sums.
template <bool constrained>
Split best_cut(const TreeState& tree, std::int32_t place) {
  const std::int32_t index = tree.features[place];
  const FeatureBins& feature = tree.bins.feature[index];
  if (!is_own(tree, feature)) return {};
  if (tree.first_new == 0 && feature.categorical)
    is_packed(tree, tree.nodes[0]) ? put_in_order<PackedCell>(tree, feature) : put_in_order<WideCell>(tree, feature);
  const GrowNode level = level_as_node(tree);
  Split best;
  best.feature = index;
  if (!is_admitted(tree, tree.nodes[tree.first_new], 0, place)) return best;
  CutGains gains;
  for (std::int32_t i = tree.first_new; i < tree.node_count; ++i) {
    const GrowNode& node = tree.nodes[i];
    if (node.slot < 0) continue;  // it has no rows
    if (is_packed(tree, node))
      add_node<constrained, PackedCell>(tree, node, feature, gains);
    else
      add_node<constrained, WideCell>(tree, node, feature, gains);
  }
  const LevelPlace* const places = places_of(tree, feature);
  const int only = tree.limits.extra_trees ? random_level_cut(level.key, feature, places) : -1;
  if (tree.limits.extra_trees && only < 0) return best;
  for (int cut = 0; cut < level_cuts(feature); ++cut)
    for (const bool missing_left : {true, false}) {
      const double gain = missing_left ? gains.left[cut] : gains.right[cut];
      if (!(gain > best.gain) || !is_tried(feature, places, cut, missing_left, only)) continue;
      best.gain = gain;
      best.bin = cut;
      best.missing_left = missing_left;
    }
  best.gain = charged(tree, level, index, best.gain);
  return best;
}

// The split of the level as one of its nodes has it: with the sums of its own rows, and with its own gain.
template <bool constrained, class Cell>
void take(const TreeState& tree, const Split& chosen, GrowNode& node) {
  Split& split = node.split = chosen;
  split.gain = 0;
  if (node.slot < 0) return;
  const FeatureBins& feature = tree.bins.feature[chosen.feature];
  const Cell* const cells = level_cells<Cell>(tree, node, feature);
  const std::int64_t* const rows = rows_by_cell(tree, &node - tree.nodes - tree.first_new);
  std::int64_t left_rows = 0;
  for (int b = 0; b < feature.bins; ++b) {
    if (!goes_left(split, static_cast<std::uint8_t>(b))) continue;
    split.left_gradient += gradient_of(cells[b]);
    split.left_curvature += curvature_of(cells[b]);
    left_rows += rows != nullptr ? rows[feature.first_cell + b] : 0;
  }
  const Scan s = scan_of(tree, node);
  const double l2 = l2_of_feature(tree.limits, feature), score = score_as_it_is<constrained>(s, l2);
  split.gain = level_gain<constrained>(s, node, score, split.left_gradient, split.left_curvature, left_rows, l2);
}

template <bool constrained>
void split_level_of(Context& context, TreeState& tree) {
  const std::int64_t count = tree.node_count - tree.first_new;
  if (tree.first_new == 0) tree.level_score = scan_of(tree, tree.nodes[0]).score;
  share(context, tree.feature_count, static_cast<double>(count * tree.feature_count) * ns_of_scan,
        [&](std::int64_t place, int) {
          tree.candidates[place] = best_cut<constrained>(tree, static_cast<std::int32_t>(place));
        });
  const Split* best = tree.candidates;
  for (const Split* c = best; c < tree.candidates + tree.feature_count; ++c)
    if (c->gain > best->gain) best = c;
  if (tree.feature_count == 0 || !worth_splitting(best->gain, tree.level_score, tree.limits.min_gain)) return;
  tree.level_gain = best->gain;
  const FeatureBins& feature = tree.bins.feature[best->feature];
  const Split chosen = split_of_cut(tree, best->feature, places_of(tree, feature), best->bin, best->missing_left);
  share(context, count, static_cast<double>(count) * ns_of_scan, [&](std::int64_t n, int) {
    GrowNode& node = tree.nodes[tree.first_new + n];
    if (is_packed(tree, node))
      take<constrained, PackedCell>(tree, chosen, node);
    else
      take<constrained, WideCell>(tree, chosen, node);
  });
  if (!has_ranks(tree)) close_level(tree);
}

}  // namespace

void close_level(TreeState& tree) {
  tree.level_score += tree.level_gain;
  std::int64_t left = 0;
  for (std::int32_t i = tree.first_new; i < tree.node_count; ++i) left += tree.nodes[i].split.left_curvature;
  tree.level_missing_left = goes_to_larger_side(tree, left);
}

void split_level(Context& context, TreeState& tree) {
  tree.level_gain = 0;
  if (!is_level_open(tree)) return;
  is_constrained(tree) ? split_level_of<true>(context, tree) : split_level_of<false>(context, tree);
}

LINDEN_LEVEL_END
}  // namespace linden
