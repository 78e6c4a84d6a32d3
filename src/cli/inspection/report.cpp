// linden report: one HTML page about a model and how good it is on some rows.
#include <fmt/format.h>

#include <linden/report.hpp>
#include <memory>

#include "cli/any_model.hpp"
#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "cli/paths.hpp"
#include "cli/reading.hpp"

namespace linden::cli {
namespace {

struct ReportArguments {
  ReadOptions read;
  ReportOptions options;
  std::string model, data, train, out, device = "cpu";
};

// The command, as its reader would type it again.
std::string as_typed(const ReportArguments& args) {
  const auto word = [](const std::string& text) {
    return text.find_first_of(" \t\n\"'\\$`*?[](){}<>|&;#~!") == text.npos ? text : "'" + text + "'";
  };
  std::string text = fmt::format("linden report {} --data {}", word(args.model), word(args.data));
  if (!args.train.empty()) text += fmt::format(" --train {}", word(args.train));
  return text + fmt::format(" --out {}", word(args.out));
}

void run_report(ReportArguments& args) {
  ReportOptions& options = args.options;
  options.device = device_of(args.device, report_stream(args.out));
  options.threads = args.read.threads;
  options.command = as_typed(args);
  const AnyModel model = read_model(args.model);
  const Dataset data = read_for(model, args.data, args.read, true);
  print_remarks(data.remarks());
  if (!args.train.empty()) options.train = read_for(model, args.train, as_trained(model, args.read), true);
  write_result(args.out, report(model, data, options));
}

}  // namespace

void add_report(CLI::App& app) {
  CLI::App* command = app.add_subcommand("report", "One HTML page about a model, to be read in a browser.");
  auto args = std::make_shared<ReportArguments>();
  command->add_option("--model,model", args->model, "a model file")->required();
  add_data_option(*command, args->data, "labelled rows to judge the model on, best those that it has not seen");
  command->add_option("--train", args->train,
                      "the rows that it was trained on: intervals of linear weights come from them");
  command->add_option("--out", args->out, "the page to write; - is standard output")->required();
  command->add_option("--title", args->options.title, "of the page (default: by the label)");
  command
      ->add_option("--features", args->options.features, "the most important features that have a figure of their own")
      ->capture_default_str()
      ->check(whole_number(0, 100));
  command->add_option("--trees", args->options.trees, "the first trees that are drawn")
      ->capture_default_str()
      ->check(whole_number(0, 20));
  command
      ->add_option("--max-rows", args->options.max_rows,
                   "rows, drawn by --seed, that importances and dependence are found on")
      ->capture_default_str()
      ->check(whole_number(10, 2'147'483'647));
  command->add_option("--seed", args->options.seed, "of that draw, and of shuffles")
      ->capture_default_str()
      ->check(a_seed());
  add_device_option(*command, args->device);
  add_known_label_option(*command, args->read);
  add_label_options(*command, args->read);
  add_offset_option(*command, args->read, "those that the model was trained with");
  add_format_options(*command, args->read);
  command->callback([args] {
    check_paths({{"--model", args->model}, {"--data", args->data}, {"--train", args->train}}, {{"--out", args->out}});
    check_formats(args->read, {args->data});
    run_report(*args);
  });
}

}  // namespace linden::cli
