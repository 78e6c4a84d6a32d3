// A linear model as a file: text, or binary.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "linear/model.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"

namespace linden {

/// `name` is what messages call the target. Throws FileError for names that are not UTF-8.
void write_linear(const TextSink& out, std::string_view name, const LinearModel::State& state,
                  ModelFormat format = ModelFormat::json);

/// From the columns on. Throws FileError when anything is not as write_linear wrote it.
std::shared_ptr<const LinearModel::State> read_linear(JsonReader& json);

/// The model whose file would have this state: what an importer ends with, as that of boosted models. Throws FileError,
/// opening with `name` and the place in such a file, for what no file may hold.
std::shared_ptr<const LinearModel::State> as_loaded(const std::string& name, const LinearModel::State& state);

}  // namespace linden
