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

  std::string weight_column;  ///< by which training rows were weighted, or ""
  std::string trials_column;  ///< of which labels were shares, or ""; its numbers are a part of the rows' weights

  /// How the columns that weights are of are made of the features; null: they are the features.
  std::shared_ptr<const Recipe> recipe;

  const std::vector<std::string>& weight_names() const noexcept { return recipe ? recipe->names : feature_names; }
  int outputs() const noexcept { return static_cast<int>(intercept.size()); }
  /// Makes this model of columns one of the features that the recipe makes them of; `features` are these alone.
  void take_recipe(std::shared_ptr<const Recipe> made, ModelSchema features, std::vector<std::string> offsets);
  /// What the model keeps of where the training rows' weights come from.
  void note_weights_of(const Dataset& train);
};

}  // namespace linden
