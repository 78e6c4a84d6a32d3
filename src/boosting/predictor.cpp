#include "boosting/predictor.hpp"

#include <algorithm>
#include <cmath>

#include "base/fail.hpp"
#include "base/memory.hpp"
#include "loss/link.hpp"

namespace linden {
namespace {

bool all_missing(const Column& column) {
  if (column.values.dtype() == DType::i32) return false;
  const auto missing = [&](const auto* v) {
    for (std::int64_t i = 0; i < column.values.elements(); ++i)
      if (!std::isnan(v[i * column.values.strides()[0]])) return false;
    return true;
  };
  return column.values.dtype() == DType::f32 ? missing(column.values.data<float>())
                                             : missing(column.values.data<double>());
}

// Codes of the data's dictionary in the model's; both are sorted by bytes.
std::vector<std::int32_t> translate(const std::vector<std::string>& from, const std::vector<std::string>& to) {
  if (from == to) return {};
  std::vector<std::int32_t> codes;
  for (const std::string& name : from) {
    const auto at = std::lower_bound(to.begin(), to.end(), name);
    codes.push_back(at != to.end() && *at == name ? static_cast<std::int32_t>(at - to.begin()) : -1);
  }
  return codes;
}

}  // namespace

std::vector<FeatureSource> match_features(std::string_view where, const Dataset& data, const FeatureNames& model,
                                          const std::vector<int>& used) {
  const std::vector<std::string> names = data.feature_names();
  std::vector<int> order(names.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int>(i);
  std::sort(order.begin(), order.end(), [&](int a, int b) { return names[a] < names[b]; });
  const auto find = [&](const std::string& name) {
    const auto at =
        std::lower_bound(order.begin(), order.end(), name, [&](int i, const std::string& n) { return names[i] < n; });
    return at != order.end() && names[*at] == name ? *at : -1;
  };
  std::vector<FeatureSource> sources;
  auto next_used = used.begin();
  for (std::size_t f = 0; f < model.names.size(); ++f) {
    const int column = find(model.names[f]);
    if (column < 0)
      fail<DataError>("{}: no column \"{}\", which the model was trained on. {}Columns: {}.", where, model.names[f],
                      did_you_mean(model.names[f], names), listing(names));
    const bool categorical = !data.is_sparse() && data.columns()[column].categorical;
    if (categorical && !model.categorical[f])
      fail<DataError>("{}: column \"{}\" is text, but the model was trained on numbers there.", where, model.names[f]);
    if (!categorical && model.categorical[f] && (data.is_sparse() || !all_missing(data.columns()[column])))
      fail<DataError>(
          "{}: column \"{}\" is numeric, but the model was trained on categories there. Hint: name it in "
          "CsvOptions::categorical.",
          where, model.names[f]);
    if (next_used == used.end() || *next_used != static_cast<int>(f)) continue;
    ++next_used;
    sources.push_back({column, categorical ? translate(data.columns()[column].categories, model.categories[f])
                                           : std::vector<std::int32_t>{}});
  }
  return sources;
}

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

Tensor predictions(const Loss& loss, int outputs, std::int64_t rows, const double* scores, bool linked, Arena& arena) {
  Tensor result = Tensor::empty(outputs == 1 ? Shape{rows} : Shape{rows, outputs});
  double* const out = result.data<double>();
  arena.chunks(rows, 4096, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
    for (std::int64_t row = begin; row < end; ++row) {
      double* const prediction = out + row * outputs;
      for (int k = 0; k < outputs; ++k) prediction[k] = scores[k * rows + row];
    }
    if (linked) apply_link(loss.link(), out + begin * outputs, end - begin, outputs, 1, outputs);
  });
  return result;
}

}  // namespace linden
