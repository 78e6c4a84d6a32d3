// Linear models on folds, one after another.
#include <chrono>
#include <linden/threads.hpp>

#include "boosting/train/validation.hpp"
#include "loss/custom.hpp"
#include "selection/fold_results.hpp"
#include "selection/metric_curves.hpp"
#include "selection/validate.hpp"

namespace linden {
namespace {

// What a fit says of itself where it is not at its optimum.
std::vector<std::string> warnings_of(const LinearModel& model) {
  std::vector<std::string> warnings = model.warnings();
  const Certificate& certificate = model.certificate();
  if (!certificate.is_optimal() && certificate.status != FitStatus::stationary_point)  // of which the model warns
    warnings.push_back(fmt::format("status {}: the relative gap is {:.2g}, and {:.2g} was asked for.",
                                   name_of(certificate.status), certificate.relative_gap, certificate.tolerance));
  return warnings;
}

}  // namespace

LinearCrossValidation validate(std::string_view where, PreparedFolds& folds, const LinearConfig& config,
                               const CrossValidationOptions& options, Purpose purpose) {
  if (!options.callbacks.empty())
    fail<ArgumentError>("{}: .callbacks are called after rounds, and linear models have none. Hint: leave them out.",
                        where);
  if (!options.start.empty())
    fail<ArgumentError>(
        "{}: .start is a boosted model to go on from; a linear fit ends at its optimum. Hint: leave it "
        "out.",
        where);
  const auto start = std::chrono::steady_clock::now();
  const Threads tape_threads(options.threads);
  MetricCurves curves(folds.folds().size());
  OutOfFold out_of_fold(folds.data().rows());
  FoldWarnings warnings(folds.data());
  LinearCrossValidation cv;
  cv.folds = folds.folds();
  cv.rounds = 1;
  for (std::size_t f = 0; f < cv.folds.size(); ++f)
    in_fold(where, folds, f, [&] {
      const FoldRows& rows = folds.rows(f);
      LinearConfig config_of_fold = config;
      config_of_fold.loss = loss_of_rows(config.loss, cv.folds[f].train);
      const LinearModel model =
          fit_linear(rows.train, config_of_fold, {.device = options.device, .threads = options.threads});
      const auto predicted = [&](const Dataset& data, Output output) {
        return model.predict(data, {.output = output, .threads = options.threads, .device = options.device});
      };
      const std::vector<Metric> metrics = options.metrics.empty() ? metric::defaults(model.loss()) : options.metrics;
      std::vector<MetricValue> values;
      UndefinedMetrics undefined;
      const auto judge = [&](const std::string& set, const Dataset& data) {
        const MetricInput input{.prediction = predicted(data, Output::prediction),
                                .score = predicted(data, Output::score),
                                .label = model.labels_of(data),
                                .weight = data.weight(),
                                .groups = data.groups()};
        append_metrics(set, metrics, input, values, undefined);
        return input.prediction;
      };
      const Tensor prediction = judge("", rows.test);
      if (options.train_metrics) judge("train", rows.train);
      curves.add(0, f, values);
      std::vector<std::string> remarks = warnings_of(model);
      for (const auto& [metric, why] : undefined)
        remarks.push_back(fmt::format("metric \"{}\" is undefined: {}", metric, why));
      warnings.add(f, remarks);
      cv.classes = model.classes();
      if (purpose == Purpose::comparison) return;
      out_of_fold.add(cv.folds[f].test, prediction);
      if (options.keep_models) cv.models.push_back(model);
      folds.forget(f);
    });
  cv.curves = std::move(curves).curves();
  cv.warnings = warnings.all();
  if (purpose == Purpose::report) cv.prediction = std::move(out_of_fold).mean();
  cv.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return cv;
}

}  // namespace linden
