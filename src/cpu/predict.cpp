// Prediction: rows go down each tree eight at a time, so that the loads of one hide behind those of the others. The
// values of a tile of rows are first gathered next to each other. Scores are summed in double, trees in order.
#include "backend/traverse.hpp"
#include "cpu/raw_rows.hpp"
#include "cpu/tree_steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

constexpr int together = 8;

void gather(const RowsView& rows, std::int64_t begin, std::int64_t end, double* values) {
  const std::int64_t width = rows.features;
  if (rows.columns) {
    for (std::int64_t f = 0; f < width; ++f) read_column(rows.columns[f], begin, end, values + f, width);
    return;
  }
  for (std::int64_t i = 0; i < (end - begin) * width; ++i) values[i] = 0;
  each_entry(rows, begin, end, [&](std::int64_t i, std::int32_t f, double value) { values[i * width + f] = value; });
}

// The leaves that `count` rows (at most eight) reach.
void descend(const ForestView& forest, std::int32_t root, const double* values, std::int64_t width, int count,
             std::int32_t* at) {
  for (int r = 0; r < count; ++r) at[r] = root;
  for (bool moved = true; moved;) {
    moved = false;
    for (int r = 0; r < count; ++r) {
      const ForestNode& node = forest.nodes[at[r]];
      if (node.feature < 0) continue;
      at[r] = next_node(forest, node, values[r * width + node.feature]);
      moved = true;
    }
  }
}

}  // namespace

void predict(Context& context, const PredictTask& task) {
  const ForestView& forest = task.forest;
  const std::int64_t width = forest.features;
  const std::int64_t tile = predict_tile(forest.features);
  context.arena.chunks(task.row_count, tile, [&](std::int64_t begin, std::int64_t end, std::int64_t, int worker) {
    double* const values = task.worker_rows + worker * tile * width;
    gather(task.rows, task.first_row + begin, task.first_row + end, values);
    for (std::int32_t tree = 0; tree < forest.trees; ++tree)
      for (std::int64_t i = begin; i < end; i += together) {
        const int count = static_cast<int>(end - i < together ? end - i : together);
        std::int32_t at[together];
        descend(forest, forest.roots[tree], values + (i - begin) * width, width, count, at);
        for (int r = 0; r < count; ++r) {
          const ForestNode& leaf = forest.nodes[at[r]];
          if (task.scores) task.scores[forest.outputs[tree] * task.score_stride + i + r] += leaf.threshold;
          if (task.leaves) task.leaves[(i + r) * forest.trees + tree] = leaf.left;
        }
      }
  });
}

LINDEN_LEVEL_END
}  // namespace linden
