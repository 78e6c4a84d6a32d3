// Reductions down the columns of a matrix, in the order of cpu/tensor/reduce_columns.hpp: chunks of 128 rows, four at a
// time; then chunks, then blocks of rows one after the other; narrow dense matrices read as if several rows were one.
//
// A thread has one column, its neighbour the next. Where columns are few, the chunks of one column go to as many
// threads, and two further launches put them together.
#pragma once

#include <cstdint>

#include "backend/tensor/fold.hpp"
#include "cuda/tensor/nest.hpp"
#include "cuda/runtime/stream.hpp"
#include "cuda/runtime/simt.hpp"

namespace linden::cuda {

/// How a task is cut; `together` rows are read as one of `width` columns.
struct Columns {
  std::int64_t outer, rows, columns, blocks, block_rows, together, width, chunks;
};

/// One block of rows of one matrix.
template <class T>
struct Rows {
  const T* first;  ///< row 0, column 0
  std::int64_t begin, count;
  std::int64_t step, stride;  ///< between columns, between rows in one loop
  const std::int64_t* sizes;
  const std::int64_t* strides;
  std::int32_t rank;

  __device__ __forceinline__ Rows(const ReduceTask& task, const Columns& cut, std::int64_t outer, std::int64_t block)
      : first(static_cast<const T*>(task.in.data) + offset_at(outer, task.sizes, task.in.strides, task.kept - 1)),
        begin(block * cut.block_rows < cut.rows ? block * cut.block_rows : cut.rows),
        count(begin + cut.block_rows < cut.rows ? cut.block_rows : cut.rows - begin),
        step(task.in.strides[task.kept - 1]),
        stride(task.in.strides[task.kept]),
        sizes(task.sizes + task.kept),
        strides(task.in.strides + task.kept),
        rank(task.reduced) {}

