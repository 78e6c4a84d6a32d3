// Loop nests over strided memory: how elementwise kernels reach their innermost loops, and how threads share the work.
//
// A kernel hands over a loop over Rows (two dimensions, types known); what lies outside is walked here, once for all
// dtypes. Elements are independent of each other, so how the work is cut never shows in a result. The output of a task
// may be one of its inputs (the same memory and strides): each element is read before it is written.
#pragma once

#include <cstdint>

#include "backend/math/convert.hpp"
#include "backend/math/host_device.hpp"
#include "backend/tensor_kernels.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// Bytes of one element, by DType (size_of lives in another library part: this must inline).
constexpr std::int64_t element_bytes(DType dtype) {
  constexpr std::int64_t bytes[] = {4, 8, 4, 8, 1, 1};
  return bytes[static_cast<int>(dtype)];
}

constexpr std::int64_t lesser(std::int64_t a, std::int64_t b) { return a < b ? a : b; }
constexpr std::int64_t larger(std::int64_t a, std::int64_t b) { return a > b ? a : b; }

/// The product of sizes [from, to).
inline std::int64_t positions(const std::int64_t* sizes, std::int32_t from, std::int32_t to) {
  std::int64_t product = 1;
  for (std::int32_t i = from; i < to; ++i) product *= sizes[i];
  return product;
}

/// Where position number `position` of dimensions [from, to) lies, in elements.
inline std::int64_t offset_of(std::int64_t position, const std::int64_t* sizes, const std::int64_t* strides,
                              std::int32_t from, std::int32_t to) {
  std::int64_t offset = 0;
  for (std::int32_t i = to - 1; i > from; --i) {
    offset += position % sizes[i] * strides[i];
    position /= sizes[i];
  }
  return to > from ? offset + position * strides[from] : 0;
}

/// `rows` runs of `count` elements; steps in elements.
template <int operands>
struct Rows {
  void* data[operands];
  std::int64_t step[operands];      ///< from an element to the next of its row
  std::int64_t row_step[operands];  ///< from a row to the next
  std::int64_t count, rows;
};

template <int operands>
using RowsLoop = void (*)(const Rows<operands>&);

/// Rows [first_row, last_row) of all, in each the elements [begin, end).
template <int operands>
void run_rows(const ElementwiseTask<operands>& task, RowsLoop<operands> loop, std::int64_t first_row,
              std::int64_t last_row, std::int64_t begin, std::int64_t end) {
  const std::int32_t rank = task.rank;
  const std::int64_t plane = rank > 1 ? task.sizes[rank - 2] : 1;  // rows that have one row step
  Rows<operands> rows;
  rows.count = end - begin;
  for (int i = 0; i < operands; ++i) {
    rows.step[i] = rank > 0 ? task.operand[i].strides[rank - 1] : 1;
    rows.row_step[i] = rank > 1 ? task.operand[i].strides[rank - 2] : 0;
  }
  for (std::int64_t row = first_row; row < last_row; row += rows.rows) {
    const std::int64_t outer = rank > 2 ? row / plane : 0;
    const std::int64_t inside = row - outer * plane;
    rows.rows = lesser(plane - inside, last_row - row);
    for (int i = 0; i < operands; ++i) {
      const Operand& operand = task.operand[i];
      const std::int64_t offset = begin * rows.step[i] + inside * rows.row_step[i] +
                                  (outer ? offset_of(outer, task.sizes, operand.strides, 0, rank - 2) : 0);
      rows.data[i] = static_cast<char*>(operand.data) + offset * element_bytes(operand.dtype);
    }
    loop(rows);
  }
}

/// The whole task: in the calling thread up to `grain` elements, by all workers above. A piece of work has at least
/// `least_rows` rows, if there are as many.
template <int operands>
void run_task(Context& context, const ElementwiseTask<operands>& task, std::int64_t grain, RowsLoop<operands> loop,
              std::int64_t least_rows = 1) {
  const std::int32_t rank = task.rank;
  const std::int64_t count = rank > 0 ? task.sizes[rank - 1] : 1;
  const std::int64_t rows = positions(task.sizes, 0, rank - 1);
  const std::int64_t total = rows * count;
  if (total == 0) return;
  if (total <= grain || context.workers.threads() == 1) {
    run_rows(task, loop, 0, rows, 0, count);
    return;
  }
  const std::int64_t wanted = larger(grain / 2, total / (8 * context.workers.threads()));
  const std::int64_t height = lesser(rows, larger(least_rows, wanted / count));
  const std::int64_t width = lesser(count, (wanted / height + 63) / 64 * 64);
  const std::int64_t across = (count + width - 1) / width;
  context.workers.each((rows + height - 1) / height * across, [&](std::int64_t piece, int) {
    const std::int64_t row = piece / across * height, begin = piece % across * width;
    run_rows(task, loop, row, lesser(rows, row + height), begin, lesser(count, begin + width));
  });
}

/// Elements that a loop works on at a time where an operand has to be gathered first.
inline constexpr std::int64_t block_elements = 256;

/// Block `begin` of a row as unit-stride memory: the row itself, or a copy in `block`.
template <class T>
const T* gathered(const T* row, std::int64_t step, std::int64_t begin, std::int64_t count, T* block) {
  if (step == 1) return row + begin;
  const T* from = row + begin * step;
  for (std::int64_t i = 0; i < count; ++i) block[i] = from[i * step];
  return block;
}

/// Calls body(out, begin, count) block by block for a row of any step: `out` is unit-stride memory for the results.
template <class T, class Body>
void in_blocks(T* out, std::int64_t step, std::int64_t count, const Body& body) {
  T block[block_elements];
  for (std::int64_t begin = 0; begin < count; begin += block_elements) {
    const std::int64_t n = lesser(block_elements, count - begin);
    if (step == 1) {
      body(out + begin, begin, n);
      continue;
    }
    body(block, begin, n);
    for (std::int64_t i = 0; i < n; ++i) out[(begin + i) * step] = block[i];
  }
}

LINDEN_LEVEL_END
}  // namespace linden
