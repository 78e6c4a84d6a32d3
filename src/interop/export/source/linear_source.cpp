// A linear model as source: sums in the order of LinearModel::predict_row.
#include "interop/export/source/source_text.hpp"

namespace linden::exporting {

std::string to_source(const Request& request, const LinearModel::State& model) {
  const Loss& loss = model.config.loss;
  const bool has_offset = !model.offset.empty();
  SourceText source(request);
  source.open(
      usage_of(request, model, loss, fmt::format("a linear model of {} features.", model.feature_names.size())));
  source.constant("outputs", model.intercept.size());
  write_names(source, model);
  source.open_inside();
  source.table("$weights", model.weights);
  source.table("$intercept", model.intercept);
  write_link(source, loss, model.classes, has_offset, true);
  source.close_inside();
  source.code(
      R"(/* The scores of a row: NaN where a value is missing, for which a linear model has no answer. */
FUNCTION void ~scores(const double* row, {{parameter}}double* out) {
  int k, f;
  for (k = 0; k < ~outputs; ++k) {
    double score = $intercept[k];
    for (f = 0; f < ~features; ++f) score += row[f] * $weights[k * ~features + f];
    out[k] = score + {{offset}};
  }
}
)",
      {{"parameter", has_offset ? "const double* offset, " : ""}, {"offset", has_offset ? "offset[k]" : "0.0"}});
  write_link(source, loss, model.classes, has_offset, false);
  source.close();
  return source.taken();
}

}  // namespace linden::exporting
