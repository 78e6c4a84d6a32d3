// Prediction over bytes (backend/tree/byte_forest_view.hpp): a tile of rows becomes bytes, then each tree finds where
// all of them leave it, an oblivious one by a comparison a level. Eight registers of rows take a step together, so that
// what a step is costs little; the last rows of a tile take as few registers as they fill.
#include <type_traits>
#if defined(__AVX512F__)
#include <immintrin.h>
#endif

#include "backend/raw_value.hpp"
#include "backend/tensor/lanes.hpp"
#include "backend/tree/traverse.hpp"
#include "cpu/tree/rows/predict_bytes.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

using Bytes [[gnu::vector_size(vector_bytes)]] = signed char;
static_assert(sizeof(signed char) == sizeof(std::int8_t));

constexpr std::int64_t most_rows = 2048;
constexpr std::int64_t tile_bytes = 256 * 1024;  // of planes: they stay in the second-level cache
constexpr std::int64_t block_rows = vector_bytes < 64 ? vector_bytes : 64;  // that are turned into bytes at a time

std::int64_t tile_rows(const ByteForestView& forest) {
  std::int64_t rows = most_rows;
  while (rows > vector_bytes && rows * forest.plane_count > tile_bytes) rows /= 2;
  return rows;
}

struct Tile {
  const ByteForestView& forest;
  std::int64_t rows, stride;  // stride: rows that it has room for
  std::int8_t* planes;

  std::int8_t* plane(std::int64_t number) const { return planes + number * stride; }
};

std::int32_t missing_byte(const BytePlane& plane) { return plane.missing_left ? -128 : 127; }

bool is_missing(const BytePlane& plane, double value) {
  return value != value || (plane.zero_missing && value >= -zero_bound && value <= zero_bound);
}

std::int32_t byte_of_rank(const BytePlane& plane, std::int32_t rank) {
  const std::int32_t above = rank - plane.base;
  return (above < 0 ? 0 : above > 255 ? 255 : above) - 128;
}

// How many of the thresholds are below each value; none for NaN. All values take a step before the next one, so that
// their loads do not wait for one another.
template <class T, std::int64_t count>
void find_ranks(const T* thresholds, std::int32_t search, const T (&values)[count], std::int32_t (&ranks)[count]) {
  for (std::int32_t& rank : ranks) rank = 0;
  for (std::int32_t half = search / 2; half > 0; half /= 2)
    for (std::int64_t i = 0; i < count; ++i) ranks[i] += thresholds[ranks[i] + half - 1] < values[i] ? half : 0;
}

template <class T>
void write_numbers(const Tile& tile, const ByteFeature& feature, const T* thresholds, const T (&values)[block_rows],
                   std::int64_t begin, std::int64_t count) {
  std::int32_t ranks[block_rows];
  find_ranks(thresholds + feature.first_threshold, feature.search, values, ranks);
  for (std::int32_t p = feature.first_plane; p < feature.first_plane + feature.planes; ++p) {
    const BytePlane plane = tile.forest.planes[p];
    const std::int32_t missing = missing_byte(plane);
    const T bound = plane.zero_missing ? static_cast<T>(zero_bound) : T{-1};
    std::int8_t* const out = tile.plane(p) + begin;
    for (std::int64_t i = 0; i < count; ++i) {
      const T size = values[i] < 0 ? -values[i] : values[i];
      out[i] = static_cast<std::int8_t>(size > bound ? byte_of_rank(plane, ranks[i]) : missing);  // NaN is not above
    }
  }
}

std::int32_t group_of(const ByteFeature& feature, double value) {
  return value >= 0 && value < feature.groups ? static_cast<std::int32_t>(value) : feature.groups;
}

