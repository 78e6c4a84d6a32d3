// Models of other libraries.
//
//     AnyModel model = import_model("xgboost.ubj");
//     Tensor p = std::visit([&](const auto& m) { return m.predict(test); }, model);
//     std::visit([](const auto& m) { m.save("model.json"); }, model);     // from now on a model of this library
//
// What is read, and what is refused and why, stands in docs/from_other_libraries.md. Scores are those of the library
// that made the model: to the last bit where it sums in double, else to the rounding of its floats. Where its features
// have no names they are called by their numbers, "0", "1", ..., and columns of data that are not called so are taken
// in their order.
#pragma once

#include <filesystem>
#include <linden/export.hpp>
#include <linden/model.hpp>
#include <string_view>

namespace linden {

/// Reads a model of this library or of another, compressed by gzip or not; "-" is standard input. Which format it is in
/// is found by its content, not by its name. warnings() of the model say what a user would want to know. Throws
/// FileError, with the file's name: for an unknown format, naming those that are known; for a file that is damaged; and
/// for a model that cannot be had here, with the reason. MemoryError when there is not enough memory, which is a few
/// times the file.
LINDEN_API AnyModel import_model(const std::filesystem::path& path);

/// The same from what a file holds.
LINDEN_API AnyModel model_from_bytes(std::string_view bytes);

}  // namespace linden
