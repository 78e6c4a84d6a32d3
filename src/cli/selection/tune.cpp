// linden tune: configurations drawn from a space, the best of which is trained on all rows.
#include <fmt/format.h>

#include <cmath>
#include <linden/search.hpp>
#include <memory>
#include <type_traits>

#include "base/counted.hpp"
#include "base/fail.hpp"
#include "cli/train/formula.hpp"
#include "cli/commands.hpp"
#include "cli/commands/held_out.hpp"
#include "cli/options.hpp"
#include "cli/saving.hpp"
#include "cli/selection/input.hpp"
#include "cli/words.hpp"

namespace linden::cli {
namespace {

struct TuneArguments : SelectionArguments {
  std::vector<std::string> space;
  std::string out, json, csv, trials_file, halving;
  int trials = 50, factor = 0, least = 0;
  double seconds = 0;
  std::uint64_t seed = 0;

  std::FILE* report() const { return out == "-" || json == "-" || csv == "-" ? stderr : stdout; }
};

SearchSpace space_of(const TuneArguments& args, const SearchSpace& otherwise) {
  SearchSpace space;
  for (const std::string& text : args.space) {
    const std::size_t equals = text.find('=');
    if (equals == text.npos)
      fail<ArgumentError>("--try {}: it must be field=values, learning_rate=log:0.02..0.3.", text);
    std::string field = text.substr(0, equals);
    std::ranges::replace(field, '-', '_');
    space.push_back({field, space::by_text(text.substr(equals + 1))});
  }
  return space.empty() ? otherwise : space;
}

void check_options(const TuneArguments& args) {
  if (args.metrics.size() > 1)
    fail<ArgumentError>("--metrics {}: one metric decides. Hint: leave the others out.", fmt::join(args.metrics, ","));
  if (!args.halving.empty() && args.halving != "rounds" && args.halving != "rows")
    fail<ArgumentError>("--halving is \"{}\"; it must be rounds or rows.", args.halving);
  if (args.halving.empty() && (args.factor > 0 || args.least > 0))
    fail<ArgumentError>("{} is for successive halving. Hint: --halving rounds, or rows.",
                        args.factor > 0 ? "--factor" : "--least");
}

SearchOptions options_of(const TuneArguments& args, const SelectionInput& input) {
  SearchOptions options{.trials = args.trials,
                        .seconds = args.seconds,
                        .seed = args.seed,
                        .folds = input.options.folds,
                        .file = args.trials_file,
                        .refit = !args.out.empty(),
                        .device = input.options.device,
                        .threads = input.options.threads};
  if (!input.options.metrics.empty()) options.metric = input.options.metrics.front();
  if (!args.halving.empty()) {
    Halving halving{.least = args.least};
    halving.budget = args.halving == "rows" ? Halving::Budget::rows : Halving::Budget::rounds;
    if (args.factor > 0) halving.factor = args.factor;
    options.halving = halving;
  }
  if (args.patience > 0) options.early_stopping = EarlyStopping{.patience = args.patience};
  return options;
}

std::string settings(const std::vector<TrialValue>& values) {
  std::vector<std::string> words;
  for (const TrialValue& value : values) words.push_back(fmt::format("{} {}", option_of(value.field), value.value));
  return fmt::format("{}", fmt::join(words, " "));
}

std::string score_of(const Trial& trial) {
  if (!trial.failure.empty()) return "failed";
  if (std::isnan(trial.score.mean)) return "undefined";
  return fmt::format("{:.6g} +- {:.2g}", trial.score.mean, trial.score.standard_error);
}

// A line a trial, under a header: whoever waits sees what is found.
class TrialTable {
 public:
  TrialTable(std::FILE* to, const SearchSpace& space, bool has_rungs, bool has_rounds)
      : to_(to), has_rungs_(has_rungs), has_rounds_(has_rounds) {
    line(
        "trial", "rung", "rounds", "score", [&](std::size_t f) { return space[f].field; }, space.size());
  }

  void add(const Trial& trial) const {
    line(
        fmt::format("{}", trial.number), fmt::format("{}", trial.rung + 1), fmt::format("{}", trial.rounds),
        score_of(trial), [&](std::size_t f) { return trial.values[f].value; }, trial.values.size());
  }

 private:
  template <class Field>
  void line(const std::string& trial, const std::string& rung, const std::string& rounds, const std::string& score,
            const Field& field, std::size_t fields) const {
    std::string text = fmt::format("{:<11}", trial);
    if (has_rungs_) text += fmt::format(" {:>4}", rung);
    if (has_rounds_) text += fmt::format(" {:>6}", rounds);
    text += fmt::format(" {:>20}", score);
    for (std::size_t f = 0; f < fields; ++f) {
      const std::string word = field(f);
      if (widths_.size() == f) widths_.push_back(std::max<std::size_t>(word.size(), 9));  // of the header
      text += fmt::format("  {:>{}}", word, widths_[f]);
    }
    fmt::print(to_, "{}\n", text);
    std::fflush(to_);
  }