void write_dense(const Tile& tile, const RowsView& rows, std::int64_t first) {
  for (std::int64_t begin = 0; begin < tile.rows; begin += block_rows) {
    const std::int64_t count = tile.rows - begin < block_rows ? tile.rows - begin : block_rows;
    const std::int64_t from = first + begin;
    for (std::int32_t f = 0; f < rows.features; ++f) {
      const ByteFeature& feature = tile.forest.features[f];
      if (feature.groups < 0 && rows.columns[f].dtype == DType::f32) {
        float values[block_rows] = {};
        read_column(rows.columns[f], from, from + count, values, 1);
        write_numbers(tile, feature, tile.forest.f32_thresholds, values, begin, count);
        continue;
      }
      double values[block_rows] = {};
      read_column(rows.columns[f], from, from + count, values, 1);
      if (feature.groups < 0) {
        write_numbers(tile, feature, tile.forest.thresholds, values, begin, count);
        continue;
      }
      std::int8_t* const out = tile.plane(feature.first_plane) + begin;
      for (std::int64_t i = 0; i < count; ++i) out[i] = static_cast<std::int8_t>(group_of(feature, values[i]));
    }
  }
}

// A value of a feature: `write(plane, byte)` for each of its planes.
template <class Write>
void each_byte(const ByteForestView& forest, const ByteFeature& feature, double value, const Write& write) {
  if (feature.groups >= 0) return write(feature.first_plane, group_of(feature, value));
  const double one[] = {value};
  std::int32_t rank[1];
  find_ranks(forest.thresholds + feature.first_threshold, feature.search, one, rank);
  for (std::int32_t p = feature.first_plane; p < feature.first_plane + feature.planes; ++p) {
    const BytePlane& plane = forest.planes[p];
    write(p, is_missing(plane, value) ? missing_byte(plane) : byte_of_rank(plane, rank[0]));
  }
}

void write_sparse(const Tile& tile, const RowsView& rows, std::int64_t first) {
  for (std::int32_t f = 0; f < rows.features; ++f)
    each_byte(tile.forest, tile.forest.features[f], 0.0, [&](std::int32_t plane, std::int32_t byte) {
      __builtin_memset(tile.plane(plane), byte, static_cast<std::size_t>(tile.rows));
    });
  each_entry(rows, first, first + tile.rows, [&](std::int64_t i, std::int32_t f, double value) {
    each_byte(tile.forest, tile.forest.features[f], value,
              [&](std::int32_t plane, std::int32_t byte) { tile.plane(plane)[i] = static_cast<std::int8_t>(byte); });
  });
}

// The planes of a tree's sets.
void write_sets(const Tile& tile, const ByteTree& tree) {
  for (std::int32_t s = 0; s < tree.sets; ++s) {
    const ByteSets& sets = tile.forest.sets[tree.first_sets + s];
    const std::uint8_t* const bits = tile.forest.bits + sets.first_bits;
    const std::int8_t* const groups = tile.plane(sets.plane);
    std::int8_t* const out = tile.plane(tile.forest.feature_planes + s);
    for (std::int64_t i = 0; i < tile.rows; ++i)
      out[i] = static_cast<std::int8_t>(bits[static_cast<std::uint8_t>(groups[i])]);
  }
}

[[gnu::always_inline]] inline Bytes load(const std::int8_t* from) {
  Bytes bytes;
  __builtin_memcpy(&bytes, from, sizeof bytes);
  return bytes;
}
[[gnu::always_inline]] inline void store(std::int8_t* to, Bytes bytes) { __builtin_memcpy(to, &bytes, sizeof bytes); }

[[gnu::always_inline]] inline Bytes all(signed char byte) { return Bytes{} + byte; }

