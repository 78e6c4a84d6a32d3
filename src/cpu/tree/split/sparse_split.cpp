// The best split of each new node by a sparse feature: features whose bound is below the best known gain are passed
// over, the others are summed by bin and searched as dense ones are. A bound never errs, so that which ones are passed
// over (that depends on threads) does not matter.
#include <bit>
#include <cstring>
#include <span>

#include "backend/tree/sparse_bins.hpp"
#include "cpu/tree/histogram/four_sums.hpp"
#include "cpu/tree/split/numeric_split.hpp"
#include "cpu/tree/sparse_steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

constexpr std::int64_t search_steps = 16;  // what finding a row among a feature's entries costs, in entries read
constexpr int first_searches = 4;          // of a node, before all that may gain as much is searched
constexpr std::int64_t rare_entry = 16;    // of so many entries one is of the node's rows, or none

// A node's rows by bin of one feature: gradients, curvatures, rows and, of no use, labels.
template <class Integer>
void add_by_rows(const TreeState& tree, const GrowNode& node, std::int32_t feature, int usual, FourSums* sums) {
  const auto* const entries = static_cast<const Entry<Integer>*>(tree.entries) + node.begin;
  for (std::int64_t i = 0; i < node.entries; ++i)
    if (const int bin = bin_of_row(tree.bins, feature, entries[i].row); bin != usual)
      sums[bin] += FourSums{entries[i].gradient, entries[i].curvature, 1, 0};
}

// `here`: how many of the entries are of the node's rows. Where that is hard to foretell, all are added, others as 0.
void add_by_entries(const TreeState& tree, const GrowNode& node, std::int32_t f, std::int64_t here, FourSums* sums) {
  const SparseBins& sparse = tree.bins.sparse;
  const std::int32_t label = node.label;
  const std::int64_t first = sparse.feature_first[f], end = sparse.feature_first[f + 1];
  if (here * rare_entry < end - first) {
    for (std::int64_t e = first; e < end; ++e)
      if (const RowSums& row = tree.row_sums[sparse.feature_rows[e]]; row.label == label)
        sums[sparse.feature_bins[e]] += __builtin_convertvector(reinterpret_cast<const FourInts&>(row), FourSums);
  } else {
    for (std::int64_t e = first; e < end; ++e) {
      const RowSums& row = tree.row_sums[sparse.feature_rows[e]];
      const FourInts added = reinterpret_cast<const FourInts&>(row) & -(row.label == label);
      sums[sparse.feature_bins[e]] += __builtin_convertvector(added, FourSums);
    }
  }
}

// What the sides of the cuts of a feature add up to: gradients, curvatures and rows, one side after another.
struct Sides {
  static constexpr int most = 2 * 256;  // with and without the missing values
  int count = 0;
  alignas(64) double gradient[most + gain_lanes], curvature[most + gain_lanes], rows[most + gain_lanes];

  void add(const FourSums& side) {
    gradient[count] = static_cast<double>(side[0]);
    curvature[count] = static_cast<double>(side[1]);
    rows[count++] = static_cast<double>(side[2]);
  }
  /// No rows after the last one, to fill lanes.
  void finish() {
    for (int i = count; i < count + gain_lanes; ++i) gradient[i] = curvature[i] = rows[i] = 0;
  }
};

Gains lanes_of(const double* values) {
  Gains next;
  std::memcpy(&next, values, sizeof next);
  return next;
}

// The bounds that hold exactly, over all cuts that leave enough rows on both sides.
SideBounds side_bounds(const Scan& s, const FeatureBins& feature, const FourSums* sums) {
  const int values = feature.has_missing ? feature.bins - 1 : feature.bins;
  const FourSums missing = feature.has_missing ? sums[values] : FourSums{};
  const double value = value_of(s), l1 = s.limits.l1 * sign_of(value), l2 = s.limits.l2;
  Sides sides;
  FourSums side{};
  const auto add = [&](int b) {
    if (sums[b][2] == 0) return;  // the same side once more
    side += sums[b];
    sides.add(side);
    if (feature.has_missing) sides.add(side + missing);
  };
  for (int b = 0; b < feature.usual_bin; ++b) add(b);
  side = FourSums{};
  for (int b = values - 1; b > feature.usual_bin; --b) add(b);
  if (feature.has_missing) sides.add(missing);
  sides.finish();
  const auto least = static_cast<double>(s.limits.min_rows_in_leaf > 1 ? s.limits.min_rows_in_leaf : 1);
  const double most = static_cast<double>(s.rows - s.limits.min_rows_in_leaf);
  const double gradient_unit = s.gradient_unit, curvature_unit = s.curvature_unit;
  Gains ups{}, downs{};  // squares
  for (int i = 0; i < sides.count; i += gain_lanes) {
    const Gains bottom = lanes_of(sides.curvature + i) * curvature_unit + l2;
    const Gains x = lanes_of(sides.gradient + i) * gradient_unit + bottom * value + l1;
    const Gains rows = lanes_of(sides.rows + i), square = x * x / bottom;
    const auto counts = (bottom > 0) & (rows >= least) & (rows <= most);
    ups = (counts & (x > 0) & (square > ups)) ? square : ups;
    downs = (counts & (x < 0) & (square > downs)) ? square : downs;
  }
  double up = 0, down = 0;
  for (int i = 0; i < gain_lanes; ++i) {
    up = larger_of(up, ups[i]);
    down = larger_of(down, downs[i]);
  }
  return {std::sqrt(up) * (1 + 1e-12), std::sqrt(down) * (1 + 1e-12), value};
}

