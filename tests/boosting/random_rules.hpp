// Rules of growth beside the limits: random ones for tests, and the same as the oracle has them.
#pragma once

#include <algorithm>
#include <linden/boosting.hpp>
#include <string>

#include "backend/tree/growth_rules.hpp"
#include "boosting/random_data.hpp"

namespace linden {

inline std::string name_of_feature(int f) { return fmt::format("x{}", f); }
inline int feature_of_name(const std::string& name) { return std::stoi(name.substr(1)); }

/// A split by a value, or by categories, that some row has; with others below it.
inline std::vector<ForcedSplit> random_forced(Random& random, const RandomData& data, int depth) {
  const int f = random.below(static_cast<int>(data.features.size()));
  const reference::Feature& feature = data.features[f];
  const double value = feature.values[random.below(data.rows())];
  if (std::isnan(value) || (feature.categorical && value < 0)) return {};
  ForcedSplit split{.feature = name_of_feature(f)};
  if (feature.categorical) {
    split.categories = {fmt::format("c{:03}", static_cast<int>(value))};
    const double other = feature.values[random.below(data.rows())];
    if (other >= 0 && other != value) split.categories.push_back(fmt::format("c{:03}", static_cast<int>(other)));
  } else {
    split.threshold = value;
  }
  if (depth > 1 && random.chance(0.6)) split.left = random_forced(random, data, depth - 1);
  if (depth > 1 && random.chance(0.6)) split.right = random_forced(random, data, depth - 1);
  return {split};
}

/// Some rules, each in one of three cases. Losses whose leaves are order statistics have no smoothing.
inline void add_rules(Random& random, const RandomData& data, BoostingConfig& config, bool is_renewed = false) {
  const auto features = static_cast<int>(data.features.size());
  const auto values = [&](std::initializer_list<double> of) {
    FeatureValues all;
    for (int f = 0; f < features; ++f)
      if (random.chance(0.7)) all.push_back({name_of_feature(f), random.one_of(of)});
    return all;
  };
  const auto has = [&] { return random.chance(0.33); };
  if (has())
    for (int g = random.one_of({1, 2, 3, 70}); g > 0; --g) {
      std::vector<std::string> group;
      for (int f = 0; f < features; ++f)
        if (random.chance(0.5)) group.push_back(name_of_feature(f));
      if (!group.empty()) config.constraints.interactions.push_back(group);
    }
  if (has()) config.constraints.max_delta_step = random.one_of({0.05, 0.5, 2.0});
  if (has()) config.feature_sampling.by_level = random.one_of({0.3, 0.5, 0.8});
  if (has()) config.feature_sampling.by_node = random.one_of({0.3, 0.5, 0.8});
  if (config.feature_sampling.by_level < 1 || config.feature_sampling.by_node < 1)
    if (has()) config.feature_sampling.weights = values({0.0, 0.1, 1.0, 5.0});
  if (has() && !is_renewed) config.regularization.path_smooth = random.one_of({0.5, 3.0, 50.0});
  if (has()) config.regularization.extra_trees = true;
  if (has()) config.costs.split = random.one_of({1e-4, 1e-2});
  if (has()) config.costs.features = values({0.0, 0.3, 3.0});
  if (has()) config.costs.gain_factors = values({0.0, 0.5, 2.0, 100.0});
  if (has() && std::ranges::any_of(config.constraints.monotone, [](const FeatureValue& f) { return f.value != 0; }))
    config.constraints.monotone_penalty = random.one_of({0.3, 1.0, 1.5, 3.0});
  if (has() && config.constraints.interactions.empty())
    config.constraints.forced_splits = random_forced(random, data.counted(), 1 + random.below(3));
}

/// How all features of categories are split, in one of three ways by a number; nothing where there are none.
inline void choose_encoding(std::uint64_t number, const RandomData& data, BoostingConfig& config) {
  constexpr CategoryEncoding ways[] = {CategoryEncoding::automatic, CategoryEncoding::one_hot,
                                       CategoryEncoding::partition};
  if (std::ranges::any_of(data.features, &reference::Feature::categorical))
    config.categories.encoding = ways[number % 3];
}

/// The rules of a tree as the oracle has them. `used`: features of the trees of earlier rounds.
inline reference::Rules rules_of(const BoostingConfig& config, const RandomData& data, int round, int output,
                                 const std::vector<bool>& used) {
  reference::Rules rules;
  const auto features = data.features.size();
  const auto list = [&](const FeatureValues& values, double otherwise) {
    std::vector<double> all(values.empty() ? 0 : features, otherwise);
    for (const auto& [name, value] : values) all[static_cast<std::size_t>(feature_of_name(name))] = value;
    return all;
  };
  rules.key = tree_key(round_key(config.seed, round), output);
  for (const std::vector<std::string>& group : config.constraints.interactions) {
    std::vector<int>& numbers = rules.groups.emplace_back();
    for (const std::string& name : group) numbers.push_back(feature_of_name(name));
  }
  rules.by_level = config.feature_sampling.by_level;
  rules.by_node = config.feature_sampling.by_node;
  rules.weights = list(config.feature_sampling.weights, 1);
  rules.split_cost = config.costs.split;
  rules.feature_costs = list(config.costs.features, 0);
  for (std::size_t f = 0; f < rules.feature_costs.size(); ++f)
    if (used[f]) rules.feature_costs[f] = 0;
  rules.gain_factors = list(config.costs.gain_factors, 1);
  rules.monotone_penalty = config.constraints.monotone_penalty;
  rules.intermediate = config.constraints.monotone_method == MonotoneMethod::intermediate;
  const auto add = [&](const auto& self, const std::vector<ForcedSplit>& splits) -> int {
    if (splits.empty()) return -1;
    const ForcedSplit& split = splits.front();
    const auto number = static_cast<int>(rules.forced.size());
    rules.forced.push_back({feature_of_name(split.feature), split.threshold});
    for (const std::string& category : split.categories)
      rules.forced.back().codes.push_back(std::stoi(category.substr(1)));
    std::ranges::sort(rules.forced.back().codes);
    const int left = self(self, split.left), right = self(self, split.right);
    rules.forced[static_cast<std::size_t>(number)].left = left;
    rules.forced[static_cast<std::size_t>(number)].right = right;
    return number;
  };
  add(add, config.constraints.forced_splits);
  return rules;
}

}  // namespace linden
