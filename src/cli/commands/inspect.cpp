// linden inspect: what is in a model file.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <linden/error.hpp>
#include <memory>
#include <span>

#include "base/counted.hpp"
#include "base/fail.hpp"
#include "cli/any_model.hpp"
#include "cli/commands.hpp"
#include "base/csv_field.hpp"
#include "cli/commands/inspect.hpp"
#include "cli/options.hpp"

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
  print_features(model, all);
}

// The categories that go left, a group by the first of its names.
std::vector<std::string> left_names(const BoostedModel& model, const TreeNode& node) {
  const std::vector<int>& groups = model.category_groups(node.feature);
  std::vector<std::string> names;
  for (const int code : node.left_categories) {
    const auto others = std::ranges::count(groups, code) - 1;
    names.push_back(model.categories(node.feature)[code]);
    if (others > 0) names.back() += fmt::format(" and {} like it", others);
  }
  return names;
}

std::string rule(const BoostedModel& model, const TreeNode& node) {
  std::string text = model.name_of(node.feature);
  if (node.categorical) {
    text += fmt::format(" in {{{}}}", fmt::join(left_names(model, node), ", "));
  } else {
    text += fmt::format(" <= {}", node.threshold);
  }
  const char* const zeros = !node.zero_missing ? "" : node.missing_left ? " or zero" : " and not zero";
  return fmt::format("{}{}{}  gain {:.6g}, {}", text, node.missing_left ? " or missing" : "", zeros, node.gain,
                     counted(node.rows, "row"));
}

// "leaf 0.5 + 0.25 (age - 31)": what a leaf adds.
std::string leaf(const BoostedModel& model, const Tree& tree, const TreeNode& node) {
  std::string text = fmt::format("leaf {:.6g}", fmt::join(tree.values(node), " "));
  for (const LeafTerm& term : tree.terms(node))
    text += fmt::format(" {} {:.6g} ({} {} {:.6g})", term.slope < 0 ? '-' : '+', std::abs(term.slope),
                        model.feature_names()[term.feature], term.centre < 0 ? '+' : '-', std::abs(term.centre));
  return fmt::format("{}  {}", text, counted(node.rows, "row"));
}

void print_tree(const BoostedModel& model, int index) {
  if (index < 0 || index >= static_cast<int>(model.trees().size()))
    throw ArgumentError(
        fmt::format("--tree is {}; the model has trees 0 to {}.", index, static_cast<int>(model.trees().size()) - 1));
  const Tree& tree = model.trees()[index];
  struct Open {
    int node, depth;
    const char* side;
  };
  std::vector<Open> open{{0, 0, ""}};
  while (!open.empty()) {
    const Open at = open.back();
    open.pop_back();
    const TreeNode& node = tree.nodes[at.node];
    const std::string what = node.feature < 0 ? leaf(model, tree, node) : rule(model, node);
    fmt::print("{:{}}{}{}\n", "", 2 * at.depth, at.side, what);
    if (node.feature < 0) continue;
    open.push_back({node.right, at.depth + 1, "no:  "});
    open.push_back({node.left, at.depth + 1, "yes: "});
  }
}

}  // namespace

void add_inspect(CLI::App& app) {
  struct InspectArguments {
    std::string model;
    int tree = -1;
    bool all = false, importances = false;
  };
  CLI::App* command = app.add_subcommand("inspect", "What is in a model file.");
  auto args = std::make_shared<InspectArguments>();
  command->add_option("--model,model", args->model, "a model file")->required();
  CLI::Option* tree = command->add_option("--tree", args->tree, "print this tree of a boosted model, counted from 0")
                          ->check(whole_number(0, 2'147'483'647));
  command->add_flag("--all", args->all, "list every feature, not 20 at most");
  command->add_flag("--importances", args->importances,
                    "of a boosted model, as CSV: what each feature did for its splits, by sums of their gain, their "
                    "number, and sums of the curvatures of the rows that came to them");
  command->callback([args, tree] {
    if (args->all && (tree->count() > 0 || args->importances))
      fail<ArgumentError>("--all is of the list of features. Hint: leave it out, or {}.",
                          tree->count() > 0 ? "--tree" : "--importances, which has all of them");
    if (tree->count() > 0 && args->importances)
      fail<ArgumentError>("--tree {} and --importances print different things. Hint: leave one out.", args->tree);
    const AnyModel any = load_model(args->model);
    const auto* boosted = std::get_if<BoostedModel>(&any);
    if (boosted && tree->count() > 0) return print_tree(*boosted, args->tree);
    if (boosted && args->importances) return print_importances(*boosted);
    if (boosted) return print_boosted(*boosted, args->all);
    if (tree->count() > 0)
      throw ArgumentError(fmt::format("--tree {}: {} is a linear model, which has no trees.", args->tree, args->model));
    if (args->importances)
      throw ArgumentError(
          fmt::format("--importances: {} is a linear model, which has no splits. Hint: its weights are "
                      "printed without --importances.",
                      args->model));
    print_linear(std::get<LinearModel>(any), args->all);
  });
}

}  // namespace linden::cli
