// Rows by bin, where splits need them all; and where rows lie on several machines, the message of what a step sums, and
// the splits that each of them found.
#include "backend/tree/grow_queue.hpp"
#include "cpu/tree/histogram/counted_histogram.hpp"
#include "cpu/tree/split/level_split.hpp"
#include "cpu/tree/split/row_counts.hpp"
#include "cpu/tree/share.hpp"
#include "cpu/tree/small_nodes.hpp"
#include "cpu/tree/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

// Calls f(node, i) for the new nodes whose rows histogram has summed; returns how many there are.
template <class F>
std::int64_t each_summed(const TreeState& tree, const F& f) {
  std::int64_t count = 0;
  for (std::int32_t i = tree.first_new; i < tree.node_count; ++i)
    if (is_summed(tree, i)) f(tree.nodes[i], count++);
  return count;
}

template <class Cell>
Cell* cells_of(const TreeState& tree, const GrowNode& node) {
  return reinterpret_cast<Cell*>(tree.histograms + std::int64_t{node.slot} * tree.bins.cells);
}

std::int64_t* rows_of(const TreeState& tree, const GrowNode& node) {
  return tree.slot_rows + std::int64_t{node.slot} * tree.bins.cells;
}

// Calls f(first, end) for the cells of each feature of the tree that lie in [from, to).
template <class F>
void each_feature(const TreeState& tree, std::int32_t from, std::int32_t to, const F& f) {
  for (std::int32_t i = 0; i < tree.feature_count; ++i) {
    const FeatureBins& feature = tree.bins.feature[tree.features[i]];
    if (feature.first_cell >= from && feature.first_cell < to) f(feature.first_cell, feature.first_cell + feature.bins);
  }
}

template <class Cell>
void write(const TreeState& tree, const GrowNode& node, const NodeMessage& message) {
  const Cell* const cells = cells_of<const Cell>(tree, node);
  for (std::int64_t i = 0; i < words_of_sums(message.shape, message.cells); ++i) message.sums[i] = 0;
  each_feature(tree, message.first_cell, message.first_cell + message.cells, [&](std::int32_t first, std::int32_t end) {
    for (std::int32_t c = first; c < end; ++c) message.put(c, gradient_of(cells[c]), curvature_of(cells[c]));
  });
}

template <class Cell>
void read(const TreeState& tree, const GrowNode& node, const NodeMessage& message) {
  Cell* const cells = cells_of<Cell>(tree, node);
  each_feature(tree, tree.own_cell, tree.own_cell_end, [&](std::int32_t first, std::int32_t end) {
    for (std::int32_t c = first; c < end; ++c) {
      const WideCell sums = message.at(c);
      set(cells[c], sums.gradient, sums.curvature);
    }
  });
}

void count_new_nodes(Context& context, const TreeState& tree) {
  const std::int64_t count = tree.node_count - tree.first_new;
  for (std::int64_t i = 0; i < count * tree.bins.cells; ++i) tree.exchange[i] = 0;
  context.workers.each(count * tree.feature_count, [&](std::int64_t task, int) {
    const std::int64_t n = task / tree.feature_count;
    const GrowNode& node = tree.nodes[tree.first_new + n];
    if (!may_split(tree, node)) return;
    const std::int32_t feature = tree.features[task % tree.feature_count];
    count_rows(tree, node, feature, rows_by_cell(tree, n) + tree.bins.feature[feature].first_cell);
  });
}

void count_summed_nodes(Context& context, const TreeState& tree) {
  each_summed(tree, [&](const GrowNode& node, std::int64_t) {
    std::int64_t* const rows = rows_of(tree, node);
    for (std::int32_t c = 0; c < tree.bins.cells; ++c) rows[c] = 0;
    const double work = static_cast<double>(node.entries) * tree.feature_count * ns_of_update;
    share(context, tree.feature_count, work, [&](std::int64_t place, int) {
      const std::int32_t feature = tree.features[place];
      count_rows(tree, node, feature, rows + tree.bins.feature[feature].first_cell);
    });
  });
}

}  // namespace

void count_bins(Context& context, TreeMemory& memory) {
  const TreeState& tree = *memory.state;
  if (counts_while_summing(context, tree)) return;
  has_ranks(tree) ? count_summed_nodes(context, tree) : count_new_nodes(context, tree);
}

MessageShape pack(Context& context, TreeMemory& memory) {
  const TreeState& tree = *memory.state;
  std::int64_t most_rows = 0;
  const std::int64_t nodes = each_summed(tree, [&](const GrowNode& node, std::int64_t) {
    if (node.rows > most_rows) most_rows = node.rows;
  });
  const MessageShape shape = shape_of(tree, tree.node_count - tree.first_new, nodes, most_rows);
  each_summed(tree, [&](const GrowNode& node, std::int64_t i) {
    share(context, tree.ranks, static_cast<double>(tree.bins.cells) * 2, [&](std::int64_t rank, int) {
      const NodeMessage message(tree, shape, i, static_cast<std::int32_t>(rank));
      is_packed(tree, node) ? write<PackedCell>(tree, node, message) : write<WideCell>(tree, node, message);
      for (std::int64_t word = 0; word < words_of_rows(shape, message.cells); ++word)
        message.put_rows(word, rows_of(tree, node));
    });
  });
  return shape;
}

void unpack(Context&, TreeMemory& memory, const MessageShape& shape) {
  const TreeState& tree = *memory.state;
  each_summed(tree, [&](const GrowNode& node, std::int64_t i) {
    const NodeMessage message(tree, shape, i, tree.rank);
    is_packed(tree, node) ? read<PackedCell>(tree, node, message) : read<WideCell>(tree, node, message);
    for (std::int64_t word = 0; word < words_of_rows(shape, message.cells); ++word)
      message.take_rows(word, rows_of(tree, node));
  });
}

void tell_splits(Context&, TreeMemory& memory, const TreeMemory& counted, const MessageShape&) {
  const TreeState& tree = *memory.state;
  RankSplit* const told = told_splits(tree);
  told[0] = RankSplit{};
  told[0].gain = tree.level_gain;
  for (std::int32_t i = tree.first_new; i < tree.node_count; ++i) {
    const Split& split = tree.nodes[i].split;
    std::int64_t left = 0;
    if (split.feature >= 0 && tree.nodes[i].slot >= 0) {
      const FeatureBins& feature = tree.bins.feature[split.feature];
      const std::int64_t* const rows = rows_by_cell(*counted.state, i - tree.first_new) + feature.first_cell;
      for (std::int32_t b = 0; b < feature.bins; ++b)
        if (goes_left(split, static_cast<std::uint8_t>(b))) left += rows[b];
    }
    told[1 + i - tree.first_new] = told_split(split, left);
  }
}

void take_splits(Context&, TreeMemory& memory, const MessageShape& shape) {
  TreeState& tree = *memory.state;
  for (std::int64_t n = 0; n < shape.new_nodes; ++n) {
    const auto node = static_cast<std::int32_t>(tree.first_new + n);
    const RankSplit* const best = splits_of_rank(tree, shape.new_nodes, rank_of_best(tree, shape.new_nodes, n));
    take_split(best[1 + n], tree.nodes[node].split);
    tree.rows_left_of[node] = best[1 + n].left_rows;
    tree.level_gain = best[0].gain;
  }
  if (tree.limits.oblivious && tree.level_gain > 0) close_level(tree);
  if (!tree.limits.oblivious) keep_histograms(tree);
}

LINDEN_LEVEL_END
}  // namespace linden
