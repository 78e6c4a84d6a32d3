// Matrix times vector, at the speed of memory: the matrix is read once, in order.
//
// Rows that are contiguous are dot products, by blocks of 4096 elements. A block has 64 bytes of lanes (8 doubles,
// 16 floats), twice: the two sets take turns, then the second is added to the first, which takes one more turn if it is
// complete; the incomplete last turn goes to the last lanes. Lanes are halved (lane j += lane j + half) down to one,
// all in the dtype, and the blocks are added in ascending order in double. Up to 31 rows of 65536 elements or more are
// cut into chunks of 32768 elements (longer ones beyond 2^23), whose sums are added in order in double. Rows shorter
// than the lanes are summed in order.
//
// Columns that are contiguous are summed, each times its element of the vector: in ascending order in the dtype, up to
// 512 columns; these in order in double, and chunks of them (up to 32, equal parts) again in order in double.
//
// No FMA: the bytes depend neither on threads nor on the instruction level.
#pragma once

#include <cstdint>
#include <type_traits>

#include "backend/math/host_device.hpp"
#include "base/parallel.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// m [rows, columns] and v [columns]; out is contiguous.
template <class T>
struct MatvecTask {
  const T* m;
  std::int64_t rows, columns, row_stride, column_stride;
  const T* v;
  std::int64_t v_stride;
  T* out;
};

// Only matmul.cpp includes this: nothing in it needs a name that others could share.
namespace {

constexpr std::int64_t block = 4096;               // elements of a dot product
constexpr std::int64_t parallel_elements = 65536;  // of a matrix: fewer are not worth waking a thread

#if defined(__AVX512F__)
constexpr int pack_bytes = 64;
#elif defined(__AVX__)
constexpr int pack_bytes = 32;
#else
constexpr int pack_bytes = 16;
#endif

/// The lanes of a dot product, as registers of this level.
template <class T>
struct Lanes {
  using Word = std::conditional_t<sizeof(T) == 8, std::int64_t, std::int32_t>;
  typedef T Pack __attribute__((vector_size(pack_bytes)));
  typedef Word Mask __attribute__((vector_size(pack_bytes)));
  static constexpr std::int64_t lanes = 64 / sizeof(T);
  static constexpr int packs = 64 / pack_bytes;
  static constexpr int width = lanes / packs;

  /// The sum over `count` elements; there are at least `lanes`, or as many with those before them.
  static T dot(const T* row, const T* v, std::int64_t count) {
    Pack sums[packs] = {}, others[packs] = {};
    std::int64_t i = 0;
    for (; i + 2 * lanes <= count; i += 2 * lanes) {
      for (int p = 0; p < packs; ++p) sums[p] += product(row + i + p * width, v + i + p * width);
      for (int p = 0; p < packs; ++p) others[p] += product(row + i + lanes + p * width, v + i + lanes + p * width);
    }
    for (int p = 0; p < packs; ++p) sums[p] += others[p];
    if (i + lanes <= count) {
      for (int p = 0; p < packs; ++p) sums[p] += product(row + i + p * width, v + i + p * width);
      i += lanes;
    }
    if (i < count) {
      const std::int64_t from = count - lanes, done = i - from;
      for (int p = 0; p < packs; ++p) {
        const Mask fresh = load<Mask>(masks.word + lanes - done + p * width);
        sums[p] += masked(row + from + p * width, fresh) * masked(v + from + p * width, fresh);
      }
    }
    return total(sums);
  }

  /// The same for any strides.
  static T strided_dot(const T* row, std::int64_t stride, const T* v, std::int64_t v_stride, std::int64_t count) {
    alignas(64) T lane[2][lanes] = {};
    const std::int64_t pairs = count / (2 * lanes) * 2 * lanes, whole = count / lanes * lanes;
    std::int64_t i = 0;
    for (; i < pairs; ++i) lane[i / lanes % 2][i % lanes] += row[i * stride] * v[i * v_stride];
    for (std::int64_t j = 0; j < lanes; ++j) lane[0][j] += lane[1][j];
    for (; i < count; ++i) lane[0][i < whole ? i % lanes : i - (count - lanes)] += row[i * stride] * v[i * v_stride];
    Pack sums[packs];
    __builtin_memcpy(sums, lane[0], 64);
    return total(sums);
  }

