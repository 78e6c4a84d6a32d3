// From the attributes of operators to nodes.
#include "interop/import/onnx/ensemble.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/fail.hpp"

namespace linden::onnx {
namespace {

using Wholes = std::vector<std::int64_t>;

Mode mode_of(const Operator& op, std::string_view name) {
  constexpr std::string_view names[] = {"BRANCH_LEQ", "BRANCH_LT",  "BRANCH_GTE",    "BRANCH_GT",
                                        "BRANCH_EQ",  "BRANCH_NEQ", "BRANCH_MEMBER", "LEAF"};
  const auto found = std::ranges::find(names, name);
  if (found == std::end(names)) op.refuse(fmt::format("has a node of the mode \"{}\"", name.substr(0, 40)));
  return static_cast<Mode>(found - std::begin(names));
}

void check_size(const Operator& op, std::string_view name, std::size_t found, std::size_t wanted) {
  if (found != wanted) op.refuse(fmt::format("has {} entries in {}, and {} belong there", found, name, wanted));
}

Wholes wholes(const Operator& op, std::string_view name, std::size_t count) {
  Wholes values = op.wholes(name);
  check_size(op, name, values.size(), count);
  return values;
}

constexpr std::size_t most_nodes = INT32_MAX;

}  // namespace

Ensemble ensemble_of_weights(const Operator& op) {
  const bool is_classifier = op.type() == "TreeEnsembleClassifier";
  const std::string of = is_classifier ? "class_" : "target_";
  Ensemble out;
  const Wholes trees = op.wholes("nodes_treeids");
  const std::size_t count = trees.size();
  if (count == 0 || count > most_nodes) op.refuse(fmt::format("has {} nodes", count));
  const Wholes ids = wholes(op, "nodes_nodeids", count), features = wholes(op, "nodes_featureids", count),
               if_true = wholes(op, "nodes_truenodeids", count), if_false = wholes(op, "nodes_falsenodeids", count);
  const std::vector<std::string_view> modes = op.texts("nodes_modes");
  check_size(op, "nodes_modes", modes.size(), count);
  const TensorValues splits = op.numbers("nodes_values", "nodes_values_as_tensor");
  check_size(op, "nodes_values", splits.numbers.size(), count);
  const Wholes missing = op.wholes("nodes_missing_value_tracks_true");
  if (!missing.empty()) check_size(op, "nodes_missing_value_tracks_true", missing.size(), count);

  std::map<std::pair<std::int64_t, std::int64_t>, std::int32_t> places;
  for (std::size_t i = 0; i < count; ++i) {
    if (!places.emplace(std::pair(trees[i], ids[i]), static_cast<std::int32_t>(i)).second)
      op.refuse(fmt::format("has node {} of tree {} twice", ids[i], trees[i]));
    if (i == 0 || trees[i] != trees[i - 1]) out.roots.push_back(static_cast<std::int32_t>(i));
  }
  const auto place = [&](std::int64_t tree, std::int64_t id) {
    const auto found = places.find({tree, id});
    if (found == places.end()) op.refuse(fmt::format("has no node {} of tree {}", id, tree));
    return found->second;
  };
  out.nodes.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    EnsembleNode& node = out.nodes[i];
    node.mode = mode_of(op, modes[i]);
    if (node.mode == Mode::member) op.refuse("has a node of the mode BRANCH_MEMBER");
    if (node.mode == Mode::leaf) continue;
    node.feature = features[i];
    node.split = splits.numbers[i];
    node.missing_is_true = !missing.empty() && missing[i] != 0;
    node.if_true = place(trees[i], if_true[i]);
    node.if_false = place(trees[i], if_false[i]);
  }
  const Wholes targets = op.wholes(of + "ids");
  const std::size_t weights = targets.size();
  const Wholes weight_trees = wholes(op, of + "treeids", weights), weight_ids = wholes(op, of + "nodeids", weights);
  const TensorValues values = op.numbers(of + "weights", of + "weights_as_tensor");
  check_size(op, of + "weights", values.numbers.size(), weights);
  out.targets = is_classifier ? static_cast<std::int64_t>(std::max(op.texts("classlabels_strings").size(),
                                                                   op.wholes("classlabels_int64s").size()))
                              : op.whole("n_targets", 1);
  for (std::size_t i = 0; i < weights; ++i) {
    if (targets[i] < 0 || targets[i] >= out.targets)
      op.refuse(fmt::format("has a weight for target {} of {}", targets[i], out.targets));
    EnsembleNode& leaf = out.nodes[static_cast<std::size_t>(place(weight_trees[i], weight_ids[i]))];
    if (leaf.mode != Mode::leaf) op.refuse(fmt::format("has a weight in node {}, which is no leaf", weight_ids[i]));
    leaf.weights.emplace_back(static_cast<std::int32_t>(targets[i]), values.numbers[i]);
  }
  out.base = op.numbers("base_values", "base_values_as_tensor").numbers;
  out.transform = op.text("post_transform", "NONE");
  out.aggregate = op.text("aggregate_function", "SUM");
  return out;
}

