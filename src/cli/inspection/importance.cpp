// linden importance: how much a model needs each of its features, as CSV, the most important first.
#include <fmt/format.h>

#include <algorithm>
#include <linden/importance.hpp>
#include <memory>

#include "base/csv_field.hpp"
#include "base/fail.hpp"
#include "cli/any_model.hpp"
#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "cli/paths.hpp"
#include "cli/reading.hpp"

namespace linden::cli {
namespace {

struct ImportanceArguments {
  ReadOptions read;
  std::string model, data, background, kind, metric, out = "-", device = "cpu";
  std::vector<std::string> features;
  int repeats = 5;
  std::uint64_t seed = 0;
};

// What training made of the features, by one of three sums.
std::string of_splits(const ImportanceArguments& args, const AnyModel& any) {
  const auto* const model = std::get_if<BoostedModel>(&any);
  if (model == nullptr)
    fail<ArgumentError>(
        "--kind {}: {} is a linear model, which has no splits. Hint: --kind permutation, or linden inspect for its "
        "weights.",
        args.kind, args.model);
  const auto value = [&](const Importance& one) {
    return args.kind == "gain" ? one.gain : args.kind == "cover" ? one.cover : static_cast<double>(one.splits);
  };
  std::vector<Importance> all = model->importances();
  std::ranges::stable_sort(all, std::greater<>(), value);
  std::string text = fmt::format("feature,{}\n", args.kind);
  for (const Importance& one : all) text += fmt::format("{},{}\n", csv_field(one.name), value(one));
  return text;
}

std::string by_shuffling(const ImportanceArguments& args, const AnyModel& model) {
  if (args.data.empty())
    fail<ArgumentError>("--kind permutation judges predictions on labelled rows. Hint: --data FILE.");
  const Device device = device_of(args.device, report_stream(args.out));
  const Dataset data = read_for(model, args.data, args.read, true);
  print_remarks(data.remarks());
  PermutationOptions options{.repeats = args.repeats,
                             .seed = args.seed,
                             .features = args.features,
                             .threads = args.read.threads,
                             .device = device};
  if (!args.metric.empty()) options.metric = metric::by_name(args.metric);
  const PermutationImportances found = permutation_importances(model, data, options);
  std::string text = fmt::format("feature,{0},{0}_deviation\n", csv_field(found.metric));
  for (const PermutationImportance& one : found.features)
    text += fmt::format("{},{},{}\n", csv_field(one.name), one.mean, one.deviation);
  return text;
}

std::string by_shap(const ImportanceArguments& args, const AnyModel& model) {
  if (args.data.empty()) fail<ArgumentError>("--kind shap explains the scores of rows. Hint: --data FILE.");
  const Device device = device_of(args.device, report_stream(args.out));
  const Dataset data = read_for(model, args.data, args.read, false);
  print_remarks(data.remarks());
  ShapOptions options{.threads = args.read.threads, .device = device};
  if (!args.background.empty()) {
    options.background = read_for(model, args.background, args.read, false);
    print_remarks(options.background->remarks());
  }
  std::string text = "feature,shap\n";
  for (const ShapImportance& one : shap_importances(model, data, options))
    text += fmt::format("{},{}\n", csv_field(one.name), one.mean);
  return text;
}

std::string importances(const ImportanceArguments& args) {
  const bool is_of_splits = args.kind == "gain" || args.kind == "splits" || args.kind == "cover";
  if (is_of_splits && !args.data.empty())
    fail<ArgumentError>(
        "--kind {} is of training, and looks at no data. Hint: leave out --data, or --kind permutation.", args.kind);
  const AnyModel model = read_model(args.model);
  if (args.kind == "shap") return by_shap(args, model);
  return is_of_splits ? of_splits(args, model) : by_shuffling(args, model);
}

}  // namespace

void add_importance(CLI::App& app) {
  CLI::App* command = app.add_subcommand("importance", "How much a model needs each of its features, as CSV.");
  auto args = std::make_shared<ImportanceArguments>();
  command->add_option("--model,model", args->model, "a model file")->required();
  command->add_option("--data,data", args->data,
                      "permutation: labelled rows, best those that the model has not seen; shap: rows to explain");
  CLI::Option* const kind = command->add_option(
      "--kind", args->kind,
      "gain, splits or cover: what splits by a feature added up to in training; permutation: what a metric loses when "
      "the values of a feature are shuffled; shap: how far it moves scores on average (default: permutation with "
      "--data, else gain)");
  command->add_option(
      "--background", args->background,
      "shap: rows that stand for what is not known, some hundred of them; without it, for boosted models, the training "
      "rows as they came to the sides of splits, for linear ones the rows to explain");
  command->add_option("--metric", args->metric, "permutation: the metric that is looked at (default: by the loss)");
  add_names_option(*command, "--features", args->features, "permutation: the features to shuffle (default: all)");
  CLI::Option* const repeats = command->add_option("--repeats", args->repeats, "permutation: shuffles of each feature")
                                   ->capture_default_str()
                                   ->check(whole_number(1, 10'000));
  command->add_option("--seed", args->seed, "permutation: of the shuffles")->capture_default_str()->check(a_seed());
  command->add_option("--out", args->out,
                      "the file to write (default: -, standard output); compressed if it ends in .gz");
  add_device_option(*command, args->device);
  add_known_label_option(*command, args->read);
  add_label_options(*command, args->read);
  add_offset_option(*command, args->read, "those that the model was trained with");
  add_format_options(*command, args->read);
  command->callback([args, kind, repeats] {
    if (kind->count() == 0) args->kind = args->data.empty() ? "gain" : "permutation";
    if (args->kind != "gain" && args->kind != "splits" && args->kind != "cover" && args->kind != "permutation" &&
        args->kind != "shap")
      fail<ArgumentError>("--kind is \"{}\"; it must be gain, splits, cover, permutation or shap.", args->kind);
    if (args->kind != "permutation" && (repeats->count() > 0 || !args->metric.empty() || !args->features.empty()))
      fail<ArgumentError>("{} is of --kind permutation, and --kind is {}. Hint: leave one out.",
                          repeats->count() > 0    ? "--repeats"
                          : !args->metric.empty() ? "--metric"
                                                  : "--features",
                          args->kind);
    if (args->kind != "shap" && !args->background.empty())
      fail<ArgumentError>("--background is of --kind shap, and --kind is {}. Hint: leave one out.", args->kind);
    check_paths({{"--model", args->model}, {"--data", args->data}, {"--background", args->background}},
                {{"--out", args->out}});
    std::vector<std::string> files;
    for (const std::string& file : {args->data, args->background})
      if (!file.empty()) files.push_back(file);
    if (!files.empty()) check_formats(args->read, files);
    write_result(args->out, importances(*args));
  });
}

}  // namespace linden::cli
