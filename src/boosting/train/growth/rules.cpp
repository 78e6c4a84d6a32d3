#include "boosting/train/growth/rules.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "backend/tree/bin_set.hpp"
#include "backend/tree/growth_rules.hpp"
#include "base/fail.hpp"
#include "model/features/feature_values.hpp"

namespace linden {
namespace {

int feature_of(const BoostedModel::State& model, const std::string& name) {
  return static_cast<int>(std::ranges::find(model.feature_names, name) - model.feature_names.begin());
}

int code_of(const BoostedModel::State& model, int feature, const std::string& category) {
  const std::vector<std::string>& all = model.categories[static_cast<std::size_t>(feature)];
  const auto found = std::ranges::find(all, category);
  return found == all.end() ? -1 : static_cast<int>(found - all.begin());
}

// Values of features, and behind them those of derived ones: `joined` of the values of those that they come from.
template <class Join>
std::vector<double> of_columns(const BoostedModel::State& model, std::vector<double> of_features, const Join& join) {
  for (const DerivedFeature& derived : model.derived) {
    double value = of_features[static_cast<std::size_t>(derived.features.front())];
    for (const int f : std::span(derived.features).subspan(1))
      value = join(value, of_features[static_cast<std::size_t>(f)]);
    of_features.push_back(value);
  }
  return of_features;
}

double least(double a, double b) { return std::min(a, b); }

// The first groups' numbers by the features in them, one list a feature; a derived one is in the groups that all have
// which it comes from.
std::vector<std::vector<int>> groups_of_features(const BoostedModel::State& model) {
  std::unordered_map<std::string_view, std::size_t> number;
  for (std::size_t f = 0; f < model.feature_names.size(); ++f) number.emplace(model.feature_names[f], f);
  std::vector<std::vector<int>> groups(model.feature_names.size());
  const FeatureGroups& all = model.config.constraints.interactions;
  for (std::size_t g = 0; g < all.size(); ++g)
    for (const std::string& name : all[g])
      if (const auto found = number.find(name); found != number.end())
        groups[found->second].push_back(static_cast<int>(g));
  for (const DerivedFeature& derived : model.derived) {
    std::vector<int> common = groups[static_cast<std::size_t>(derived.features.front())];
    for (const int f : derived.features)
      std::erase_if(common, [&](int g) { return std::ranges::count(groups[static_cast<std::size_t>(f)], g) == 0; });
    groups.push_back(std::move(common));
  }
  return groups;
}

// Whether these features may be on one way: they are one, or in a group together.
bool may_meet(const std::vector<std::vector<int>>& groups, const std::vector<int>& way) {
  if (std::ranges::all_of(way, [&](int f) { return f == way.front(); })) return true;
  const auto of = [&](int f) -> const std::vector<int>& { return groups[static_cast<std::size_t>(f)]; };
  return std::ranges::any_of(of(way.front()), [&](int group) {
    return std::ranges::all_of(way, [&](int f) { return std::ranges::find(of(f), group) != of(f).end(); });
  });
}

constexpr const char* forced_field = "BoostingConfig.constraints.forced_splits";

// `way`: the features above.
void check_forced(const BoostedModel::State& model, const std::vector<std::vector<int>>& groups,
                  const std::vector<ForcedSplit>& splits, std::vector<int>& way) {
  if (splits.empty()) return;
  const ForcedSplit& split = splits.front();
  const int f = feature_of(model, split.feature);
  const bool categorical = model.categorical[static_cast<std::size_t>(f)];
  if (categorical == split.categories.empty())
    fail<ArgumentError>("{}: feature \"{}\" holds {}, but its split has {}. Hint: {}.", forced_field, split.feature,
                        categorical ? "categories" : "numbers", categorical ? "a threshold" : "categories",
                        categorical ? "name those that go left" : "give it a threshold");
  for (const std::string& category : split.categories)
    if (code_of(model, f, category) < 0) {
      const std::vector<std::string>& known = model.categories[static_cast<std::size_t>(f)];
      fail<ArgumentError>("{}: feature \"{}\" has no category \"{}\". {}Categories: {}.", forced_field, split.feature,
                          category, did_you_mean(category, known), listing(known));
    }
  way.push_back(f);
  if (!model.config.constraints.interactions.empty() && !may_meet(groups, way))
    fail<ArgumentError>(
        "{}: the split by feature \"{}\" stands below one by \"{}\", and .constraints.interactions has no group with "
        "all "
        "that are on the way to it. Hint: add one.",
        forced_field, split.feature, model.feature_names[static_cast<std::size_t>(way[way.size() - 2])]);
  check_forced(model, groups, split.left, way);
  check_forced(model, groups, split.right, way);
  way.pop_back();
}

bool has_forced(const BoostedModel::State& model, const Tree& tree, const std::vector<ForcedSplit>& splits, int at) {
  if (splits.empty()) return true;
  const TreeNode& node = tree.nodes[static_cast<std::size_t>(at)];
  return node.feature == feature_of(model, splits.front().feature) &&
         (node.categorical || node.threshold >= splits.front().threshold) &&
         has_forced(model, tree, splits.front().left, node.left) &&
         has_forced(model, tree, splits.front().right, node.right);
}

}  // namespace

void check_forced_splits(const BoostedModel::State& model) {
  std::vector<int> way;
  if (!model.config.constraints.forced_splits.empty())
    check_forced(model, groups_of_features(model), model.config.constraints.forced_splits, way);
}

void check_interactions(std::string_view where, const BoostedModel::State& model, std::span<const Tree> trees) {
  if (model.config.constraints.interactions.empty()) return;
  const std::vector<std::vector<int>> groups = groups_of_features(model);
  std::vector<int> parent, way;
  for (const Tree& tree : trees) {
    parent.assign(tree.nodes.size(), -1);
    for (std::size_t i = 0; i < tree.nodes.size(); ++i)
      if (const TreeNode& node = tree.nodes[i]; node.feature >= 0)
        for (const int child : {node.left, node.right}) parent[static_cast<std::size_t>(child)] = static_cast<int>(i);
    for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
      if (tree.nodes[i].feature < 0) continue;
      way.clear();
      for (int at = static_cast<int>(i); at >= 0; at = parent[static_cast<std::size_t>(at)])
        way.push_back(tree.nodes[static_cast<std::size_t>(at)].feature);
      if (may_meet(groups, way)) continue;
      std::ranges::sort(way);
      way.erase(std::unique(way.begin(), way.end()), way.end());
      std::vector<std::string> names;
      for (const int f : way) names.push_back(model.feature_names[static_cast<std::size_t>(f)]);
      fail<ArgumentError>(
          "{} has a tree that splits by {} on the way to a leaf, and no group of .constraints.interactions has them "
          "all; its trees stay as they are. Hint: a group with them, or train anew.",
          where, listing(names));
    }
  }
}

