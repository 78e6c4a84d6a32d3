// Models for other programs: files of other libraries, and source that predicts without any.
//
//     AnyModel model = load_model("model.json");
//     export_model(model, "clicks.ubj", ExportFormat::xgboost_ubjson);
//     export_model(model, "clicks.hpp", ExportFormat::cpp, {.name = "clicks"});   // clicks::predict(row, out)
//
// docs/export.md says what each format can hold, and how near predictions are.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <linden/error.hpp>
#include <linden/export.hpp>
#include <linden/model.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace linden {

enum class ExportFormat {
  xgboost_json,    ///< boosted: XGBoost's model as JSON, for its versions from 1.7 on
  xgboost_ubjson,  ///< the same in its binary form (.ubj)
  lightgbm,        ///< boosted: LightGBM's text, v4; scores have the same bits there
  onnx,            ///< both families: opset 21, ai.onnx.ml 5, in double
  liblinear,       ///< linear: LIBLINEAR's text
  csv,             ///< linear: a line of weights for each feature
  cpp,             ///< both: one header of C++17; predictions have the same bits
  c,               ///< both: one header of C99; likewise
};

/// "xgboost_json", ...
LINDEN_API const char* name_of(ExportFormat) noexcept;
/// All names, in the order of the formats.
LINDEN_API std::vector<std::string> export_format_names();
/// The format of this name. Throws ArgumentError for another one, with the nearest.
LINDEN_API ExportFormat export_format_named(std::string_view name);

struct ExportOptions {
  /// cpp: the namespace; c: what all names begin with; onnx: the name of the graph. For cpp and c it is a word that
  /// these languages allow, for other formats it stays as it is.
  std::string name = "model";
  /// Whether what comes out is the score, and the link is left out: for formats that have no word for it, and for
  /// models that were fitted with an offset, which is then to be added. Not for liblinear and csv, which have weights
  /// alone.
  bool scores = false;
};

/// Writes a model in another format; the file appears whole or not at all, compressed where its name ends in .gz.
/// Throws ArgumentError for an empty model, for options that do not fit the format, and where the format cannot say
/// what the model does, with the reason; FileError, leaving an existing file as it was.
LINDEN_API void export_model(const AnyModel& model, const std::filesystem::path& path, ExportFormat format,
                             const ExportOptions& options = {});
/// To a stream. Throws FileError when that fails.
LINDEN_API void export_model(const AnyModel& model, std::ostream& out, ExportFormat format,
                             const ExportOptions& options = {});
/// The same bytes.
LINDEN_API std::string export_to_string(const AnyModel& model, ExportFormat format, const ExportOptions& options = {});

}  // namespace linden
