#include "boosting/predict/predictor.hpp"

#include <algorithm>

#include "base/memory.hpp"
#include "boosting/predict/device_forest.hpp"

namespace linden {
namespace {

constexpr std::int64_t leaf_bytes = std::int64_t{256} << 20;  // at a time

// The task with the scratch memory that the kernel wants.
void run(const Backend& backend, Context& context, PredictTask task) {
  const Memory scratch(static_cast<std::size_t>(backend.tree.predict_scratch(context, task)));
  task.scratch = scratch.data();
  backend.tree.predict(context, task);
}

ByteForestView bytes_for(const Backend& backend, const Forest& forest, const LazyByteForest& bytes,
                         const RowsView& rows) {
  // Slopes read values where they stand in columns.
  const bool is_possible = !(rows.sparse && forest.terms(forest.trees()) > 0);
  return backend.tree.predicts_over_bytes && is_possible ? bytes.of(forest, rows.rows) : ByteForestView{};
}

}  // namespace

void add_scores(const Backend& backend, Context& context, const Forest& forest, const LazyByteForest& bytes,
                std::int32_t trees, const RowsView& rows, std::span<double> scores) {
  const DeviceForest device_forest(backend, context, forest, trees);
  DeviceRows device_rows(backend, context, rows);
  const ByteForestView over_bytes = bytes_for(backend, forest, bytes, rows);
  const std::int64_t count = rows.rows;
  const std::int64_t outputs = count > 0 ? static_cast<std::int64_t>(scores.size()) / count : 0;
  device_rows.each_part([&](const RowsView& part, std::int64_t first) {
    const ToHost<double> sums(backend.memory, context, scores.data() + first, outputs, part.rows, count, "scores");
    sums.upload();
    run(backend, context,
        {.forest = device_forest.view(),
         .rows = part,
         .row_count = part.rows,
         .score_stride = sums.stride(),
         .scores = sums.data(),
         .bytes = over_bytes});
    sums.download();
  });
}

void add_scores(const Backend& backend, Context& context, const Forest& forest, DeviceRows& rows, double* scores,
                std::int64_t stride) {
  const DeviceForest device_forest(backend, context, forest, forest.trees());
  rows.each_part(forest.used(), [&](const RowsView& part, std::int64_t first) {
    run(backend, context,
        {.forest = device_forest.view(),
         .rows = part,
         .row_count = part.rows,
         .score_stride = stride,
         .scores = scores + first});
  });
}

void find_leaves(const Backend& backend, Context& context, const Forest& forest, const LazyByteForest& bytes,
                 std::int32_t trees, const RowsView& rows, std::int32_t* leaves) {
  const DeviceForest device_forest(backend, context, forest, trees);
  DeviceRows device_rows(backend, context, rows);
  const ByteForestView over_bytes = bytes_for(backend, forest, bytes, rows);
  const std::int64_t row_bytes = std::int64_t{std::max(trees, 1)} * std::int64_t{sizeof(std::int32_t)};
  const std::int64_t at_once = std::max(leaf_bytes / row_bytes, std::int64_t{1});
  device_rows.each_part([&](const RowsView& part, std::int64_t first) {
    for (std::int64_t begin = 0; begin < part.rows; begin += at_once) {
      const std::int64_t row_count = std::min(at_once, part.rows - begin);
      const ToHost<std::int32_t> found(backend.memory, context, leaves + (first + begin) * trees, row_count * trees,
                                       "leaves");
      run(backend, context,
          {.forest = device_forest.view(),
           .rows = part,
           .first_row = begin,
           .row_count = row_count,
           .leaves = found.data(),
           .bytes = over_bytes});
      found.download();
    }
  });
}

}  // namespace linden
