// What a BoostedModel is made of. Immutable once trained or loaded; shared by copies of the model.
#pragma once

#include <linden/boosting.hpp>
#include <string>
#include <vector>

#include "boosting/forest.hpp"

namespace linden {

struct BoostedModel::State {
  BoostingConfig config;  ///< with the loss's number of classes settled
  std::vector<std::string> feature_names;
  std::vector<std::vector<std::string>> categories;  ///< one list a feature; empty for numbers
  std::vector<bool> categorical;                     ///< one a feature
  std::vector<std::vector<int>> groups;              ///< one list a feature (category_groups.hpp); empty: none shares
  std::string label;                                 ///< its column's name, or ""
  std::vector<std::string> classes;
  std::vector<std::string> missing;  ///< the tokens by which the training data was read
  bool only_missing = false;
  std::vector<double> initial_score;  ///< one an output
  std::vector<Tree> trees;
  std::vector<std::vector<MetricValue>> history;
  std::vector<std::string> warnings;
  double seconds_binning = 0, seconds_training = 0;
  Forest forest;  ///< made from `trees`

  int outputs() const noexcept { return static_cast<int>(initial_score.size()); }
};

}  // namespace linden
