// Finished trees added to the scores of rows that are there as bins. Where all features are dense, rows go down a tree
// eight at a time, so that the loads of one hide behind those of the others; they lie side by side in the bins of a
// feature. A tile of rows takes all trees before the next one begins.
#include "backend/tree/bin_forest.hpp"
#include "backend/tree/sparse_bins.hpp"
#include "cpu/tree/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

constexpr std::int64_t tile_rows = 512;
constexpr int together = 8;

// The leaves that the rows from `row` on reach: all take steps until none moves. Those past the last are copies of it.
void descend(const BinForestView& forest, const BinsView& bins, std::int32_t root, std::int64_t row, int count,
             std::int32_t* at) {
  std::int64_t rows[together];
  for (int r = 0; r < together; ++r) {
    rows[r] = row + (r < count ? r : count - 1);
    at[r] = root;
  }
  for (std::int32_t moved = 1; moved != 0;) {
    moved = 0;
#pragma GCC unroll 8
    for (int r = 0; r < together; ++r) {
      const BinNode& node = forest.nodes[at[r]];
      const std::int32_t next = next_node(node, bins.by_feature[node.feature * bins.rows + rows[r]]);
      moved |= next ^ at[r];
      at[r] = next;
    }
  }
}

std::int32_t leaf_of(const BinForestView& forest, const BinsView& bins, std::int32_t at, std::int64_t row) {
  for (;;) {
    const BinNode& node = forest.nodes[at];
    if (node.left == at) return at;
    at = next_node(node, bin_of_row(bins, node.feature, row));
  }
}

}  // namespace

void add_trees(Context& context, const AddTreesTask& task) {
  const BinForestView& forest = task.forest;
  const BinsView& bins = task.bins;
  const bool all_dense = bins.features > 0 && bins.sparse.features == 0;
  context.workers.chunks(bins.rows, tile_rows, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
    for (std::int32_t tree = 0; tree < forest.trees; ++tree) {
      double* const scores = task.scores + forest.outputs[tree] * bins.rows;
      if (!all_dense) {
        for (std::int64_t row = begin; row < end; ++row)
          scores[row] += forest.values[leaf_of(forest, bins, forest.roots[tree], row)];
        continue;
      }
      for (std::int64_t row = begin; row < end; row += together) {
        const int count = static_cast<int>(end - row < together ? end - row : together);
        std::int32_t at[together];
        descend(forest, bins, forest.roots[tree], row, count, at);
        for (int r = 0; r < count; ++r) scores[row + r] += forest.values[at[r]];
      }
    }
  });
}

LINDEN_LEVEL_END
}  // namespace linden