std::int64_t trees_without_forced_splits(const BoostedModel::State& model) {
  return std::ranges::count_if(model.trees, [&](const Tree& tree) {
    return !has_forced(model, tree, model.config.constraints.forced_splits, 0);
  });
}

Rules::Rules(const Backend& backend, Context& context, const BoostedModel::State& model, const std::vector<Cuts>& cuts,
             const Bins& bins)
    : backend_(backend), context_(context), model_(model), bins_(bins) {
  set_groups();
  set_weights(cuts);
  set_costs();
  set_forced(cuts);
}

template <class T>
const T* Rules::place(OnDevice<T>& array, const std::vector<T>& values) const {
  array = OnDevice<T>(backend_.memory, context_, values.data(), std::ssize(values), "the rules of growth");
  return values.empty() ? nullptr : array.data();
}

// By the features of the view.
std::vector<double> Rules::by_view(const FeatureValues& values, double otherwise,
                                   double (*join)(double, double)) const {
  if (values.empty()) return {};
  const std::vector<double> all = of_columns(model_, by_feature(values, model_.feature_names, otherwise), join);
  std::vector<double> result;
  for (const int f : bins_.used()) result.push_back(all[static_cast<std::size_t>(f)]);
  return result;
}

void Rules::set_groups() {
  const std::size_t count = model_.config.constraints.interactions.size();
  if (count == 0) return;
  const std::size_t words = (count + 63) / 64;
  const std::vector<std::vector<int>> groups = groups_of_features(model_);
  groups_.assign(words * bins_.used().size(), 0);
  for (std::size_t i = 0; i < bins_.used().size(); ++i)
    for (const int g : groups[static_cast<std::size_t>(bins_.used()[i])])
      groups_[i * words + static_cast<std::size_t>(g) / 64] |= std::uint64_t{1} << (g % 64);
  tables_.group_words = static_cast<std::int32_t>(words);
  tables_.groups = place(device_groups_, groups_);
}

