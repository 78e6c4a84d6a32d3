// One pass over the rows of a design, tile after tile: scores of the rows, a step that turns them into something by
// row, and the sums of this times every column.
//
// Contiguous columns: columns.hpp. Row-major ones: rows.hpp. Other dense tiles are panels (panel.hpp): a score is
// summed along the columns in the lanes of a vector, panel after panel, then lane after lane; a sum over rows row after
// row. Sparse rows: sparse.hpp. Chunks: plan.hpp.
#pragma once

#include "cpu/linear/plan.hpp"
#include "cpu/linear/sparse.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// z[row] = row of the tile times u, for `rows` rows, a multiple of 8.
inline void tile_scores(const double* tile, std::int64_t stride, std::int64_t panels, const double* u,
                        std::int64_t rows, double* z) {
  constexpr int together = 8;
  for (std::int64_t i = 0; i < rows; i += together) {
    Pack sum[together] = {};
    const double* at = tile + i * panel_columns;
    for (std::int64_t p = 0; p < panels; ++p, at += stride)
      for (int s = 0; s < panel_packs; ++s) {
        const Pack factor = load(u + p * panel_columns + s * pack_lanes);
#pragma GCC unroll 8
        for (int r = 0; r < together; ++r)
          sum[r] = fused(load(at + r * panel_columns + s * pack_lanes), factor, sum[r]);
      }
    for (int part = 0; part < together; part += pack_lanes) store(z + i + part, totals_of(sum + part));
  }
}

/// sums[column] += column of the tile times r, for `count` panels side by side.
template <int count>
[[gnu::always_inline]] inline void add_panels(const double* tile, std::int64_t stride, const double* r,
                                              std::int64_t rows, double* sums) {
  Pack sum[count][panel_packs] = {};
  for (std::int64_t i = 0; i < rows; ++i) {
    const Pack factor = all(r[i]);
#pragma GCC unroll 8
    for (int p = 0; p < count; ++p)
#pragma GCC unroll 8
      for (int s = 0; s < panel_packs; ++s)
        sum[p][s] = fused(load(tile + p * stride + i * panel_columns + s * pack_lanes), factor, sum[p][s]);
  }
  for (int p = 0; p < count; ++p)
    for (int s = 0; s < panel_packs; ++s) {
      double* const at = sums + p * panel_columns + s * pack_lanes;
      store(at, load(at) + sum[p][s]);
    }
}

inline void add_tile(const double* tile, std::int64_t stride, std::int64_t panels, const double* r, std::int64_t rows,
                     double* sums) {
  constexpr int together = pack_lanes == 8 ? 4 : 2;
  std::int64_t p = 0;
  for (; p + together <= panels; p += together)
    add_panels<together>(tile + p * stride, stride, r, rows, sums + p * panel_columns);
  for (; p < panels; ++p) add_panels<1>(tile + p * stride, stride, r, rows, sums + p * panel_columns);
}

struct PassTask {
  const DesignView& design;
  DesignWeights weights;
  std::int64_t outputs;
  const double* parameters;  // [outputs, width]; null: no scores
  double* out;               // [outputs, width]; null: no sums
  void* scratch;
};

/// What a step sees: rows begin .. begin + count - 1.
struct TileRows {
  std::int64_t begin, count;
  std::int64_t stride;    // of values, between outputs
  double* values;         // [outputs, stride]: scores; the step puts there what columns are multiplied by
  const double* weights;  // weight * share
  double* spare;          // room for 2 * stride numbers
  double* loss;           // [outputs], of the chunk: for the step to add to
};

/// Calls step(TileRows) for every tile.
template <class Step>
void pass(Context& context, const PassTask& task, const PassPlan& plan, const Step& step) {
  const DesignView& design = task.design;
  const std::int64_t padded = plan.padded, panels = padded / panel_columns, rows = plan.chunks.tile_rows;
  const std::int64_t outputs = task.outputs, width = design.width();
  const SparseRows sparse{design, outputs};
  const bool by_row = plan.reading == Reading::rows, by_column = plan.reading == Reading::columns;
  if (by_row) plan.scale.fill(design, padded);
  if (task.parameters != nullptr) {
    if (design.sparse)
      sparse.prepare(task.parameters, plan.parameters);
    else
      for (std::int64_t i = 0; i < outputs * padded; ++i)
        plan.parameters[i] = i % padded < width ? task.parameters[i / padded * width + i % padded] : 0.0;
  }
  context.workers.each(plan.chunks.count, [&](std::int64_t chunk, int worker) {
    double* const partial = plan.partial + chunk * outputs * padded;
    double* const tile = plan.tile + worker * plan.tile_size();
    double* const values = plan.scores + worker * outputs * rows;
    double* const weights = plan.weights + worker * rows;
    double* const loss = plan.loss + chunk * outputs;
    for (std::int64_t k = 0; k < outputs; ++k) loss[k] = 0;
    if (task.out != nullptr)
      for (std::int64_t i = 0; i < outputs * padded; ++i) partial[i] = 0;
    plan.chunks.each_tile(design.rows, chunk, [&](std::int64_t begin, std::int64_t count) {
      for (std::int64_t i = 0; i < count; ++i)
        weights[i] = (task.weights.weights != nullptr ? task.weights.weights[begin + i] : 1.0) * task.weights.share;
      const std::int64_t whole = (count + 7) / 8 * 8;  // the rows that products take
      const ContiguousColumns columns(design, begin, count, whole, tile);
      const AdjacentRows adjacent(design, plan.scale, begin, count, whole, tile);
      if (plan.reading == Reading::panels) pack_tile(design, 0, panels, begin, count, whole, rows, tile);
      if (task.parameters != nullptr) {
        if (design.sparse) sparse.scores(plan.parameters, begin, count, values, rows);
        if (by_column) columns.scores(outputs, plan.parameters, padded, values, rows);
        for (std::int64_t k = 0; k < outputs && !by_column && !design.sparse; ++k) {
          const double* const u = plan.parameters + k * padded;
          double* const z = values + k * rows;
          by_row ? adjacent.scores(u, z) : tile_scores(tile, panel_stride(rows), panels, u, whole, z);
        }
      }
      step(TileRows{begin, count, rows, values, weights, plan.spare + worker * 2 * rows, loss});
      if (task.out == nullptr) return;
      if (design.sparse) return sparse.add(begin, count, values, rows, partial);
      for (std::int64_t k = 0; k < outputs; ++k)
        for (std::int64_t i = count; i < whole; ++i) values[k * rows + i] = 0;
      if (by_column) return columns.add(outputs, values, rows, partial, padded);
      for (std::int64_t k = 0; k < outputs; ++k) {
        const double* const r = values + k * rows;
        double* const sums = partial + k * padded;
        by_row ? adjacent.add(r, sums) : add_tile(tile, panel_stride(rows), panels, r, count, sums);
      }
    });
  });
  if (task.out == nullptr) return;
  const std::int64_t size = outputs * padded;
  context.workers.chunks(size, 4096, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
    for (std::int64_t chunk = 1; chunk < plan.chunks.count; ++chunk)
      for (std::int64_t i = begin; i < end; ++i) plan.partial[i] += plan.partial[chunk * size + i];
  });
  if (design.sparse) return sparse.finish(plan.partial, task.out);
  for (std::int64_t k = 0; k < outputs; ++k)
    for (std::int64_t j = 0; j < width; ++j) task.out[k * width + j] = plan.partial[k * padded + j];
}

LINDEN_LEVEL_END
}  // namespace linden
