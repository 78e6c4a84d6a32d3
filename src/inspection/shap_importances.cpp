// How far features move the scores of rows on average.
#include <algorithm>
#include <cmath>
#include <linden/explain.hpp>
#include <linden/importance.hpp>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "inspection/sample.hpp"

namespace linden {

std::vector<ShapImportance> shap_importances(const AnyModel& model, const Dataset& data,
                                             const ShapOptions& options) try {
  check_asked("shap_importances", model, data);
  if (options.max_rows < 0)
    fail<ArgumentError>("shap_importances: .max_rows is {}; it must be >= 0.", options.max_rows);
  if (options.background) {
    if (options.background->rows() == 0) fail<DataError>("shap_importances: .background has no rows.");
    check_scored("shap_importances: .background", model, *options.background, options.threads);
  }
  const Dataset rows = taken(data, sampled_rows(data, options.max_rows, options.seed));
  ExplainOptions explaining{.background = options.background, .threads = options.threads, .device = options.device};
  if (!explaining.background && std::holds_alternative<LinearModel>(model)) explaining.background = rows;
  const Explanation explanation = explain(model, rows, explaining);
  const auto features = explanation.names.size();
  const std::size_t outputs = explanation.constant.size();
  const auto values = explanation.values.span<const double>();
  const auto weights = rows.weight().span<const double>();
  std::vector<ShapImportance> found;
  for (std::size_t f = 0; f < features; ++f)
    found.push_back({.feature = static_cast<int>(f), .name = explanation.names[f], .mean = 0});
  double total = 0;
  for (std::size_t row = 0; row < static_cast<std::size_t>(rows.rows()); ++row) {
    const double weight = weights.empty() ? 1 : weights[row];
    total += weight;
    for (std::size_t k = 0; k < outputs; ++k)
      for (std::size_t f = 0; f < features; ++f)
        found[f].mean += weight * std::abs(values[(row * outputs + k) * features + f]);
  }
  for (ShapImportance& one : found) one.mean /= total;
  std::ranges::stable_sort(found, std::greater<>(), &ShapImportance::mean);
  return found;
} catch (const std::bad_alloc&) {
  fail_out_of_memory("shap_importances");
}

}  // namespace linden
