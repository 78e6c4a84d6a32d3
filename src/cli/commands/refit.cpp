// linden refit: the trees of a model with leaves for other rows.
#include <fmt/format.h>

#include <linden/boosting.hpp>
#include <memory>

#include "base/counted.hpp"
#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "cli/paths.hpp"
#include "cli/reading.hpp"
#include "cli/saving.hpp"

namespace linden::cli {
namespace {

struct RefitArguments {
  ReadOptions read;
  std::string model, data, out, device = "cpu";
  double decay = RefitOptions().decay;
};

void refit(const RefitArguments& args) {
  check_paths({{"--model", args.model}, {"--data", args.data}}, {{"--out", args.out}});
  check_formats(args.read, {args.data});
  std::FILE* const report = report_stream(args.out);
  const RefitOptions options{
      .decay = args.decay, .device = device_of(args.device, report), .threads = args.read.threads};
  const BoostedModel model = BoostedModel::load(args.model);
  const Dataset data = read_for(model, args.data, args.read, true);
  print_remarks(data.remarks());
  const BoostedModel fitted = refit_leaves(model, data, options);
  if (is_standard_output(args.out))
    write_result(args.out, fitted.to_string());
  else
    save_or_rescue(args.out, [&](const std::filesystem::path& path) { fitted.save(path); });
  fmt::print(report, "model       {}: {}, leaves of {}\n", args.out, counted(fitted.trees().size(), "tree"),
             counted(data.rows(), "row"));
}

}  // namespace

void add_refit(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("refit", "The trees of a boosted model, their leaves fitted to the rows of a data file.");
  auto args = std::make_shared<RefitArguments>();
  command->add_option("--model", args->model, "a model file")->required();
  add_data_option(*command, args->data, "labelled rows: columns are found by name");
  command->add_option("--decay", args->decay, "how much of the old value of a leaf stays, from 0 to 1")
      ->capture_default_str();
  command
      ->add_option("--out", args->out,
                   "the model file to write (model.linden: binary; model.json.gz: compressed); - is standard output")
      ->required();
  add_device_option(*command, args->device);
  add_offset_option(*command, args->read, "those that the model was trained with");
  add_label_options(*command, args->read);
  add_format_options(*command, args->read);
  command->callback([args] { refit(*args); });
}

}  // namespace linden::cli