// The exits of so many registers of rows, from row `begin` of the tile on.
template <bool has_sets, int registers>
void find_exits(const Tile& tile, const ByteTree& tree, std::int64_t begin, std::uint8_t* exits) {
  constexpr std::int64_t width = vector_bytes;
  std::int8_t stack[ByteStep::stack * registers * width];
  std::int8_t* top = stack;
  Bytes last[registers] = {};
  const ByteStep* const end = tile.forest.steps + tree.first_step + tree.steps;
  for (const ByteStep* step = end - tree.steps; step != end; ++step) {
    const std::int8_t* const bytes = tile.plane(step->split.plane) + begin;
    const Bytes limit = all(step->split.limit), mask = all(step->split.mask);
    const auto goes_right = [&](int r) {
      if constexpr (has_sets)
        return (load(bytes + r * width) & mask) > limit;
      else
        return load(bytes + r * width) > limit;
    };
    const Bytes left = all(static_cast<signed char>(step->left)), right = all(static_cast<signed char>(step->right));
    switch (step->kind) {
      case ByteStep::two_exits:
#pragma GCC unroll 8
        for (int r = 0; r < registers; ++r) {
          store(top + r * width, last[r]);
          last[r] = goes_right(r) ? right : left;
        }
        top += registers * width;
        break;
      case ByteStep::left_exit:
#pragma GCC unroll 8
        for (int r = 0; r < registers; ++r) last[r] = goes_right(r) ? last[r] : left;
        break;
      case ByteStep::right_exit:
#pragma GCC unroll 8
        for (int r = 0; r < registers; ++r) last[r] = goes_right(r) ? right : last[r];
        break;
      case ByteStep::last_right: top -= registers * width;
#pragma GCC unroll 8
        for (int r = 0; r < registers; ++r) last[r] = goes_right(r) ? last[r] : load(top + r * width);
        break;
      case ByteStep::last_left: top -= registers * width;
#pragma GCC unroll 8
        for (int r = 0; r < registers; ++r) last[r] = goes_right(r) ? load(top + r * width) : last[r];
        break;
    }
  }
#pragma GCC unroll 8  // the results are in registers
  for (int r = 0; r < registers; ++r) store(reinterpret_cast<std::int8_t*>(exits) + begin + r * width, last[r]);
}

// Calls f(registers, begin) for all rows of a tile, so many registers of them at a time.
template <class F>
void each_part(const Tile& tile, const F& f) {
  std::int64_t begin = 0;
  for (; tile.rows - begin > 4 * vector_bytes; begin += 8 * vector_bytes) f(std::integral_constant<int, 8>(), begin);
  const std::int64_t rest = tile.rows - begin;
  if (rest > 2 * vector_bytes) return f(std::integral_constant<int, 4>(), begin);
  if (rest > vector_bytes) return f(std::integral_constant<int, 2>(), begin);
  if (rest > 0) return f(std::integral_constant<int, 1>(), begin);
}

// A tree's steps are the same for all rows of a tile, so that most of their branches are foreseen.
template <bool has_sets>
void find_exits(const Tile& tile, const ByteTree& tree, std::uint8_t* exits) {
  each_part(tile, [&]<int registers>(std::integral_constant<int, registers>, std::int64_t begin) {
    find_exits<has_sets, registers>(tile, tree, begin, exits);
  });
}

// What the levels [first, end) of an oblivious tree, at most eight, say of all rows: a bit each, the first the highest.
template <bool has_sets>
void find_bits(const Tile& tile, const ByteStep* first, const ByteStep* end, std::uint8_t* bits) {
  each_part(tile, [&]<int registers>(std::integral_constant<int, registers>, std::int64_t begin) {
    constexpr std::int64_t width = vector_bytes;
    Bytes found[registers] = {};
    for (const ByteStep* level = first; level != end; ++level) {
      const std::int8_t* const bytes = tile.plane(level->split.plane) + begin;
      const Bytes limit = all(level->split.limit), mask = all(level->split.mask);
#pragma GCC unroll 8
      for (int r = 0; r < registers; ++r) {
        const Bytes own = load(bytes + r * width);
        found[r] = found[r] + found[r] - ((has_sets ? own & mask : own) > limit);  // true is -1
      }
    }
#pragma GCC unroll 8
    for (int r = 0; r < registers; ++r) store(reinterpret_cast<std::int8_t*>(bits) + begin + r * width, found[r]);
  });
}

constexpr int bits_of_byte = 8;

