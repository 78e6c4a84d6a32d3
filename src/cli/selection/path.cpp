// linden path: linear fits under penalties of many strengths, as a table, as weights and as a model.
#include <fmt/format.h>

#include <linden/linear_choice.hpp>
#include <linden/linear_path.hpp>
#include <memory>
#include <sstream>

#include "base/counted.hpp"
#include "base/fail.hpp"
#include "cli/commands.hpp"
#include "cli/commands/held_out.hpp"
#include "cli/fields.hpp"
#include "cli/options.hpp"
#include "cli/paths.hpp"
#include "cli/reading.hpp"
#include "cli/saving.hpp"
#include "cli/selection/fold_options.hpp"
#include "cli/selection/path_options.hpp"
#include "cli/train/formula.hpp"
#include "cli/train/train.hpp"

namespace linden::cli {
namespace {

struct PathArguments {
  ReadOptions read;
  FoldArguments folds;
  std::string data, device = "auto", weights, points, choose, out;
  std::vector<std::string> metrics;
  std::vector<Assignment> set;
  PathFields path;

  std::FILE* report() const { return weights == "-" || points == "-" || out == "-" ? stderr : stdout; }
};

// The rule that is asked for, before the data is read.
std::optional<PathRule> rule_of(const PathArguments& args) {
  if (args.choose.empty()) {
    if (!args.out.empty())
      fail<ArgumentError>("--out {}: a path has many models. Hint: --choose RULE takes one.", args.out);
    if (!args.metrics.empty()) fail<ArgumentError>("--metrics are for --choose best and one_standard_error.");
    return std::nullopt;
  }
  const PathRule rule = path_rule_named(args.choose);
  const bool wants_folds = rule == PathRule::best || rule == PathRule::one_standard_error;
  if (!wants_folds && !args.metrics.empty())
    fail<ArgumentError>("--metrics are for --choose best and one_standard_error.");
  if (args.metrics.size() > 1) fail<ArgumentError>("--metrics {}: one decides.", fmt::join(args.metrics, ","));
  return rule;
}

template <class Printed>
void print_lines(std::FILE* report, const Printed& printed) {
  std::ostringstream lines;
  lines << printed;
  fmt::print(report, "{}", lines.str());
}

void run_path(const PathArguments& asked) {
  PathArguments args = asked;
  LinearConfig config = configure<LinearConfig>(args.set, false);
  settle_formula(config, args.read);
  config.check();  // before the data is read
  LinearPathOptions options = path_options(args.path);
  const std::optional<PathRule> rule = rule_of(args);
  const bool wants_folds = rule == PathRule::best || rule == PathRule::one_standard_error;
  check_fold_options(args.folds);
  check_paths({{"--data", args.data}}, {{"--weights", args.weights}, {"--points", args.points}, {"--out", args.out}});
  check_formats(args.read, {args.data});
  options.device = device_of(args.device, args.report());
  options.threads = args.read.threads;
  const double start = now();
  Dataset train = read_training(args.data, args.read);
  const double seconds_read = now() - start;
  PathFoldOptions folds;
  std::string words;
  if (wants_folds) {
    FoldedData folded = cli::folded(train, args.folds);
    train = std::move(folded.data);
    folds.folds = std::move(folded.folds);
    const std::vector<Metric> metrics = metrics_by_name(args.metrics);
    if (!metrics.empty()) folds.metric = metrics.front();
    words = folded.words;
  }
  std::ostringstream summary;
  summary << train;
  fmt::print(args.report(), "data        {}: {}\n", args.data, summary.str());
  if (!words.empty()) fmt::print(args.report(), "folds       {}\n", words);
  if (config.loss.name() == "automatic") {
    config.loss = default_loss(train);
    print_chosen(args.report(), config.loss, train);
  }
  check_exposure(args.read, config.loss);
  report_choices(args.report());
  LinearPath path;
  std::vector<std::string> warnings;
  std::optional<PathChoice> choice;
  const double fit_start = now();
  if (wants_folds) {
    LinearPathValidation validation = cross_validate_path(train, config, options, folds);
    choice = validation.choose(*rule);
    print_lines(args.report(), validation);
    warnings = validation.warnings;
    path = std::move(validation.path);
  } else {
    options.effective_df = rule.has_value();
    path = fit_path(train, config, options);
    if (rule) choice = choose(path, *rule);
    print_lines(args.report(), path);
    warnings = path.warnings();
  }
  if (choice) fmt::print(args.report(), "chosen      {}\n", choice->why);
  fmt::print(args.report(), "seconds     read {:.3f}, fit {:.3f}\n", seconds_read, now() - fit_start);
  print_remarks(warnings);
  if (!args.weights.empty()) write_result(args.weights, path.weights_csv());
  if (!args.points.empty()) write_result(args.points, path.points_csv());
  if (args.out.empty()) return;
  const LinearModel model = path.model(choice->index);
  if (is_standard_output(args.out))
    write_result(args.out, model.to_string());
  else
    save_or_rescue(args.out, [&](const std::filesystem::path& file) { model.save(file); });
}

}  // namespace

void add_path(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("path", "Fit a linear model under penalties of many strengths, from none in to all.");
  auto args = std::make_shared<PathArguments>();
  add_training_options(*command, args->data, args->read);
  add_trials_option(*command, args->read);
  add_path_options(*command, args->path);
  command->add_option("--choose", args->choose,
                      "a strength by this rule: best or one_standard_error over folds, aic, aicc, bic, ebic, gcv");
  command->add_option("--out", args->out,
                      "write the model of the strength that --choose says to this file; - is "
                      "standard output");
  add_fold_options(*command, args->folds);
  add_metrics_option(*command, args->metrics);
  command->add_option("--weights", args->weights,
                      "write all weights that are not 0 to this CSV file; - is standard output");
  command->add_option("--points", args->points, "write the table of strengths to this CSV file; - is standard output");
  add_device_option(*command, args->device);
  add_format_options(*command, args->read);
  add_field_options(*command, args->set);
  command->callback([args] { run_path(*args); });
}

}  // namespace linden::cli
