// The metrics of all rounds in a model file: their names once, then a list of values for each round.
#pragma once

#include <linden/callback.hpp>
#include <vector>

#include "json/reader.hpp"
#include "json/writer.hpp"

namespace linden {

using History = std::vector<std::vector<MetricValue>>;

/// The member "history".
void write_history(JsonWriter& json, const History& history);
/// Its value. Throws FileError where anything is not as write_history wrote it.
History read_history(JsonReader& json);

}  // namespace linden
