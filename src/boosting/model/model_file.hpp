// A boosted model as text.
#pragma once

#include <memory>
#include <string_view>

#include "boosting/model/model.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"

namespace linden {

/// `name` is what messages call the target. Throws FileError for names that are not UTF-8.
void write_boosted(const TextSink& out, std::string_view name, const BoostedModel::State& state);

/// From the columns on. Throws FileError when anything is not as write_boosted wrote it.
std::shared_ptr<const BoostedModel::State> read_boosted(JsonReader& json);

}  // namespace linden
