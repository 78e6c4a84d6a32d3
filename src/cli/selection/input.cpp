#include "cli/selection/input.hpp"

#include <sstream>

#include "base/fail.hpp"
#include "cli/commands/held_out.hpp"
#include "cli/options.hpp"
#include "cli/train/train.hpp"

namespace linden::cli {

void add_selection_options(CLI::App& command, SelectionArguments& args) {
  add_training_options(command, args.data, args.read);
  command.add_option("--model", args.family, "boosted or linear")->capture_default_str();
  add_fold_options(command, args.folds);
  add_metrics_option(command, args.metrics);
  command
      .add_option("--patience", args.patience,
                  "end when the mean of the first metric over the folds has not improved for so many rounds")
      ->check(whole_number(1, 1'000'000));
  add_device_option(command, args.device);
  add_format_options(command, args.read);
  add_field_options(command, args.set);
}

bool is_linear(const SelectionArguments& args) {
  if (args.family != "boosted" && args.family != "linear")
    fail<ArgumentError>("--model is \"{}\"; it must be boosted or linear.", args.family);
  const bool linear = args.family == "linear";
  if (linear && args.patience > 0)
    fail<ArgumentError>("--patience is for boosted models: a linear fit ends at its optimum. Hint: leave it out.");
  return linear;
}

SelectionInput::SelectionInput(const SelectionArguments& args, const std::vector<Path>& written, std::FILE* report) {
  check_fold_options(args.folds);
  options.metrics = metrics_by_name(args.metrics);
  options.train_metrics = args.train_metrics;
  options.threads = args.read.threads;
  check_paths({{"--data", args.data}}, written);
  check_formats(args.read, {args.data});
  options.device = device_of(args.device, report);
  const double start = now();
  FoldedData folded = cli::folded(read_training(args.data, args.read), args.folds);
  seconds_read = now() - start;
  data = std::move(folded.data);
  options.folds = std::move(folded.folds);
  std::ostringstream summary;
  summary << data;
  fmt::print(report, "data        {}: {}\n", args.data, summary.str());
  fmt::print(report, "folds       {}\n", folded.words);
}

Loss loss_for(const SelectionInput& input, const Loss& asked, std::FILE* report) {
  if (asked.name() != "automatic") return asked;
  const Loss loss = default_loss(input.data);
  print_chosen(report, loss, input.data);
  return loss;
}

}  // namespace linden::cli
