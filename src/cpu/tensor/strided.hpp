// Loop nests over strided memory: how elementwise kernels reach their innermost loops, and how threads share the work.
//
// A kernel hands over a loop over Rows (two dimensions, types known); what lies outside is walked here, once for all
// dtypes. Elements are independent of each other, so how the work is cut never shows in a result. The output of a task
// may be one of its inputs (the same memory and strides): each element is read before it is written.
//
// A result that is large for the caches is streamed: made in the first cache, a piece at a time, and written past the
// others. Otherwise memory would be read before it is overwritten, and inputs would have to leave for it.
#pragma once

#include <cstdint>
#ifdef __SSE2__
#include <immintrin.h>
#endif

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

/// Calls body(tile, top, left) for tiles of up to `most` elements that together are all the rows: parts of a row, or
/// several short rows.
template <int operands, class Body>
void each_tile(const Rows<operands>& rows, const std::int64_t (&bytes)[operands], std::int64_t most, const Body& body) {
  const std::int64_t width = lesser(rows.count, most), height = lesser(rows.rows, most / width);
  Rows<operands> tile = rows;
  for (std::int64_t top = 0; top < rows.rows; top += height)
    for (std::int64_t left = 0; left < rows.count; left += width) {
      tile.count = lesser(width, rows.count - left);
      tile.rows = lesser(height, rows.rows - top);
      for (int i = 0; i < operands; ++i)
        tile.data[i] = static_cast<char*>(rows.data[i]) + (top * rows.row_step[i] + left * rows.step[i]) * bytes[i];
      body(tile, top, left);
    }
}

/// Bytes of all operands together from which on a result is streamed: the last cache has no room for them.
inline constexpr std::int64_t least_streamed = 40'000'000;

/// Copies `bytes` bytes past the caches. What another thread reads must be waited for: end_streaming().
inline void stream(char* __restrict out, const char* __restrict in, std::int64_t bytes) {
#if defined(__AVX512F__)
  using Vector = __m512i;
#elif defined(__AVX__)
  using Vector = __m256i;
#elif defined(__SSE2__)
  using Vector = __m128i;
#endif
  std::int64_t done = 0;
#ifdef __SSE2__
  constexpr auto width = static_cast<std::int64_t>(sizeof(Vector));
  const auto place = static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(out) % sizeof(Vector));
  const std::int64_t before = lesser(bytes, place == 0 ? 0 : width - place);
  for (; done < before; ++done) out[done] = in[done];
  for (; done + width <= bytes; done += width) {
    Vector vector;
    __builtin_memcpy(&vector, in + done, sizeof vector);
    auto* const to = reinterpret_cast<Vector*>(out + done);
#if defined(__AVX512F__)
    _mm512_stream_si512(to, vector);
#elif defined(__AVX__)
    _mm256_stream_si256(to, vector);
#else
    _mm_stream_si128(to, vector);
#endif
  }
#endif
  for (; done < bytes; ++done) out[done] = in[done];
}

inline void end_streaming() {
#ifdef __SSE2__
  _mm_sfence();
#endif
}

/// Runs the loop on tiles whose results go to the first cache, and streams them from there.
template <int operands, class Loop>
void stream_rows(const Rows<operands>& rows, const std::int64_t (&bytes)[operands], const Loop& loop) {
  constexpr std::int64_t room = 8192;
  alignas(64) char results[room];
  each_tile(rows, bytes, room / bytes[0], [&](Rows<operands>& tile, std::int64_t, std::int64_t) {
    char* out = static_cast<char*>(tile.data[0]);
    const std::int64_t length = tile.count * bytes[0];
    tile.data[0] = results;
    const std::int64_t row_step = tile.row_step[0];
    tile.row_step[0] = tile.count;
    loop(tile);
    tile.row_step[0] = row_step;
    for (std::int64_t row = 0; row < tile.rows; ++row)
      stream(out + row * row_step * bytes[0], results + row * length, length);
  });
}

/// Rows [first_row, last_row) of all, in each the elements [begin, end).
template <int operands, class Loop>
void run_rows(const ElementwiseTask<operands>& task, const Loop& loop, bool is_streamed, std::int64_t first_row,
              std::int64_t last_row, std::int64_t begin, std::int64_t end) {
  const std::int32_t rank = task.rank;
  const std::int64_t plane = rank > 1 ? task.sizes[rank - 2] : 1;  // rows that have one row step
  Rows<operands> rows;
  std::int64_t bytes[operands];
  rows.count = end - begin;
  for (int i = 0; i < operands; ++i) {
    bytes[i] = element_bytes(task.operand[i].dtype);
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
      rows.data[i] = static_cast<char*>(operand.data) + offset * bytes[i];
    }
    if (is_streamed)
      stream_rows(rows, bytes, loop);
    else
      loop(rows);
  }
  if (is_streamed) end_streaming();
}

/// Whether the task makes a large dense result that is none of its inputs.
template <int operands>
bool is_streamed(const ElementwiseTask<operands>& task, std::int64_t total) {
  if (total * 8 * operands < least_streamed) return false;
  const std::int64_t* strides = task.operand[0].strides;
  if (strides[task.rank - 1] != 1 || (task.rank > 1 && strides[task.rank - 2] != task.sizes[task.rank - 1]))
    return false;
  std::int64_t bytes = 0;
  for (int i = 0; i < operands; ++i) {
    const Operand& operand = task.operand[i];
    if (i > 0 && operand.data == task.operand[0].data) return false;
    bool is_repeated = operand.data == nullptr;
    for (std::int32_t d = 0; d < task.rank; ++d) is_repeated = is_repeated || operand.strides[d] == 0;
    if (!is_repeated) bytes += total * element_bytes(operand.dtype);
  }
  return bytes >= least_streamed;
}

/// The whole task: in the calling thread up to `grain` elements, by all workers above. A piece of work has at least
/// `least_rows` rows, if there are as many.
template <int operands, class Loop>
void run_task(Context& context, const ElementwiseTask<operands>& task, std::int64_t grain, const Loop& loop,
              std::int64_t least_rows = 1) {
  const std::int32_t rank = task.rank;
  const std::int64_t count = rank > 0 ? task.sizes[rank - 1] : 1;
  const std::int64_t rows = positions(task.sizes, 0, rank - 1);
  const std::int64_t total = rows * count;
  if (total == 0) return;
  const bool streamed = least_rows == 1 && is_streamed(task, total);
  if (total <= grain || context.workers.threads() == 1) {
    run_rows(task, loop, streamed, 0, rows, 0, count);
    return;
  }
  const std::int64_t wanted = larger(grain / 2, total / (8 * context.workers.threads()));
  const std::int64_t height = lesser(rows, larger(least_rows, wanted / count));
  const std::int64_t width = lesser(count, (wanted / height + 63) / 64 * 64);
  const std::int64_t across = (count + width - 1) / width;
  context.workers.each((rows + height - 1) / height * across, [&](std::int64_t piece, int) {
    const std::int64_t row = piece / across * height, begin = piece % across * width;
    run_rows(task, loop, streamed, row, lesser(rows, row + height), begin, lesser(count, begin + width));
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
