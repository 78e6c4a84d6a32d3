// Nodes are numbered anew, level by level: children side by side behind their parents.
//
// Of a split by category XGBoost lists what goes right; whatever is not listed goes left, also codes beyond all that
// any split lists. Here a category goes left because it is listed, and one that no training row had goes where missing
// values go. So that nothing changes sides, a feature whose categories have no names gets those of all codes up to 255,
// or up to the largest that is listed. Codes that all splits send the same way are one group.
#include "interop/import/xgboost/trees.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "base/fail.hpp"
#include "boosting/model/foreign_splits.hpp"

namespace linden::xgboost {
namespace {

constexpr std::int32_t fewest_codes = 256;
constexpr std::int64_t most_unnamed = 1 << 16;  // categories without names of all features together, beside one a byte
constexpr std::size_t most_groups = 256;

float finite_or_zero(float value) { return std::isfinite(value) ? value : 0; }

bool is_categorical(const Tree& tree, std::size_t node) {
  return !tree.categorical.empty() && tree.categorical[node] != 0;
}

std::span<const std::int32_t> listed(const Tree& tree, std::size_t node) {
  return std::span(tree.categories)
      .subspan(static_cast<std::size_t>(tree.first_category[node]),
               static_cast<std::size_t>(tree.category_count[node]));
}

// A feature of categories: its codes in XGBoost, which are the places of `names`, in ours, which are in byte order, and
// which of ours no split tells apart.
struct Categories {
  std::vector<std::string> names;
  std::vector<std::int32_t> code;   // ours of each of theirs
  std::vector<std::int32_t> group;  // of each of theirs
  std::vector<int> lowest;          // ours: the lowest code of the group of each
};

// The nodes that a tree's root leads to, in our order.
std::vector<std::int32_t> nodes_in_order(const Tree& tree, std::size_t number) {
  const auto count = static_cast<std::int32_t>(tree.left.size());
  std::vector<std::int32_t> order{0};
  std::vector<bool> is_taken(tree.left.size());
  is_taken[0] = true;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto node = static_cast<std::size_t>(order[i]);
    if (tree.left[node] < 0) continue;
    for (const std::int32_t child : {tree.left[node], tree.right[node]}) {
      if (child < 0 || child >= count || is_taken[static_cast<std::size_t>(child)])
        fail<FileError>("tree {}: node {} has node {} for a child, which is none of its own.", number, node, child);
      is_taken[static_cast<std::size_t>(child)] = true;
      order.push_back(child);
    }
  }
  return order;
}

// Which codes go apart somewhere: groups are divided by each list in turn.
void divide(Categories& feature, std::span<const std::int32_t> codes, std::int32_t& groups) {
  std::map<std::int32_t, std::int32_t> listed_part;  // of each group that has one
  for (const std::int32_t code : codes) {
    std::int32_t& group = feature.group[static_cast<std::size_t>(code)];
    const auto [part, is_new] = listed_part.try_emplace(group, groups);
    if (is_new) ++groups;
    group = part->second;
  }
}

void check_listed(const Learner& learner, const std::vector<std::string>& feature_names, std::size_t t,
                  std::size_t node, std::vector<std::int32_t>& codes_of) {
  const Tree& tree = learner.trees[t];
  const auto feature = static_cast<std::size_t>(tree.feature[node]);
  std::span<const std::int32_t> codes = listed(tree, node);
  std::vector<std::int32_t> sorted(codes.begin(), codes.end());
  std::ranges::sort(sorted);
  if (std::ranges::adjacent_find(sorted) != sorted.end())
    fail<FileError>("tree {}: node {} lists a category of \"{}\" twice.", t, node, feature_names[feature]);
  if (!sorted.empty()) codes_of[feature] = std::max(codes_of[feature], sorted.back() + 1);
}

void name_codes(const Learner& learner, BoostedModel::State& state, const std::vector<std::int32_t>& codes_of,
                std::vector<Categories>& features) {
  std::int64_t unnamed = 0;
  for (std::size_t f = 0; f < features.size(); ++f) {
    if (!state.categorical[f]) continue;
    std::vector<std::string>& names = features[f].names;
    if (f < learner.categories.size()) names = learner.categories[f];
    if (names.empty()) {
      const std::int32_t count = std::max(codes_of[f], fewest_codes);
      unnamed += count;
      if (unnamed > most_unnamed + static_cast<std::int64_t>(learner.bytes))
        fail<FileError>("feature \"{}\" has categories without names up to {}; {} of all features are too many.",
                        state.feature_names[f], count, unnamed);
      for (std::int32_t code = 0; code < count; ++code) names.push_back(std::to_string(code));
      state.warnings.push_back(
          fmt::format("\"{}\" is of categories whose names the file does not have: they are called by XGBoost's codes, "
                      "\"0\", \"1\", ...; rows must have these.",
                      state.feature_names[f]));
    }
    if (codes_of[f] > std::ssize(names))
      fail<FileError>("a split lists category {} of \"{}\", which has {}.", codes_of[f] - 1, state.feature_names[f],
                      names.size());
  }
}

// Our codes, and the lowest of each group.
void number_codes(Categories& feature, const std::string& name, std::int32_t groups) {
  const std::size_t count = feature.names.size();
  std::vector<std::int32_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  const auto name_of = [&](std::int32_t code) -> const std::string& {
    return feature.names[static_cast<std::size_t>(code)];
  };
  std::ranges::sort(order, {}, name_of);
  feature.code.resize(count);
  feature.lowest.resize(count);
  std::vector<int> lowest_of(static_cast<std::size_t>(groups), -1);
  std::size_t known = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto theirs = static_cast<std::size_t>(order[i]);
    if (i > 0 && name_of(order[i]) == name_of(order[i - 1]))
      fail<FileError>("category \"{}\" of \"{}\" is there twice.", name_of(order[i]), name);
    feature.code[theirs] = static_cast<std::int32_t>(i);
    int& lowest = lowest_of[static_cast<std::size_t>(feature.group[theirs])];
    if (lowest < 0) lowest = static_cast<int>(i), ++known;
    feature.lowest[i] = lowest;
  }
  if (known > most_groups)
    fail<FileError>("splits tell {} groups of categories of \"{}\" apart; {} at most are taken.", known, name,
                    most_groups);
  std::vector<std::string> sorted;
  for (const std::int32_t code : order) sorted.push_back(std::move(feature.names[static_cast<std::size_t>(code)]));
  feature.names = std::move(sorted);
}