Ensemble ensemble_of_leaves(const Operator& op) {
  constexpr std::string_view aggregates[] = {"AVERAGE", "SUM", "MIN", "MAX"};
  constexpr std::string_view transforms[] = {"NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT"};
  const auto named = [&](const char* name, std::int64_t otherwise, const auto& names) {
    const std::int64_t which = op.whole(name, otherwise);
    if (which < 0 || which >= std::ssize(names)) op.refuse(fmt::format("has {} {}", name, which));
    return std::string(names[static_cast<std::size_t>(which)]);
  };
  Ensemble out;
  out.aggregate = named("aggregate_function", 1, aggregates);
  out.transform = named("post_transform", 0, transforms);
  out.targets = op.whole("n_targets", 1);
  const Wholes features = op.wholes("nodes_featureids");
  const std::size_t count = features.size();
  const Wholes if_true = wholes(op, "nodes_truenodeids", count), if_false = wholes(op, "nodes_falsenodeids", count),
               true_is_leaf = wholes(op, "nodes_trueleafs", count),
               false_is_leaf = wholes(op, "nodes_falseleafs", count);
  const std::vector<double> modes = op.numbers("nodes_modes").numbers, splits = op.numbers("nodes_splits").numbers,
                            members = op.numbers("membership_values").numbers;
  check_size(op, "nodes_modes", modes.size(), count);
  check_size(op, "nodes_splits", splits.size(), count);
  const Wholes missing = op.wholes("nodes_missing_value_tracks_true");
  if (!missing.empty()) check_size(op, "nodes_missing_value_tracks_true", missing.size(), count);
  const Wholes targets = op.wholes("leaf_targetids");
  const std::vector<double> weights = op.numbers("leaf_weights").numbers;
  check_size(op, "leaf_weights", weights.size(), targets.size());
  if (count == 0 || count > most_nodes / 3) op.refuse(fmt::format("has {} nodes", count));
  out.nodes.resize(count);
  // Splits may share a leaf; each gets one of its own.
  const auto place = [&](std::int64_t at, bool is_leaf) {
    const std::size_t limit = is_leaf ? targets.size() : count;
    if (at < 0 || static_cast<std::uint64_t>(at) >= limit)
      op.refuse(fmt::format("has a branch to {} {} of {}", is_leaf ? "leaf" : "node", at, limit));
    if (!is_leaf) return static_cast<std::int32_t>(at);
    const auto leaf = static_cast<std::size_t>(at);
    if (targets[leaf] < 0 || targets[leaf] >= out.targets)
      op.refuse(fmt::format("has a weight for target {} of {}", targets[leaf], out.targets));
    out.nodes.emplace_back().weights.emplace_back(static_cast<std::int32_t>(targets[leaf]), weights[leaf]);
    return static_cast<std::int32_t>(out.nodes.size()) - 1;
  };
  auto member = members.begin();
  for (std::size_t i = 0; i < count; ++i) {
    if (modes[i] < 0 || modes[i] > 6) op.refuse(fmt::format("has a node of the mode {}", modes[i]));
    const std::int32_t yes = place(if_true[i], true_is_leaf[i] != 0), no = place(if_false[i], false_is_leaf[i] != 0);
    EnsembleNode& node = out.nodes[i];
    node.mode = static_cast<Mode>(static_cast<int>(modes[i]));
    node.feature = features[i];
    node.split = splits[i];
    node.missing_is_true = !missing.empty() && missing[i] != 0;
    node.if_true = yes;
    node.if_false = no;
    if (node.mode != Mode::member) continue;
    for (; member != members.end() && !std::isnan(*member); ++member) node.members.push_back(*member);
    if (member != members.end()) ++member;
  }
  for (const std::int64_t root : op.wholes("tree_roots")) out.roots.push_back(place(root, false));
  if (out.roots.empty()) op.refuse("has no trees");
  return out;
}

}  // namespace linden::onnx
