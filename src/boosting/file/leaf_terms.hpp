// The slopes of linear leaves in a model file: lists of one entry a slope, by leaf and then by feature.
#pragma once

#include <linden/boosted_model.hpp>
#include <vector>

#include "json/reader.hpp"
#include "json/writer.hpp"
#include "model/features/model_schema.hpp"

namespace linden {

/// The member "leaf_terms".
void write_leaf_terms(JsonWriter& json, const std::vector<LeafTerm>& terms);
/// The same, of a tree of so many leaves. Throws FileError where anything is not as write_leaf_terms wrote it.
std::vector<LeafTerm> read_leaf_terms(JsonReader& json, const ModelSchema& known, int leaves);

}  // namespace linden
