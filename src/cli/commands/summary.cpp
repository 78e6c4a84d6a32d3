// linden summary: what R's summary() says of a linear model, on the rows that it was fitted to.
#include <fmt/format.h>

#include <cmath>
#include <linden/statistics.hpp>
#include <memory>
#include <sstream>

#include "base/csv_field.hpp"
#include "base/fail.hpp"
#include "cli/commands.hpp"
#include "cli/commands/held_out.hpp"
#include "cli/options.hpp"
#include "cli/paths.hpp"
#include "cli/reading.hpp"
#include "linear/model.hpp"

namespace linden::cli {
namespace {

struct SummaryArguments {
  ReadOptions read;
  std::string model, data, covariance = "classical", clusters, dispersion = "automatic", rows, csv;
  double level = 0.95;
  bool precisions = false, profile = false, effects = false, vif = false, json = false, has_level = false;
};

Dispersion dispersion_named(const std::string& name) {
  constexpr std::pair<const char*, Dispersion> known[] = {{"automatic", Dispersion::automatic},
                                                          {"one", Dispersion::one},
                                                          {"pearson", Dispersion::pearson},
                                                          {"deviance", Dispersion::deviance}};
  for (const auto& [word, kind] : known)
    if (name == word) return kind;
  fail<ArgumentError>("--dispersion is \"{}\"; it must be automatic, one, pearson or deviance.", name);
}

// All columns of the file, those that the model does not know, too.
Dataset all_columns(const SummaryArguments& args, const LinearModel& model, std::vector<std::string> categorical) {
  ReadOptions all = args.read;
  if (const std::vector<std::string> names = model.schema().label_names; !names.empty()) all.label = names;
  all.weight.clear();
  all.trials.clear();
  all.offset.clear();
  all.categorical = std::move(categorical);
  return read_training(args.data, all);
}

// Numbers of the clusters, whatever the column holds.
std::vector<double> clusters_of(const SummaryArguments& args, const LinearModel& model) {
  const Dataset data = all_columns(args, model, {args.clusters});
  std::vector<double> clusters;
  for (const std::int32_t code : data.column(args.clusters).values.span<const std::int32_t>()) {
    if (code < 0)
      fail<DataError>("--clusters {}: there is none at {}. Hint: a name of its own for a row of no cluster.",
                      args.clusters, data.where(std::ssize(clusters)));
    clusters.push_back(code);
  }
  return clusters;
}

StatisticsOptions statistics_options(const SummaryArguments& args, const LinearModel& model) {
  StatisticsOptions options;
  options.covariance = covariance_named(args.covariance);
  if (options.covariance == Covariance::clustered && args.clusters.empty())
    fail<ArgumentError>("--covariance clustered wants to know the clusters. Hint: --clusters COLUMN.");
  if (!args.clusters.empty()) options.clusters = clusters_of(args, model);
  options.dispersion = dispersion_named(args.dispersion);
  const bool has_trials = !args.read.trials.empty() || !model.state().trials_column.empty();
  options.weights = args.precisions || has_trials ? WeightMeaning::precisions : WeightMeaning::copies;
  options.level = args.level;
  options.threads = args.read.threads;
  return options;
}

void print_profiles(const std::vector<ProfileInterval>& intervals, double level) {
  fmt::print("\nIntervals by profile likelihood ({:g} %):\n", 100 * level);
  for (const ProfileInterval& interval : intervals)
    fmt::print("{:<32} {:>12.5g} {:>12.5g}\n", interval.name, interval.lower, interval.upper);
}

void print_effects(const LinearModel& model, const Dataset& data, const StatisticsOptions& options) {
  fmt::print("\nAverage marginal effects:\n{:<32} {:>12} {:>12} {:>9} {:>9}\n", "", "Effect", "Std. Error", "z value",
             "Pr(>|z|)");
  for (const Coefficient& c : marginal_effects(model, data, {.statistics = options}))
    fmt::print("{:<32} {:>12.5g} {:>12.5g} {:>9.3f} {:>9.4g}\n", c.name, c.estimate, c.standard_error, c.statistic,
               c.p_value);
}

// An infinite end of an interval, or one that is not known, is null.
Json number_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(); }

// All that was asked for, as one object.
std::string json_of(const SummaryArguments& args, const LinearModel& model, const Dataset& data,
                    const FitStatistics& fit, const std::vector<ProfileInterval>& profiles,
                    const StatisticsOptions& options) {
  Json json = Json::parse(to_json(fit));
  if (args.vif) {
    json["vif"] = Json::object();
    for (std::size_t f = 0; f < fit.vif.size(); ++f) json["vif"][model.weight_names()[f]] = number_or_null(fit.vif[f]);
  }
  if (args.profile) {
    json["profile"] = Json::array();
    for (const ProfileInterval& one : profiles)
      json["profile"].push_back(
          {{"name", one.name}, {"lower", number_or_null(one.lower)}, {"upper", number_or_null(one.upper)}});
  }
  if (args.effects) {
    json["effects"] = Json::array();
    for (const Coefficient& c : marginal_effects(model, data, {.statistics = options}))
      json["effects"].push_back({{"name", c.name},
                                 {"effect", number_or_null(c.estimate)},
                                 {"standard_error", number_or_null(c.standard_error)},
                                 {"statistic", number_or_null(c.statistic)},
                                 {"p_value", number_or_null(c.p_value)},
                                 {"lower", number_or_null(c.lower)},
                                 {"upper", number_or_null(c.upper)}});
  }
  return json.dump() + '\n';
}

// Weights with their errors, tests and intervals.
void write_weights(const std::string& path, const FitStatistics& fit) {
  std::string text = "feature,output,weight,standard_error,statistic,p_value,lower,upper\n";
  for (const Coefficient& c : fit.coefficients)
    text += c.is_left_out ? fmt::format("{},{},,,,,,\n", csv_field(c.name), csv_field(c.output))
                          : fmt::format("{},{},{},{},{},{},{},{}\n", csv_field(c.name), csv_field(c.output), c.estimate,
                                        c.standard_error, c.statistic, c.p_value, c.lower, c.upper);
  write_result(path, text);
}

void write_rows(const std::string& path, const RowStatistics& rows) {
  std::string text =
      "mean,leverage,response_residual,pearson_residual,deviance_residual,standardised_pearson,"
      "standardised_deviance,studentised,cooks_distance\n";
  for (std::size_t i = 0; i < rows.mean.size(); ++i)
    text += fmt::format("{},{},{},{},{},{},{},{},{}\n", rows.mean[i], rows.leverage[i], rows.response_residual[i],
                        rows.pearson_residual[i], rows.deviance_residual[i], rows.standardised_pearson[i],
                        rows.standardised_deviance[i], rows.studentised[i], rows.cooks_distance[i]);
  write_result(path, text);
}

void run_summary(const SummaryArguments& args) {
  if (args.has_level && !args.profile && !args.json && args.csv.empty())
    fail<ArgumentError>("--level {} is of intervals, which the table has none of. Hint: --profile, --csv or --json.",
                        args.level);
  if (args.json && is_standard_output(args.csv))
    fail<ArgumentError>("--csv and --json both write to standard output. Hint: --csv FILE.");
  check_paths({{"--model", args.model}, {"--data", args.data}}, {{"--rows", args.rows}, {"--csv", args.csv}});
  check_formats(args.read, {args.data});
  const AnyModel any = read_model(args.model);
  const auto* const model = std::get_if<LinearModel>(&any);
  if (model == nullptr)
    fail<ArgumentError>("--model {}: that is a boosted model, whose leaves have no errors. Hint: linden inspect.",
                        args.model);
  const Dataset data = read_for(any, args.data, as_trained(any, args.read), true);
  const StatisticsOptions options = statistics_options(args, *model);
  const FitStatistics fit = statistics(*model, data, options);
  std::vector<ProfileInterval> profiles;  // what is refused is so before anything is printed
  if (args.profile) profiles = profile_intervals(*model, data, {}, options);
  if (!args.rows.empty()) write_rows(args.rows, row_statistics(*model, data, options));
  if (!args.csv.empty()) write_weights(args.csv, fit);
  if (is_standard_output(args.csv)) return print_remarks(data.remarks());
  if (args.json) return write_result("-", json_of(args, *model, data, fit, profiles, options));
  std::ostringstream text;
  text << fit;
  write_result("-", text.str());
  if (args.vif) {
    fmt::print("\nVariance inflation:\n");
    for (std::size_t f = 0; f < fit.vif.size(); ++f)
      fmt::print("{:<32} {:>12.5g}\n", model->weight_names()[f], fit.vif[f]);
  }
  if (args.effects) print_effects(*model, data, options);
  if (args.profile) print_profiles(profiles, options.level);
  print_remarks(data.remarks());
}

}  // namespace