void Rules::set_weights(const std::vector<Cuts>& cuts) {
  const FeatureSampling& sampling = model_.config.feature_sampling;
  tables_.by_level = sampling.by_level;
  tables_.by_node = sampling.by_node;
  weights_ = by_view(sampling.weights, 1, least);
  tables_.weights = place(device_weights_, weights_);
  if (sampling.weights.empty()) return;
  const std::vector<double> all = of_columns(model_, by_feature(sampling.weights, model_.feature_names, 1), least);
  for (std::size_t f = 0; f < cuts.size(); ++f)
    if (cuts[f].bins >= 2) weights_of_varying_.push_back(all[f]);
}

void Rules::set_costs() {
  const SplitCosts& costs = model_.config.costs;
  costs_ = by_view(costs.features, 0, [](double a, double b) { return a + b; });
  gain_factors_ = by_view(costs.gain_factors, 1, least);
  tables_.split_cost = costs.split;
  tables_.feature_costs = place(device_costs_, costs_);
  tables_.gain_factors = place(device_gain_factors_, gain_factors_);
  const double penalty = model_.config.constraints.monotone_penalty;
  tables_.monotone_penalty = penalty <= 1 ? penalty : std::exp2(std::min(penalty, 1000.0) - 1);
  tables_.charges = costs.split > 0 || !costs_.empty() || !gain_factors_.empty() || penalty > 0;
}

void Rules::set_forced(const std::vector<Cuts>& cuts) {
  add_forced(model_.config.constraints.forced_splits, cuts);
  tables_.forced = place(device_forced_, forced_);
  for (const ForcedNode& node : forced_) forced_features_.push_back(node.feature);
  std::ranges::sort(forced_features_);
  forced_features_.erase(std::unique(forced_features_.begin(), forced_features_.end()), forced_features_.end());
}

// The number of what was added, or -1: a feature that no split could use has none that is forced.
std::int32_t Rules::add_forced(const std::vector<ForcedSplit>& splits, const std::vector<Cuts>& cuts) {
  if (splits.empty()) return -1;
  const ForcedSplit& split = splits.front();
  const int feature = feature_of(model_, split.feature);
  const auto used = std::ranges::find(bins_.used(), feature);
  if (used == bins_.used().end()) return -1;
  const Cuts& c = cuts[static_cast<std::size_t>(feature)];
  ForcedNode node;
  node.feature = static_cast<std::int32_t>(used - bins_.used().begin());
  if (c.categorical) {
    for (const std::string& category : split.categories)
      if (const auto code = static_cast<std::size_t>(code_of(model_, feature, category)); c.seen[code])
        mark_left(node, c.bin_of[code]);
  } else {
    node.bin = c.bin_of_number(split.threshold);
    mark_first(node, node.bin + 1);
  }
  const auto number = static_cast<std::int32_t>(forced_.size());
  forced_.push_back(node);
  const std::int32_t left = add_forced(split.left, cuts), right = add_forced(split.right, cuts);
  forced_[static_cast<std::size_t>(number)].left = left;
  forced_[static_cast<std::size_t>(number)].right = right;
  return number;
}

void Rules::count_as_used(std::span<const Tree> trees) {
  if (costs_.empty()) return;
  std::vector<bool> is_used(static_cast<std::size_t>(model_.columns()));
  for (const Tree& tree : trees)
    for (const TreeNode& node : tree.nodes)
      if (node.feature >= 0) is_used[static_cast<std::size_t>(node.feature)] = true;
  for (std::size_t i = 0; i < bins_.used().size(); ++i)
    if (is_used[static_cast<std::size_t>(bins_.used()[i])]) costs_[i] = 0;
  tables_.feature_costs = place(device_costs_, costs_);
}

void Rules::begin_round(const Ensemble& ensemble, TreeInput& tree) {
  if (const auto fresh = std::span(ensemble.added()).subspan(trees_seen_); !fresh.empty()) count_as_used(fresh);
  trees_seen_ = ensemble.size();
  tree.rules = tables_;
}

RoundKeys Rules::keys(int round) const {
  return {round_key(model_.config.seed, round), tables_.draws() || model_.config.regularization.extra_trees};
}

}  // namespace linden