// The leaves of an oblivious tree of more levels than a byte has bits.
template <bool has_sets>
void find_leaves(const Tile& tile, const ByteStep* first, const ByteStep* end, std::uint8_t* bits,
                 std::int32_t* leaves) {
  find_bits<has_sets>(tile, first, end - bits_of_byte, bits);
  for (std::int64_t i = 0; i < tile.rows; ++i) leaves[i] = bits[i] << bits_of_byte;
  find_bits<has_sets>(tile, end - bits_of_byte, end, bits);
  for (std::int64_t i = 0; i < tile.rows; ++i) leaves[i] |= bits[i];
}

// The leaves below exits: rows go down one by one, eight together, so that the loads of one hide behind those of the
// others. Those past the last are copies of it.
void go_down(const Tile& tile, const ByteTree& tree, const std::uint8_t* exits, std::int32_t* leaves) {
  constexpr int together = 8;
  const ByteNode* const nodes = tile.forest.nodes;
  for (std::int64_t i = 0; i < tile.rows; i += together) {
    std::int32_t at[together];
    std::int64_t row[together];
    for (int r = 0; r < together; ++r) {
      row[r] = i + r < tile.rows ? i + r : tile.rows - 1;
      at[r] = tile.forest.exits[tree.first_exit + exits[row[r]]];
    }
    for (std::int32_t moved = 1; moved != 0;) {
      moved = 0;
#pragma GCC unroll 8
      for (int r = 0; r < together; ++r) {
        const ByteNode& node = nodes[at[r]];
        const std::int32_t right = (tile.plane(node.split.plane)[row[r]] & node.split.mask) > node.split.limit;
        const std::int32_t next = node.left + right;
        moved |= next ^ at[r];
        at[r] = next;
      }
    }
    for (int r = 0; r < together; ++r) leaves[row[r]] = tile.forest.leaf_of_node[at[r]];
  }
}

// Adds to each score the value of the row's leaf.
void add_values(const double* values, std::int32_t, const std::int32_t* leaves, std::int64_t count, double* scores) {
  for (std::int64_t i = 0; i < count; ++i) scores[i] += values[leaves[i]];
}

#if defined(__AVX512F__)

// The same for eight rows at a time, of a tree whose values fit so many pairs of registers.
template <int pairs>
void add_from_registers(const double* values, std::int32_t count_of_values, const std::uint8_t* leaves,
                        std::int64_t count, double* scores) {
  __m512d table[2 * pairs];
  for (int r = 0; r < 2 * pairs; ++r) {
    const std::int32_t left = count_of_values - 8 * r;
    table[r] = _mm512_maskz_loadu_pd(static_cast<__mmask8>(left >= 8  ? 255
                                                           : left > 0 ? (1 << left) - 1
                                                                      : 0),
                                     values + 8 * r);
  }
  for (std::int64_t i = 0; i < count; i += 8) {  // there are as many leaves and scores behind the last as fill eight
    const __m512i leaf = _mm512_maskz_cvtepu8_epi64(255, _mm_loadl_epi64(reinterpret_cast<const __m128i*>(leaves + i)));
    __m512d found[pairs];
    for (int p = 0; p < pairs; ++p) found[p] = _mm512_permutex2var_pd(table[2 * p], leaf, table[2 * p + 1]);
    for (int half = pairs / 2, bit = 8 * pairs; half > 0; half /= 2, bit /= 2) {
      const __mmask8 upper = _mm512_test_epi64_mask(leaf, _mm512_set1_epi64(bit));
      for (int p = 0; p < half; ++p) found[p] = _mm512_mask_blend_pd(upper, found[p], found[p + half]);
    }
    const std::int64_t left = count - i;
    const auto rows = static_cast<__mmask8>(left >= 8 ? 255 : (1 << left) - 1);
    const __m512d sum = _mm512_maskz_add_pd(rows, _mm512_maskz_loadu_pd(rows, scores + i), found[0]);
    _mm512_mask_storeu_pd(scores + i, rows, sum);
  }
}

#endif

