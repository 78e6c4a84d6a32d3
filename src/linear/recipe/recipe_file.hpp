// The recipe of a model as a member of its file.
#pragma once

#include <cstdint>
#include <memory>

#include "json/reader.hpp"
#include "json/writer.hpp"
#include "linear/recipe/recipe.hpp"

namespace linden {

/// Writes an object.
void write_recipe(JsonWriter& json, const Recipe& recipe);

/// Reads it, for features of this schema and so many columns. Throws FileError for what no recipe could be.
std::shared_ptr<const Recipe> read_recipe(JsonReader& json, const ModelSchema& schema, std::int64_t columns);

}  // namespace linden
