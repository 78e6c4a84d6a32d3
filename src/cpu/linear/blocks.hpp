// How a Hessian is cut into blocks and rows into chunks, and where in scratch memory its partial sums lie.
//
// For outputs k >= l there is one symmetric matrix X' D_kl X each. Dense: its columns are cut into blocks of up to 64
// panels, and a pair of blocks a >= b is an accumulator of a chunk. Sparse: an accumulator is the lower triangle of the
// entries' columns and the column of ones, row after row.
#pragma once

#include "cpu/linear/plan.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

inline constexpr std::int64_t block_panels = 64;
inline constexpr std::int64_t block_rows = 64;  // of a tile
inline constexpr std::int64_t enough_tasks = 32;
inline constexpr std::int64_t near_memory = 512 << 10;        // bytes of accumulators that a task adds to by turns
inline constexpr std::int64_t block_memory = 128 << 20;       // bytes of all accumulators,
inline constexpr std::int64_t most_block_memory = 512 << 20;  // or of two chunks

/// Pair number `pair` of (0, 0), (1, 0), (1, 1), (2, 0), ...
struct Pair {
  std::int64_t first = 0, second = 0;

  explicit Pair(std::int64_t pair) : second(pair) {
    while (second > first) second -= ++first;
  }
};

constexpr std::int64_t pairs_of(std::int64_t count) { return count * (count + 1) / 2; }

/// Chunks of a Hessian whose accumulators take `bytes` a chunk.
inline std::int64_t chunks_within_memory(std::int64_t bytes) {
  return at_least(block_memory / bytes, 2 * bytes <= most_block_memory ? 2 : 1);
}

/// Of dense rows.
struct BlockPlan {
  std::int64_t panels, blocks, block_pairs, output_pairs;
  std::int64_t side;  // of an accumulator, in columns: of the largest block
  // Pairs of outputs that a task takes together, so that columns are packed once: those whose accumulators stay near;
  // one where there are several blocks. And how many such groups there are.
  std::int64_t together, groups;
  Chunks chunks;
  double *accumulators, *tile, *weighted_tile, *weights;
  std::int64_t bytes;

  BlockPlan(int threads, const DesignView& design, std::int64_t outputs, void* scratch)
      : panels(panels_of(design.width())),
        blocks((panels + block_panels - 1) / block_panels),
        block_pairs(pairs_of(blocks)),
        output_pairs(pairs_of(outputs)),
        side((panels + blocks - 1) / blocks * panel_columns),
        together(blocks > 1 ? 1 : at_most(output_pairs, at_least(1, near_memory / (side * side * 8)))),
        groups((output_pairs + together - 1) / together),
        chunks(design.rows, block_rows, most()) {
    Layout layout(scratch);
    layout.place(accumulators, chunks.count * output_pairs * block_pairs * side * side);
    layout.place(tile, threads * tile_size());
    layout.place(weighted_tile, threads * tile_size());
    layout.place(weights, threads * block_rows);
    bytes = layout.bytes();
  }

  std::int64_t tile_size() const { return side / panel_columns * panel_stride(block_rows); }
  std::int64_t first_panel(std::int64_t block) const { return panels * block / blocks; }
  std::int64_t panels_in(std::int64_t block) const { return first_panel(block + 1) - first_panel(block); }
  double* accumulator(std::int64_t chunk, std::int64_t output_pair, std::int64_t block_pair) const {
    return accumulators + ((chunk * output_pairs + output_pair) * block_pairs + block_pair) * side * side;
  }

 private:
  std::int64_t most() const {
    const std::int64_t tasks = groups * block_pairs;
    const std::int64_t wanted = at_least(2, (enough_tasks + tasks - 1) / tasks);
    return at_most(wanted, chunks_within_memory(output_pairs * block_pairs * side * side * 8));
  }
};

/// Of sparse rows.
struct SparseBlockPlan {
  std::int64_t size;  // of an accumulator
  std::int64_t output_pairs;
  Chunks chunks;
  double *accumulators, *last_rows;
  std::int64_t bytes;

  SparseBlockPlan(const DesignView& design, std::int64_t outputs, void* scratch)
      : size(pairs_of(design.width())),
        output_pairs(pairs_of(outputs)),
        chunks(design.rows, most_tile_rows, most(design)) {
    Layout layout(scratch);
    layout.place(accumulators, chunks.count * output_pairs * size);
    layout.place(last_rows, output_pairs * design.width());
    bytes = layout.bytes();
  }

  double* accumulator(std::int64_t chunk, std::int64_t output_pair) const {
    return accumulators + (chunk * output_pairs + output_pair) * size;
  }

 private:
  /// Accumulators take far less time to add than the products of entries: they are new memory, too.
  std::int64_t most(const DesignView& design) const {
    const double mean = static_cast<double>(entries_of(design)) / static_cast<double>(at_least(1, design.rows)) + 1;
    const double products = static_cast<double>(design.rows) * mean * mean / 2;
    const double worth = products / static_cast<double>(8 * size);
    const std::int64_t wanted = worth < 4 ? 4 : worth > 32 ? 32 : static_cast<std::int64_t>(worth);
    return at_most(wanted, chunks_within_memory(output_pairs * size * 8));
  }
};

LINDEN_LEVEL_END
}  // namespace linden
