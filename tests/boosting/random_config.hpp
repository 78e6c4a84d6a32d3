// Random configurations, for tests that run many.
#pragma once

#include <algorithm>
#include <linden/boosting.hpp>
#include <string>

#include "boosting/random_data.hpp"

namespace linden {

/// Every field that shapes a tree, in the corners of its range more often than not.
inline BoostingConfig random_config(Random& random, const std::string& loss) {
  BoostingConfig config;
  config.loss = loss == "softmax" ? loss::softmax({.classes = 3}) : loss::by_name(loss);
  config.rounds = 1 + random.below(3);
  config.learning_rate = random.one_of({1.0, 0.5});
  config.growth = random.one_of({Growth::leaf_wise, Growth::level_wise});
  config.max_leaves = random.one_of({2, 3, 5, 8, 31, 200});
  config.max_depth = random.one_of({0, 0, 1, 2, 3, 5});
  config.l1 = random.one_of({0.0, 0.0, 0.3, 2.0});
  config.l2 = random.one_of({0.0, 1.0, 1.0, 7.5});
  config.min_gain = random.one_of({0.0, 0.0, 0.1, 3.0});
  config.min_child_weight = random.one_of({0.0, 1e-3, 1.0, 10.0});
  config.min_rows_in_leaf = random.one_of({1, 1, 2, 5, 20, 60});
  return config;
}

/// The same for oblivious trees: without what does not go with them.
inline BoostingConfig as_oblivious(Random& random, BoostingConfig config) {
  const BoostingConfig unset;
  config.growth = Growth::oblivious;
  config.max_depth = random.one_of({0, 1, 2, 3, 4, 5});
  config.max_bins = std::min(config.max_bins, 256);
  config.max_leaves = unset.max_leaves;
  config.min_child_weight = unset.min_child_weight;
  config.min_rows_in_leaf = unset.min_rows_in_leaf;
  config.constraints.monotone.clear();
  config.constraints.monotone_penalty = 0;
  config.constraints.monotone_method = unset.constraints.monotone_method;
  config.constraints.forced_splits.clear();
  FeatureSampling& sampling = config.feature_sampling;
  sampling.by_node = 1;
  if (sampling.by_level == 1 && config.feature_fraction == 1) sampling.weights.clear();
  return config;
}

/// Another parameter than the default in half of the cases.
inline Loss random_parameter(Random& random, Loss loss) {
  for (const LossParameter& parameter : loss.parameters()) {
    if (parameter.name == "level")
      loss = loss.with_parameter("level", random.one_of({0.5, 0.1, 0.9, 0.25, 0.999}));
    else if (parameter.name == "delta")
      loss = loss.with_parameter("delta", random.one_of({1.0, 0.1, 5.0}));
    else if (parameter.name == "gamma")
      loss = loss.with_parameter("gamma", random.one_of({2.0, 0.0, 0.5, 3.0}));
    else if (parameter.name == "natural_gradient")
      loss = loss.with_parameter(parameter.name, random.one_of({1.0, 0.0}));
    else
      loss = loss.with_parameter(parameter.name, parameter.value * random.one_of({1.0, 0.9, 1.1}));
  }
  return loss;
}

}  // namespace linden
