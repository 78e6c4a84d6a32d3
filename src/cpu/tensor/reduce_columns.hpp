// Reductions down the columns of a matrix: the last kept dimension is denser than the reduced ones, and loops run along
// it.
//
// The order for each column: rows are cut into blocks (by the sizes alone: one if there are columns enough to share
// out, else at most 16), blocks into chunks of 128. In a chunk four rows are combined as (r0 r1)(r2 r3) and added to
// the chunk in the dtype, left over rows one by one; chunks, then blocks follow one another, in double for floating
// numbers. Narrow dense matrices (at most 32 columns) are read as if k = 64 / columns rows were one; the k columns that
// one has become are then put together in order, and the rows left over follow.
#pragma once

#include "backend/tensor/lanes.hpp"
#include "cpu/tensor/strided.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

inline constexpr std::int64_t strip_columns = ColumnCut::strip_columns, strip_rows = ColumnCut::strip_rows,
                              most_totals = ColumnCut::most_totals;
inline constexpr std::int64_t column_grain = 32768;

/// The rows above one strip of columns: every position of the reduced dimensions.
struct ColumnRows {
  const std::int64_t* sizes;
  const std::int64_t* strides;
  std::int32_t rank;

  std::int64_t offset(std::int64_t row) const {
    return rank == 1 ? row * strides[0] : offset_of(row, sizes, strides, 0, rank);
  }
};

/// totals[c] = fold of rows [begin, end) of column c, for up to strip_columns columns that lie `step` apart.
template <class F, class T>
void fold_strip(const T* in, const ColumnRows& rows, std::int64_t begin, std::int64_t end, std::int64_t step,
                std::int64_t columns, typename F::Total* __restrict totals) {
  using Lane = typename F::Lane;
  using Total = typename F::Total;
  Lane lanes[strip_columns];
  for (std::int64_t c = 0; c < columns; ++c) totals[c] = static_cast<Total>(F::neutral());
  for (std::int64_t first = begin; first < end; first += strip_rows) {
    const std::int64_t last = lesser(first + strip_rows, end);
    for (std::int64_t c = 0; c < columns; ++c) lanes[c] = F::neutral();
    const auto add_rows = [&](std::int64_t s) {
      std::int64_t row = first;
      for (; row + 4 <= last; row += 4) {
        const T* __restrict r0 = in + rows.offset(row);
        const T* __restrict r1 = in + rows.offset(row + 1);
        const T* __restrict r2 = in + rows.offset(row + 2);
        const T* __restrict r3 = in + rows.offset(row + 3);
        for (std::int64_t c = 0; c < columns; ++c)
          lanes[c] = F::combined(lanes[c], F::combined(F::combined(Lane(r0[c * s]), Lane(r1[c * s])),
                                                       F::combined(Lane(r2[c * s]), Lane(r3[c * s]))));
      }
      for (; row < last; ++row) {
        const T* __restrict r0 = in + rows.offset(row);
        for (std::int64_t c = 0; c < columns; ++c) lanes[c] = F::combined(lanes[c], Lane(r0[c * s]));
      }
    };
    if (step == 1)
      add_rows(1);
    else
      add_rows(step);
    for (std::int64_t c = 0; c < columns; ++c) totals[c] = F::combined(totals[c], static_cast<Total>(lanes[c]));
  }
}

