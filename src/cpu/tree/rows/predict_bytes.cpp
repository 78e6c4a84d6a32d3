// Prediction over bytes (backend/tree/byte_forest_view.hpp): a tile of rows becomes bytes, then each tree finds where
// all of them leave it. Eight registers of rows take a step together, so that what a step is costs little; the last
// rows of a tile take as few registers as they fill.
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

// A tree's steps are the same for all rows of a tile, so that most of their branches are foreseen.
template <bool has_sets>
void find_exits(const Tile& tile, const ByteTree& tree, std::uint8_t* exits) {
  std::int64_t begin = 0;
  for (; tile.rows - begin > 4 * vector_bytes; begin += 8 * vector_bytes)
    find_exits<has_sets, 8>(tile, tree, begin, exits);
  const std::int64_t rest = tile.rows - begin;
  if (rest > 2 * vector_bytes) return find_exits<has_sets, 4>(tile, tree, begin, exits);
  if (rest > vector_bytes) return find_exits<has_sets, 2>(tile, tree, begin, exits);
  if (rest > 0) return find_exits<has_sets, 1>(tile, tree, begin, exits);
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

// What a tree says of the rows of a tile, the first of which is row `first` of the task.
template <class Leaf>
void write(const PredictTask& task, std::int32_t number, const Leaf* leaves, std::int64_t first, std::int64_t count) {
  const ForestView& forest = task.forest;
  if (task.leaves)
    for (std::int64_t i = 0; i < count; ++i) task.leaves[(first + i) * forest.trees + number] = leaves[i];
  if (!task.scores) return;
  if (forest.width == 0) {
    double* const scores = task.scores + forest.outputs[number] * task.score_stride + first;
    const double* const values = task.bytes.values + task.bytes.trees[number].first_leaf;
    if (forest.terms == nullptr) {
      for (std::int64_t i = 0; i < count; ++i) scores[i] += values[leaves[i]];
      return;
    }
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
    std::uint8_t exits[most_rows];
    std::int32_t leaves[most_rows];
    for (std::int32_t t = 0; t < task.forest.trees; ++t) {
      const ByteTree& tree = forest.trees[t];
      write_sets(tile, tree);
      if (task.forest.has_special_splits)
        find_exits<true>(tile, tree, exits);
      else
        find_exits<false>(tile, tree, exits);
      if (tree.first_exit < 0) {
        write(task, t, exits, begin, tile.rows);
      } else {
        go_down(tile, tree, exits, leaves);
        write(task, t, leaves, begin, tile.rows);
      }
    }
  });
}

LINDEN_LEVEL_END
}  // namespace linden