// The best split of a node by sparse feature f, of which its entries add up to `all`, if it may gain `known`; learns
// the feature's bounds.
Split feature_split(const TreeState& tree, const GrowNode& node, const Scan& s, std::int32_t f, const SparseCell& all,
                    SideBounds& bounds, double known) {
  const SparseBins& sparse = tree.bins.sparse;
  const std::int32_t index = tree.bins.features + f;
  const FeatureBins& feature = tree.bins.feature[index];
  FourSums sums[256];
  for (int b = 0; b < feature.bins; ++b) sums[b] = FourSums{};
  const FourSums total{gradient_of(tree.centre, all), all.curvature, all.rows, 0};
  if (feature.bins == 2)
    sums[1 - feature.usual_bin] = total;
  else if (node.entries * search_steps < sparse.feature_first[f + 1] - sparse.feature_first[f])
    with_entries(tree,
                 [&]<class E>(E*) { add_by_rows<decltype(E::gradient)>(tree, node, index, feature.usual_bin, sums); });
  else
    add_by_entries(tree, node, f, all.rows, sums);
  bounds = side_bounds(s, feature, sums);
  if (most_left(tree, node, index, most_gain(s, all, bounds, root_of_all(s, all))) < known) return {};
  const bool is_free = is_admitted(tree, node, &node - tree.nodes - tree.first_new, tree.feature_count + f);
  sums[feature.usual_bin] = FourSums{node.gradient, node.curvature, node.rows, 0} - total;
  WideCell cells[256];
  std::int64_t rows[256];
  for (int b = 0; b < feature.bins; ++b) {
    cells[b] = {sums[b][0], sums[b][1]};
    rows[b] = sums[b][2];
  }
  const ForcedNode* const forced = forced_split(tree, node, index);
  const auto search = [&]<bool constrained>(std::bool_constant<constrained>) {
    Split split;
    if (forced != nullptr) split = forced_split<constrained>(s, feature, *forced, cells, rows);
    if (is_free && !is_forced(split)) split = numeric_split<constrained>(s, feature, cells, rows);
    return split;
  };
  Split split = is_constrained(tree) ? search(std::true_type()) : search(std::false_type());
  split.feature = index;
  split.counted = true;
  split.gain = charged(tree, node, index, split.gain);
  return split;
}

// A block of the features of a node.
struct Block {
  const TreeState& tree;
  const GrowNode& node;
  SideBounds* bounds;  // of the node
  std::int32_t begin, end;
  std::uint64_t* best_gain;  // of the node, as bits: gains are not negative, so that their bits stand in their order
  Promise& promise;          // of the block
  Split& best;               // of the block

  const SparseCell* cells() const { return tree.sparse_cells + std::int64_t{node.slot} * tree.bins.sparse.features; }

  // The features that have enough rows here, of which there are so many; others never will have, for rows only leave.
  int list_live(std::int32_t* features) const {
    int count = 0;
    for (std::int32_t f = begin; f < end; ++f) {
      features[count] = f;
      count += cells()[f].rows >= tree.limits.min_rows_in_leaf;
    }
    return count;
  }

  // What a feature may gain at most, given its bounds; 0 where the node may not split by it.
  double promise_of(const Scan& s, std::int32_t f, const SideBounds& known, double root) const {
    if (!is_apart_open(tree, node, &node - tree.nodes - tree.first_new, f)) return 0;
    return most_left(tree, node, tree.bins.features + f, most_gain(s, cells()[f], known, root));
  }

  void search(const Scan& s, std::int32_t f) const {
    const double known = std::bit_cast<double>(__atomic_load_n(best_gain, __ATOMIC_RELAXED));
    const double least = known > best.gain ? known : best.gain;
    const Split split = feature_split(tree, node, s, f, cells()[f], bounds[f], least);
    if (is_better(tree, split, best)) best = split;
  }