  /// sums += row x. (Spelt out: the compiler would take several rows at once, which halves the speed of memory.)
  static void add(T* sums, const T* row, T x, std::int64_t count) {
    std::int64_t i = 0;
    for (; i + width <= count; i += width) {
      const Pack sum = load<Pack>(sums + i) + load<Pack>(row + i) * x;
      __builtin_memcpy(sums + i, &sum, pack_bytes);
    }
    for (; i < count; ++i) sums[i] += row[i] * x;
  }

 private:
  struct Masks {
    Word word[2 * lanes] = {};
    constexpr Masks() {
      for (std::int64_t i = lanes; i < 2 * lanes; ++i) word[i] = -1;
    }
  };
  static constexpr Masks masks{};

  template <class To, class From>
  static To load(const From* from) {
    To pack;
    __builtin_memcpy(&pack, from, pack_bytes);
    return pack;
  }
  static Pack product(const T* a, const T* b) { return load<Pack>(a) * load<Pack>(b); }
  static Pack masked(const T* from, Mask mask) { return reinterpret_cast<Pack>(load<Mask>(from) & mask); }

  static T total(Pack (&sums)[packs]) {
    for (int half = packs / 2; half > 0; half /= 2)
      for (int p = 0; p < half; ++p) sums[p] += sums[p + half];
    return folded<width>(sums[0]);
  }

  /// Halves a register until one lane is left.
  template <int size, class Part>
  static T folded(Part x) {
    if constexpr (size == 16)
      return folded<8>(__builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7) +
                       __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15));
    else if constexpr (size == 8)
      return folded<4>(__builtin_shufflevector(x, x, 0, 1, 2, 3) + __builtin_shufflevector(x, x, 4, 5, 6, 7));
    else if constexpr (size == 4)
      return folded<2>(__builtin_shufflevector(x, x, 0, 1) + __builtin_shufflevector(x, x, 2, 3));
    else
      return x[0] + x[1];
  }
};

/// Elements [begin, end) of a row.
template <class T>
double dot(const MatvecTask<T>& task, std::int64_t row, std::int64_t begin, std::int64_t end) {
  const T* m = task.m + row * task.row_stride;
  if (task.columns < Lanes<T>::lanes) {
    T sum = 0;
    for (std::int64_t i = 0; i < task.columns; ++i) sum += m[i * task.column_stride] * task.v[i * task.v_stride];
    return static_cast<double>(sum);
  }
  const bool contiguous = task.column_stride == 1 && task.v_stride == 1;
  double total = 0;
  for (std::int64_t i = begin; i < end; i += block) {
    const std::int64_t count = end - i < block ? end - i : block;
    total += static_cast<double>(contiguous ? Lanes<T>::dot(m + i, task.v + i, count)
                                            : Lanes<T>::strided_dot(m + i * task.column_stride, task.column_stride,
                                                                    task.v + i * task.v_stride, task.v_stride, count));
  }
  return total;
}

