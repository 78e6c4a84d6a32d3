// Configurations of all kinds of sampling, modes and schedules, for the tests that hold for each of them.
#pragma once

#include <linden/boosting.hpp>
#include <string>
#include <utility>
#include <vector>

#include "boosting/random_data.hpp"

namespace linden {

using Settings = std::vector<std::pair<std::string, std::string>>;

/// Each wants the data of rows_for().
inline const std::vector<Settings>& rows_and_modes() {
  static const std::vector<Settings> all{
      {{"row_fraction", "0.6"}, {"sampling.kind", "groups"}},
      {{"row_fraction", "0.6"}, {"sampling.kind", "stratified"}},
      {{"sampling.kind", "stratified"}, {"sampling.negative_fraction", "0.3"}},
      {{"sampling.kind", "goss"}, {"learning_rate", "1"}},
      {{"sampling.kind", "goss"},
       {"sampling.top_fraction", "0"},
       {"sampling.other_fraction", "0.4"},
       {"learning_rate", "0.5"}},
      {{"sampling.kind", "mvs"}, {"row_fraction", "0.5"}},
      {{"sampling.kind", "mvs"}, {"row_fraction", "0.2"}, {"sampling.regularization", "0"}},
      {{"sampling.kind", "bayesian"}},
      {{"sampling.kind", "bayesian"}, {"sampling.temperature", "0.3"}},
      {{"sampling.kind", "poisson"}},
      {{"sampling.kind", "poisson"}, {"row_fraction", "0.3"}},
      {{"mode.kind", "dart"}, {"mode.skip_drop", "0"}, {"mode.drop_rate", "0.5"}},
      {{"mode.kind", "dart"}, {"mode.skip_drop", "0.2"}, {"mode.one_drop", "true"}, {"mode.normalization", "forest"}},
      {{"mode.kind", "dart"},
       {"mode.skip_drop", "0"},
       {"mode.drop_rate", "1"},
       {"mode.max_drop", "2"},
       {"mode.drop_by", "weight"},
       {"mode.normalization", "paper"}},
      {{"mode.kind", "dart"},
       {"mode.skip_drop", "0"},
       {"mode.drop_rate", "0.5"},
       {"mode.parallel_trees", "2"},
       {"row_fraction", "0.5"}},
      {{"mode.kind", "forest"}, {"row_fraction", "0.6"}},
      {{"mode.kind", "forest"}, {"sampling.kind", "poisson"}, {"feature_fraction", "0.5"}},
      {{"mode.parallel_trees", "3"}, {"row_fraction", "0.5"}},
      {{"mode.parallel_trees", "2"}, {"sampling.kind", "bayesian"}},
      {{"linear_leaves.enabled", "true"}, {"row_fraction", "0.7"}},
      {{"linear_leaves.enabled", "true"},
       {"linear_leaves.clamp", "false"},
       {"sampling.kind", "goss"},
       {"learning_rate", "1"}},
      {{"linear_leaves.enabled", "true"}, {"mode.kind", "dart"}, {"mode.skip_drop", "0"}, {"mode.drop_rate", "0.5"}},
      {{"linear_leaves.enabled", "true"}, {"mode.kind", "forest"}, {"row_fraction", "0.6"}},
      {{"linear_leaves.enabled", "true"}, {"mode.parallel_trees", "2"}, {"sampling.kind", "bayesian"}},
      {{"schedule.decay", "linear"}, {"schedule.last", "0.05"}},
      {{"schedule.decay", "geometric"}, {"learning_rate", "0.5"}},
  };
  return all;
}

inline BoostingConfig config_of(const Settings& settings, const std::string& loss, int rounds = 5) {
  BoostingConfig config{
      .loss = loss::by_name(loss), .rounds = rounds, .max_leaves = 8, .min_rows_in_leaf = 3, .seed = 7};
  for (const auto& [name, value] : settings) set_field(config, name, value);
  return config;
}

inline std::string text_of(const Settings& settings) {
  std::string text;
  for (const auto& [name, value] : settings) text += name + "=" + value + " ";
  return text;
}

/// Rows of all kinds of columns in groups of 1 to 9.
inline Dataset rows_for(const std::string& loss, int rows = 400, std::uint64_t seed = 1) {
  Random random(seed);
  const RandomData data = random_data(random, rows, 5, loss);
  std::vector<std::int64_t> group;  // of each row
  for (std::int64_t id = 0; std::ssize(group) < rows; ++id)
    for (int left = 1 + random.below(9); left > 0 && std::ssize(group) < rows; --left) group.push_back(id);
  return data.dataset().with_groups(group);
}

}  // namespace linden
