// Prediction. Many rows are turned into bytes (predict_bytes.cpp). Else rows go down each tree eight at a time, so that
// the loads of one hide behind those of the others. The values of a tile of rows are first gathered next to each other.
// Scores are summed in double, trees in order. Sparse rows write their entries into a tile of zeros and take them out
// again: what they lack costs nothing.
#include "backend/raw_value.hpp"
#include "backend/tensor/lanes.hpp"
#include "backend/tree/traverse.hpp"
#include "cpu/tree/rows/predict_bytes.hpp"
#include "cpu/tree/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

constexpr int together = 8;

// Rows of a tile, for a forest of so many features.
std::int64_t tile_rows(std::int32_t features) {
  const std::int64_t fit = 16384 / (features > 0 ? features : 1);  // 128 KB of doubles stay in the second-level cache
  return fit < 8 ? 8 : fit > 256 ? 256 : fit;
}

void gather(const RowsView& rows, std::int64_t begin, std::int64_t end, double* values) {
  const std::int64_t width = rows.features;
  if (!rows.sparse)
    for (std::int64_t f = 0; f < width; ++f) read_column(rows.columns[f], begin, end, values + f, width);
  else
    each_entry(rows, begin, end, [&](std::int64_t i, std::int32_t f, double value) { values[i * width + f] = value; });
}

void clear(const RowsView& rows, std::int64_t begin, std::int64_t end, double* values) {
  const std::int64_t width = rows.features;
  if (rows.sparse)
    each_entry(rows, begin, end, [&](std::int64_t i, std::int32_t f, double) { values[i * width + f] = 0; });
}

// The leaves that eight rows reach: all take steps until none moves. Rows past the last are copies of it.
template <bool special>
void descend(const ForestView& forest, std::int32_t root, const double* const* rows, std::int32_t* at) {
  for (int r = 0; r < together; ++r) at[r] = root;
  for (std::int32_t moved = 1; moved != 0;) {
    moved = 0;
#pragma GCC unroll 8
    for (int r = 0; r < together; ++r) {
      const std::int32_t next = next_node<special>(forest, at[r], rows[r][forest.nodes[at[r]].feature]);
      moved |= next ^ at[r];
      at[r] = next;
    }
  }
}

template <bool special>
void find_leaves(const ForestView& forest, std::int32_t tree, const double* const* rows, std::int32_t* at) {
  const std::int32_t root = forest.roots[tree], levels = levels_of_tree(forest, tree);
  if (levels < 0) return descend<special>(forest, root, rows, at);
  const auto node_at = [&](std::int32_t node) { return forest.nodes[node]; };
  for (int r = 0; r < together; ++r)
    at[r] =
        leaf_by_levels<special>(forest, root, levels, node_at, [&](std::uint32_t feature) { return rows[r][feature]; });
}

// Adds what the leaves of `count` rows hold to their scores.
void add(const PredictTask& task, std::int32_t tree, const std::int32_t* at, const double* const* rows, int count,
         double* scores) {
  const ForestView& forest = task.forest;
  if (forest.width == 0) {
    scores += forest.outputs[tree] * task.score_stride;
    if (forest.terms == nullptr) {
      for (int r = 0; r < count; ++r) scores[r] += forest.details[at[r]].value;
      return;
    }
    for (int r = 0; r < count; ++r) {
      const ForestDetail& leaf = forest.details[at[r]];
      scores[r] += linear_value(forest, tree, leaf.leaf, leaf.value, [&](std::uint32_t f) { return rows[r][f]; });
    }
    return;
  }
  for (int r = 0; r < count; ++r) {
    const double* const values = values_of(forest, tree, at[r]);
    for (std::int32_t k = 0; k < forest.width; ++k) scores[k * task.score_stride + r] += values[k];
  }
}

// A step over bytes costs the same for one row as for a register of them.
bool is_over_bytes(const PredictTask& task) {
  return task.bytes.trees != nullptr && task.row_count >= vector_bytes / 2;
}

}  // namespace

std::int64_t predict_scratch(Context& context, const PredictTask& task) {
  if (is_over_bytes(task)) return context.workers.threads() * byte_scratch(task.bytes);
  const std::int32_t features = task.forest.features;
  const std::int64_t width = features > 0 ? features : 1;  // leaves read the value of a feature, too
  return context.workers.threads() * tile_rows(features) * width * std::int64_t{sizeof(double)};
}

void predict(Context& context, const PredictTask& task) {
  if (is_over_bytes(task)) return predict_bytes(context, task);
  const ForestView& forest = task.forest;
  const std::int64_t width = forest.features;
  const std::int64_t tile = tile_rows(forest.features);
  context.workers.chunks(task.row_count, tile, [&](std::int64_t begin, std::int64_t end, std::int64_t, int worker) {
    double* const values = static_cast<double*>(task.scratch) + worker * tile * width;
    gather(task.rows, task.first_row + begin, task.first_row + end, values);
    for (std::int32_t tree = 0; tree < forest.trees; ++tree)
      for (std::int64_t i = begin; i < end; i += together) {
        const int count = static_cast<int>(end - i < together ? end - i : together);
        const double* rows[together];
        for (int r = 0; r < together; ++r) rows[r] = values + (i - begin + (r < count ? r : count - 1)) * width;
        std::int32_t at[together];
        if (forest.has_special_splits)
          find_leaves<true>(forest, tree, rows, at);
        else
          find_leaves<false>(forest, tree, rows, at);
        if (task.scores) add(task, tree, at, rows, count, task.scores + i);
        for (int r = 0; task.leaves && r < count; ++r)
          task.leaves[(i + r) * forest.trees + tree] = forest.details[at[r]].leaf;
      }
    clear(task.rows, task.first_row + begin, task.first_row + end, values);
  });
}

LINDEN_LEVEL_END
}  // namespace linden
