// linden predict: a model's predictions for a data file, one line a row under a header.
#include <fmt/format.h>

#include <memory>

#include "base/fail.hpp"
#include "cli/any_model.hpp"
#include "cli/commands.hpp"
#include "base/csv_field.hpp"
#include "cli/options.hpp"
#include "cli/paths.hpp"
#include "cli/reading.hpp"

namespace linden::cli {
namespace {

struct PredictArguments {
  ReadOptions read;
  std::string model, data, out = "-", output = "prediction", device = "cpu";
  std::vector<double> times;
  std::vector<double> quantiles;
};

std::string numbers(const Tensor& values, const std::vector<std::string>& names) {
  fmt::memory_buffer text;
  fmt::format_to(std::back_inserter(text), "{}\n", fmt::join(names, ","));
  const double* v = values.data<double>();
  for (std::int64_t row = 0; row < values.size(0); ++row, v += names.size())
    fmt::format_to(std::back_inserter(text), "{}\n", fmt::join(v, v + names.size(), ","));
  return fmt::to_string(text);
}

std::string classes(const Tensor& labels, const std::vector<std::string>& names) {
  std::string text = "class\n";
  for (const double label : labels.span<double>()) text += csv_field(names[static_cast<std::size_t>(label)]) + '\n';
  return text;
}

std::string leaves(const Tensor& values) {
  fmt::memory_buffer text;
  for (std::int64_t tree = 0; tree < values.size(1); ++tree)
    fmt::format_to(std::back_inserter(text), "{}leaf_{}", tree == 0 ? "" : ",", tree);
  const std::int32_t* v = values.data<std::int32_t>();
  for (std::int64_t row = 0; row < values.size(0); ++row, v += values.size(1))
    fmt::format_to(std::back_inserter(text), "\n{}", fmt::join(v, v + values.size(1), ","));
  return fmt::to_string(text) + '\n';
}

// Of a model of times: curves at some times, or the time at which they pass 1/2.
std::string survival(const PredictArguments& args, const AnyModel& any, const Dataset& data, const Device& device) {
  const auto* const model = std::get_if<BoostedModel>(&any);
  if (model == nullptr || model->loss().label_kind() != LabelKind::times)
    fail<ArgumentError>("{}: the model was not trained on times. Hint: --loss cox or aft.",
                        args.times.empty() ? "--output median" : "--times");
  const SurvivalOptions options{.threads = args.read.threads, .device = device};
  if (args.times.empty()) return numbers(model->median_time(data, options), {"median"});
  if (args.output != "prediction")
    fail<ArgumentError>("--times writes survival curves, and --output is {}. Hint: leave one out.", args.output);
  std::vector<std::string> names;
  for (const double time : args.times) names.push_back(fmt::format("survival_{}", time));
  return numbers(model->survival(data, args.times, options), names);
}

std::string run(const PredictArguments& args) {
  const Device device = device_of(args.device, report_stream(args.out));
  const AnyModel model = read_model(args.model);
  const Dataset data = read_for(model, args.data, args.read, false);
  print_remarks(data.remarks());
  if (const auto* const linear = std::get_if<LinearModel>(&model)) print_remarks(linear->remarks_on(data));
  if (!args.times.empty() || args.output == "median") return survival(args, model, data, device);
  const auto predicted = [&](Output output) {
    return predict(model, data,
                   {.output = output, .quantiles = args.quantiles, .threads = args.read.threads, .device = device});
  };
  if (!args.quantiles.empty()) {
    if (args.output != "prediction")
      fail<ArgumentError>("--quantiles take the place of predictions, and --output is {}. Hint: leave one out.",
                          args.output);
    std::vector<std::string> names;
    for (const double level : args.quantiles) names.push_back(fmt::format("quantile_{}", level));
    return numbers(predicted(Output::prediction), names);
  }
  if (args.output == "prediction") return numbers(predicted(Output::prediction), output_columns(model, "prediction"));
  if (args.output == "score") return numbers(predicted(Output::score), output_columns(model, "score"));
  if (args.output == "class")
    return classes(predicted(Output::label), std::visit([](const auto& m) { return m.classes(); }, model));
  if (args.output == "leaf") return leaves(predicted(Output::leaf));
  fail<ArgumentError>("--output is \"{}\"; it must be prediction, score, class, leaf or median.", args.output);
}

}  // namespace

void add_predict(CLI::App& app) {
  CLI::App* command = app.add_subcommand("predict", "Predict the rows of a data file.");
  auto args = std::make_shared<PredictArguments>();
  command->add_option("--model", args->model, "a model file, also another library's (linden convert --help)")
      ->required();
  add_data_option(*command, args->data, "the rows to predict: columns are found by name");
  command->add_option("--output", args->output, "prediction, score, class, leaf or, of times, median")
      ->capture_default_str();
  command
      ->add_option("--times", args->times,
                   "of a model of times (--loss cox, aft): the probability that the event comes after each of these "
                   "times, comma-separated, in place of --output")
      ->delimiter(',')
      ->allow_extra_args(false);
  command
      ->add_option(
          "--quantiles", args->quantiles,
          "of a model of a distribution: its quantiles at these levels, comma-separated, in place of predictions")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_option("--out", args->out,
                      "the file to write (default: -, standard output); compressed if it ends in .gz");
  add_device_option(*command, args->device);
  add_offset_option(*command, args->read, "those that the model was trained with");
  add_format_options(*command, args->read);
  command->callback([args] {
    check_paths({{"--model", args->model}, {"--data", args->data}}, {{"--out", args->out}});
    check_formats(args->read, {args->data});
    write_result(args->out, run(*args));
  });
}

}  // namespace linden::cli
