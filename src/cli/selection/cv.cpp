// linden cv: how well a configuration does on rows that its models have not seen.
#include <fmt/format.h>

#include <cmath>
#include <linden/linear_choice.hpp>
#include <memory>
#include <sstream>
#include <utility>

#include "base/fail.hpp"
#include "cli/train/formula.hpp"
#include "cli/commands.hpp"
#include "cli/commands/held_out.hpp"
#include "base/csv_field.hpp"
#include "cli/options.hpp"
#include "cli/selection/input.hpp"
#include "cli/train/train.hpp"

namespace linden::cli {
namespace {

struct CvArguments : SelectionArguments {
  std::string json, predictions, curves;
  bool path = false;

  std::FILE* report() const { return json == "-" || predictions == "-" || curves == "-" ? stderr : stdout; }
};

// CSV has nothing, and JSON null, where there is no number.
std::string text_of(double value) { return std::isnan(value) ? "" : fmt::format("{}", value); }
Json json_of(double value) { return std::isnan(value) ? Json() : Json(value); }

// A line a row: the folds that held it out, its label, and what was predicted.
std::string predictions_text(const CrossValidation& cv, const Dataset& data) {
  const auto rows = static_cast<std::size_t>(data.rows());
  std::vector<std::string> folds(rows);
  for (std::size_t f = 0; f < cv.folds.size(); ++f)
    for (const std::int64_t row : cv.folds[f].test) {
      std::string& held_out = folds[static_cast<std::size_t>(row)];
      held_out += fmt::format("{}{}", held_out.empty() ? "" : " ", f + 1);
    }
  const std::size_t outputs = cv.prediction.rank() == 2 ? static_cast<std::size_t>(cv.prediction.size(1)) : 1;
  const std::size_t labels = data.label().rank() == 2 ? static_cast<std::size_t>(data.label().size(1)) : 1;
  std::string text = "fold";
  for (std::size_t k = 0; k < labels; ++k)
    text += labels == 1                  ? ",label"
            : data.label_names().empty() ? fmt::format(",label_{}", k)
                                         : "," + csv_field("label_" + data.label_names()[k]);
  for (std::size_t k = 0; k < outputs; ++k)
    text += outputs == 1         ? ",prediction"
            : cv.classes.empty() ? fmt::format(",prediction_{}", k)
                                 : "," + csv_field("prediction_" + cv.classes[k]);
  text += '\n';
  const auto predicted = cv.prediction.span<const double>();
  const auto label = data.label().span<const double>();
  for (std::size_t row = 0; row < rows; ++row) {
    text += folds[row];
    for (std::size_t k = 0; k < labels; ++k) {
      const double value = label[row * labels + k];
      text += data.classes().empty() ? fmt::format(",{}", value)
                                     : "," + csv_field(data.classes()[static_cast<std::size_t>(value)]);
    }
    for (std::size_t k = 0; k < outputs; ++k) text += ',' + text_of(predicted[row * outputs + k]);
    text += '\n';
  }
  return text;
}

// A line a round: of each metric its mean, deviation and error, and the values of the folds.
std::string curves_text(const CrossValidation& cv) {
  std::string text = "round";
  for (const MetricCurve& curve : cv.curves) {
    text += ',' + csv_field(curve.name + " mean") + ',' + csv_field(curve.name + " standard deviation") + ',' +
            csv_field(curve.name + " standard error");
    for (std::size_t f = 0; f < cv.folds.size(); ++f)
      text += ',' + csv_field(fmt::format("{} fold {}", curve.name, f + 1));
  }
  text += '\n';
  const std::size_t rounds = cv.curves.empty() ? 0 : cv.curves[0].values.size();
  for (std::size_t round = 0; round < rounds; ++round) {
    text += fmt::format("{}", round + 1);
    for (const MetricCurve& curve : cv.curves) {
      const FoldSpread& spread = curve.spread[round];
      for (const double value : {spread.mean, spread.standard_deviation, spread.standard_error})
        text += ',' + text_of(value);
      for (const double value : curve.values[round]) text += ',' + text_of(value);
    }
    text += '\n';
  }
  return text;
}

Json to_json(const CrossValidation& cv) {
  Json folds = Json::array();
  for (const Fold& fold : cv.folds) folds.push_back({{"train", fold.train.size()}, {"test", fold.test.size()}});
  Json metrics = Json::object();
  for (const MetricCurve& curve : cv.curves) {
    const FoldSpread& spread = cv.of(curve.name);
    Json& metric = metrics[curve.name] = {{"mean", json_of(spread.mean)},
                                          {"standard_deviation", json_of(spread.standard_deviation)},
                                          {"standard_error", json_of(spread.standard_error)}};
    const auto list = [](const auto& values, const auto& part) {
      Json all = Json::array();
      for (const auto& value : values) all.push_back(json_of(part(value)));
      return all;
    };
    const auto itself = [](double value) { return value; };
    metric["folds"] = list(curve.values[static_cast<std::size_t>(cv.rounds) - 1], itself);
    if (curve.values.size() == 1) continue;
    metric["best_rounds"] = curve.best_rounds();
    metric["history"] = {{"mean", list(curve.spread, [](const FoldSpread& s) { return s.mean; })},
                         {"standard_error", list(curve.spread, [](const FoldSpread& s) { return s.standard_error; })}};
  }
  return {{"rounds", cv.rounds}, {"folds", folds}, {"metrics", metrics}};
}

// Which number of rounds the metrics are of, and where they would be best.
std::string about_rounds(const CrossValidation& cv, bool stops_early) {
  const MetricCurve& first = cv.curves.front();
  const std::size_t trained = first.values.size();
  if (stops_early)
    return fmt::format("{}, which have the best mean of {} (of {} trained)", cv.rounds, first.name, trained);
  const int best = first.best_rounds();
  if (best == 0 || best == cv.rounds) return fmt::format("{}", cv.rounds);
  return fmt::format("{}; the best mean of {} is at {}: {:.6g}", cv.rounds, first.name, best,
                     first.spread[static_cast<std::size_t>(best) - 1].mean);
}

void report(const CvArguments& args, const SelectionInput& input, const CrossValidation& cv, bool linear) {
  std::ostringstream lines;
  lines << cv;
  fmt::print(args.report(), "{}", lines.str());
  if (!linear && !cv.curves.empty()) fmt::print(args.report(), "rounds      {}\n", about_rounds(cv, args.patience > 0));
  fmt::print(args.report(), "seconds     read {:.3f}, cross-validate {:.3f}\n", input.seconds_read, cv.seconds);
  print_remarks(cv.warnings);
  if (!args.predictions.empty()) write_result(args.predictions, predictions_text(cv, input.data));
  if (!args.curves.empty()) write_result(args.curves, curves_text(cv));
  if (args.json.empty()) return;
  Json json = to_json(cv);
  json["seconds"] = {{"read", input.seconds_read}, {"cross_validate", cv.seconds}};
  write_result(args.json, json.dump(2) + '\n');
}

template <class Config>
void cross_validate_with(const CvArguments& asked, bool linear) {
  CvArguments args = asked;
  Config config = configure<Config>(args.set);
  settle_formula(config, args.read);
  config.check();  // before the data is read
  SelectionInput input(args, {{"--json", args.json}, {"--predictions", args.predictions}, {"--curves", args.curves}},
                       args.report());
  config.loss = loss_for(input, config.loss, args.report());
  check_exposure(args.read, config.loss);
  if (args.patience > 0)
    input.options.callbacks = {progress_bar(),
                               early_stopping({.patience = args.patience, .metric = "", .min_delta = 0})};
  report_choices(args.report());
  const auto result = cross_validate(input.data, config, input.options);
  input.options.callbacks.clear();  // with them ends the line of the bar
  report(args, input, result, linear);
}

// The strengths of a path, which of them does best, and why.
void cross_validate_strengths(const CvArguments& asked, bool linear) {
  CvArguments args = asked;
  if (!linear) fail<ArgumentError>("--path is for linear models. Hint: --model linear.");
  const std::pair<const char*, bool> others[] = {{"--json", !args.json.empty()},
                                                 {"--predictions", !args.predictions.empty()},
                                                 {"--curves", !args.curves.empty()},
                                                 {"--train-metrics", args.train_metrics}};
  for (const auto& [option, is_given] : others)
    if (is_given) fail<ArgumentError>("{} does not go with --path. Hint: leave one out.", option);
  if (args.metrics.size() > 1)
    fail<ArgumentError>("--metrics {}: with --path one decides.", fmt::join(args.metrics, ","));
  LinearConfig config = configure<LinearConfig>(args.set);
  settle_formula(config, args.read);
  config.check();  // before the data is read
  SelectionInput input(args, {}, args.report());
  config.loss = loss_for(input, config.loss, args.report());
  check_exposure(args.read, config.loss);
  report_choices(args.report());
  PathFoldOptions folds;
  folds.folds = input.options.folds;
  if (!input.options.metrics.empty()) folds.metric = input.options.metrics.front();
  LinearPathOptions options;
  options.device = input.options.device;
  options.threads = input.options.threads;
  const LinearPathValidation validation = cross_validate_path(input.data, config, options, folds);
  std::ostringstream lines;
  lines << validation;
  fmt::print(args.report(), "{}", lines.str());
  fmt::print(args.report(), "seconds     read {:.3f}, cross-validate {:.3f}\n", input.seconds_read, validation.seconds);
  print_remarks(validation.warnings);
}

}  // namespace

void add_cv(CLI::App& app) {
  CLI::App* command = app.add_subcommand("cv", "Cross-validate: metrics on rows held out in turn.");
  auto args = std::make_shared<CvArguments>();
  add_selection_options(*command, *args);
  add_trials_option(*command, args->read);
  command->add_flag("--train-metrics", args->train_metrics, "metrics of the training rows, too");
  command->add_option("--predictions", args->predictions,
                      "write what was predicted for each row while it was held out to this CSV file; - is standard "
                      "output");
  command->add_option("--curves", args->curves, "write the metrics of every round to this CSV file");
  command->add_flag(
      "--path", args->path,
      "of linear models: 100 strengths of l1, which of them do best and why; linden path has other strengths");
  command->add_option("--json", args->json, "write metrics by round, folds and seconds to this file");
  command->callback([args] {
    const bool linear = is_linear(*args);
    if (args->path) return cross_validate_strengths(*args, linear);
    linear ? cross_validate_with<LinearConfig>(*args, linear) : cross_validate_with<BoostingConfig>(*args, linear);
  });
}

}  // namespace linden::cli
