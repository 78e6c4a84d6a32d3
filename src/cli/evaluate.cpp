// linden evaluate: metrics of a model on a labelled data file, one "name value" a line.
#include <fmt/format.h>

#include <memory>

#include "cli/commands.hpp"
#include "cli/train.hpp"

namespace linden::cli {
namespace {

struct EvaluateArguments {
  ReadOptions read;
  std::string model, data;
  std::vector<std::string> metrics;
  bool json = false;
};

void run_evaluate(const EvaluateArguments& args) {
  const AnyModel model = load_model(args.model);
  std::vector<Metric> metrics;
  for (const std::string& name : args.metrics) metrics.push_back(metric::by_name(name));
  const Dataset data = read_for(model, args.data, args.read, true);
  const Json values = metrics_of(model, data, args.read.threads, std::move(metrics));
  if (args.json)
    fmt::print("{}\n", values.dump(2));
  else
    for (const auto& [name, value] : values.items()) fmt::print("{} {}\n", name, value.get<double>());
}

}  // namespace

void add_evaluate(CLI::App& app) {
  CLI::App* command = app.add_subcommand("evaluate", "Metrics of a model on labelled data.");
  auto args = std::make_shared<EvaluateArguments>();
  command->add_option("--model", args->model, "a model file")->required();
  command->add_option("--data", args->data, "labelled rows: the label has the name it had in training")->required();
  command
      ->add_option("--metrics", args->metrics,
                   fmt::format("comma-separated: {} (default: by the loss)", fmt::join(metric::names(), ", ")))
      ->delimiter(',');
  command->add_option("--weight", args->read.weight, "a column of row weights");
  command->add_flag("--json", args->json, "print one JSON object");
  add_format_options(*command, args->read);
  command->callback([args] { run_evaluate(*args); });
}

}  // namespace linden::cli