template <class Threads, class T>
void by_rows(Threads& threads, MatvecTask<T> task) {
  if (task.columns >= 65536 && task.rows < 32) {
    constexpr std::int64_t chunk = 32768, most = 256;  // partial sums on the stack; longer rows have longer chunks
    const std::int64_t wanted = (task.columns + most - 1) / most;
    const std::int64_t size = wanted > chunk ? (wanted + block - 1) / block * block : chunk;
    for (std::int64_t row = 0; row < task.rows; ++row) {
      double partial[most];
      threads.chunks(task.columns, size, [&](std::int64_t begin, std::int64_t end, std::int64_t c, int) {
        partial[c] = dot(task, row, begin, end);
      });
      double total = 0;
      for (std::int64_t c = 0; c * size < task.columns; ++c) total += partial[c];
      task.out[row] = static_cast<T>(total);
    }
    return;
  }
  // A vector with gaps is read for every row: closed up once, if it is short.
  constexpr std::int64_t short_vector = 2048;
  T closed[short_vector];
  if (task.v_stride != 1 && task.column_stride == 1 && task.columns <= short_vector) {
    for (std::int64_t i = 0; i < task.columns; ++i) closed[i] = task.v[i * task.v_stride];
    task.v = closed;
    task.v_stride = 1;
  }
  const std::int64_t rows = parallel_elements / task.columns;
  threads.chunks(task.rows, rows > 0 ? rows : 1, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
    for (std::int64_t row = begin; row < end; ++row) task.out[row] = static_cast<T>(dot(task, row, 0, task.columns));
  });
}

constexpr std::int64_t tile = 256;            // rows of the matrix (elements of `out`) at a time
constexpr std::int64_t wide_tile = 1024;      // where there are 16 tiles or more
constexpr std::int64_t summed_columns = 512;  // in the dtype
constexpr std::int64_t most_chunks = 32;

/// total[0, height) += columns [begin, end), from row `row` on.
template <class T>
void add_columns(const MatvecTask<T>& task, std::int64_t row, std::int64_t height, std::int64_t begin, std::int64_t end,
                 double* __restrict total) {
  const std::int64_t stride = task.column_stride;
  for (std::int64_t from = begin; from < end; from += summed_columns) {
    const std::int64_t to = end - from < summed_columns ? end : from + summed_columns;
    alignas(64) T sums[wide_tile];
    for (std::int64_t j = 0; j < height; ++j) sums[j] = 0;
    for (std::int64_t k = from; k < to; ++k) {
      const T x = task.v[k * task.v_stride];
      Lanes<T>::add(sums, task.m + row + k * stride, x, height);
    }
    for (std::int64_t j = 0; j < height; ++j) total[j] += static_cast<double>(sums[j]);
  }
}

template <class Threads, class T>
void by_columns(Threads& threads, const MatvecTask<T>& task) {
  const std::int64_t wanted = task.columns * tile / parallel_elements;
  if (task.rows >= 16 * tile || wanted < 2) {
    const std::int64_t together = parallel_elements / (task.columns * wide_tile);
    threads.chunks(task.rows, wide_tile * (together > 0 ? together : 1),
                   [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
                     for (std::int64_t row = begin; row < end; row += wide_tile) {
                       const std::int64_t height = end - row < wide_tile ? end - row : wide_tile;
                       double total[wide_tile];
                       for (std::int64_t j = 0; j < height; ++j) total[j] = 0;
                       add_columns(task, row, height, 0, task.columns, total);
                       for (std::int64_t j = 0; j < height; ++j) task.out[row + j] = static_cast<T>(total[j]);
                     }
                   });
    return;
  }
  const std::int64_t chunks = wanted < most_chunks ? wanted : most_chunks;
  for (std::int64_t row = 0; row < task.rows; row += tile) {
    const std::int64_t height = task.rows - row < tile ? task.rows - row : tile;
    double partial[most_chunks][tile];
    threads.each(chunks, [&](std::int64_t c, int) {
      for (std::int64_t j = 0; j < height; ++j) partial[c][j] = 0;
      add_columns(task, row, height, task.columns * c / chunks, task.columns * (c + 1) / chunks, partial[c]);
    });
    for (std::int64_t j = 0; j < height; ++j) {
      double total = 0;
      for (std::int64_t c = 0; c < chunks; ++c) total += partial[c][j];
      task.out[row + j] = static_cast<T>(total);
    }
  }
}

/// `threads` has each() and chunks(), as Workers has.
template <class Threads, class T>
void matvec(Threads& threads, const MatvecTask<T>& task) {
  if (task.row_stride == 1 && task.column_stride != 1)
    by_columns(threads, task);
  else
    by_rows(threads, task);
}

}  // namespace

LINDEN_LEVEL_END
}  // namespace linden
