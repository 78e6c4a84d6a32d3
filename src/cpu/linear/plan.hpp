// How rows of a design are cut into tiles and chunks, and where in scratch memory a pass over them keeps what.
//
// A chunk is a run of tiles with sums of its own. How many there are depends on sizes alone, so the order of every sum
// does: within a chunk tile after tile, then chunk after chunk.
#pragma once

#include <cstdint>

#include "backend/layout.hpp"
#include "backend/linear_kernels.hpp"
#include "backend/math/host_device.hpp"
#include "cpu/linear/columns.hpp"
#include "cpu/linear/panel.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

inline constexpr std::int64_t most_chunks = 64;
inline constexpr std::int64_t most_tile_rows = 256;

inline std::int64_t at_least(std::int64_t a, std::int64_t b) { return a > b ? a : b; }
inline std::int64_t at_most(std::int64_t a, std::int64_t b) { return a < b ? a : b; }

struct Chunks {
  std::int64_t tile_rows = 0, tiles = 0, count = 0;

  Chunks(std::int64_t rows, std::int64_t rows_of_tile, std::int64_t most)
      : tile_rows(rows_of_tile), tiles((rows + rows_of_tile - 1) / rows_of_tile) {
    count = at_least(1, at_most(tiles, at_most(most, most_chunks)));
  }
  std::int64_t first_tile(std::int64_t chunk) const { return tiles * chunk / count; }

  /// Calls body(begin, count) for the tiles of a chunk.
  template <class Body>
  [[gnu::always_inline]] void each_tile(std::int64_t rows, std::int64_t chunk, const Body& body) const {
    for (std::int64_t tile = first_tile(chunk); tile < first_tile(chunk + 1); ++tile)
      body(tile * tile_rows, at_most(tile_rows, rows - tile * tile_rows));
  }
};

/// Rows of a tile of so many panels, so that both halves of a pass find them near: about 256 KiB of copies, or 512 KiB
/// of columns in place, which memory hands out the faster the longer their pieces are.
inline std::int64_t tile_rows_of(std::int64_t panels, bool in_place = false) {
  std::int64_t rows = most_tile_rows;
  while (rows > 32 && rows * panels > (in_place ? 8192 : 4096)) rows /= 2;
  return rows;
}

inline std::int64_t entries_of(const DesignView& design) {
  return design.entries.offsets[design.rows] - design.entries.offsets[0];
}

/// A pass of linear_pass.hpp.
struct PassPlan {
  std::int64_t padded;  // parameters of one output, in whole panels
  bool in_place;        // contiguous columns are read where they lie
  Chunks chunks;
  double *parameters, *partial, *loss, *tile, *scores, *weights, *spare;

  PassPlan(int threads, const DesignView& design, std::int64_t outputs, void* scratch)
      : padded(panels_of(design.width()) * panel_columns),
        in_place(!design.sparse && ContiguousColumns::fit(design)),
        chunks(chunks_of(design, outputs, in_place)) {
    Layout layout(scratch);
    layout.place(parameters, outputs * padded);
    layout.place(partial, chunks.count * outputs * padded);
    layout.place(loss, chunks.count);
    layout.place(tile, threads * tile_size(design));
    layout.place(scores, threads * outputs * chunks.tile_rows);
    layout.place(weights, threads * chunks.tile_rows);
    layout.place(spare, threads * 2 * chunks.tile_rows);
    bytes = layout.bytes();
  }
  std::int64_t bytes;

  std::int64_t tile_size(const DesignView& design) const {
    if (in_place) return ContiguousColumns::together * chunks.tile_rows;
    return design.sparse ? 0 : padded / panel_columns * panel_stride(chunks.tile_rows);
  }

 private:
  /// Partial sums take 64 MB at most, and those of sparse rows no longer than the entries.
  static Chunks chunks_of(const DesignView& design, std::int64_t outputs, bool in_place) {
    const std::int64_t panels = panels_of(design.width());
    std::int64_t most = at_least(1, (std::int64_t{8} << 20) / (panels * panel_columns * outputs));
    if (design.sparse) most = at_most(most, at_least(4, entries_of(design) / (2 * design.width())));
    return {design.rows, design.sparse ? most_tile_rows : tile_rows_of(panels, in_place), most};
  }
};

LINDEN_LEVEL_END
}  // namespace linden
