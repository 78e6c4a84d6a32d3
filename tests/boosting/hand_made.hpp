// Models that nobody trained: random trees with splits of every kind, whose leaves hold one value or one for each
// output; rows for them, and what such a model says of a row by its definition alone.
#pragma once

#include <linden/boosting.hpp>
#include <utility>
#include <vector>

#include "boosting/model/model.hpp"
#include "boosting/model/model_file.hpp"
#include "boosting/random_data.hpp"
#include "loss/link_only.hpp"

namespace linden::hand_made {

struct Options {
  int outputs = 1;
  bool add_to_all = false;  ///< whether every tree adds to all outputs
  bool linear = false;      ///< whether leaves of trees that add to one output have slopes
  int rounds = 5;
  bool zeros_missing = false;                   ///< whether zeros are missing for some splits
  std::vector<int> categories{0, 0, 0, 5, 90};  ///< by feature; 0: numbers. From 50 on two of them share a group
  Loss loss = link_only_loss("someone's", Link::identity, 1, LabelKind::real);
};

/// A number that is 0, nearly 0, missing or any other.
inline double random_number(Random& random) {
  constexpr double bound = 1.0000000180025095e-35;
  return random.one_of({0.0, -0.0, 1e-36, -1e-36, bound, -bound, std::nextafter(bound, 1.0),
                        std::nextafter(-bound, -1.0), 1e-30, -1e-30, missing_value, random.normal(), random.normal(),
                        0.25 * random.below(9) - 1});
}

/// Slopes of a leaf, some of them for a part of all numbers.
inline void add_terms(Tree& tree, Random& random, const Options& options, int leaf) {
  if (random.chance(0.3)) return;
  constexpr double most = std::numeric_limits<double>::max();
  for (std::size_t f = 0; f < options.categories.size(); ++f) {
    if (options.categories[f] > 0 || random.chance(0.4)) continue;
    LeafTerm term{leaf, static_cast<int>(f), random.normal(), random.normal(), -most, most};
    if (random.chance(0.6)) {
      term.low = term.centre - random.uniform();
      term.high = term.centre + random.uniform();
    }
    tree.leaf_terms.push_back(term);
  }
}

inline void add_tree(BoostedModel::State& model, Random& random, const Options& options, int output) {
  Tree& tree = model.trees.emplace_back();
  tree.output = output;
  const int count = 1 + 2 * random.below(20);
  tree.nodes.resize(static_cast<std::size_t>(count));
  for (int i = 0, next = 1, leaves = 0; i < count; ++i) {
    TreeNode& node = tree.nodes[static_cast<std::size_t>(i)];
    node.rows = random.below(1000);
    node.cover = random.uniform();
    const bool must_split = next == i + 1;  // or the nodes behind it had no parent
    if (next == count || (!must_split && random.chance(0.3))) {
      node.leaf = leaves++;
      if (options.linear && output >= 0) add_terms(tree, random, options, node.leaf);
      for (int k = 0; k < (output < 0 ? options.outputs : 1); ++k) tree.leaf_values.push_back(random.normal());
      continue;
    }
    node.feature = random.below(static_cast<int>(options.categories.size()));
    node.missing_left = random.chance(0.5);
    node.gain = random.uniform();
    node.left = std::exchange(next, next + 2);
    node.right = node.left + 1;
    const int categories = options.categories[static_cast<std::size_t>(node.feature)];
    node.categorical = categories > 0;
    if (node.categorical) {
      for (int code = 0; code < (categories < 50 ? categories : categories / 2); ++code)
        if (random.chance(0.4)) node.left_categories.push_back(code);
      continue;
    }
    do node.threshold = random_number(random);
    while (std::isnan(node.threshold));
    node.zero_missing = options.zeros_missing && random.chance(0.5);
  }
}

/// What is not yet a model: see as_loaded.
inline BoostedModel::State random_state(Random& random, const Options& options) {
  BoostedModel::State model;
  model.config.loss = options.loss;
  model.has_config = false;
  for (std::size_t f = 0; f < options.categories.size(); ++f) {
    const int categories = options.categories[f];
    model.feature_names.push_back(fmt::format("f{}", f));
    model.categorical.push_back(categories > 0);
    std::vector<std::string>& names = model.categories.emplace_back();
    std::vector<int>& groups = model.groups.emplace_back();
    for (int code = 0; code < categories; ++code) {
      names.push_back(fmt::format("c{:03}", code));
      if (categories >= 50) groups.push_back(code % 7 == 6 && code > 50 ? -1 : code % (categories / 2));
    }
  }
  for (int k = 0; k < options.loss.classes(); ++k) model.classes.push_back(fmt::format("class {}", k));
  for (int k = 0; k < options.outputs; ++k) model.initial_score.push_back(random.normal());
  for (int t = 0; t < options.rounds * (options.add_to_all ? 1 : options.outputs); ++t)
    add_tree(model, random, options, options.add_to_all ? Tree::all_outputs : t % options.outputs);
  return model;
}

inline BoostedModel random_model(Random& random, const Options& options) {
  return BoostedModel(as_loaded("a model made by hand", random_state(random, options)));
}

/// Rows of the features that the options speak of, with values for which it matters what is missing.
inline RandomData random_rows(Random& random, const Options& options, int rows) {
  RandomData data;
  for (const int categories : options.categories) {
    std::vector<double> values;
    if (categories > 0) {
      add_codes(data, random_codes(random, rows, categories, 0.2), categories);
      continue;
    }
    for (int row = 0; row < rows; ++row) values.push_back(random_number(random));
    add_numbers(data, std::move(values));
  }
  data.label.assign(static_cast<std::size_t>(rows), 0.0);
  return data;
}

inline bool goes_left(const BoostedModel& model, const TreeNode& node, double x) {
  if (!node.categorical) {
    const bool is_zero = std::abs(x) <= 1.0000000180025095e-35;
    return std::isnan(x) || (node.zero_missing && is_zero) ? node.missing_left : x <= node.threshold;
  }
  if (!(x >= 0)) return node.missing_left;
  const std::vector<int>& groups = model.category_groups(node.feature);
  const int group = groups.empty() ? static_cast<int>(x) : groups[static_cast<std::size_t>(x)];
  return group < 0 ? node.missing_left : std::ranges::count(node.left_categories, group) > 0;
}

/// The leaf below a node that a row reaches.
inline const TreeNode& leaf_of(const BoostedModel& model, const Tree& tree, const std::vector<double>& row,
                               int node = 0) {
  const TreeNode& at = tree.nodes[static_cast<std::size_t>(node)];
  if (at.feature < 0) return at;
  return leaf_of(model, tree, row,
                 goes_left(model, at, row[static_cast<std::size_t>(at.feature)]) ? at.left : at.right);
}

/// The scores of a row after so many trees.
inline std::vector<double> scores_of(const BoostedModel& model, const std::vector<double>& row, std::size_t trees) {
  std::vector<double> scores = model.initial_score();
  for (std::size_t t = 0; t < trees; ++t) {
    const Tree& tree = model.trees()[t];
    const TreeNode& leaf = leaf_of(model, tree, row);
    const std::span<const double> values = tree.values(leaf);
    double slopes = values[0];
    for (const LeafTerm& term : tree.terms(leaf))
      if (const double x = row[static_cast<std::size_t>(term.feature)]; std::isfinite(x))
        slopes += term.slope * (std::clamp(x, term.low, term.high) - term.centre);
    if (tree.output >= 0) scores[static_cast<std::size_t>(tree.output)] += slopes;
    for (std::size_t k = 0; tree.output < 0 && k < values.size(); ++k) scores[k] += values[k];
  }
  return scores;
}

inline std::vector<double> row_of(const RandomData& data, int row) {
  std::vector<double> values;
  for (const reference::Feature& feature : data.features)
    values.push_back(feature.values[static_cast<std::size_t>(row)]);
  return values;
}

}  // namespace linden::hand_made
