// Rows by bin, where splits need them all; and where rows lie on several machines, what a step sums over them, side by
// side, so that one call sums it, and back.
#include "backend/tree/grow_queue.hpp"
#include "cpu/tree/row_counts.hpp"
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

// Calls f(cell) for each cell of the features of the tree.
template <class F>
void each_cell(const TreeState& tree, const F& f) {
  for (std::int32_t i = 0; i < tree.feature_count; ++i) {
    const FeatureBins& feature = tree.bins.feature[tree.features[i]];
    for (std::int32_t c = feature.first_cell; c < feature.first_cell + feature.bins; ++c) f(c);
  }
}

void* histogram_of(const TreeState& tree, const GrowNode& node) {
  return tree.histograms + std::int64_t{node.slot} * tree.bins.cells;
}

template <class Cell>
void widen(const TreeState& tree, const void* from, WideCell* to) {
  for (std::int32_t c = 0; c < tree.bins.cells; ++c) to[c] = {0, 0};
  each_cell(tree, [&](std::int32_t c) {
    const Cell cell = static_cast<const Cell*>(from)[c];
    to[c] = {gradient_of(cell), curvature_of(cell)};
  });
}

template <class Cell>
void narrow(const TreeState& tree, const WideCell* from, void* to) {
  each_cell(tree, [&](std::int32_t c) { set(static_cast<Cell*>(to)[c], from[c].gradient, from[c].curvature); });
}

}  // namespace

void count_bins(Context& context, TreeMemory& memory) {
  const TreeState& tree = *memory.state;
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

std::int64_t pack(Context&, TreeMemory& memory) {
  const TreeState& tree = *memory.state;
  return exchanged(tree, each_summed(tree, [&](const GrowNode& node, std::int64_t i) {
                     WideCell* const to = exchanged_histogram(tree, i);
                     if (is_packed(tree, node))
                       widen<PackedCell>(tree, histogram_of(tree, node), to);
                     else
                       widen<WideCell>(tree, histogram_of(tree, node), to);
                   }));
}

void unpack(Context&, TreeMemory& memory) {
  const TreeState& tree = *memory.state;
  each_summed(tree, [&](const GrowNode& node, std::int64_t i) {
    const WideCell* const from = exchanged_histogram(tree, i);
    if (is_packed(tree, node))
      narrow<PackedCell>(tree, from, histogram_of(tree, node));
    else
      narrow<WideCell>(tree, from, histogram_of(tree, node));
  });
}

LINDEN_LEVEL_END
}  // namespace linden
