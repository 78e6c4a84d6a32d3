// linden train --model boosted: rounds with a progress bar, early stopping, and what is printed about them.
#include <atomic>
#include <csignal>
#include <linden/callback.hpp>

#include "base/counted.hpp"
#include "base/fail.hpp"
#include "cli/train/formula.hpp"
#include "cli/ranks.hpp"
#include "cli/train/train.hpp"

namespace linden::cli {
namespace {

std::atomic<bool> interrupted{false};

// Ctrl-C ends training after the round; the model so far is kept. A second one ends the program.
Callback stop_on_interrupt() {
  std::signal(SIGINT, [](int) {
    interrupted = true;
    std::signal(SIGINT, SIG_DFL);
  });
  return [](const Round&) { return interrupted ? Signal::stop() : Signal::proceed(); };
}

// One file needs no name.
ValidationSets watched(const TrainArguments& args, const TrainingInput& input) {
  if (input.valid.size() == 1 && !args.train_metrics) return input.valid.front().rows;
  std::vector<ValidationSet> sets;
  for (const HeldOut& held_out : input.valid) sets.push_back({held_out.name, held_out.rows});
  return sets;
}

Json to_json(const std::vector<std::vector<MetricValue>>& history) {
  Json rounds = Json::array();
  for (const std::vector<MetricValue>& metrics : history) {
    Json& round = rounds.emplace_back(Json::object());
    for (const MetricValue& metric : metrics) round[metric.name] = metric.value;
  }
  return rounds;
}

}  // namespace

void train_boosted(const TrainArguments& args) {
  if (args.firth) fail<ArgumentError>("--firth is for linear models. Hint: --model linear.");
  BoostingConfig config = configure<BoostingConfig>(args.set);
  settle_formula(config, args.read);
  if (args.patience > 0 && args.valid.empty())
    fail<ArgumentError>("--patience wants held-out data to watch. Hint: --valid FILE.");
  if (args.save_history && args.valid.empty() && !args.train_metrics)
    fail<ArgumentError>("--save-history wants rows to judge. Hint: --valid FILE, or --train-metrics.");
  const TrainingInput input(args);
  FitOptions options;
  if (input.devices.empty())
    options.device = input.device;
  else
    options.devices = input.devices;
  options.threads = args.read.threads;
  options.start = input.start;
  options.save_history = args.save_history;
  if (args.patience > 0 || args.save_history) {  // metrics after every round cost time: only where they matter
    options.valid = watched(args, input);
    options.metrics = input.metrics;
    options.train_metrics = args.train_metrics;
  }
  config.loss = chosen_loss(args, config.loss, input);
  options.callbacks = {progress_bar(), stop_on_interrupt()};
  if (args.patience > 0)
    options.callbacks.push_back(early_stopping({.patience = args.patience, .metric = "", .min_delta = 0}));
  report_choices(args.report());
  options.ranks = ranks();
  options.checkpoint = checkpoint_of(args);
  const BoostedModel model = fit_boosted(input.train, config, options);
  options.callbacks.clear();  // with them the line of the bar ends, where training did before its last round
  if (!is_first()) return;
  const double write_start = now();
  write_model(model, args);
  const double seconds_write = now() - write_start;

  fmt::print(args.report(), "model       {}: {}, {}\n", args.out, counted(model.rounds(), "round"),
             counted(model.trees().size(), "tree"));
  const Json metrics = report_metrics(args, input, model);
  fmt::print(args.report(), "seconds     read {:.3f}, bin {:.3f}, train {:.3f}, write {:.3f}\n", input.seconds_read,
             model.seconds_binning(), model.seconds_training(), seconds_write);
  fmt::print(args.report(), "speed       {:.3g} rows a second (rows x rounds / seconds of training)\n",
             static_cast<double>(input.train.rows()) * model.rounds() / model.seconds_training());
  std::vector<std::string> remarks = input.remarks;
  add_new(remarks, model.warnings());
  print_remarks(remarks);
  Json report{{"seconds",
               {{"read", input.seconds_read},
                {"bin", model.seconds_binning()},
                {"train", model.seconds_training()},
                {"write", seconds_write}}},
              {"metrics", metrics}};
  if (!model.history().empty()) report["history"] = to_json(model.history());
  write_report(args, report);
}

}  // namespace linden::cli
