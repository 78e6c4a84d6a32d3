// linden merge: one model whose scores are the weighted sum, or the mean, of those of several.
#include <fmt/format.h>

#include <linden/boosting.hpp>
#include <memory>

#include "base/counted.hpp"
#include "base/fail.hpp"
#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "cli/paths.hpp"
#include "cli/saving.hpp"

namespace linden::cli {
namespace {

struct MergeArguments {
  std::vector<std::string> models;
  std::vector<double> weights;
  std::string out;
  bool average = false;
};

BoostedModel merged(const MergeArguments& args) {
  if (args.average && !args.weights.empty())
    fail<ArgumentError>("--average weighs all models alike, and --weights says otherwise. Hint: leave one out.");
  if (!args.weights.empty() && args.weights.size() != args.models.size())
    fail<ArgumentError>("--weights has {} for {}. Hint: one for each model, in their order.",
                        counted(args.weights.size(), "number"), counted(args.models.size(), "model"));
  std::vector<BoostedModel> models;
  for (const std::string& path : args.models) models.push_back(BoostedModel::load(path));
  if (args.average) return average_models(models);
  std::vector<WeightedModel> weighted;
  for (std::size_t i = 0; i < models.size(); ++i)
    weighted.push_back({models[i], args.weights.empty() ? 1.0 : args.weights[i]});
  return merge_models(weighted);
}

void merge(const MergeArguments& args) {
  std::vector<Path> read;
  for (const std::string& path : args.models) read.push_back({"--models", path});
  check_paths(read, {{"--out", args.out}});
  const BoostedModel model = merged(args);
  if (is_standard_output(args.out)) return write_result(args.out, model.to_string());
  save_or_rescue(args.out, [&](const std::filesystem::path& path) { model.save(path); });
  fmt::print("model       {}: {}, {}\n", args.out, counted(model.rounds(), "round"),
             counted(model.trees().size(), "tree"));
}

}  // namespace

void add_merge(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("merge", "One boosted model of several, whose scores are the weighted sum of theirs.");
  auto args = std::make_shared<MergeArguments>();
  command->add_option("--models,models", args->models, "model files, of the same features and the same loss")
      ->required();
  command
      ->add_option("--weights", args->weights, "how often the scores of each model count, comma-separated: 0.25,0.75")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_flag("--average", args->average, "the mean of their scores, as of the models of a cross-validation");
  command
      ->add_option("--out", args->out,
                   "the model file to write (model.linden: binary; model.json.gz: compressed); - is standard output")
      ->required();
  command->callback([args] { merge(*args); });
}

}  // namespace linden::cli
