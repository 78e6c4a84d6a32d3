// What a LinearModel is made of. Immutable once fitted or loaded; shared by copies of the model.
#pragma once

#include <linden/linear.hpp>
#include <memory>
#include <string>
#include <vector>

#include "linear/recipe/recipe.hpp"
#include "model/features/model_schema.hpp"

namespace linden {

struct LinearModel::State : ModelSchema {
  LinearConfig config;            ///< with the loss's number of classes settled
  std::vector<double> weights;    ///< [outputs, columns], in the units of the data
  std::vector<double> intercept;  ///< [outputs]
  Certificate certificate;
  std::vector<std::string> warnings;  ///< of the fit; not in files

  /// How the columns that weights are of are made of the features; null: they are the features.
  std::shared_ptr<const Recipe> recipe;

  const std::vector<std::string>& weight_names() const noexcept { return recipe ? recipe->names : feature_names; }
  int outputs() const noexcept { return static_cast<int>(intercept.size()); }
};

}  // namespace linden
