// Finished trees added to the scores of rows that are there as bins: eight rows go down a tree at a time, so that the
// loads of one hide behind those of the others. A tile of rows takes all trees before the next one begins. Dense
// features are read where they stand, rows side by side. Where there are others, the bins that the nodes of a tree ask
// for are first written out for a tile, node by node: finding each by itself would cost a search.
#include <cstring>

#include "backend/tree/bin_forest.hpp"
#include "backend/tree/wide_bins.hpp"
#include "cpu/tree/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

constexpr std::int64_t tile_rows = 512;
constexpr std::int64_t tile_bytes = 32768;  // of bins that are written out: they stay in the first-level cache
constexpr std::int64_t least_rows = 64;     // fewer of them are not worth it
constexpr int together = 8;

void add_values(const BinForestView& forest, std::int32_t at, double* scores, std::int64_t stride) {
  const double* const values = forest.values + std::int64_t{at} * forest.width;
  for (std::int32_t k = 0; k < forest.width; ++k) scores[k * stride] += values[k];
}

// Adds what the leaves give that `count` rows reach: all take steps until none moves. bin(at, row) is the bin of a row,
// of `count`, in the feature of a node. The scores of a row stand `stride` apart.
template <class Bin>
void add_leaves(const BinForestView& forest, std::int32_t root, std::int64_t count, const Bin& bin, double* scores,
                std::int64_t stride) {
  for (std::int64_t first = 0; first < count; first += together) {
    const int now = static_cast<int>(count - first < together ? count - first : together);
    std::int32_t at[together];
    std::int64_t rows[together];  // those past the last are copies of it
    for (int r = 0; r < together; ++r) {
      at[r] = root;
      rows[r] = first + (r < now ? r : now - 1);
    }
    for (std::int32_t moved = 1; moved != 0;) {
      moved = 0;
#pragma GCC unroll 8
      for (int r = 0; r < together; ++r) {
        const std::int32_t next = next_node(forest.nodes[at[r]], bin(at[r], rows[r]));
        moved |= next ^ at[r];
        at[r] = next;
      }
    }
    if (forest.width == 1)
      for (int r = 0; r < now; ++r) scores[first + r] += forest.values[at[r]];
    else
      for (int r = 0; r < now; ++r) add_values(forest, at[r], scores + first + r, stride);
  }
}

// out[i * count + r] = the bin of row begin + r in the feature of the tree's node i; what a leaf has there is left.
void write_out(const BinForestView& forest, const BinsView& bins, std::int32_t root, std::int32_t nodes,
               std::int64_t begin, std::int64_t count, std::uint8_t* out) {
  const SparseBins& sparse = bins.sparse;
  for (std::int32_t i = 0; i < nodes; ++i, out += count) {
    const BinNode& node = forest.nodes[root + i];
    if (node.left == root + i) continue;
    if (node.feature < bins.features) {
      std::memcpy(out, bins.by_feature + node.feature * bins.rows + begin, static_cast<std::size_t>(count));
      continue;
    }
    if (wide_number(bins, node.feature) >= 0) {
      const std::uint16_t* const column = wide_column(bins, node.feature) + begin;
      const WideSides sides = sides_of(bins, node);
      for (std::int64_t r = 0; r < count; ++r) out[r] = sides.side_of(column[r]);
      continue;
    }
    std::memset(out, bins.feature[node.feature].usual_bin, static_cast<std::size_t>(count));
    const std::int64_t* const range = sparse.feature_first + (node.feature - bins.features);
    const std::uint32_t* const last = sparse.feature_rows + range[1];
    for (const std::uint32_t* row = first_from(sparse.feature_rows + range[0], last, begin);
         row < last && *row < begin + count; ++row)
      out[*row - begin] = sparse.feature_bins[row - sparse.feature_rows];
  }
}

std::int32_t leaf_of(const BinForestView& forest, const BinsView& bins, std::int32_t at, std::int64_t row) {
  for (;;) {
    const BinNode& node = forest.nodes[at];
    if (node.left == at) return at;
    at = next_node(node, bin_at(bins, node, row));
  }
}

}  // namespace

void add_trees(Context& context, const AddTreesTask& task) {
  const BinForestView& forest = task.forest;
  const BinsView& bins = task.bins;
  const bool all_dense = bins.features > 0 && features_apart(bins) == 0;
  context.workers.chunks(bins.rows, tile_rows, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
    std::uint8_t tile[tile_bytes] = {};
    for (std::int32_t tree = 0; tree < forest.trees; ++tree) {
      double* const scores = task.scores + forest.outputs[tree] * bins.rows;
      const std::int32_t root = forest.roots[tree], nodes = forest.roots[tree + 1] - root;
      const std::int64_t fit = tile_bytes / nodes;
      if (all_dense) {
        const auto bin = [&](std::int32_t at, std::int64_t row) {
          return bins.by_feature[forest.nodes[at].feature * bins.rows + begin + row];
        };
        add_leaves(forest, root, end - begin, bin, scores + begin, bins.rows);
      } else if (fit >= least_rows) {
        for (std::int64_t first = begin; first < end; first += fit) {
          const std::int64_t count = end - first < fit ? end - first : fit;
          write_out(forest, bins, root, nodes, first, count, tile);
          const auto bin = [&](std::int32_t at, std::int64_t row) { return tile[(at - root) * count + row]; };
          add_leaves(forest, root, count, bin, scores + first, bins.rows);
        }
      } else {
        for (std::int64_t row = begin; row < end; ++row)
          add_values(forest, leaf_of(forest, bins, root, row), scores + row, bins.rows);
      }
    }
  });
}

LINDEN_LEVEL_END
}  // namespace linden
