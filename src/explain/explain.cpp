// Explanations of boosted models.
#include <linden/explain.hpp>

#include <algorithm>
#include <optional>
#include <utility>

#include "backend/explain_kernels.hpp"
#include "base/fail.hpp"
#include "base/memory.hpp"
#include "base/out_of_memory.hpp"
#include "boosting/model/matched_rows.hpp"
#include "boosting/model/model.hpp"
#include "boosting/predict/device_forest.hpp"
#include "explain/background.hpp"
#include "explain/patterns.hpp"
#include "explain/program.hpp"
#include "explain/result.hpp"
#include "explain/shares.hpp"
#include "model/offsets.hpp"
#include "rows/dataset_rows.hpp"
#include "rows/device_rows.hpp"

namespace linden {
namespace {

// The features that share the value of each column that trees read.
std::vector<std::vector<int>> features_of_columns(const BoostedModel::State& model) {
  std::vector<std::vector<int>> features;
  const auto own = static_cast<int>(model.feature_names.size());
  for (const int column : model.forest.used())
    features.push_back(column < own ? std::vector{column}
                                    : model.derived[static_cast<std::size_t>(column - own)].features);
  return features;
}

// Calls f(begin, count) for rows in parts that `parts` has room for, and writes what it leaves in values and pairs.
template <class F>
void each_part(ExplanationParts& parts, std::int64_t first, std::int64_t rows, std::int64_t most, Workers& workers,
               const F& f) {
  const std::int64_t at_once =
      std::min(parts.rows_at_once(most), (rows + explain_lanes - 1) / explain_lanes * explain_lanes);
  std::vector<double> values(static_cast<std::size_t>(parts.outputs() * parts.columns() * at_once));
  std::vector<double> pairs(static_cast<std::size_t>(parts.outputs() * parts.pairs() * at_once));
  for (std::int64_t begin = 0; begin < rows; begin += at_once) {
    const std::int64_t count = std::min(at_once, rows - begin);
    std::ranges::fill(values, 0.0);
    std::ranges::fill(pairs, 0.0);
    f(begin, count, values, pairs, at_once);
    parts.write(first + begin, count, values.data(), pairs.data(), at_once, workers);
  }
}

// Rows of a dataset on the device that explains them.
class ExplainedRows {
 public:
  ExplainedRows(const BoostedModel::State& model, const ExplainOptions& options, Workers& workers, const RowsView& rows)
      : backend_(backend_of(options.device)),
        kernels_(explain_kernels_of(options.device)),
        workers_(workers),
        context_(options.device, workers),
        rows_(rows),
        forest_(backend_, context_, model.forest, model.forest.trees()),
        device_rows_(backend_, context_, rows, {.dense = true}) {}

  const Backend& backend() const { return backend_; }
  const ExplainKernels& kernels() const { return kernels_; }
  Context& context() { return context_; }

  // Calls f(task, values, pairs) for tasks that are rows of a program, for all that there is of them: what f leaves in
  // task.sums, which are `values`, and in `pairs` is added to `parts`.
  template <class F>
  void each_task(const ExplainView& program, ExplanationParts& parts, const F& f) {
    const std::int64_t most = backend_.memory.is_host ? std::int64_t{1} << 14 : std::int64_t{1} << 20;
    device_rows_.each_part([&](const RowsView& part, std::int64_t first) {
      each_part(parts, first, part.rows, most, workers_,
                [&](std::int64_t begin, std::int64_t count, auto& values, auto& pairs, std::int64_t stride) {
                  const ToHost<double> found(backend_.memory, context_, values.data(), std::ssize(values), what);
                  const ToHost<double> both(backend_.memory, context_, pairs.data(), std::ssize(pairs), what);
                  found.upload();
                  both.upload();
                  f(ExplainTask{.forest = forest_.view(),
                                .program = program,
                                .rows = part,
                                .first_row = begin,
                                .row_count = count,
                                .all_rows = rows_.rows,
                                .outputs = static_cast<std::int32_t>(parts.outputs()),
                                .sums = found.data(),
                                .stride = stride},
                    both.data());
                  found.download();
                  both.download();
                });
    });
  }

 private:
  static constexpr const char* what = "what features add";

