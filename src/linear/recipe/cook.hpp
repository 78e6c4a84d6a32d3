// Rows of features as rows of the columns that a recipe makes of them.
#pragma once

#include <cstdint>
#include <linden/data.hpp>
#include <linden/linear.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/parallel.hpp"
#include "linear/recipe/raw_features.hpp"
#include "linear/recipe/recipe.hpp"

namespace linden {

/// The columns of these rows, with all else that the data has; what the recipe adds to scores is in the offsets. Throws
/// DataError, opening with `where`, for missing values that the recipe has no number for, and ArgumentError for values
/// whose function has none, with column and row.
Dataset cooked(std::string_view where, const Dataset& data, const ModelSchema& schema, const Recipe& recipe,
               Workers& workers);

/// The rows that lack nothing which the recipe cannot do without; ascending.
std::vector<std::int64_t> whole_rows(const RawFeatures& rows, const Recipe& recipe);

/// The data as a formula with a label has it: a feature of that name is the label. Throws ArgumentError where the label
/// is another.
Dataset with_label_of(const Dataset& data, const std::string& label, const std::string& formula);

/// How many rows have categories that the recipe does not know, one sentence a feature.
std::vector<std::string> unknown_categories(std::string_view where, const Dataset& data, const ModelSchema& schema);

/// Throws DataError for missing values in these columns, with the cure; `place`: the first row that lacks one, or "".
[[noreturn]] void refuse_missing(std::string_view where, std::span<const std::string> columns, const std::string& place,
                                 MissingValues policy = MissingValues::refuse);

/// Throws DataError for a value that a function has no number for.
[[noreturn]] void refuse_value(std::string_view where, const RecipeScalar& scalar, const std::string& column,
                               double value, const std::string& row);

}  // namespace linden