void add_values(const double* values, [[maybe_unused]] std::int32_t count_of_values, const std::uint8_t* leaves,
                std::int64_t count, double* scores) {
#if defined(__AVX512F__)
  if (count_of_values <= 16) return add_from_registers<1>(values, count_of_values, leaves, count, scores);
  if (count_of_values <= 32) return add_from_registers<2>(values, count_of_values, leaves, count, scores);
  if (count_of_values <= 64) return add_from_registers<4>(values, count_of_values, leaves, count, scores);
#endif
  for (std::int64_t i = 0; i < count; ++i) scores[i] += values[leaves[i]];
}

// What a tree says of the rows of a tile, the first of which is row `first` of the task.
template <class Leaf>
void write(const PredictTask& task, std::int32_t number, const Leaf* leaves, std::int64_t first, std::int64_t count) {
  const ForestView& forest = task.forest;
  if (task.leaves)
    for (std::int64_t i = 0; i < count; ++i) task.leaves[(first + i) * forest.trees + number] = leaves[i];
  if (!task.scores) return;
  if (forest.width == 0) {
    double* const scores = task.scores + forest.outputs[number] * task.score_stride + first;
    const ByteTree& tree = task.bytes.trees[number];
    const double* const values = task.bytes.values + tree.first_leaf;
    if (forest.terms == nullptr) return add_values(values, tree.leaves, leaves, count, scores);
    for (std::int64_t i = 0; i < count; ++i)
      scores[i] += linear_value(forest, number, leaves[i], values[leaves[i]], [&](std::uint32_t f) {
        return raw_value(task.rows.columns[f], task.first_row + first + i);
      });
    return;
  }
  const double* const values = forest.leaf_values + std::int64_t{forest.first_leaf[number]} * forest.width;
  for (std::int64_t i = 0; i < count; ++i)
    for (std::int32_t k = 0; k < forest.width; ++k)
      task.scores[k * task.score_stride + first + i] += values[std::int64_t{leaves[i]} * forest.width + k];
}

// Adds what a tree says of all rows of a tile.
template <bool has_sets>
void add_tree(const PredictTask& task, const Tile& tile, std::int32_t number, std::int64_t begin) {
  const ByteTree& tree = tile.forest.trees[number];
  const ByteStep* const first = tile.forest.steps + tree.first_step;
  std::uint8_t exits[most_rows];
  std::int32_t leaves[most_rows];
  if (tree.oblivious && tree.steps <= bits_of_byte) {
    find_bits<has_sets>(tile, first, first + tree.steps, exits);
  } else if (tree.oblivious) {
    find_leaves<has_sets>(tile, first, first + tree.steps, exits, leaves);
    return write(task, number, leaves, begin, tile.rows);
  } else {
    find_exits<has_sets>(tile, tree, exits);
  }
  if (tree.first_exit < 0) return write(task, number, exits, begin, tile.rows);
  go_down(tile, tree, exits, leaves);
  write(task, number, leaves, begin, tile.rows);
}

}  // namespace

std::int64_t byte_scratch(const ByteForestView& forest) { return tile_rows(forest) * forest.plane_count; }

void predict_bytes(Context& context, const PredictTask& task) {
  const ByteForestView& forest = task.bytes;
  const std::int64_t stride = tile_rows(forest);
  context.workers.chunks(task.row_count, stride, [&](std::int64_t begin, std::int64_t end, std::int64_t, int worker) {
    auto* const planes = static_cast<std::int8_t*>(task.scratch) + worker * byte_scratch(forest);
    const Tile tile{forest, end - begin, stride, planes};
    if (task.rows.sparse)
      write_sparse(tile, task.rows, task.first_row + begin);
    else
      write_dense(tile, task.rows, task.first_row + begin);
    for (std::int32_t t = 0; t < task.forest.trees; ++t) {
      write_sets(tile, forest.trees[t]);
      task.forest.has_special_splits ? add_tree<true>(task, tile, t, begin) : add_tree<false>(task, tile, t, begin);
    }
  });
}

LINDEN_LEVEL_END
}  // namespace linden