  const Backend& backend_;
  const ExplainKernels& kernels_;
  Workers& workers_;
  DeviceContext context_;
  const RowsView rows_;
  const DeviceForest forest_;
  DeviceRows device_rows_;
};

// Runs a kernel with the scratch memory that it wants.
template <class Size, class Run>
void with_scratch(ExplainTask task, const Size& size, const Run& run) {
  const Memory scratch(static_cast<std::size_t>(size(task)), "explain fewer features at once");
  task.scratch = scratch.data();
  run(task);
}

// Against training rows.
void explain_by_training_rows(const BoostedModel::State& model, const ExplainOptions& options, ExplainedRows& rows,
                              ExplanationParts& parts) {
  const auto program_for = [&](ExplainPurpose purpose) {
    return ExplainProgram(explain_call, model.trees, model.forest, options.by_rows, purpose);
  };
  const ExplainKernels& kernels = rows.kernels();
  const ExplainProgram program = program_for(ExplainPurpose::values);
  DeviceArray<std::byte> memory, pair_memory;
  const ExplainView singles = program.on_device(rows.backend(), rows.context(), memory);
  std::optional<ExplainProgram> pair_program;
  ExplainView both;
  if (parts.pairs() > 0) {
    pair_program = program_for(ExplainPurpose::pairs);
    both = pair_program->on_device(rows.backend(), rows.context(), pair_memory);
  }
  const auto run = [&](const ExplainTask& task, auto kernel) {
    with_scratch(
        task, [&](const ExplainTask& one) { return kernels.scratch(rows.context(), one); },
        [&](const ExplainTask& one) { kernel(rows.context(), one); });
  };
  rows.each_task(singles, parts, [&](ExplainTask task, double* pairs) {
    run(task, kernels.contributions);
    if (parts.pairs() == 0) return;
    task.program = both;
    task.sums = pairs;
    run(task, kernels.interactions);
  });
}

std::vector<double> mean_scores(const BoostedModel::State& model, bool by_rows) {
  std::vector<double> sums = model.initial_score;
  for (const Tree& tree : model.trees) {
    const std::vector<double> means = mean_values(tree, left_shares(tree, by_rows));
    for (std::size_t k = 0; k < means.size(); ++k)
      sums[tree.output < 0 ? k : static_cast<std::size_t>(tree.output)] += means[k];
  }
  return sums;
}

// Against rows of a background. Returns what trees add to their scores on average.
std::vector<double> explain_by_background(const BoostedModel::State& model, const RowsView& background,
                                          std::span<const double> weights, ExplainedRows& rows, ExplanationParts& parts,
                                          Workers& workers) {
  const ExplainKernels& kernels = rows.kernels();
  const ExplainProgram program(explain_call, model.trees, model.forest, false, ExplainPurpose::background);
  DeviceArray<std::byte> memory;
  const ExplainView view = program.on_device(rows.backend(), rows.context(), memory);
  const ExplainView on_host = program.on_host();
  const ForestView forest = model.forest.view(model.forest.trees());
  BackgroundPatterns patterns(on_host, forest, background, weights, static_cast<int>(parts.outputs()));
  for (BackgroundTask task; task.end_tree < view.tree_count;) {
    task.first_tree = task.end_tree;
    task.end_tree = patterns.work_out(task.first_tree, workers);
    DeviceArray<std::byte> pattern_memory;
    task.patterns = patterns.on_device(rows.backend(), rows.context(), pattern_memory);
    rows.each_task(view, parts, [&](const ExplainTask& part, double* pairs) {
      task.pair_sums = parts.pairs() > 0 ? pairs : nullptr;
      with_scratch(
          part, [&](const ExplainTask& one) { return kernels.background_scratch(rows.context(), one); },
          [&](const ExplainTask& one) { kernels.against_background(rows.context(), one, task); });
    });
  }
  return {patterns.means().begin(), patterns.means().end()};
}

Explanation explain_trees(const BoostedModel::State& model, const Dataset& data, const ExplainOptions& options) {
  const bool has_background = options.background.has_value();
  if (has_background && options.by_rows)
    fail<ArgumentError>("{}: .by_rows is of training rows, and a .background takes their place. Hint: leave one out.",
                        explain_call);
  check_levels(explain_call, model.trees);
  if (!has_background) check_covers(explain_call, model.trees);
  backend_of(options.device);
  Workers workers(options.threads);
  known_offsets(explain_call, data, model);  // refuses rows that have no score
  MatchedRows matched = match_rows(explain_call, data, model, model.forest.used(), workers);
  const DatasetRows host_rows(matched.data, std::move(matched.sources));
  ExplainedRows rows(model, options, workers, host_rows.view());
  ExplanationParts parts(model.feature_names, features_of_columns(model), data.rows(),
                         has_background ? model.initial_score : mean_scores(model, options.by_rows),
                         options.interactions);
  if (!has_background) {
    explain_by_training_rows(model, options, rows, parts);
    return std::move(parts).take();
  }
  const std::vector<double> weights = background_weights(explain_call, *options.background);
  MatchedRows others = match_rows("explain: .background", *options.background, model, model.forest.used(), workers);
  const DatasetRows background(others.data, std::move(others.sources));
  const std::vector<double> means = explain_by_background(model, background.view(), weights, rows, parts, workers);
  Explanation result = std::move(parts).take();
  for (std::size_t k = 0; k < means.size(); ++k) result.constant[k] += means[k];
  return result;
}

}  // namespace

Explanation explain(const BoostedModel& model, const Dataset& data, const ExplainOptions& options) try {
  if (model.empty())
    fail<ArgumentError>("{}: the model is empty. Hint: fit_boosted and BoostedModel::load make one.", explain_call);
  if (options.rounds < 0 || options.rounds > model.rounds())
    fail<ArgumentError>("{}: {} rounds of a model that has {}. Hint: 0 uses all.", explain_call, options.rounds,
                        model.rounds());
  if (options.rounds == 0 || options.rounds == model.rounds()) return explain_trees(model.state(), data, options);
  return explain_trees(model.first_rounds(options.rounds).state(), data, options);
} catch (const std::bad_alloc&) {
  fail_out_of_memory(explain_call);
}

Explanation explain(const AnyModel& model, const Dataset& data, const ExplainOptions& options) {
  return std::visit([&](const auto& one) { return explain(one, data, options); }, model);
}

}  // namespace linden