std::vector<Categories> categories_of(const Learner& learner, BoostedModel::State& state,
                                      const std::vector<std::vector<std::int32_t>>& orders) {
  std::vector<Categories> features(state.feature_names.size());
  std::vector<std::int32_t> codes_of(features.size()), groups(features.size(), 1);
  const auto each = [&](const auto& use) {
    for (std::size_t t = 0; t < orders.size(); ++t)
      for (const std::int32_t node : orders[t])
        if (const auto n = static_cast<std::size_t>(node);
            learner.trees[t].left[n] >= 0 && is_categorical(learner.trees[t], n))
          use(t, n);
  };
  each([&](std::size_t t, std::size_t n) { check_listed(learner, state.feature_names, t, n, codes_of); });
  name_codes(learner, state, codes_of, features);
  for (Categories& feature : features) feature.group.assign(feature.names.size(), 0);
  each([&](std::size_t t, std::size_t n) {
    const auto f = static_cast<std::size_t>(learner.trees[t].feature[n]);
    divide(features[f], listed(learner.trees[t], n), groups[f]);
  });
  for (std::size_t f = 0; f < features.size(); ++f)
    if (state.categorical[f]) number_codes(features[f], state.feature_names[f], groups[f]);
  return features;
}

void set_left_categories(const Categories& feature, std::span<const std::int32_t> right, TreeNode& node) {
  std::vector<int> goes_right;
  for (const std::int32_t code : right)
    goes_right.push_back(feature.lowest[static_cast<std::size_t>(feature.code[static_cast<std::size_t>(code)])]);
  std::ranges::sort(goes_right);
  for (std::size_t code = 0; code < feature.lowest.size(); ++code)
    if (feature.lowest[code] == static_cast<int>(code) &&
        !std::ranges::binary_search(goes_right, static_cast<int>(code)))
      node.left_categories.push_back(static_cast<int>(code));
}

double threshold_of(float bound, std::size_t tree, std::size_t node) {
  try {
    return threshold_for(bound, Comparison::less);
  } catch (const ArgumentError& error) {
    fail<FileError>("tree {}: node {}: {}", tree, node, error.what());
  }
}

