#include "cpu/tree/histogram/counted_histogram.hpp"

#include "backend/tree/grow_queue.hpp"
#include "cpu/tree/histogram/counted_rows.hpp"
#include "cpu/tree/share.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

std::int64_t summed_nodes(const TreeState& tree) {
  std::int64_t count = 0;
  for (std::int32_t i = tree.first_new; i < tree.node_count; ++i) count += is_summed(tree, i);
  return count;
}

template <class Cell>
void clear(Cell* cells, std::int64_t count) {
  for (std::int64_t c = 0; c < count; ++c) cells[c] = Cell{};
}

std::int64_t blocks_of(const TreeState& tree, std::int32_t width) { return (tree.feature_count + width - 1) / width; }

}  // namespace

bool counts_while_summing(const Context& context, const TreeState& tree) {
  if (tree.slot_rows == nullptr || tree.planes != 0) return false;
  const int threads = context.workers.threads();
  return threads == 1 || summed_nodes(tree) * blocks_of(tree, least_features_of_a_room) >= 2 * threads;
}

void sum_and_count(Context& context, const TreeState& tree) {
  const std::int64_t nodes = summed_nodes(tree);
  std::int32_t width = features_of_a_room;
  while (width > least_features_of_a_room && nodes * blocks_of(tree, width) < 2 * context.workers.threads()) width /= 2;
  const std::int64_t blocks = blocks_of(tree, width), cells = tree.bins.cells;
  double work = 0;
  for (std::int32_t i = tree.first_new; i < tree.node_count; ++i) {
    const GrowNode& node = tree.nodes[i];
    if (!is_summed(tree, i)) continue;
    work += static_cast<double>(node.entries) * tree.feature_count * ns_of_update;
    clear(tree.slot_rows + node.slot * cells, cells);
    WideCell* const sums = tree.histograms + node.slot * cells;
    is_packed(tree, node) ? clear(reinterpret_cast<PackedCell*>(sums), cells) : clear(sums, cells);
  }
  share(context, (tree.node_count - tree.first_new) * blocks, work, [&](std::int64_t task, int) {
    const auto index = static_cast<std::int32_t>(tree.first_new + task / blocks);
    const GrowNode& node = tree.nodes[index];
    if (!is_summed(tree, index) || node.entries == 0) return;
    alignas(64) WideCell room[features_of_a_room * most_bins];
    const auto first = static_cast<std::int32_t>(task % blocks * width);
    const std::int32_t left = tree.feature_count - first;
    with_entries(tree, [&]<class E>(E*) {
      add_counted_rows(tree, tree.bins, node, static_cast<const E*>(tree.entries) + node.begin, node.entries, first,
                       left < width ? left : width, room, tree.slot_rows + node.slot * cells);
    });
  });
}

LINDEN_LEVEL_END
}  // namespace linden
