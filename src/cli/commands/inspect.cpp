// linden inspect: what is in a model file.
#include <fmt/format.h>

#include <algorithm>
#include <linden/error.hpp>
#include <linden/model_text.hpp>
#include <memory>
#include <span>
#include <sstream>

#include "base/counted.hpp"
#include "base/fail.hpp"
#include "cli/any_model.hpp"
#include "cli/commands.hpp"
#include "base/csv_field.hpp"
#include "cli/commands/inspect.hpp"
#include "cli/options.hpp"
#include "cli/reading.hpp"

namespace linden::cli {
namespace {

void print_features(const BoostedModel& model, bool all) {
  const std::vector<Importance> used = model.importances();
  fmt::print("\n{:<32} {:>8} {:>14} {:>14}\n", "feature", "splits", "gain", "cover");
  const std::size_t shown = all ? used.size() : std::min(used.size(), most_features);
  for (const Importance& i : std::span(used).first(shown))
    fmt::print("{:<32} {:>8} {:>14.6g} {:>14.6g}\n", i.name, i.splits, i.gain, i.cover);
  if (shown < used.size()) fmt::print("... and {} more (--all prints them)\n", used.size() - shown);
}

// For other programs: CSV, the features that the model uses, the largest gain first.
void print_importances(const BoostedModel& model) {
  fmt::print("feature,gain,splits,cover\n");
  for (const Importance& i : model.importances())
    fmt::print("{},{},{},{}\n", csv_field(i.name), i.gain, i.splits, i.cover);
}

constexpr std::size_t most_places = 20;  // of which the learnt biases are printed

void print_boosted(const BoostedModel& model, bool all) {
  std::size_t leaves = 0;
  int depth = 0, values = 1;
  for (const Tree& tree : model.trees()) {
    leaves += static_cast<std::size_t>(tree.leaves());
    depth = std::max(depth, tree.depth());
    if (tree.output == Tree::all_outputs) values = model.outputs();
  }
  fmt::print("model       boosted: {}, {}, {}{}, depth up to {}\n", counted(model.rounds(), "round"),
             counted(model.trees().size(), "tree"), counted(leaves, "leaf", "leaves"),
             values > 1 ? fmt::format(" of {} values", values) : "", depth);
  print_names(model);
  fmt::print("start       {:.6g}\n", fmt::join(model.initial_score(), " "));
  if (const std::vector<double>& biases = model.position_biases(); !biases.empty())
    fmt::print("places      {:.4g}{}\n", fmt::join(std::span(biases).first(std::min(biases.size(), most_places)), " "),
               biases.size() > most_places ? fmt::format(" ... and {} more", biases.size() - most_places) : "");
  if (model.has_config())
    print_fields(model.config());
  else
    fmt::print("loss        {}\nlink        {}\n", model.loss().name(), name_of(model.loss().link()));
  print_signature(model);
  print_features(model, all);
}

TreeFormat format_called(const std::string& name) {
  if (name == "text") return TreeFormat::text;
  if (name == "dot") return TreeFormat::dot;
  if (name == "json") return TreeFormat::json;
  fail<ArgumentError>("--format is \"{}\"; it must be text, dot or json.", name);
}

struct InspectArguments {
  std::string model, format = "text";
  int tree = -1;
  bool has_tree = false, has_format = false, all = false, importances = false, summary = false;
};

// A thing that is printed, and the option that asks for it.
void check(const InspectArguments& args) {
  if (args.all && (args.has_tree || args.importances))
    fail<ArgumentError>("--all is of the list of features. Hint: leave it out, or {}.",
                        args.has_tree ? "--tree" : "--importances, which has all of them");
  if (args.has_tree && args.importances)
    fail<ArgumentError>("--tree {} and --importances print different things. Hint: leave one out.", args.tree);
  if (args.summary && (args.all || args.has_tree || args.importances))
    fail<ArgumentError>("--summary and {} print different things. Hint: leave one out.",
                        args.all        ? std::string("--all")
                        : args.has_tree ? fmt::format("--tree {}", args.tree)
                                        : std::string("--importances"));
  if (args.has_format && !args.has_tree)
    fail<ArgumentError>("--format {} is of a tree. Hint: --tree K prints one.", args.format);
}

void print_one_tree(const InspectArguments& args, const BoostedModel& model) {
  const auto trees = static_cast<int>(model.trees().size());
  if (args.tree >= trees)
    throw ArgumentError(fmt::format("--tree is {}; the model has trees 0 to {}.", args.tree, trees - 1));
  fmt::print("{}", tree_text(model, args.tree, format_called(args.format)));
}

// What a model prints of itself, and by what it is known.
void print_summary(const AnyModel& any) {
  std::ostringstream lines;
  std::visit([&](const auto& model) { lines << model; }, any);
  fmt::print("{}", lines.str());
  std::visit([](const auto& model) { print_signature(model); }, any);
}

void inspect(const InspectArguments& args) {
  check(args);
  const AnyModel any = read_model(args.model);
  if (args.summary) return print_summary(any);
  if (const auto* boosted = std::get_if<BoostedModel>(&any)) {
    if (args.has_tree) return print_one_tree(args, *boosted);
    return args.importances ? print_importances(*boosted) : print_boosted(*boosted, args.all);
  }
  if (args.has_tree)
    throw ArgumentError(fmt::format("--tree {}: {} is a linear model, which has no trees.", args.tree, args.model));
  if (args.importances)
    throw ArgumentError(
        fmt::format("--importances: {} is a linear model, which has no splits. Hint: its weights are "
                    "printed without --importances.",
                    args.model));
  print_linear(std::get<LinearModel>(any), args.all);
}

}  // namespace

void add_inspect(CLI::App& app) {
  CLI::App* command = app.add_subcommand("inspect", "What is in a model file.");
  auto args = std::make_shared<InspectArguments>();
  command->add_option("--model,model", args->model, "a model file, also another library's")->required();
  CLI::Option* tree = command->add_option("--tree", args->tree, "print this tree of a boosted model, counted from 0")
                          ->check(whole_number(0, 2'147'483'647));
  CLI::Option* format = command->add_option("--format", args->format, "of --tree: text, dot (for Graphviz) or json")
                            ->capture_default_str();
  command->add_flag("--summary", args->summary, "print the model in a few lines");
  command->add_flag("--all", args->all, "list every feature, not 20 at most");
  command->add_flag("--importances", args->importances,
                    "of a boosted model, as CSV: what each feature did for its splits, by sums of their gain, their "
                    "number, and sums of the curvatures of the rows that came to them");
  command->callback([args, tree, format] {
    args->has_tree = tree->count() > 0;
    args->has_format = format->count() > 0;
    inspect(*args);
  });
}

}  // namespace linden::cli