  std::FILE* to_;
  bool has_rungs_, has_rounds_;
  mutable std::vector<std::size_t> widths_;
};

Json json_of(double value) { return std::isnan(value) ? Json() : Json(value); }

Json to_json(const SearchReport& found) {
  Json rungs = Json::array(), trials = Json::array();
  for (const Rung& rung : found.rungs)
    rungs.push_back({{"trials", rung.trials}, {"rounds", rung.rounds}, {"rows", rung.rows}});
  for (const Trial& trial : found.trials) {
    Json values = Json::object();
    for (const TrialValue& value : trial.values) values[value.field] = value.value;
    Json& added = trials.emplace_back(Json{{"trial", trial.number},
                                           {"rung", trial.rung},
                                           {"values", values},
                                           {"rounds", trial.rounds},
                                           {"mean", json_of(trial.score.mean)},
                                           {"standard_deviation", json_of(trial.score.standard_deviation)},
                                           {"standard_error", json_of(trial.score.standard_error)},
                                           {"seconds", trial.seconds}});
    if (!trial.failure.empty()) added["failure"] = trial.failure;
  }
  return {{"metric", found.metric}, {"best", found.best_trial}, {"rungs", rungs}, {"trials", trials}};
}

template <class Config>
void tune_with(const TuneArguments& asked) {
  TuneArguments args = asked;
  Config config = configure<Config>(args.set);
  settle_formula(config, args.read);
  config.check();  // before the data is read
  check_options(args);
  const SearchSpace space = space_of(args, space::of(config));
  std::FILE* const to = args.report();
  const SelectionInput input(
      args, {{"--out", args.out}, {"--json", args.json}, {"--csv", args.csv}, {"--trials-file", args.trials_file}}, to);
  config.loss = loss_for(input, config.loss, to);
  check_exposure(args.read, config.loss);
  SearchOptions options = options_of(args, input);
  std::vector<std::string> words;
  for (const SearchField& one : space) words.push_back(fmt::format("{}={}", one.field, one.values.text()));
  fmt::print(to, "space       {}\n", fmt::join(words, " "));
  const TrialTable table(to, space, options.halving.has_value(), std::is_same_v<Config, BoostingConfig>);
  options.after_trial = [&](const Trial& trial) { table.add(trial); };
  report_choices(to);
  const auto found = search(input.data, config, space, options);
  const Trial& best = found.best();
  fmt::print(to, "best        trial {}: {} {}\n", best.number, found.metric, score_of(best));
  std::vector<TrialValue> values = best.values;
  if constexpr (std::is_same_v<Config, BoostingConfig>)
    if (std::ranges::find(values, "rounds", &TrialValue::field) == values.end())
      values.push_back({"rounds", fmt::format("{}", *found.config.rounds)});
  fmt::print(to, "settings    {}\n", settings(values));
  if (found.out_of_time) fmt::print(to, "time        over after {}\n", counted(found.trials.size(), "trial"));
  if (!args.out.empty()) {
    if (is_standard_output(args.out))
      write_result(args.out, found.model.to_string());
    else
      save_or_rescue(args.out, [&](const std::filesystem::path& path) { found.model.save(path); });
    fmt::print(to, "model       {}: of all rows\n", args.out);
  }
  fmt::print(to, "seconds     read {:.3f}, search {:.3f}\n", input.seconds_read, found.seconds);
  std::vector<std::string> remarks = input.data.remarks();
  add_new(remarks, found.warnings);
  print_remarks(remarks);
  if (!args.csv.empty()) write_result(args.csv, found.csv());
  if (args.json.empty()) return;
  Json json = to_json(found);
  json["seconds"] = {{"read", input.seconds_read}, {"search", found.seconds}};
  write_result(args.json, json.dump(2) + '\n');
}

}  // namespace

void add_tune(CLI::App& app) {
  CLI::App* command = app.add_subcommand("tune", "Search for the configuration that does best in cross-validation.");
  auto args = std::make_shared<TuneArguments>();
  add_selection_options(*command, *args);
  command
      ->add_option(
          "--try", args->space,
          "field=values, may be repeated: learning_rate=log:0.02..0.3 (logarithmic), row_fraction=0.5..1.0 (a "
          "point: real numbers), max_depth=2..9 (whole numbers), growth=leaf_wise,level_wise (default: a space "
          "to begin with)")
      ->take_all()
      ->allow_extra_args(false);
  command->add_option("--trials", args->trials, "how many configurations")
      ->check(whole_number(1, 1'000'000))
      ->capture_default_str();
  command->add_option("--halving", args->halving,
                      "successive halving: rounds or rows are what many trials have little of and few all");
  command->add_option("--factor", args->factor, "with --halving: one trial in so many goes on (default 3)")
      ->check(whole_number(2, 1000));
  command
      ->add_option("--least", args->least, "with --halving: rounds or rows to begin with, at least (default 10, 1000)")
      ->check(whole_number(1, 2'147'483'647));
  command->add_option("--seconds", args->seconds, "begin no trial after so many")->check(CLI::NonNegativeNumber);
  command->add_option("--search-seed", args->seed, "which configurations are drawn (default 0)")->check(a_seed());
  command->add_option("--trials-file", args->trials_file,
                      "keep trials in this file; a search that was broken off goes on with those in it");
  command->add_option("--out", args->out, "train the best configuration on all rows, and write the model here");
  command->add_option("--csv", args->csv, "write the table of trials to this file; - is standard output");
  command->add_option("--json", args->json, "write trials, rungs and seconds to this file; - is standard output");
  command->callback([args] { is_linear(*args) ? tune_with<LinearConfig>(*args) : tune_with<BoostingConfig>(*args); });
}

}  // namespace linden::cli