void add_summary(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "summary", "Errors, tests and fit of a linear model without penalties, on the rows that it was fitted to.");
  auto args = std::make_shared<SummaryArguments>();
  const std::string trained_with = "that which the model was trained with";
  command->add_option("--model,model", args->model, "a model file of linden train --model linear")->required();
  command->add_option("--data", args->data, "the rows that it was fitted to")->required();
  command->add_option("--covariance", args->covariance, "classical, hc0, hc1, hc2, hc3 or clustered")
      ->capture_default_str();
  command->add_option("--clusters", args->clusters, "CSV: the column of clusters, whose rows depend on one another");
  command->add_option("--dispersion", args->dispersion, "automatic, one, pearson or deviance")->capture_default_str();
  command->add_flag("--precisions", args->precisions,
                    "weights say how precise labels are (as R's), or of how many trials shares are; else a row of "
                    "weight 2 is two rows");
  add_trials_option(*command, args->read, trained_with);
  CLI::Option* const level =
      command->add_option("--level", args->level, "of intervals, between 0 and 1")->capture_default_str();
  command->add_flag("--profile", args->profile, "print intervals by profile likelihood, too");
  command->add_flag("--effects", args->effects, "print average marginal effects, too");
  command->add_flag("--vif", args->vif, "print variance inflation factors, too");
  command->add_option("--rows", args->rows, "write leverage, residuals and Cook's distance of each row, as CSV");
  command->add_option("--csv", args->csv,
                      "write weights with their errors, tests and intervals to this CSV file; - is standard output");
  command->add_flag("--json", args->json, "print one JSON object");
  add_known_label_option(*command, args->read);
  add_label_options(*command, args->read, trained_with);
  add_offset_option(*command, args->read, "those that the model was trained with");
  add_format_options(*command, args->read);
  command->callback([args, level] {
    args->has_level = level->count() > 0;
    run_summary(*args);
  });
}

}  // namespace linden::cli
