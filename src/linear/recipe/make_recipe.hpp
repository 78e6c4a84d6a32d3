// What a fit makes of its training rows before it looks at columns: which features, terms and columns there are.
#pragma once

#include <linden/data.hpp>
#include <linden/linear.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/parallel.hpp"
#include "linear/recipe/recipe.hpp"

namespace linden {

/// Whether columns have to be made of the features: of text, by a formula, or where values may be missing.
bool wants_recipe(const Dataset& data, const LinearConfig& config);

struct NewRecipe {
  std::shared_ptr<const Recipe> recipe;
  ModelSchema schema;  ///< its features alone
  Dataset rows;        ///< those of the fit, with the label that the formula names
  std::vector<std::string> remarks;
};

/// Throws ArgumentError for a formula that does not go with the data, with the place; DataError for missing values that
/// are refused, columns that have too few values for a basis, and two columns of one name.
NewRecipe make_recipe(std::string_view where, const Dataset& data, const LinearConfig& config, Workers& workers);

}  // namespace linden
