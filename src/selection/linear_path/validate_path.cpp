// cross_validate_path and fit_best.
#include <chrono>
#include <cmath>
#include <linden/linear_choice.hpp>
#include <ostream>

#include "base/counted.hpp"
#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "boosting/train/validation.hpp"
#include "linear_path/path_maker.hpp"
#include "loss/custom.hpp"
#include "selection/fold_results.hpp"
#include "selection/linear_path/fold_grams.hpp"
#include "selection/metric_curves.hpp"

namespace linden {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* caller = "cross_validate_path";

// Whether a fold trains on all rows that it does not test on.
bool is_complement(const Fold& fold, const Dataset& data) {
  return static_cast<std::int64_t>(fold.train.size() + fold.test.size()) == data.rows();
}

// The metric of each point on the rows that the fold holds out.
void judge(const LinearPath& path, const Dataset& test, const Metric& metric, const LinearPathOptions& options,
           std::size_t fold, MetricCurves& curves, UndefinedMetrics& undefined) {
  for (std::size_t i = 0; i < path.size(); ++i) {
    const LinearModel model = path.model(i);
    const auto predicted = [&](Output output) {
      return model.predict(test, {.output = output, .threads = options.threads, .device = options.device});
    };
    const MetricInput input{.prediction = predicted(Output::prediction),
                            .score = predicted(Output::score),
                            .label = model.labels_of(test),
                            .weight = test.weight(),
                            .groups = test.groups()};
    std::vector<MetricValue> values;
    append_metrics("", {metric}, input, values, undefined);
    curves.add(static_cast<int>(i), fold, values);
  }
}

LinearPathValidation validated(const Dataset& given, LinearConfig config, LinearPathOptions options,
                               const PathFoldOptions& fold_options) {
  const Clock::time_point start = Clock::now();
  check_path_options(caller, options);
  config.check();
  const SettledData settled = linden::settled(caller, given, config.loss);
  const Dataset& data = settled.data;
  config.loss = settled.loss;
  PreparedFolds folds(caller, data, fold_options.folds);
  const FoldGrams grams(caller, data, config, options);
  LinearPathValidation result;
  result.path = PathMaker::make(caller, data, config, options, grams.of_all());
  result.folds = folds.folds();
  const Metric metric =
      fold_options.metric ? *fold_options.metric : metric::defaults(result.path.config().loss).front();
  // Folds have the strengths of all, up to where the path of all ends.
  options.strengths.clear();
  for (const LinearPathPoint& point : result.path.points()) options.strengths.push_back(point.strength);
  options.most_nonzero = 0;
  options.effective_df = false;
  MetricCurves curves(result.folds.size());
  FoldWarnings warnings(data);
  for (std::size_t f = 0; f < result.folds.size(); ++f)
    in_fold(caller, folds, f, [&] {
      const FoldRows& rows = folds.rows(f);
      LinearConfig config_of_fold = config;
      config_of_fold.loss = loss_of_rows(config.loss, result.folds[f].train);
      const KnownGram gram = is_complement(result.folds[f], data) ? grams.without(rows.test) : KnownGram();
      const LinearPath path = PathMaker::make("fit_path", rows.train, config_of_fold, options, gram);
      UndefinedMetrics undefined;
      judge(path, rows.test, metric, options, f, curves, undefined);
      std::vector<std::string> remarks = path.warnings();
      for (const auto& [name, why] : undefined)
        remarks.push_back(fmt::format("metric \"{}\" is undefined: {}", name, why));
      warnings.add(f, remarks);
      folds.forget(f);
    });
  result.curve = std::move(curves).curves().front();
  result.warnings = result.path.warnings();
  for (const std::string& warning : warnings.all())
    if (std::ranges::find(result.warnings, warning) == result.warnings.end()) result.warnings.push_back(warning);
  result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return result;
}

}  // namespace

LinearPathValidation cross_validate_path(const Dataset& data, const LinearConfig& config,
                                         const LinearPathOptions& options, const PathFoldOptions& folds) {
  return or_out_of_memory(caller, [&] { return validated(data, config, options, folds); });
}

PathChoice LinearPathValidation::choose(PathRule rule) const {
  if (rule != PathRule::best && rule != PathRule::one_standard_error)
    fail<ArgumentError>("LinearPathValidation::choose: rule {} is of a path, not of folds. Hint: choose(path, rule).",
                        name_of(rule));
  const int rounds = curve.best_rounds();
  if (rounds == 0) fail<ArgumentError>("LinearPathValidation::choose: {} is undefined at every strength.", curve.name);
  const auto best = static_cast<std::size_t>(rounds) - 1;
  const auto mean = [&](std::size_t i) { return curve.spread[i].mean; };
  std::size_t index = best;
  const double error = curve.spread[best].standard_error;
  if (rule == PathRule::one_standard_error)
    for (std::size_t i = best; i-- > 0;)
      if (curve.higher_is_better ? mean(i) >= mean(best) - error : mean(i) <= mean(best) + error) index = i;
  const auto at = [&](std::size_t i) {
    return fmt::format("strength {:.6g}, {}", path[i].strength, counted(path[i].nonzero, "column"));
  };
  PathChoice choice{index, path[index].strength, mean(index), ""};
  choice.why = rule == PathRule::best
                   ? fmt::format("{}: the best mean {} of {}, {:.6g}, over {}", at(best), curve.name,
                                 counted(path.size(), "strength"), mean(best), counted(folds.size(), "fold"))
                   : fmt::format(
                         "{}: the largest whose mean {}, {:.6g}, is within one standard error, {:.2g}, of the "
                         "best, {:.6g} at {}",
                         at(index), curve.name, mean(index), error, mean(best), at(best));
  return choice;
}

std::ostream& operator<<(std::ostream& out, const LinearPathValidation& validation) {
  const MetricCurve& curve = validation.curve;
  out << fmt::format("{:>12} {:>8} {:>14} {:>12}\n", "strength", "columns", curve.name, "error");
  for (std::size_t i = 0; i < validation.path.size(); ++i)
    out << fmt::format("{:>12.6g} {:>8} {:>14.6g} {:>12.2g}\n", validation.path[i].strength, validation.path[i].nonzero,
                       curve.spread[i].mean, curve.spread[i].standard_error);
  if (curve.best_rounds() > 0)
    for (const PathRule rule : {PathRule::best, PathRule::one_standard_error})
      out << fmt::format("{:<19} {}\n", name_of(rule), validation.choose(rule).why);
  return out;
}

LinearChoice fit_best(const Dataset& train, const LinearConfig& config, PathRule rule, const LinearPathOptions& options,
                      const PathFoldOptions& folds) {
  LinearChoice choice;
  if (rule == PathRule::best || rule == PathRule::one_standard_error) {
    LinearPathValidation validation = cross_validate_path(train, config, options, folds);
    choice.choice = validation.choose(rule);
    choice.path = std::move(validation.path);
  } else {
    LinearPathOptions with_df = options;
    with_df.effective_df = true;
    choice.path = fit_path(train, config, with_df);
    choice.choice = choose(choice.path, rule);
  }
  choice.model = choice.path.model(choice.choice.index);
  choice.why = choice.choice.why;
  return choice;
}

}  // namespace linden
