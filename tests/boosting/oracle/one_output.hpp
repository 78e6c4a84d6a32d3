// Models against the oracle (reference/grow.hpp): trees that add to one output.
#pragma once

#include <gtest/gtest.h>

#include <cmath>

#include "boosting/model/config/config.hpp"
#include "boosting/random_data.hpp"
#include "boosting/random_rules.hpp"
#include "boosting/train/gradients/draws/drawn.hpp"
#include "loss/definition.hpp"
#include "reference/leaf_order.hpp"

namespace linden::oracle {

inline GrowthLimits limits_of(const BoostingConfig& c) {
  const bool oblivious = c.growth == Growth::oblivious;
  return {
      .level_wise = c.growth == Growth::level_wise,
      .oblivious = oblivious,
      .max_leaves = c.max_leaves.value_or(31),
      .max_depth = oblivious && c.max_depth == 0 ? 6 : c.max_depth,
      .l1 = c.l1,
      .l2 = l2_of(c),
      .min_gain = c.min_gain,
      .min_child_weight = oblivious ? 0 : c.min_child_weight,
      .min_rows_in_leaf = oblivious ? 0 : c.min_rows_in_leaf.value_or(20),
      .learning_rate = c.learning_rate,
      .max_delta_step = c.constraints.max_delta_step,
      .path_smooth = c.regularization.path_smooth,
      .extra_trees = c.regularization.extra_trees,
  };
}

inline bool goes_left(const BoostedModel& model, const TreeNode& node, int code) {
  const std::vector<int>& groups = model.category_groups(node.feature);
  return std::ranges::binary_search(node.left_categories, groups.empty() ? code : groups[code]);
}

/// Empty, or where the trees differ.
inline std::string difference(const std::vector<reference::GrowNode>& wanted, const BoostedModel& model,
                              const Tree& tree, const RandomData& data, double tolerance) {
  if (wanted.size() != tree.nodes.size())
    return fmt::format("{} nodes, the oracle has {}", tree.nodes.size(), wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const reference::GrowNode& a = wanted[i];
    const TreeNode& b = tree.nodes[i];
    const std::string at = fmt::format("node {} (feature {}, oracle {}): ", i, b.feature, a.feature);
    if (a.feature != b.feature || a.left != b.left) return at + "another feature or child";
    if (static_cast<std::int64_t>(a.rows.size()) != b.rows)
      return at + fmt::format("{} rows, oracle {}", b.rows, a.rows.size());
    if (a.feature < 0) {
      if (const double value = tree.value(b); std::abs(a.value - value) > tolerance * (1 + std::abs(a.value)))
        return at + fmt::format("value {}, oracle {}", value, a.value);
      continue;
    }
    if (a.gain != b.gain) return at + fmt::format("gain {:a}, oracle {:a}", b.gain, a.gain);
    if (a.missing_left != b.missing_left) return at + fmt::format("missing_left {}", b.missing_left);
    if (b.right != b.left + 1) return at + "right child";
    if (b.categorical != data.features[a.feature].categorical) return at + "kind";
    if (!b.categorical && !(a.low <= b.threshold && b.threshold < a.high))
      return at + fmt::format("threshold {}, oracle [{}, {})", b.threshold, a.low, a.high);
    if (!b.categorical) continue;
    for (int code = 0; code < data.dictionary[a.feature]; ++code) {
      const bool seen = std::ranges::count(data.features[a.feature].values, code) > 0;
      const std::vector<int>& groups = model.category_groups(a.feature);
      if (seen != (groups.empty() || groups[code] >= 0)) return at + fmt::format("group of category {}", code);
      if (seen && std::ranges::binary_search(a.left_codes, code) != goes_left(model, b, code))
        return at + fmt::format("category {}", code);
    }
  }
  return "";
}

/// What distributions are trained on in place of slopes and second derivatives: both over the information, the latter
/// not below it.
inline void over_information(const Loss& loss, const std::vector<double>& scores, std::vector<double>& g,
                             std::vector<double>& h) {
  const double k = std::exp(scores[1]);
  for (const std::size_t output : {0, 1}) {
    double information = 0;
    visit_loss(loss.definition().spec, [&]<class Functor>(const Functor& functor) {
      if constexpr (is_distribution<Functor>)
        information = functor.information(scores[0], scores[1], static_cast<std::int64_t>(output));
    });
    if (output == 0) {
      EXPECT_NEAR(information / (loss.link() == Link::gamma ? k : 1 / (k * k)), 1, 1e-12);
    }
    const double unit = loss.parameters()[0].value > 0 ? information : 1;
    g[output] = g[output] / unit;
    h[output] = std::max(h[output], information) / unit;
  }
}

/// Of so many categories or fewer each is tried alone.
inline std::size_t one_hot_most(const BoostingConfig& config) {
  switch (config.categories.encoding) {
    case CategoryEncoding::one_hot: return std::numeric_limits<std::size_t>::max();
    case CategoryEncoding::partition: return 0;
    default: return static_cast<std::size_t>(config.categories.one_hot_most);
  }
}

/// The features as the configuration has them.
inline std::vector<reference::Feature> features_of(const RandomData& data, const BoostingConfig& config) {
  std::vector<reference::Feature> features = data.features;
  for (reference::Feature& feature : features) feature.one_hot_most = one_hot_most(config);
  for (const auto& [name, sign] : config.constraints.monotone)
    features[static_cast<std::size_t>(feature_of_name(name))].monotone = static_cast<int>(sign);
  for (const auto& [name, encoding] : config.categories.by_feature)
    features[static_cast<std::size_t>(feature_of_name(name))].one_hot_most =
        one_hot_most({.categories = {.encoding = encoding, .one_hot_most = config.categories.one_hot_most}});
  return features;
}

/// Empty, or where a tree is not the oracle's. Fits with 1 and 3 threads; the oracle gets the scores that the model's
/// own leaves give, so that one difference does not make more.
inline std::string check(const RandomData& given, const BoostingConfig& config, double tolerance = 1e-12) {
  const BoostedModel model = fit_boosted(given.dataset(), config, {.threads = 1});
  if (dump(model.trees()) != dump(fit_boosted(given.dataset(), config, {.threads = 3}).trees()))
    return "threads differ";
  const RandomData data = given.counted();
  const Dataset train = data.dataset();
  const int rows = data.rows(), outputs = model.outputs();
  std::vector<std::vector<double>> scores(static_cast<std::size_t>(rows), model.initial_score());
  reference::Plane plane{std::vector<float>(static_cast<std::size_t>(rows)),
                         std::vector<float>(static_cast<std::size_t>(rows))};
  std::vector<double> residuals(static_cast<std::size_t>(rows));
  const double level = renewal_level(model.loss().definition().spec);
  Workers workers(1);
  std::vector<reference::Feature> features = features_of(data, config);
  const auto slopes_of = [&](int k) {
    std::vector<double> g(static_cast<std::size_t>(outputs)), h(g);
    for (int row = 0; row < rows; ++row) {
      model.loss().evaluate(scores[row], data.label[row], g, h);
      if (model.loss().parameters() != std::vector<LossParameter>{} &&
          model.loss().parameters()[0].name == "natural_gradient")
        over_information(model.loss(), scores[row], g, h);
      const double weight = data.weight.empty() ? 1 : data.weight[row];
      plane.gradients[row] = static_cast<float>(g[k] * weight);
      plane.curvatures[row] = static_cast<float>(std::max(h[k], 0.0) * weight);
      residuals[row] = data.label[row] - scores[row][k];
    }
  };
  for (int k = 0; k < outputs; ++k) {
    slopes_of(k);
    for (reference::Feature& feature : features)
      feature.trusted_rows =
          std::min(feature.trusted_rows, reference::trusted_rows(feature, plane.gradients, plane.curvatures));
  }
  std::vector<bool> used(features.size());  // by trees of earlier rounds
  for (int round = 0; round < *config.rounds; ++round) {
    const std::vector<bool> used_before = used;
    std::vector<std::vector<double>> next = scores;
    std::vector<std::uint32_t> sample;
    if (config.row_fraction.value_or(1) < 1)
      sample = drawn(rows, *config.row_fraction, config.seed, Draw::rows, static_cast<std::uint32_t>(round), workers);
    for (int k = 0; k < outputs; ++k) {
      slopes_of(k);
      const reference::Rules rules = rules_of(config, data, round, k, used_before);
      auto oracle = reference::grow(features, std::span(&plane, 1), limits_of(config), sample, rules);
      for (const reference::GrowNode& node : oracle)
        if (node.feature >= 0) used[static_cast<std::size_t>(node.feature)] = true;
      if (level > 0) {
        std::vector<double> weights = data.weight;
        if (config.loss.name() == "mape") {
          weights.resize(data.label.size(), 1.0);
          for (std::size_t i = 0; i < weights.size(); ++i) weights[i] /= std::max(1.0, std::abs(data.label[i]));
        }
        reference::renew(oracle, residuals, weights, level, config.learning_rate);
        const double most = config.constraints.max_delta_step * config.learning_rate;
        const ValueBounds bounds = most > 0 ? ValueBounds{-most, most} : ValueBounds{};
        if (rules.intermediate)
          for (reference::GrowNode& node : oracle) node.value = std::clamp(node.value, bounds.lower, bounds.upper);
        else if (!config.constraints.monotone.empty() || most > 0)
          reference::bound_renewed(oracle, features, oracle, 0, bounds);
      }
      if (rules.intermediate) {
        std::vector<double> counts;
        for (const reference::GrowNode& node : oracle)
          counts.push_back(level > 0 ? static_cast<double>(node.rows.size()) : node.curvature + l2_of(config));
        reference::LeafOrder(oracle, features, counts).pool();
      }
      const Tree& tree = model.trees().at(static_cast<std::size_t>(round * outputs + k));
      const std::string found = difference(oracle, model, tree, data, tolerance);
      if (!found.empty()) return fmt::format("round {}, output {}: {}", round, k, found);
      for (std::size_t i = 0; i < oracle.size(); ++i)
        if (oracle[i].feature < 0)
          for (const int row : oracle[i].rows) next[row][k] += tree.value(tree.nodes[i]);
    }
    if (!sample.empty()) {  // rows that were not drawn have a leaf too
      const std::vector<double> all =
          numbers_of(model.predict(train, {.output = Output::score, .rounds = round + 1, .threads = 1}));
      for (int row = 0; row < rows; ++row)
        for (int k = 0; k < outputs; ++k) next[row][k] = all[static_cast<std::size_t>(row * outputs + k)];
    }
    scores = next;
  }
  return "";
}

}  // namespace linden::oracle
