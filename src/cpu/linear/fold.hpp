// How rows are folded into a triangle, and where in scratch memory that happens.
#pragma once

#include "cpu/linear/plan.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

inline constexpr std::int64_t fold_tile_rows = 256;
inline constexpr std::int64_t most_fold_rows = 1024;
inline constexpr std::int64_t most_triangle_memory = 64 << 20;  // bytes of all chunks' R

/// A chunk's rows are folded into its R, `fold_rows` at a time.
struct FoldPlan {
  std::int64_t size;  // of R: width and the label
  Chunks chunks;
  std::int64_t fold_rows;  // about as many as R has
  std::int64_t stacks;
  double *triangle_memory, *stack_memory, *tile_memory;
  std::int64_t bytes;

  FoldPlan(int threads, const DesignView& design, void* scratch)
      : size(design.width() + 1),
        chunks(design.rows, fold_tile_rows, most(design.rows)),
        fold_rows((at_most(size, most_fold_rows) + fold_tile_rows - 1) / fold_tile_rows * fold_tile_rows),
        stacks(at_most(threads, chunks.count)) {
    Layout layout(scratch);
    layout.place(triangle_memory, chunks.count * size * size);
    layout.place(stack_memory, stacks * stack_rows() * size);
    layout.place(tile_memory, stacks * panel_stride(fold_tile_rows));
    bytes = layout.bytes();
  }

  /// [R; rows], column after column.
  std::int64_t stack_rows() const { return size + fold_rows; }
  /// For a chunk, or for a worker where there are more chunks than workers.
  double* stack(std::int64_t number) const { return stack_memory + number * stack_rows() * size; }
  double* tile(std::int64_t number) const { return tile_memory + number * panel_stride(fold_tile_rows); }
  double* triangle(std::int64_t chunk) const { return triangle_memory + chunk * size * size; }

 private:
  std::int64_t most(std::int64_t rows) const {
    const std::int64_t fit = most_triangle_memory / (size * size * 8);
    return at_least(1, at_most(at_most(16, fit), rows / (4 * size)));
  }
};

LINDEN_LEVEL_END
}  // namespace linden