/// As fold_strip, for a strip that may be a narrow dense matrix.
template <class F, class T>
void fold_rows(const T* in, const ColumnRows& rows, std::int64_t begin, std::int64_t end, std::int64_t step,
               std::int64_t columns, typename F::Total* __restrict totals) {
  using Total = typename F::Total;
  constexpr std::int64_t width = 64;
  const std::int64_t together = ColumnCut::rows_together(end - begin, columns), wide_rows = (end - begin) / together;
  if (together == 1 || step != 1 || rows.rank != 1 || rows.strides[0] != columns) {
    fold_strip<F>(in, rows, begin, end, step, columns, totals);
    return;
  }
  Total wide[width], rest[width];
  const std::int64_t wide_stride = together * columns;
  fold_strip<F>(in + begin * columns, ColumnRows{nullptr, &wide_stride, 1}, 0, wide_rows, 1, wide_stride, wide);
  fold_strip<F>(in, rows, begin + wide_rows * together, end, 1, columns, rest);
  for (std::int64_t c = 0; c < columns; ++c) {
    Total total = wide[c];
    for (std::int64_t i = 1; i < together; ++i) total = F::combined(total, wide[i * columns + c]);
    totals[c] = F::combined(total, rest[c]);
  }
}

template <class F, class T>
void reduce_columns(Context& context, const ReduceTask& task) {
  using Total = typename F::Total;
  const std::int32_t last = task.kept - 1;
  const std::int64_t columns = task.sizes[last], step = task.in.strides[last], out_step = task.out.strides[last];
  const ColumnRows nest{task.sizes + task.kept, task.in.strides + task.kept, task.reduced};
  const std::int64_t rows = positions(nest.sizes, 0, nest.rank), outer = positions(task.sizes, 0, last);
  if (outer * columns == 0) return;
  const ColumnCut cut(outer, rows, columns);
  const std::int64_t strips = cut.strips, blocks = cut.blocks, block_rows = cut.block_rows;

  const auto in_at = [&](std::int64_t position) {
    return static_cast<const T*>(task.in.data) + offset_of(position, task.sizes, task.in.strides, 0, last);
  };
  const auto store = [&](std::int64_t position, std::int64_t first, const Total* totals, std::int64_t count) {
    auto* out = static_cast<typename F::Out*>(task.out.data) +
                offset_of(position, task.sizes, task.out.strides, 0, last) + first * out_step;
    for (std::int64_t c = 0; c < count; ++c) out[c * out_step] = static_cast<typename F::Out>(totals[c]);
  };

  const bool is_small = outer * rows * columns <= column_grain || context.workers.threads() == 1;
  if (blocks == 1) {
    const auto strip = [&](std::int64_t begin, std::int64_t end) {
      Total totals[strip_columns];
      for (std::int64_t i = begin; i < end; ++i) {
        const std::int64_t position = i / strips, first = i % strips * strip_columns;
        const std::int64_t count = lesser(strip_columns, columns - first);
        fold_rows<F>(in_at(position) + first * step, nest, 0, rows, step, count, totals);
        store(position, first, totals, count);
      }
    };
    if (is_small) return strip(0, outer * strips);
    const std::int64_t size = larger(1, column_grain / 2 / larger(1, rows * lesser(columns, strip_columns)));
    context.workers.chunks(outer * strips, size,
                           [&](std::int64_t begin, std::int64_t end, std::int64_t, int) { strip(begin, end); });
    return;
  }

  Total totals[most_totals];  // [block][column]
  for (std::int64_t position = 0; position < outer; ++position) {
    const T* in = in_at(position);
    const auto piece = [&](std::int64_t i, int) {
      const std::int64_t block = i / strips, first = i % strips * strip_columns;
      const std::int64_t begin = lesser(block * block_rows, rows), end = lesser(begin + block_rows, rows);
      fold_rows<F>(in + first * step, nest, begin, end, step, lesser(strip_columns, columns - first),
                   totals + block * columns + first);
    };
    if (is_small)
      for (std::int64_t i = 0; i < blocks * strips; ++i) piece(i, 0);
    else
      context.workers.each(blocks * strips, piece);
    for (std::int64_t block = 1; block < blocks; ++block)
      for (std::int64_t c = 0; c < columns; ++c) totals[c] = F::combined(totals[c], totals[block * columns + c]);
    store(position, 0, totals, columns);
  }
}

LINDEN_LEVEL_END
}  // namespace linden
