// Target statistics in a model file: a list of tables, each with its tuples by the steps between their keys.
#pragma once

#include "boosting/categories/statistics_table.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"
#include "model/features/model_schema.hpp"

namespace linden {

/// The member "statistics".
void write_statistics(JsonWriter& json, const TargetStatistics& statistics);

/// Its value. Throws FileError where anything is not as write_statistics writes it, or does not fit the features.
TargetStatistics read_statistics(JsonReader& json, const ModelSchema& known);

}  // namespace linden
