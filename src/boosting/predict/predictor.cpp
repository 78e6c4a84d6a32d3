#include "boosting/predict/predictor.hpp"

#include <algorithm>

#include "base/memory.hpp"

namespace linden {
namespace {

constexpr std::int64_t leaf_bytes = std::int64_t{256} << 20;  // on a GPU at a time

// The task with the scratch memory that the CPU's kernel wants.
void run(const Backend& backend, Context& context, PredictTask task) {
  const std::int64_t width = std::max(task.forest.features, 1);
  const std::int64_t scratch =
      context.queue == nullptr ? context.arena.threads() * predict_tile(task.forest.features) * width : 0;
  const Memory tiles(static_cast<std::size_t>(scratch) * sizeof(double));
  task.worker_rows = tiles.as<double>();
  backend.tree.predict(context, task);
}

}  // namespace

void add_trees(const Backend& backend, Context& context, const DeviceForest& forest, DeviceRows& rows,
               std::span<const int> features, double* scores, std::int64_t score_stride) {
  rows.each_part(features, [&](const RowsView& part, std::int64_t first) {
    run(backend, context,
        {.forest = forest.view(),
         .rows = part,
         .row_count = part.rows,
         .score_stride = score_stride,
         .scores = scores + first});
  });
}

void add_scores(const Backend& backend, Context& context, const Forest& forest, std::int32_t trees, const RawView& rows,
                std::span<double> scores) {
  const DeviceForest device_forest(backend, context, forest, trees);
  DeviceRows device_rows(backend, context, rows);
  const std::int64_t count = rows.rows().rows;
  const std::int64_t outputs = count > 0 ? static_cast<std::int64_t>(scores.size()) / count : 0;
  const bool on_cpu = context.queue == nullptr;
  const DeviceArray<double> device_scores(backend.memory, context, on_cpu ? 0 : outputs * device_rows.most_rows(),
                                          "scores");
  device_rows.each_part([&](const RowsView& part, std::int64_t first) {
    PredictTask task{.forest = device_forest.view(), .rows = part, .row_count = part.rows};
    task.scores = on_cpu ? scores.data() : device_scores.data();
    task.score_stride = part.rows;
    const auto each_output = [&](auto copy) {
      for (std::int64_t k = 0; k < outputs && !on_cpu; ++k)
        copy(task.scores + k * part.rows, scores.data() + k * count + first, part.rows * std::int64_t{sizeof(double)});
    };
    each_output([&](double* device, const double* host, std::int64_t bytes) {
      backend.memory.upload(context, device, host, bytes);
    });
    run(backend, context, task);
    each_output([&](const double* device, double* host, std::int64_t bytes) {
      backend.memory.download(context, host, device, bytes);
    });
  });
}

void find_leaves(const Backend& backend, Context& context, const Forest& forest, std::int32_t trees,
                 const RawView& rows, std::int32_t* leaves) {
  const DeviceForest device_forest(backend, context, forest, trees);
  DeviceRows device_rows(backend, context, rows);
  const bool on_cpu = context.queue == nullptr;
  const std::int64_t row_bytes = std::int64_t{std::max(trees, 1)} * std::int64_t{sizeof(std::int32_t)};
  const std::int64_t most_rows = device_rows.most_rows();
  const std::int64_t at_once =
      on_cpu ? most_rows : std::min(std::max(leaf_bytes / row_bytes, std::int64_t{1}), most_rows);
  const DeviceArray<std::int32_t> device_leaves(backend.memory, context, on_cpu ? 0 : at_once * trees, "leaves");
  device_rows.each_part([&](const RowsView& part, std::int64_t first) {
    for (std::int64_t begin = 0; begin < part.rows; begin += at_once) {
      PredictTask task{.forest = device_forest.view(), .rows = part, .first_row = begin};
      task.row_count = std::min(at_once, part.rows - begin);
      std::int32_t* const out = leaves + (first + begin) * trees;
      task.leaves = on_cpu ? out : device_leaves.data();
      run(backend, context, task);
      if (!on_cpu) backend.memory.download(context, out, task.leaves, task.row_count * row_bytes);
    }
  });
}

}  // namespace linden
