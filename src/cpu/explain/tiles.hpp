// Rows in tiles, whose values stand by column, and scratch memory for them.
#pragma once

#include <cstddef>

#include "backend/raw_value.hpp"
#include "cpu/explain/lanes.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// Brings the values of rows begin .. end - 1 of the task, [features, tile]; what lies behind them is 0.
inline void gather_rows(const ExplainTask& task, std::int64_t begin, std::int64_t end, double* values,
                        std::int64_t tile) {
  const RowsView& rows = task.rows;
  const std::int64_t first = task.first_row + begin, last = task.first_row + end;
  if (rows.sparse || end - begin < tile)
    __builtin_memset(values, 0, static_cast<std::size_t>(rows.features * tile) * sizeof(double));
  if (rows.sparse)
    each_entry(rows, first, last, [&](std::int64_t i, std::int32_t f, double value) { values[f * tile + i] = value; });
  else
    for (std::int64_t f = 0; f < rows.features; ++f) read_column(rows.columns[f], first, last, values + f * tile, 1);
}

/// A worker's part of the scratch memory: values [features, rows of a tile], and what a walk wants.
struct TileMemory {
  TileMemory(const ExplainTask& task, std::byte* memory)
      : tile(rows_of(task)),
        values(reinterpret_cast<double*>(memory)),
        walk(task.program, memory + value_bytes(task)) {}

  /// Rows of a tile, a multiple of explain_lanes.
  static std::int64_t rows_of(const ExplainTask& task) {
    const std::int64_t fit = 8192 / features_of(task) / explain_lanes * explain_lanes;
    return fit < explain_lanes ? explain_lanes : fit > 128 ? 128 : fit;
  }
  static std::int64_t bytes(const ExplainTask& task) { return value_bytes(task) + WalkMemory(task.program).bytes; }

  void gather(const ExplainTask& task, std::int64_t begin, std::int64_t end) const {
    gather_rows(task, begin, end, values, tile);
  }

  std::int64_t tile;
  double* values;
  WalkMemory walk;

 private:
  static std::int64_t features_of(const ExplainTask& task) {
    return task.forest.features > 0 ? task.forest.features : 1;
  }
  static std::int64_t value_bytes(const ExplainTask& task) {
    return features_of(task) * rows_of(task) * std::int64_t{sizeof(double)};
  }
};

/// Calls f(memory, begin, end) for tiles of rows of the task, whose values are gathered.
template <class F>
void each_explain_tile(Context& context, const ExplainTask& task, std::byte* scratch, const F& f) {
  const std::int64_t bytes = TileMemory::bytes(task);
  context.workers.chunks(task.row_count, TileMemory::rows_of(task),
                         [&](std::int64_t begin, std::int64_t end, std::int64_t, int worker) {
                           const TileMemory memory(task, scratch + worker * bytes);
                           memory.gather(task, begin, end);
                           f(memory, begin, end);
                         });
}

LINDEN_LEVEL_END
}  // namespace linden
