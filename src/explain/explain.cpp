// Explanations of boosted models.
#include <linden/explain.hpp>

#include <algorithm>
#include <numeric>
#include <utility>

#include "backend/explain_kernels.hpp"
#include "base/fail.hpp"
#include "base/memory.hpp"
#include "base/out_of_memory.hpp"
#include "boosting/model/matched_rows.hpp"
#include "boosting/model/model.hpp"
#include "boosting/predict/device_forest.hpp"
#include "explain/background.hpp"
#include "explain/interventional.hpp"
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

// Against training rows.
struct PathDependent {
  const BoostedModel::State& model;
  const ExplainOptions& options;
  Workers& workers;
  Context& context;

  std::vector<double> constant() const {
    std::vector<double> sums = model.initial_score;
    for (const Tree& tree : model.trees) {
      const std::vector<double> means = mean_values(tree, left_shares(tree, options.by_rows));
      for (std::size_t k = 0; k < means.size(); ++k)
        sums[tree.output < 0 ? k : static_cast<std::size_t>(tree.output)] += means[k];
    }
    return sums;
  }

  void run(const RowsView& rows, ExplanationParts& parts) const {
    const Backend& backend = backend_of(options.device);
    const ExplainKernels& kernels = explain_kernels_of(options.device);
    const Forest& forest = model.forest;
    const DeviceForest device_forest(backend, context, forest, forest.trees());
    DeviceRows device_rows(backend, context, rows, {.dense = true});
    const auto with_program = [&](bool interactions, const auto& f) {
      const ExplainProgram program(explain_call, model.trees, forest, options.by_rows, interactions);
      DeviceArray<std::byte> memory;
      f(program.on_device(backend, context, memory));
    };
    const auto run_on = [&](const ExplainView& program, const RowsView& part, std::int64_t begin, std::int64_t count,
                            std::vector<double>& sums, std::int64_t stride, auto kernel) {
      const ToHost<double> found(backend.memory, context, sums.data(), std::ssize(sums), "what features add");
      found.upload();
      ExplainTask task{.forest = device_forest.view(),
                       .program = program,
                       .rows = part,
                       .first_row = begin,
                       .row_count = count,
                       .all_rows = rows.rows,
                       .outputs = static_cast<std::int32_t>(parts.outputs()),
                       .sums = found.data(),
                       .stride = stride};
      const Memory scratch(static_cast<std::size_t>(kernels.scratch(context, task)), "explain fewer features at once");
      task.scratch = scratch.data();
      kernel(context, task);
      found.download();
    };
    const std::int64_t most = backend.memory.is_host ? std::int64_t{1} << 14 : std::int64_t{1} << 20;
    with_program(false, [&](const ExplainView& singles) {
      const auto all_parts = [&](const ExplainView* both) {
        device_rows.each_part([&](const RowsView& part, std::int64_t first) {
          each_part(parts, first, part.rows, most, workers,
                    [&](std::int64_t begin, std::int64_t count, auto& values, auto& pairs, std::int64_t stride) {
                      run_on(singles, part, begin, count, values, stride, kernels.contributions);
                      if (both != nullptr) run_on(*both, part, begin, count, pairs, stride, kernels.interactions);
                    });
        });
      };
      if (parts.pairs() == 0) return all_parts(nullptr);
      with_program(true, [&](const ExplainView& both) { all_parts(&both); });
    });
  }
};

Explanation explain_trees(const BoostedModel::State& model, const Dataset& data, const ExplainOptions& options) {
  const bool has_background = options.background.has_value();
  if (has_background && options.device.kind() != Device::Kind::cpu)
    fail<DeviceError>(
        "{}: {} explains trees against their training rows; against a .background the CPU does. Hint: Device::cpu(), "
        "or "
        "leave the background out.",
        explain_call, options.device.name());
  if (has_background && options.by_rows)
    fail<ArgumentError>("{}: .by_rows is of training rows, and a .background takes their place. Hint: leave one out.",
                        explain_call);
  check_levels(explain_call, model.trees);
  if (!has_background) check_covers(explain_call, model.trees);
  backend_of(options.device);
  Workers workers(options.threads);
  DeviceContext context(options.device, workers);
  known_offsets(explain_call, data, model);  // refuses rows that have no score
  MatchedRows matched = match_rows(explain_call, data, model, model.forest.used(), workers);
  const DatasetRows rows(matched.data, std::move(matched.sources));
  const auto parts_from = [&](std::vector<double> constant) {
    return ExplanationParts(model.feature_names, features_of_columns(model), data.rows(), std::move(constant),
                            options.interactions);
  };
  if (!has_background) {
    const PathDependent task{model, options, workers, context};
    ExplanationParts parts = parts_from(task.constant());
    task.run(rows.view(), parts);
    return std::move(parts).take();
  }
  const std::vector<double> weights = background_weights(explain_call, *options.background);
  MatchedRows others = match_rows("explain: .background", *options.background, model, model.forest.used(), workers);
  const DatasetRows background(others.data, std::move(others.sources));
  const ForestView forest = model.forest.view(model.forest.trees());
  const InterventionalTrees trees(model.trees, forest, background.view(), weights, model.outputs());
  std::vector<double> constant = trees.mean_scores();
  for (std::size_t k = 0; k < constant.size(); ++k) constant[k] += model.initial_score[k];
  ExplanationParts parts = parts_from(std::move(constant));
  each_part(parts, 0, data.rows(), std::int64_t{1} << 12, workers,
            [&](std::int64_t begin, std::int64_t count, auto& values, auto& pairs, std::int64_t stride) {
              trees.explain(rows.view(), begin, count, values.data(), parts.pairs() > 0 ? pairs.data() : nullptr,
                            stride, workers);
            });
  return std::move(parts).take();
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
