// A model that others keep, the rows that they keep with it, and what its maker predicted: one line of the table that
// shared_models_test.cpp checks.
#pragma once

#include <functional>
#include <linden/model.hpp>
#include <string>
#include <vector>

namespace linden::shared_models {

struct Case {
  std::string model;  ///< paths below the folder
  std::string predictions = "";
  std::function<Dataset(const AnyModel&)> rows = {};
  std::function<std::vector<double>(std::size_t outputs)> expected = {};  ///< row by row
  PredictOptions options = {};
  double tolerance = 0;   ///< relative to what is above 1
  bool sigmoid = false;   ///< predictions are this of ours
  std::string note = "";  ///< why nothing is compared; or, of a model that is refused, what the message says
  bool is_refused = false;
};

/// By library, a file each.
std::vector<Case> xgboost_cases();
std::vector<Case> lightgbm_cases();

}  // namespace linden::shared_models
