// A boosted model as a file: text, or binary.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "boosting/model/model.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"

namespace linden {

/// `name` is what messages call the target. Throws FileError for names that are not UTF-8.
void write_boosted(const TextSink& out, std::string_view name, const BoostedModel::State& state,
                   ModelFormat format = ModelFormat::json);

/// From the columns on. Throws FileError when anything is not as write_boosted wrote it.
std::shared_ptr<const BoostedModel::State> read_boosted(JsonReader& json);

/// The model whose file would have this state: what an importer ends with. All that is checked in files is checked, and
/// leaves are numbered in the order of nodes; children must lie side by side. The forest need not be laid out. Throws
/// FileError, opening with `name` and the place in such a file, for what no file may hold, ArgumentError for lists
/// whose sizes differ and for nodes that name a leaf or a child that is not theirs.
std::shared_ptr<const BoostedModel::State> as_loaded(const std::string& name, const BoostedModel::State& state);

}  // namespace linden