  void publish() const {
    const auto gain = std::bit_cast<std::uint64_t>(best.gain);
    std::uint64_t known = __atomic_load_n(best_gain, __ATOMIC_RELAXED);
    while (known < gain &&
           !__atomic_compare_exchange_n(best_gain, &known, gain, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
    }
  }

  // Bounds all features, and finds the one that promises most.
  void bound() const {
    const Scan s = scan_of(tree, node);
    const bool is_new = &node == tree.nodes + node.label;  // and not what is left of its parent
    const SparseScale scale = sparse_scale_of(tree);
    promise = {};
    best = {};
    std::int32_t live[sparse_block];
    for (const std::int32_t f : std::span(live, static_cast<std::size_t>(list_live(live)))) {
      SideBounds& known = bounds[f];
      const double root = root_of_all(s, cells()[f]);
      const SideBounds fresh = bounds_of(s, scale, cells()[f], root);
      const SideBounds kept = is_new ? fresh : as_seen_by(s, scale, known, root);
      known = {kept.up < fresh.up ? kept.up : fresh.up, kept.down < fresh.down ? kept.down : fresh.down, fresh.value};
      const double most = promise_of(s, f, known, root);
      if (most > promise.most) promise = {most, f};
    }
  }

  // Searches that one, if it may gain as much as the best of the node.
  void search_promise(const Scan& s) const {
    if (promise.most > 0 && promise.most >= std::bit_cast<double>(__atomic_load_n(best_gain, __ATOMIC_RELAXED)))
      search(s, promise.feature);
    promise.most = 0;
    publish();
  }

  // Searches all that may.
  void search_all() const {
    const Scan s = scan_of(tree, node);
    search_promise(s);
    std::int32_t live[sparse_block];
    for (const std::int32_t f : std::span(live, static_cast<std::size_t>(list_live(live)))) {
      const double most = promise_of(s, f, bounds[f], root_of_all(s, cells()[f]));
      const double known = std::bit_cast<double>(__atomic_load_n(best_gain, __ATOMIC_RELAXED));
      if (most > 0 && most >= known && most >= best.gain && (best.feature != tree.bins.features + f)) search(s, f);
    }
    publish();
  }
};

}  // namespace

void split_sparse(Context& context, TreeState& tree, const StepScratch& scratch) {
  const std::int64_t count = tree.node_count - tree.first_new, blocks = sparse_blocks(tree.bins);
  for (std::int64_t n = 0; n < count; ++n)
    tree.sparse_best[n] = std::bit_cast<std::uint64_t>(tree.nodes[tree.first_new + n].split.gain);
  const auto is_searched = [&](std::int64_t n) {
    const GrowNode& node = tree.nodes[tree.first_new + n];
    return node.slot >= 0 && may_split(tree, node);
  };
  const auto block = [&](std::int64_t n, std::int64_t b) {
    const GrowNode& node = tree.nodes[tree.first_new + n];
    const auto begin = static_cast<std::int32_t>(b * sparse_block);
    const std::int32_t end = begin + sparse_block, features = tree.bins.sparse.features;
    SideBounds* const bounds = scratch.side_bounds + std::int64_t{node.slot} * features;
    const std::int64_t task = n * blocks + b;
    return Block{tree,
                 node,
                 bounds,
                 begin,
                 end < features ? end : features,
                 tree.sparse_best + n,
                 scratch.promises[task],
                 tree.sparse_candidates[task]};
  };
  const auto each_block = [&](const auto& f) {
    context.workers.each(count * blocks, [&](std::int64_t task, int) {
      if (is_searched(task / blocks)) f(block(task / blocks, task % blocks));
    });
  };
  each_block([](const Block& of_node) { of_node.bound(); });
  // First the features that promise most of all, so that little else is left that may gain as much.
  context.workers.each(count, [&](std::int64_t n, int) {
    if (!is_searched(n)) return;
    const Scan s = scan_of(tree, tree.nodes[tree.first_new + n]);
    const Promise* const promises = scratch.promises + n * blocks;
    for (int i = 0; i < first_searches; ++i) {
      std::int64_t highest = 0;
      for (std::int64_t b = 1; b < blocks; ++b)
        if (promises[b].most > promises[highest].most) highest = b;
      block(n, highest).search_promise(s);
    }
  });
  each_block([](const Block& of_node) { of_node.search_all(); });
  for (std::int64_t n = 0; n < count; ++n) {
    GrowNode& node = tree.nodes[tree.first_new + n];
    if (!is_searched(n)) continue;
    const double score = scan_of(tree, node).score;
    for (std::int64_t b = 0; b < blocks; ++b) {
      const Split& split = tree.sparse_candidates[n * blocks + b];
      if (worth_splitting(split.gain, score, tree.limits.min_gain) && is_better(tree, split, node.split))
        node.split = split;
    }
  }
}

LINDEN_LEVEL_END
}  // namespace linden
