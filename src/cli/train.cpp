// linden train: from a data file to a model file, with held-out metrics and where the seconds went.
#include "cli/train.hpp"

#include <fmt/format.h>

#include <chrono>
#include <memory>

#include "base/atomic_file.hpp"
#include "cli/commands.hpp"

namespace linden::cli {

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

TrainingInput::TrainingInput(const TrainArguments& args) {
  check_replaceable(args.out);
  if (!args.json.empty()) check_replaceable(args.json);
  device = device_of(args.device);
  const double start = now();
  train = read_training(args.data, args.read);
  if (!args.valid.empty()) valid = read_by(train.schema(), args.valid, args.read, true);
  seconds_read = now() - start;
  fmt::print("data        {}: {} rows, {} features\n", args.data, train.rows(), train.features());
}

Loss chosen_loss(const TrainArguments& args, const Loss& named, const Dataset& train) {
  if (std::ranges::any_of(args.set, names_loss)) return named;
  Loss loss = default_loss(train);
  fmt::print("loss        {} (chosen by the label; --set loss=NAME names another)\n", loss.name());
  return loss;
}

Json metrics_of(const AnyModel& model, const Dataset& data, int threads, std::vector<Metric> metrics) {
  const Tensor prediction = predict(model, data, Output::prediction, threads, Device::cpu());
  const Tensor label = std::visit([&](const auto& m) { return m.labels_of(data); }, model);
  if (metrics.empty()) metrics = metric::defaults(std::visit([](const auto& m) { return m.loss(); }, model));
  Json values = Json::object();
  for (const Metric& metric : metrics) values[metric.name()] = metric.evaluate(prediction, label, data.weight());
  return values;
}

void print_held_out(const Json& metrics) {
  for (const auto& [name, value] : metrics.items()) fmt::print("{:<11} {:.6g} (held out)\n", name, value.get<double>());
}

void write_report(const TrainArguments& args, const Json& report) {
  if (!args.json.empty()) replace_file(args.json, report.dump(2) + '\n');
}

namespace {

void run_train(const TrainArguments& args) {
  if (args.family == "boosted") return train_boosted(args);
  if (args.family == "linear") return train_linear(args);
  throw ArgumentError(fmt::format("--model is \"{}\"; it must be boosted or linear.", args.family));
}

template <class Config>
std::string field_list(std::string_view family) {
  std::string text = fmt::format("Fields for --set with --model {} (default; range):\n", family);
  const auto append = [&](const FieldInfo& field, std::string_view value) {
    text += fmt::format("  {:<17} {} (default {}; {})\n", field.name, field.meaning, value, field.range);
  };
  for (const FieldInfo& field : fields(Config{})) append(field, field.name == "loss" ? "by the label" : field.value);
  return text;
}

std::string parameter_list() {
  std::string text = "Parameters of losses:\n";
  for (const std::string& name : loss::names())
    for (const FieldInfo& field : fields(BoostingConfig{.loss = loss::by_name(name)}))
      if (field.name.starts_with("loss."))
        text += fmt::format("  {:<17} {} (default {} with loss={}; {})\n", field.name, field.meaning, field.value, name,
                            field.range);
  return text;
}

}  // namespace

void add_train(CLI::App& app) {
  CLI::App* command = app.add_subcommand("train", "Train a model on a CSV or libsvm file.");
  auto args = std::make_shared<TrainArguments>();
  command->add_option("--data", args->data, "training data: CSV (- for standard input) or libsvm")->required();
  command->add_option("--label", args->read.label,
                      "the column to predict: its name, or its number from 0 with --no-header");
  command->add_option("--model", args->family, "boosted or linear")->capture_default_str();
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
  command->add_option("--json", args->json,
                      "also write seconds and metrics (linear: and the certificate) to this file");
  add_format_options(*command, args->read);
  command->footer(field_list<BoostingConfig>("boosted") + field_list<LinearConfig>("linear") + parameter_list());
  command->callback([args] { run_train(*args); });
}

}  // namespace linden::cli
