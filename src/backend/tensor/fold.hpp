// How a reduction folds elements of one dtype, and how it cuts them: what makes the CPU's results and the GPU's the
// same bytes. The order inside a piece is written down in backend/tensor/lanes.hpp and cpu/tensor/reduce_columns.hpp.
#pragma once

#include <cstdint>

#include "backend/math/convert.hpp"
#include "backend/math/host_device.hpp"
#include "backend/tensor/tasks.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// Lane is what runs along elements, Total what chunks are put together in, Out what is stored. Boolean is read as u8.
/// Sums and products of whole numbers wrap, so they run unsigned.
template <class L, class TotalType, class OutType>
struct FoldTypes {
  using Lane = L;
  using Total = TotalType;
  using Out = OutType;
};
template <ReduceOp op, class T>
constexpr auto fold_types() {
  if constexpr (op == ReduceOp::maximum || op == ReduceOp::minimum)
    return FoldTypes<T, T, T>();
  else if constexpr (is_floating<T>)
    return FoldTypes<T, double, T>();
  else
    return FoldTypes<std::uint64_t, std::uint64_t, std::uint64_t>();
}

template <ReduceOp op, class T>
struct Fold {
  using Types = decltype(fold_types<op, T>());
  using Lane = typename Types::Lane;
  using Total = typename Types::Total;
  using Out = typename Types::Out;

  /// On numbers and on vectors of them. NaN stays.
  template <class V>
  [[gnu::always_inline]] LINDEN_HD static V combined(V a, V b) {
    if constexpr (op == ReduceOp::sum)
      return a + b;
    else if constexpr (op == ReduceOp::product)
      return a * b;
    else if constexpr (op == ReduceOp::maximum)
      return ((a > b) | (a != a)) ? a : b;
    else
      return ((a < b) | (a != a)) ? a : b;
  }

  LINDEN_HD static constexpr Lane neutral() {
    constexpr auto whole_max = static_cast<Lane>(is_floating<Lane>    ? 0
                                                 : Lane(-1) > Lane(0) ? ~0ull
                                                                      : ~0ull >> (65 - 8 * sizeof(Lane)));
    if constexpr (op == ReduceOp::sum)
      return 0;
    else if constexpr (op == ReduceOp::product)
      return 1;
    else if constexpr (is_floating<Lane>)
      return op == ReduceOp::maximum ? -static_cast<Lane>(__builtin_inf()) : static_cast<Lane>(__builtin_inf());
    else
      return op == ReduceOp::maximum ? static_cast<Lane>(~whole_max) : whole_max;
  }
};

/// The elements of one position, cut into chunks, and those put together in blocks.
struct RunCut {
  static constexpr std::int64_t chunk_elements = 4096, most_blocks = 256;
  std::int64_t count, chunks, chunks_per_block, blocks;

  explicit RunCut(std::int64_t elements)
      : count(elements),
        chunks((count + chunk_elements - 1) / chunk_elements),
        chunks_per_block((chunks + most_blocks - 1) / most_blocks),
        blocks(chunks > 0 ? (chunks + chunks_per_block - 1) / chunks_per_block : 0) {}
};

/// Whether the last kept dimension is denser than the reduced ones: then loops run along it.
inline bool is_denser_down_columns(const ReduceTask& task) {
  if (task.kept == 0 || task.reduced == 0) return false;
  const auto size = [](std::int64_t stride) { return stride < 0 ? -stride : stride; };
  const std::int64_t kept = size(task.in.strides[task.kept - 1]);
  const std::int64_t reduced = size(task.in.strides[task.kept + task.reduced - 1]);
  return kept != 0 && kept < reduced;
}

/// The rows of a matrix, cut into blocks, and those into chunks of `strip_rows`.
struct ColumnCut {
  static constexpr std::int64_t strip_columns = 512;  // at a time: their lanes and totals stay in the first cache
  static constexpr std::int64_t strip_rows = 128;
  static constexpr std::int64_t most_totals = 8192;  // of blocks of rows, on the caller's stack
  std::int64_t strips, blocks, block_rows;

  ColumnCut(std::int64_t outer, std::int64_t rows, std::int64_t columns)
      : strips((columns + strip_columns - 1) / strip_columns), blocks(1) {
    const std::int64_t room = most_totals / (strips * strip_columns), wanted = rows / 256;
    if (outer * strips < 16) blocks = room < 16 ? room : 16;
    if (wanted < blocks) blocks = wanted;
    if (blocks < 1) blocks = 1;
    block_rows = (rows + blocks - 1) / blocks;
  }

  /// How many rows of a dense matrix are read as one; 1 if it is not narrow.
  LINDEN_HD static std::int64_t rows_together(std::int64_t rows, std::int64_t columns) {
    const std::int64_t together = 64 / columns;
    return together < 2 || rows / together < 2 ? 1 : together;
  }
};

LINDEN_LEVEL_END
}  // namespace linden
