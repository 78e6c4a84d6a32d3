// The columns that a point of a path selects, fitted again without penalties.
#include <linden/linear_choice.hpp>

#include "base/counted.hpp"
#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "linear/model.hpp"
#include "linear/plain_fit.hpp"

namespace linden {
namespace {

// The bounds of columns that are still there.
FeatureValues of_columns(const FeatureValues& values, const std::vector<std::string>& names) {
  FeatureValues kept;
  for (const FeatureValue& value : values)
    if (std::ranges::find(names, value.feature) != names.end()) kept.push_back(value);
  return kept;
}

}  // namespace

LinearModel refit_selected(const Dataset& train, const LinearPath& path, std::size_t index,
                           const LinearOptions& options) try {
  const LinearModel shrunk = path.model(index), plain = plain_model(shrunk);  // of the columns, if a recipe makes them
  const std::vector<std::string>& names = plain.feature_names();
  std::vector<bool> is_in(names.size());
  for (const PathWeight& w : path[index].weights) is_in[static_cast<std::size_t>(w.feature)] = true;
  std::vector<std::string> selected, others;
  std::vector<std::size_t> places;
  for (std::size_t j = 0; j < names.size(); ++j) {
    (is_in[j] ? selected : others).push_back(names[j]);
    if (is_in[j]) places.push_back(j);
  }
  if (selected.empty()) return shrunk;  // the intercept alone, which no penalty shrinks
  // Columns of sparse data without an entry are no part of the path.
  const Dataset rows = plain_rows("refit_selected", shrunk, train, options.threads, true);
  for (const std::string& name : rows.feature_names())
    if (std::ranges::find(names, name) == names.end()) others.push_back(name);
  LinearConfig config = plain.config();
  config.l1 = config.l2 = 0;
  config.penalty = {};
  config.constraints.lower = of_columns(config.constraints.lower, selected);
  config.constraints.upper = of_columns(config.constraints.upper, selected);
  const LinearModel fit = fit_linear(others.empty() ? rows : rows.without(others), config, options);
  const auto state = std::make_shared<LinearModel::State>(shrunk.state());
  state->config = path.config();
  state->config.l2 = 0;
  state->config.penalty = {};
  state->certificate = fit.certificate();
  state->certificate.why +=
      fmt::format(", for {} that strength {:.6g} selects", counted(selected.size(), "column"), path[index].strength);
  state->intercept = fit.intercept();
  state->warnings = fit.warnings();
  std::ranges::fill(state->weights, 0.0);
  for (int k = 0; k < fit.outputs(); ++k)
    for (std::size_t j = 0; j < places.size(); ++j)
      state->weights[static_cast<std::size_t>(k) * names.size() + places[j]] = fit.weight(static_cast<int>(j), k);
  return LinearModel(state);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("refit_selected");
}

}  // namespace linden