  /// Rows of a dense matrix read as one.
  __device__ __forceinline__ void widen(std::int64_t together) {
    first += begin * stride;
    begin = 0;
    count /= together;
    stride *= together;
  }
  /// Those left over.
  __device__ __forceinline__ void drop(std::int64_t wide_rows) {
    begin += wide_rows;
    count -= wide_rows;
  }
  __device__ __forceinline__ const T* column(std::int64_t c) const { return first + c * step; }
  __device__ __forceinline__ std::int64_t offset(std::int64_t row) const {
    return rank == 1 ? (begin + row) * stride : offset_at(begin + row, sizes, strides, rank);
  }
};

/// Up to 128 rows of one column.
template <class F, class T>
__device__ __forceinline__ typename F::Total fold_chunk(const Rows<T>& rows, std::int64_t column, std::int64_t chunk) {
  using Lane = typename F::Lane;
  constexpr int batch = sizeof(Lane) == 8 ? 8 : 16;  // loads under way
  const T* const x = rows.column(column);
  std::int64_t row = chunk * ColumnCut::strip_rows;
  const std::int64_t end = row + ColumnCut::strip_rows < rows.count ? row + ColumnCut::strip_rows : rows.count;
  Lane sum = F::neutral();
  const auto four = [](const T* r) {
    return F::combined(F::combined(Lane(r[0]), Lane(r[1])), F::combined(Lane(r[2]), Lane(r[3])));
  };
  for (; row < end; row += batch) {
    T r[batch];
#pragma unroll
    for (int u = 0; u < batch; ++u) r[u] = row + u < end ? x[rows.offset(row + u)] : T(0);
#pragma unroll
    for (int u = 0; u < batch; u += 4) {
      if (row + u + 4 <= end) {
        sum = F::combined(sum, four(r + u));
      } else {
#pragma unroll
        for (int v = u; v < u + 4; ++v)
          if (row + v < end) sum = F::combined(sum, Lane(r[v]));
      }
    }
  }
  return static_cast<typename F::Total>(sum);
}

template <class F, class T>
__device__ __forceinline__ typename F::Total fold_all_chunks(const Rows<T>& rows, std::int64_t column) {
  auto total = static_cast<typename F::Total>(F::neutral());
  for (std::int64_t chunk = 0; chunk * ColumnCut::strip_rows < rows.count; ++chunk)
    total = F::combined(total, fold_chunk<F>(rows, column, chunk));
  return total;
}

/// Every column of every matrix from the elements, or from the totals of [matrix][block][wide column].
template <class F, class T>
__global__ void fold_columns(__grid_constant__ const ReduceTask task, __grid_constant__ const Columns cut,
                             const typename F::Total* totals) {
  using Total = typename F::Total;
  const std::int32_t last = task.kept - 1;
  for (std::int64_t i = thread_of_grid(); i < cut.outer * cut.columns; i += threads_of_grid()) {
    const Quotient by = divided(i, cut.columns);
    const std::int64_t outer = by.quotient, column = by.rest;
    Total total{};
    for (std::int64_t block = 0; block < cut.blocks; ++block) {
      Rows<T> rows(task, cut, outer, block), rest = rows;
      if (cut.together > 1) {
        rows.widen(cut.together);
        rest.drop(rows.count * cut.together);
      }
      // Wide columns, and behind them the rows that are left over: one loop, since every call is inlined.
      const std::int64_t pieces = cut.together > 1 ? cut.together + 1 : 1;
      Total part{};
#pragma unroll 1
      for (std::int64_t k = 0; k < pieces; ++k) {
        const bool is_rest = cut.together > 1 && k == cut.together;
        const std::int64_t wide = is_rest ? column : k * cut.columns + column;
        const Total piece = totals != nullptr && !is_rest ? totals[(outer * cut.blocks + block) * cut.width + wide]
                                                          : fold_all_chunks<F>(is_rest ? rest : rows, wide);
        part = k == 0 ? piece : F::combined(part, piece);
      }
      total = block == 0 ? part : F::combined(total, part);
    }
    static_cast<typename F::Out*>(
        task.out.data)[offset_at(outer, task.sizes, task.out.strides, last) + column * task.out.strides[last]] =
        static_cast<typename F::Out>(total);
  }
}

/// parts[matrix][block][chunk][wide column]
template <class F, class T>
__global__ void fold_chunks(__grid_constant__ const ReduceTask task, __grid_constant__ const Columns cut,
                            typename F::Total* parts) {
  const std::int64_t count = cut.outer * cut.blocks * cut.chunks * cut.width;
  for (std::int64_t i = thread_of_grid(); i < count; i += threads_of_grid()) {
    const auto [chunk_of_all, column] = divided(i, cut.width);
    const auto [block_of_all, chunk] = divided(chunk_of_all, cut.chunks);
    const auto [outer, block] = divided(block_of_all, cut.blocks);
    Rows<T> rows(task, cut, outer, block);
    if (cut.together > 1) rows.widen(cut.together);
    parts[i] = fold_chunk<F>(rows, column, chunk);
  }
}

/// totals[matrix][block][wide column] from the parts, chunk after chunk.
template <class F>
__global__ void join_chunks(__grid_constant__ const Columns cut, const typename F::Total* parts,
                            typename F::Total* totals) {
  using Total = typename F::Total;
  constexpr int batch = 16;
  for (std::int64_t i = thread_of_grid(); i < cut.outer * cut.blocks * cut.width; i += threads_of_grid()) {
    const auto [block_of_all, column] = divided(i, cut.width);
    const std::int64_t block = divided(block_of_all, cut.blocks).rest, begin = block * cut.block_rows;
    const std::int64_t rows = (begin + cut.block_rows < cut.rows ? cut.block_rows : cut.rows - begin) / cut.together;
    const std::int64_t chunks = (rows + ColumnCut::strip_rows - 1) / ColumnCut::strip_rows;
    const Total* const part = parts + block_of_all * cut.chunks * cut.width + column;
    auto total = static_cast<Total>(F::neutral());
    for (std::int64_t chunk = 0; chunk < chunks; chunk += batch) {
      Total x[batch];
#pragma unroll
      for (int u = 0; u < batch; ++u) x[u] = chunk + u < chunks ? part[(chunk + u) * cut.width] : Total(0);
#pragma unroll
      for (int u = 0; u < batch; ++u)
        if (chunk + u < chunks) total = F::combined(total, x[u]);
    }
    totals[i] = total;
  }
}

template <class F, class T>
void reduce_columns(Context& context, const ReduceTask& task) {
  using Total = typename F::Total;
  constexpr std::int64_t few_rows = 512;
  const std::int64_t enough_threads = std::int64_t{512} * context.stream->multiprocessors();
  const std::int64_t outer = positions_of(task.sizes, task.kept - 1), columns = task.sizes[task.kept - 1];
  const std::int64_t rows = positions_of(task.sizes + task.kept, task.reduced);
  if (outer * columns == 0) return;
  const ColumnCut by(outer, rows, columns);
  Columns cut{outer, rows, columns, by.blocks, by.block_rows, 1, columns, 0};
  if (task.reduced == 1 && task.in.strides[task.kept - 1] == 1 && task.in.strides[task.kept] == columns)
    cut.together = ColumnCut::rows_together(by.block_rows, columns);
  cut.width = cut.together * columns;
  cut.chunks = (by.block_rows / cut.together + ColumnCut::strip_rows - 1) / ColumnCut::strip_rows;
  constexpr unsigned block = 128;
  const auto shape = [&](std::int64_t threads) {
    return LaunchShape{.grid = blocks_for(context, threads, block), .block = block, .stream = stream_of(context)};
  };
  if (outer * columns >= enough_threads || rows <= few_rows) {
    launch<fold_columns<F, T>>(shape(outer * columns), task, cut, nullptr);
    return;
  }
  const std::int64_t count = outer * cut.blocks * cut.width;
  const Scratch<Total> parts(context, count * cut.chunks, "parts of sums"), totals(context, count, "parts of sums");
  launch<fold_chunks<F, T>>(shape(count * cut.chunks), task, cut, parts.data());
  launch<join_chunks<F>>(shape(count), cut, parts.data(), totals.data());
  launch<fold_columns<F, T>>(shape(outer * columns), task, cut, totals.data());
}

}  // namespace linden::cuda
