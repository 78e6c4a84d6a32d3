// linden train: from a data file to a model file, with held-out metrics and where the seconds went.
#include "cli/train/train.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <memory>
#include <set>
#include <sstream>

#include "base/counted.hpp"
#include "base/fail.hpp"
#include "cli/commands.hpp"
#include "cli/paths.hpp"
#include "cli/ranks.hpp"

namespace linden::cli {
namespace {

// "NAME=FILE", or a file that is called as it is without folder and ending.
std::pair<std::string, std::string> name_and_file(const std::string& argument) {
  const std::size_t equals = argument.find('=');
  std::error_code error;
  if (equals == std::string::npos || equals == 0 || std::filesystem::exists(argument, error))
    return {std::filesystem::path(argument).stem().string(), argument};
  return {argument.substr(0, equals), argument.substr(equals + 1)};
}

// What it is about a label that decides its loss.
std::string about_label(const Dataset& data) {
  if (!data.classes().empty()) return counted(data.classes().size(), "class", "classes");
  if (data.has_event()) return "times with events";
  if (std::ranges::any_of(data.label().span<const double>(), [](double y) { return std::isinf(y); }))
    return "bounds of times";
  constexpr std::size_t most = 20;
  std::set<double> values;
  for (const double label : data.label().span<const double>()) {
    if (label != std::floor(label) || values.size() > most) return "numbers";
    values.insert(label);
  }
  if (values.size() == 2) return fmt::format("{} and {}", *values.begin(), *values.rbegin());
  if (values.size() < 2 || values.size() > most) return "numbers";
  return fmt::format("{} whole numbers; --loss softmax takes them for classes", values.size());
}

void check_files(const TrainArguments& args) {
  std::vector<Path> read{{"--data", args.data}, {"--start", args.start}};
  std::vector<std::string> files{files_of(args.data).front()};
  for (const std::string& argument : args.valid) {
    files.push_back(name_and_file(argument).second);
    if (files.back().empty()) fail<ArgumentError>("--valid {}: the name of a file is missing.", argument);
    read.push_back({"--valid", files.back()});
  }
  check_paths(read, {{"--out", args.out}, {"--json", args.json}, {"--checkpoint", args.checkpoint}});
  check_formats(args.read, files);
}

// The model of --start, which says what is read of the data.
BoostedModel start_of(const TrainArguments& args) {
  if (args.start.empty()) return {};
  const AnyModel any = load_model(args.start);
  const auto* const model = std::get_if<BoostedModel>(&any);
  if (model == nullptr) fail<ArgumentError>("--start {}: that is a linear model; only boosted ones go on.", args.start);
  if (!args.read.drop.empty()) fail<ArgumentError>("--drop: --start says which columns are read. Hint: leave it out.");
  if (!args.read.categorical.empty())
    fail<ArgumentError>("--categorical: --start says which columns are categories. Hint: leave it out.");
  const std::vector<std::string> labels = model->schema().label_names;
  if (!args.read.label.empty() && args.read.label != labels)
    fail<ArgumentError>("--label {}: the label of --start is {}. Hint: leave it out.", fmt::join(args.read.label, ","),
                        fmt::join(labels, ","));
  return *model;
}

void run_train(const TrainArguments& args) {
  if (!(args.ranks_timeout >= 0)) fail<ArgumentError>("--ranks-timeout is {}; it must be >= 0.", args.ranks_timeout);
  set_timeout(args.ranks_timeout);
  if (args.checkpoint == "-") fail<ArgumentError>("--checkpoint -: it is replaced time and again. Hint: name a file.");
  if (args.checkpoint.empty() && (args.resume || args.checkpoint_every > 0))
    fail<ArgumentError>("{} wants a file. Hint: --checkpoint FILE.", args.resume ? "--resume" : "--checkpoint-every");
  if (args.epochs > 1 && args.family != "online")
    fail<ArgumentError>("--epochs is for online models. Hint: --model online, or leave it out.");
  if (args.family == "boosted") return train_boosted(args);
  if (args.family == "linear") return train_linear(args);
  if (args.family == "online") return train_online(args);
  fail<ArgumentError>("--model is \"{}\"; it must be boosted, linear or online.", args.family);
}

}  // namespace

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

Checkpoint checkpoint_of(const TrainArguments& args) {
  Checkpoint checkpoint{.path = args.checkpoint, .resume = args.resume};
  if (args.checkpoint_every > 0) checkpoint.every = args.checkpoint_every;
  std::error_code error;
  if (args.resume)
    fmt::print(args.report(), "checkpoint  {}: {}\n", args.checkpoint,
               std::filesystem::exists(args.checkpoint, error) ? "found, for the fit to go on from"
                                                               : "not there yet, so that the fit begins anew");
  return checkpoint;
}

TrainingInput::TrainingInput(const TrainArguments& args) : metrics(metrics_by_name(args.metrics)) {
  if (!metrics.empty() && args.valid.empty() && !args.train_metrics)
    fail<ArgumentError>("--metrics are of held-out data. Hint: --valid FILE, or --train-metrics.");
  const bool is_alone = ranks().get() == nullptr;
  if (!is_alone && args.train_metrics)
    fail<ArgumentError>(
        "--train-metrics are not for several processes, each of which has a share of the rows. Hint: --valid FILE.");
  on_all_ranks([&] {
    if (is_first()) check_files(args);
  });
  if (is_several_devices(args.device) && args.family == "boosted") {
    if (!is_alone)
      fail<ArgumentError>(
          "--device is \"{}\", and there are several processes. Hint: --device cuda, which gives each the GPU of its "
          "number on its machine.",
          args.device);
    devices = devices_of(args.device);
    device = devices.front();
    fmt::print(args.report(), "devices     {}\n", counted(devices.size(), "GPU"));
  } else {
    device = device_of(device_of_rank(args.device), args.report());
  }
  const double read_start = now();
  on_all_ranks([&] { start = start_of(args); });
  train = read_share(args.data, args.read, [&](const std::string& file, const ReadOptions& options) {
    return start.empty() ? read_training(file, options) : read_by(start.schema(), file, options, true);
  });
  const Schema schema = schema_of_ranks(train.schema());
  ReadOptions by_schema = args.read;
  by_schema.event.clear();  // which the schema has
  by_schema.group.clear();  // which the training data has a name for, and held-out rows may do without
  by_schema.offset.clear();
  for (const std::string& argument : args.valid) {
    const auto [name, file] = name_and_file(argument);
    if (args.train_metrics && name == training_rows)
      fail<ArgumentError>(
          "--valid {}: with --train-metrics \"{}\" stands for the training data. Hint: another name, --valid "
          "NAME=FILE.",
          argument, name);
    for (const HeldOut& other : valid)
      if (other.name == name)
        fail<ArgumentError>("--valid {}: two files are called \"{}\". Hint: name them, --valid NAME=FILE.", argument,
                            name);
    // Of several processes the first has all of these rows, so that it can tell how the model does on them.
    on_all_ranks([&, &name = name, &file = file] {
      valid.push_back({name, is_first() ? read_by(schema, file, by_schema, true) : Dataset()});
    });
  }
  add_new(remarks, train.remarks());
  for (const HeldOut& held_out : valid) add_new(remarks, held_out.rows.remarks());
  seconds_read = now() - read_start;
  std::ostringstream summary;
  summary << train;
  fmt::print(args.report(), "data        {}: {}{}\n", args.data,
             is_alone ? "" : fmt::format("the share of one of {} ranks: ", ranks().get()->size()), summary.str());
}

void print_chosen(std::FILE* report, const Loss& loss, const Dataset& train) {
  fmt::print(report, "loss        {} (chosen by the label: {}; --loss NAME names another)\n", loss.name(),
             about_label(train));
}

Loss chosen_loss(const TrainArguments& args, const Loss& asked, const TrainingInput& input) {
  if (ranks().get() != nullptr) return asked;  // the label is that of all ranks: the fit looks at it
  const bool is_asked = asked.name() != "automatic", goes_on = !is_asked && !input.start.empty();
  const Loss loss = is_asked ? asked : goes_on ? input.start.loss() : default_loss(input.train);
  check_held_out(args, input, loss);
  if (!is_asked && !goes_on) print_chosen(args.report(), loss, input.train);
  return loss;
}

Json report_metrics(const TrainArguments& args, const TrainingInput& input, const AnyModel& model) {
  const auto of_rows = [&](const Dataset& rows, const std::string& whose) {
    // The model is written: no metric is worth an error now.
    const std::vector<MetricResult> results =
        metrics_of(model, rows, args.read.threads, input.metrics, Misfit::undefined);
    for (const MetricResult& result : results)
      if (result.value)
        fmt::print(args.report(), "{:<11} {:.6g} ({})\n", result.name, *result.value, whose);
      else
        fmt::print(args.report(), "{:<11} undefined ({}; {})\n", result.name, whose, result.why);
    return to_json(results);
  };
  if (input.valid.size() == 1 && !args.train_metrics) return of_rows(input.valid.front().rows, "held out");
  Json report = Json::object();
  for (const HeldOut& held_out : input.valid) report[held_out.name] = of_rows(held_out.rows, held_out.name);
  if (args.train_metrics) report[training_rows] = of_rows(input.train, training_rows);
  return report;
}

void write_report(const TrainArguments& args, const Json& report) {
  if (!args.json.empty()) write_result(args.json, report.dump(2) + '\n');
}

void add_train(CLI::App& app) {
  CLI::App* command = app.add_subcommand("train", "Train a model on a CSV or libsvm file.");
  auto args = std::make_shared<TrainArguments>();
  add_training_options(*command, args->data, args->read);
  add_memory_options(*command, args->read);
  command
      ->add_option("--model", args->family,
                   "boosted, linear, or online: a linear model that learns one row after the other")
      ->capture_default_str();
  command->add_option("--start", args->start,
                      "a boosted model to go on from: its rounds, then --rounds more; it says which columns are read");
  command->add_option("--valid", args->valid, "held-out data for metrics: FILE, or NAME=FILE; may be repeated")
      ->take_all()
      ->allow_extra_args(false);
  command->add_option("--epochs", args->epochs, "of an online model: how many times the rows are learnt")
      ->capture_default_str()
      ->check(whole_number(1, 1'000'000));
  command->add_flag("--firth", args->firth,
                    "for linear models with two classes: Firth's correction, whose weights are finite also where a "
                    "plane separates the classes");
  add_trials_option(*command, args->read);
  command->add_flag("--train-metrics", args->train_metrics, "metrics of the training rows, too");
  add_metrics_option(*command, args->metrics);
  command
      ->add_option("--patience", args->patience,
                   "stop when the first metric on the first --valid has not improved for so many rounds; metrics are "
                   "then those of every round")
      ->check(whole_number(1, 1'000'000));
  command->add_flag("--save-history", args->save_history,
                    "keep the metrics of every round in the model file, of --valid and with --train-metrics of the "
                    "training rows: linden report draws them");
  command->add_option("--checkpoint", args->checkpoint,
                      "write how far the fit has come to this file, again and again, for --resume");
  command
      ->add_option("--checkpoint-every", args->checkpoint_every,
                   "after so many rounds of a boosted model, or iterations of a linear one (50)")
      ->check(whole_number(1, 1'000'000));
  command->add_flag("--resume", args->resume,
                    "go on from the file of --checkpoint, where there is one: the model has the bytes of one that was "
                    "trained in one go");
  command
      ->add_option("--ranks-timeout", args->ranks_timeout,
                   "of several processes: seconds to wait for one that does not come, after which all end; 0: for ever")
      ->capture_default_str();
  add_device_option(*command, args->device);
  command
      ->add_option("--out", args->out,
                   "the model file to write (model.linden: binary; model.json.gz: compressed); - is standard output")
      ->required();
  command->add_option("--json", args->json,
                      "also write seconds, metrics (with --patience: of every round, too) and, of linear models, the "
                      "certificate to this file; - is standard output");
  add_format_options(*command, args->read);
  add_field_options(*command, args->set);
  command->callback([args] { run_train(*args); });
}

}  // namespace linden::cli
