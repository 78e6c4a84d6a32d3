// linden neighbours: which rows of the training data a forest takes for the most like each row of a file, as CSV.
#include <fmt/format.h>

#include <iterator>
#include <linden/neighbours.hpp>
#include <memory>

#include "base/fail.hpp"
#include "cli/any_model.hpp"
#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "cli/paths.hpp"
#include "cli/reading.hpp"

namespace linden::cli {
namespace {

struct NeighboursArguments {
  ReadOptions read;
  std::string model, data, train, out = "-", device = "cpu";
  int count = 10;
};

std::string text_of(const Neighbours& found) {
  const std::int64_t rows = found.row.size(0), count = found.row.size(1);
  const auto row = found.row.span<const std::int64_t>();
  const auto share = found.share.span<const double>();
  std::string text = "row,train_row,share\n";
  for (std::size_t i = 0; i < static_cast<std::size_t>(rows * count); ++i)
    fmt::format_to(std::back_inserter(text), "{},{},{}\n", i / static_cast<std::size_t>(count), row[i], share[i]);
  return text;
}

std::string neighbours_of(const NeighboursArguments& args) {
  const Device device = device_of(args.device, report_stream(args.out));
  const AnyModel any = read_model(args.model);
  const auto* const model = std::get_if<BoostedModel>(&any);
  if (model == nullptr)
    fail<ArgumentError>("{} is a linear model, which has no leaves that rows could share. Hint: boosted models have.",
                        args.model);
  const Dataset train = read_for(any, args.train, args.read, false);
  const Dataset rows = read_for(any, args.data, args.read, false);
  print_remarks(train.remarks());
  print_remarks(rows.remarks());
  return text_of(
      neighbours(*model, train, rows, {.count = args.count, .threads = args.read.threads, .device = device}));
}

}  // namespace

void add_neighbours(CLI::App& app) {
  CLI::App* command = app.add_subcommand(
      "neighbours",
      "The training rows that are most like each row, those that end in the same leaves of most trees, as CSV.");
  auto args = std::make_shared<NeighboursArguments>();
  command->add_option("--model", args->model, "a model file of boosted trees")->required();
  add_data_option(*command, args->data, "the rows to find neighbours of: columns are found by name");
  command
      ->add_option("--train", args->train,
                   "the rows among which neighbours are looked for, those that the model was trained on; they are "
                   "counted from 0")
      ->required();
  command->add_option("--count", args->count, "neighbours of a row, the nearest first")
      ->capture_default_str()
      ->check(whole_number(1, 2'147'483'647));
  command->add_option("--out", args->out,
                      "the file to write (default: -, standard output); compressed if it ends in .gz");
  add_device_option(*command, args->device);
  add_offset_option(*command, args->read, "those that the model was trained with");
  add_format_options(*command, args->read);
  command->callback([args] {
    check_paths({{"--model", args->model}, {"--data", args->data}, {"--train", args->train}}, {{"--out", args->out}});
    check_formats(args->read, {args->data, args->train});
    write_result(args->out, neighbours_of(*args));
  });
}

}  // namespace linden::cli
