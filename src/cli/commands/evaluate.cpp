// linden evaluate: metrics of a model on a labelled data file, one "name value" a line.
#include <fmt/format.h>

#include <memory>

#include "base/fail.hpp"
#include "cli/commands.hpp"
#include "cli/commands/held_out.hpp"
#include "cli/options.hpp"
#include "cli/paths.hpp"
#include "cli/reading.hpp"

namespace linden::cli {
namespace {

struct EvaluateArguments {
  ReadOptions read;
  std::string model, data;
  std::vector<std::string> metrics;
  std::vector<double> times;
  bool json = false;
};

// Of survival curves, which metrics by name do not see.
MetricResult brier_score(const EvaluateArguments& args, const AnyModel& any, const Dataset& data) {
  const auto* const model = std::get_if<BoostedModel>(&any);
  if (model == nullptr || model->loss().label_kind() != LabelKind::times)
    fail<ArgumentError>("--times: the model was not trained on times. Hint: --loss cox or aft.");
  const std::string name = "integrated_brier_score";
  const Tensor curves = model->survival(data, args.times, {.threads = args.read.threads});
  try {
    return {name, integrated_brier_score(curves, args.times, model->labels_of(data), {.weight = data.weight()}), ""};
  } catch (const UndefinedMetric& error) {
    const std::string why = error.what();
    return {name, std::nullopt, why.substr(why.find(": ") + 2)};
  }
}

void run_evaluate(const EvaluateArguments& args) {
  check_paths({{"--model", args.model}, {"--data", args.data}}, {});
  check_formats(args.read, {args.data});
  const AnyModel model = read_model(args.model);
  const std::string known = std::visit([](const auto& m) { return m.label_name(); }, model);
  if (!known.empty() && !args.read.label.empty())
    fail<ArgumentError>("--label {}: the model knows its label's column, \"{}\". Hint: leave --label out.",
                        fmt::join(args.read.label, ","), known);
  const std::vector<Metric> metrics = metrics_by_name(args.metrics);
  const Dataset data = read_for(model, args.data, args.read, true);
  std::vector<MetricResult> results = metrics_of(model, data, args.read.threads, metrics, Misfit::refused);
  if (!args.times.empty()) results.push_back(brier_score(args, model, data));
  std::string text = args.json ? to_json(results).dump(2) + '\n' : "";
  if (!args.json)
    for (const MetricResult& result : results)
      text += result.value ? fmt::format("{} {}\n", result.name, *result.value)
                           : fmt::format("{} undefined ({})\n", result.name, result.why);
  write_result("-", text);
  print_remarks(data.remarks());
}

}  // namespace

void add_evaluate(CLI::App& app) {
  CLI::App* command = app.add_subcommand("evaluate", "Metrics of a model on labelled data.");
  auto args = std::make_shared<EvaluateArguments>();
  command->add_option("--model", args->model, "a model file, also another library's (linden convert --help)")
      ->required();
  add_data_option(*command, args->data, "labelled rows: the label has the name it had in training");
  add_known_label_option(*command, args->read);
  add_metrics_option(*command, args->metrics);
  command
      ->add_option("--times", args->times,
                   "of a model of times (--loss cox, aft): the integrated Brier score of its survival curves at "
                   "these times, too, which ascend, comma-separated")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_flag("--json", args->json, "print one JSON object; a metric that these rows leave undefined is null");
  add_label_options(*command, args->read);
  add_trials_option(*command, args->read, "that which the model was trained with");
  add_offset_option(*command, args->read, "those that the model was trained with");
  add_format_options(*command, args->read);
  command->callback([args] { run_evaluate(*args); });
}

}  // namespace linden::cli
