// linden train: from a data file to a model file, with held-out metrics and where the seconds went.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/atomic_file.hpp"
#include "cli/commands.hpp"
#include "cli/reading.hpp"
#include <linden/error.hpp>

namespace linden::cli {
namespace {

struct TrainArguments {
  ReadOptions read;
  std::string data, valid, out, json, device = "auto", family = "boosted";
  std::vector<std::string> set;
  int patience = 0;
};

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

std::atomic<bool> interrupted{false};

// Ctrl-C ends training after the round; the model so far is kept. A second one ends the program.
Callback stop_on_interrupt() {
  std::signal(SIGINT, [](int) {
    interrupted = true;
    std::signal(SIGINT, SIG_DFL);
  });
  return [](const Round&) { return interrupted ? Signal::stop() : Signal::proceed(); };
}

BoostingConfig configure(const std::vector<std::string>& assignments, bool& loss_named) {
  BoostingConfig config;
  const auto is_loss = [](const std::string& assignment) { return assignment.starts_with("loss="); };
  // The loss first: its parameters may stand before it.
  std::vector<std::string> ordered = assignments;
  std::ranges::stable_partition(ordered, is_loss);
  for (const std::string& assignment : ordered) {
    const std::size_t equals = assignment.find('=');
    if (equals == std::string::npos) throw ArgumentError(fmt::format("--set {}: it must be field=value.", assignment));
    set_field(config, assignment.substr(0, equals), assignment.substr(equals + 1));
    loss_named |= is_loss(assignment);
  }
  return config;
}

nlohmann::ordered_json evaluate(const BoostedModel& model, const Dataset& data, int threads) {
  const Tensor prediction = model.predict(data, {.threads = threads});
  const Tensor label = model.labels_of(data);
  nlohmann::ordered_json metrics = nlohmann::ordered_json::object();
  for (const Metric& metric : metric::defaults(model.loss()))
    metrics[metric.name()] = metric.evaluate(prediction, label, data.weight());
  return metrics;
}

void run_train(const TrainArguments& args) {
  if (args.family != "boosted") throw ArgumentError(fmt::format("--model is \"{}\"; it must be boosted.", args.family));
  bool loss_named = false;
  BoostingConfig config = configure(args.set, loss_named);
  check_replaceable(args.out);
  if (!args.json.empty()) check_replaceable(args.json);
  const Device device = device_of(args.device);
  const double start = now();
  const Dataset train = read_training(args.data, args.read);
  FitOptions options{.device = device, .threads = args.read.threads, .valid = {}, .metrics = {}, .callbacks = {}};
  std::optional<Dataset> valid;
  if (!args.valid.empty()) valid = read_training(args.valid, args.read);
  if (args.patience > 0) {  // metrics after every round cost time: only where something depends on them
    if (!valid) throw ArgumentError("--patience wants held-out data to watch. Hint: --valid FILE.");
    options.valid = valid;
  }
  const double seconds_read = now() - start;
  fmt::print("data        {}: {} rows, {} features\n", args.data, train.rows(), train.features());

  if (!loss_named) {
    config.loss = default_loss(train);
    fmt::print("loss        {} (chosen by the label; --set loss=NAME names another)\n", config.loss.name());
  }
  options.callbacks = {progress_bar(), stop_on_interrupt()};
  if (args.patience > 0)
    options.callbacks.push_back(early_stopping({.patience = args.patience, .metric = "", .min_delta = 0}));
  const BoostedModel model = fit_boosted(train, config, options);
  const double write_start = now();
  model.save(args.out);
  const double seconds_write = now() - write_start;

  nlohmann::ordered_json metrics = nlohmann::ordered_json::object();
  if (valid) metrics = evaluate(model, *valid, args.read.threads);
  fmt::print("model       {}: {} rounds, {} trees\n", args.out, model.rounds(), model.trees().size());
  for (const auto& [name, value] : metrics.items()) fmt::print("{:<11} {:.6g} (held out)\n", name, value.get<double>());
  fmt::print("seconds     read {:.3f}, bin {:.3f}, train {:.3f}, write {:.3f}\n", seconds_read, model.seconds_binning(),
             model.seconds_training(), seconds_write);
  fmt::print("speed       {:.3g} rows a second (rows x rounds / seconds of training)\n",
             static_cast<double>(train.rows()) * model.rounds() / model.seconds_training());
  if (args.json.empty()) return;
  const nlohmann::ordered_json report{{"seconds",
                                       {{"read", seconds_read},
                                        {"bin", model.seconds_binning()},
                                        {"train", model.seconds_training()},
                                        {"write", seconds_write}}},
                                      {"metrics", metrics}};
  replace_file(args.json, report.dump(2) + '\n');
}

std::string field_list() {
  std::string text = "Fields for --set (default; range):\n";
  const auto append = [&](const FieldInfo& field, std::string_view value) {
    text += fmt::format("  {:<17} {} (default {}; {})\n", field.name, field.meaning, value, field.range);
  };
  for (const FieldInfo& field : fields(BoostingConfig{}))
    append(field, field.name == "loss" ? "by the label" : field.value);
  text += "Parameters of losses:\n";
  for (const std::string& name : loss::names())
    for (const FieldInfo& field : fields(BoostingConfig{.loss = loss::by_name(name)}))
      if (field.name.starts_with("loss.")) append(field, fmt::format("{} with loss={}", field.value, name));
  return text;
}

}  // namespace

void add_train(CLI::App& app) {
  CLI::App* command = app.add_subcommand("train", "Train a model on a CSV or libsvm file.");
  auto args = std::make_shared<TrainArguments>();
  command->add_option("--data", args->data, "training data: CSV (- for standard input) or libsvm")->required();
  command->add_option("--label", args->read.label,
                      "the column to predict: its name, or its number from 0 with --no-header");
  command->add_option("--model", args->family, "boosted")->capture_default_str();
  command->add_option("--valid", args->valid, "held-out data for metrics");
  command->add_option("--weight", args->read.weight, "a column of row weights");
  command->add_option("--drop", args->read.drop, "columns to leave out, comma-separated")->delimiter(',');
  command
      ->add_option("--categorical", args->read.categorical,
                   "columns to take as categories though they hold numbers, comma-separated")
      ->delimiter(',');
  command->add_option("--set", args->set, "field=value of the configuration (see below); may be repeated")->take_all();
  command
      ->add_option("--patience", args->patience,
                   "stop when the first metric on --valid has not improved for so many rounds")
      ->check(CLI::Range(1, 1'000'000));
  command->add_option("--device", args->device, "auto, cpu or cuda")->capture_default_str();
  command->add_option("--out", args->out, "the model file to write")->required();
  command->add_option("--json", args->json, "also write seconds and metrics to this file");
  add_format_options(*command, args->read);
  command->footer(field_list());
  command->callback([args] { run_train(*args); });
}

}  // namespace linden::cli