linden::Tree tree_of(const Tree& from, const std::vector<std::int32_t>& order, std::size_t number, double weight,
                     const std::vector<Categories>& features) {
  linden::Tree tree;
  const bool is_wide = from.width > 1;
  int last = 0;
  for (const std::int32_t place : order) {
    const auto n = static_cast<std::size_t>(place);
    TreeNode& node = tree.nodes.emplace_back();
    node.cover = finite_or_zero(from.cover[n]);
    if (from.left[n] < 0) {
      node.leaf = tree.leaf_values.empty() ? 0 : static_cast<int>(tree.leaf_values.size()) / from.width;
      if (!is_wide) tree.leaf_values.push_back(weight * from.value[n]);
      for (int k = 0; is_wide && k < from.width; ++k)
        tree.leaf_values.push_back(weight * from.leaf_values[static_cast<std::size_t>(from.row[n]) * from.width + k]);
      continue;
    }
    node.feature = from.feature[n];
    node.left = last + 1;
    node.right = last += 2;
    node.gain = finite_or_zero(from.gain[n]);
    if (is_categorical(from, n)) {
      node.categorical = true;
      node.missing_left = from.default_left[n] != 0;
      set_left_categories(features[static_cast<std::size_t>(node.feature)], listed(from, n), node);
    } else {
      node.threshold = threshold_of(from.value[n], number, n);
      set_missing(node, MissingType::nan, from.default_left[n] != 0);
    }
  }
  return tree;
}

// A feature is of categories if the file says so, or a split does; all splits must agree.
void find_kinds(const Learner& learner, BoostedModel::State& state,
                const std::vector<std::vector<std::int32_t>>& orders) {
  const std::size_t count = state.feature_names.size();
  state.categorical.assign(count, false);
  std::vector<bool> is_number(count);
  for (std::size_t f = 0; f < count; ++f)
    state.categorical[f] = (f < learner.feature_types.size() && learner.feature_types[f] == "c") ||
                           (f < learner.categories.size() && !learner.categories[f].empty());
  for (std::size_t t = 0; t < orders.size(); ++t)
    for (const std::int32_t place : orders[t]) {
      const auto n = static_cast<std::size_t>(place);
      if (learner.trees[t].left[n] < 0) continue;
      const auto f = static_cast<std::size_t>(learner.trees[t].feature[n]);
      if (f >= count) fail<FileError>("tree {}: node {} splits by feature {} of {}.", t, n, f, count);
      if (is_categorical(learner.trees[t], n))
        state.categorical[f] = true;
      else
        is_number[f] = true;
    }
  for (std::size_t f = 0; f < count; ++f)
    if (state.categorical[f] && is_number[f])
      fail<FileError>("\"{}\" is of categories, and a split takes it for numbers.", state.feature_names[f]);
}

// The number of each tree in our order: one for each output in turn, or all as they stand where they add to all.
std::vector<std::size_t> turns(const Learner& learner, bool add_to_all) {
  std::vector<std::size_t> order(learner.trees.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (add_to_all) return order;
  const auto outputs = static_cast<std::size_t>(learner.outputs());
  std::vector<std::vector<std::size_t>> of_output(outputs);
  for (const std::size_t t : order) {
    const std::int32_t output = learner.output_of_tree[t];
    if (output < 0 || static_cast<std::size_t>(output) >= outputs)
      fail<FileError>("tree {} adds to output {} of {}.", t, output, outputs);
    of_output[static_cast<std::size_t>(output)].push_back(t);
  }
  order.clear();
  for (const auto& trees : of_output)
    if (trees.size() != of_output[0].size())
      fail<FileError>("output {} has {} trees, and output 0 has {}.", &trees - of_output.data(), trees.size(),
                      of_output[0].size());
  for (std::size_t round = 0; round < of_output[0].size(); ++round)
    for (const auto& trees : of_output) order.push_back(trees[round]);
  return order;
}

}  // namespace

void fill_trees(const Learner& learner, BoostedModel::State& state) {
  std::vector<std::vector<std::int32_t>> orders;
  for (std::size_t t = 0; t < learner.trees.size(); ++t) orders.push_back(nodes_in_order(learner.trees[t], t));
  find_kinds(learner, state, orders);
  std::vector<Categories> features = categories_of(learner, state, orders);
  const bool add_to_all = !learner.trees.empty() && learner.trees[0].width > 1;
  for (const std::size_t t : turns(learner, add_to_all)) {
    const int width = learner.trees[t].width;
    if (width != (add_to_all ? learner.outputs() : 1))
      fail<FileError>("tree {} has leaves of {} values, and the model has {} outputs.", t, width, learner.outputs());
    const double weight = t < learner.tree_weights.size() ? learner.tree_weights[t] : 1.0;
    linden::Tree& tree = state.trees.emplace_back(tree_of(learner.trees[t], orders[t], t, weight, features));
    tree.output = add_to_all ? linden::Tree::all_outputs : learner.output_of_tree[t];
  }
  for (Categories& feature : features) {
    const bool all_alone = std::ranges::all_of(
        feature.lowest, [&](const int& code) { return code == static_cast<int>(&code - feature.lowest.data()); });
    state.categories.push_back(std::move(feature.names));
    state.groups.push_back(all_alone ? std::vector<int>{} : std::move(feature.lowest));
  }
}

}  // namespace linden::xgboost
