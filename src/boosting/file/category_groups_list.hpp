// The groups of categories (boosting/bins/category_groups.hpp) in a model file: a list of the features that have any.
#pragma once

#include <vector>

#include "json/reader.hpp"
#include "json/writer.hpp"
#include "model/features/model_schema.hpp"

namespace linden {

using CategoryGroups = std::vector<std::vector<int>>;  ///< one list a feature

/// The member "category_groups".
void write_groups(JsonWriter& json, const CategoryGroups& groups);
/// Its value. Throws FileError where anything is not as write_groups wrote it.
CategoryGroups read_groups(JsonReader& json, const ModelSchema& known);
/// Throws FileError for a feature of more groups than bins.
void check_groups(const JsonReader& json, const ModelSchema& known, const CategoryGroups& groups);

}  // namespace linden
