// The door of exports: names of formats, what options each takes, and where the bytes go.
#include <algorithm>
#include <array>
#include <linden/export_model.hpp>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "interop/export/formats.hpp"
#include "model/file/model_text.hpp"

namespace linden {
namespace {

using exporting::Request;

constexpr std::array format_names{"xgboost_json", "xgboost_ubjson", "lightgbm", "onnx", "liblinear", "csv", "cpp", "c"};

bool is_source(ExportFormat format) { return format == ExportFormat::cpp || format == ExportFormat::c; }
bool has_weights_alone(ExportFormat format) { return format == ExportFormat::liblinear || format == ExportFormat::csv; }

void check_options(const Request& request) {
  const bool is_named = is_source(request.format) || request.format == ExportFormat::onnx;
  if (!is_named && request.options.name != ExportOptions().name)
    fail<ArgumentError>(
        "export_model: .name is \"{}\", and {} has no place for a name. Hint: it is for cpp, c and onnx.",
        request.options.name, name_of(request.format));
  if (has_weights_alone(request.format) && request.options.scores)
    fail<ArgumentError>("export_model: .scores is set, and {} has weights alone. Hint: leave it out.",
                        name_of(request.format));
}

std::string text_of(const Request& request, const BoostedModel& model) {
  const BoostedModel::State& state = model.state();
  switch (request.format) {
    case ExportFormat::xgboost_json:
    case ExportFormat::xgboost_ubjson: return to_xgboost(request, state);
    case ExportFormat::lightgbm: return to_lightgbm(request, state);
    case ExportFormat::onnx: return to_onnx(request, state);
    case ExportFormat::liblinear:
    case ExportFormat::csv: exporting::refuse(request, "it is for weights, and this is a model of trees.");
    case ExportFormat::cpp:
    case ExportFormat::c: return to_source(request, state);
  }
  return {};
}

std::string text_of(const Request& request, const LinearModel& model) {
  const LinearModel::State& state = model.state();
  if (state.recipe && request.format != ExportFormat::csv)
    exporting::refuse(request,
                      "it is for weights of features, and this model makes columns of text, missing values or by a "
                      "formula. Hint: csv has the weights of all columns.");
  switch (request.format) {
    case ExportFormat::xgboost_json:
    case ExportFormat::xgboost_ubjson:
    case ExportFormat::lightgbm:
      exporting::refuse(request, "it is for trees, and this is a linear model. Hint: onnx, liblinear, csv, cpp and c.");
    case ExportFormat::onnx: return to_onnx(request, state);
    case ExportFormat::liblinear: return to_liblinear(request, state);
    case ExportFormat::csv: return to_csv(request, state);
    case ExportFormat::cpp:
    case ExportFormat::c: return to_source(request, state);
  }
  return {};
}

}  // namespace

const char* name_of(ExportFormat format) noexcept { return format_names[static_cast<std::size_t>(format)]; }

std::vector<std::string> export_format_names() { return {format_names.begin(), format_names.end()}; }

ExportFormat export_format_named(std::string_view name) {
  const auto found = std::ranges::find(format_names, name);
  if (found != format_names.end()) return static_cast<ExportFormat>(found - format_names.begin());
  const std::vector<std::string> all = export_format_names();
  fail<ArgumentError>("no format of models is called \"{}\". {}Formats: {}.", name, did_you_mean(name, all),
                      listing(all));
}

std::string export_to_string(const AnyModel& model, ExportFormat format, const ExportOptions& options) {
  return or_out_of_memory("export_model", [&] {
    const Request request{format, options};
    check_options(request);
    return std::visit([&](const auto& one) { return text_of(request, one); }, model);
  });
}

void export_model(const AnyModel& model, const std::filesystem::path& path, ExportFormat format,
                  const ExportOptions& options) {
  const std::string text = export_to_string(model, format, options);
  or_out_of_memory("export_model", [&] { write_text(path, [&](const TextSink& out) { out(text); }); });
}

void export_model(const AnyModel& model, std::ostream& stream, ExportFormat format, const ExportOptions& options) {
  const std::string text = export_to_string(model, format, options);
  or_out_of_memory("export_model", [&] { write_text(stream, [&](const TextSink& out) { out(text); }); });
}

}  // namespace linden
