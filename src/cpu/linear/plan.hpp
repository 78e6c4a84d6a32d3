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
#include "cpu/linear/rows.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

inline constexpr std::int64_t most_chunks = 64;
inline constexpr std::int64_t most_tile_rows = 256;
inline constexpr std::int64_t most_piece_rows = 1024;  // of a tile of columns that are read once

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

inline std::int64_t entries_of(const DesignView& design) {
  return design.entries.offsets[design.rows] - design.entries.offsets[0];
}

/// How a pass reads values: columns or rows where they lie, copies of anything else that is dense, or sparse rows.
enum class Reading { columns, rows, panels, entries };

inline Reading reading_of(const DesignView& design) {
  return design.sparse                    ? Reading::entries
         : ContiguousColumns::fit(design) ? Reading::columns
         : AdjacentRows::fit(design)      ? Reading::rows
                                          : Reading::panels;
}

/// Rows of a tile of so many panels, so that both halves of a pass find them near: about 256 KiB of copies, 512 KiB of
/// columns in place, which memory hands out the faster the longer their pieces are, or 128 KiB of rows in place, the
/// next of which are fetched meanwhile. Columns that are read once had best be read in long pieces.
inline std::int64_t tile_rows_of(std::int64_t panels, Reading reading, bool has_scores) {
  if (has_scores && reading == Reading::columns) return most_piece_rows;
  const std::int64_t most = reading == Reading::columns ? 8192 : reading == Reading::rows ? 2048 : 4096;
  std::int64_t rows = most_tile_rows;
  while (rows > 32 && rows * panels > most) rows /= 2;
  return rows;
}

/// A pass of pass.hpp.
struct PassPlan {
  std::int64_t padded;  // parameters of one output, in whole panels
  Reading reading;
  Chunks chunks;
  RowScale scale;
  double *parameters, *partial, *loss, *tile, *scores, *weights, *spare;

  /// `has_scores`: the pass forms sums alone.
  PassPlan(int threads, const DesignView& design, std::int64_t outputs, void* scratch, bool has_scores = false)
      : padded(panels_of(design.width()) * panel_columns),
        reading(reading_of(design)),
        chunks(chunks_of(design, outputs, reading, has_scores)) {
    Layout layout(scratch);
    const std::int64_t scaled = reading == Reading::rows ? padded : 0;
    layout.place(scale.shift, scaled);
    layout.place(scale.factor, scaled);
    layout.place(scale.used, scaled);
    layout.place(parameters, outputs * padded);
    layout.place(partial, chunks.count * outputs * padded);
    layout.place(loss, chunks.count * outputs);
    layout.place(tile, threads * tile_size());
    layout.place(scores, threads * outputs * chunks.tile_rows);
    layout.place(weights, threads * chunks.tile_rows);
    layout.place(spare, threads * 2 * chunks.tile_rows);
    bytes = layout.bytes();
  }
  std::int64_t bytes;

  std::int64_t tile_size() const {
    switch (reading) {
      case Reading::columns: return ContiguousColumns::together * chunks.tile_rows;
      case Reading::rows: return AdjacentRows::together * padded;
      case Reading::panels: return padded / panel_columns * panel_stride(chunks.tile_rows);
      case Reading::entries: break;
    }
    return 0;
  }

 private:
  /// Partial sums take 64 MB at most, and those of sparse rows no longer than the entries.
  static Chunks chunks_of(const DesignView& design, std::int64_t outputs, Reading reading, bool has_scores) {
    const std::int64_t panels = panels_of(design.width());
    std::int64_t most = at_least(1, (std::int64_t{8} << 20) / (panels * panel_columns * outputs));
    if (design.sparse) most = at_most(most, at_least(4, entries_of(design) / (2 * design.width())));
    return {design.rows, design.sparse ? most_tile_rows : tile_rows_of(panels, reading, has_scores), most};
  }
};

LINDEN_LEVEL_END
}  // namespace linden
