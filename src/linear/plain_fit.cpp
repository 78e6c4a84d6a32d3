#include "linear/plain_fit.hpp"

#include <algorithm>
#include <utility>

#include "base/parallel.hpp"
#include "linear/model.hpp"
#include "linear/recipe/cook.hpp"
#include "linear/recipe/make_recipe.hpp"
#include "linear/recipe/raw_features.hpp"
#include "model/offsets.hpp"

namespace linden {

bool has_several_ranks(const LinearOptions& options) {
  return options.ranks.get() != nullptr && options.ranks.get()->size() > 1;
}

LinearModel fit_by_recipe(std::string_view where, const Dataset& data, const LinearConfig& config, int threads,
                          const std::function<LinearModel(const Dataset& columns, const LinearConfig& config,
                                                          std::vector<double> own_l2)>& fit) {
  Workers workers(threads);
  NewRecipe made = make_recipe(where, data, config, workers);
  const std::vector<std::string>& features = made.schema.feature_names;
  const Dataset columns = cooked(where, made.rows, made.schema, *made.recipe, workers);
  const LinearModel plain =
      fit(columns, config_of_columns(config, *made.recipe, features), own_penalties(config, *made.recipe, features));
  const auto state = std::make_shared<LinearModel::State>(plain.state());
  state->config = config;
  state->config.loss = plain.config().loss;
  state->config.intercept = plain.config().intercept;
  state->take_recipe(std::move(made.recipe), std::move(made.schema), names_of_offsets(made.rows));
  state->warnings.insert(state->warnings.end(), made.remarks.begin(), made.remarks.end());
  return LinearModel(state);
}

Dataset labelled(const LinearModel::State& model, const Dataset& data) {
  if (!model.recipe || model.recipe->label.empty() || data.has_label()) return data;
  const std::string& label = model.recipe->label;
  if (std::ranges::find(data.columns(), label, &Column::name) == data.columns().end()) return data;
  return with_label_of(data, label, model.config.formula);
}

LinearModel plain_model(const LinearModel& model) {
  const LinearModel::State& state = model.state();
  if (!state.recipe) return model;
  const auto plain = std::make_shared<LinearModel::State>(state);
  plain->config = config_of_columns(state.config, *state.recipe, state.feature_names);
  plain->feature_names = state.recipe->names;
  plain->categorical.clear();
  plain->categories.clear();
  plain->recipe = nullptr;
  if (!state.recipe->offsets.empty() && plain->offset.empty()) plain->offset.resize(state.intercept.size());
  return LinearModel(plain);
}

Dataset plain_rows(std::string_view where, const LinearModel& model, const Dataset& data, int threads, bool of_fit) {
  const LinearModel::State& state = model.state();
  if (!state.recipe) return data;
  known_offsets(where, data, state);  // the formula's come on top
  Workers workers(threads);
  Dataset rows = of_fit ? labelled(state, data) : data;
  if (of_fit && state.recipe->missing == MissingValues::drop && !rows.is_sparse())
    rows = rows.take(whole_rows(RawFeatures(where, rows, state), *state.recipe));
  return cooked(where, rows, state, *state.recipe, workers);
}

std::vector<std::vector<int>> features_of_columns(const LinearModel& model) {
  const LinearModel::State& state = model.state();
  std::vector<std::vector<int>> features(state.weight_names().size());
  if (!state.recipe) {
    for (std::size_t c = 0; c < features.size(); ++c) features[c] = {static_cast<int>(c)};
    return features;
  }
  for (const RecipeBlock& block : state.recipe->blocks)
    for (const std::int32_t column : block.column)
      if (column >= 0) features[static_cast<std::size_t>(column)] = state.recipe->variables_of(block);
  return features;
}

std::set<int> features_of_offsets(const LinearModel& model) {
  std::set<int> features;
  if (model.state().recipe)
    for (const RecipeScalar& offset : model.state().recipe->offsets) features.insert(offset.variable);
  return features;
}

bool has_own_penalties(const LinearModel& model) {
  const LinearModel::State& state = model.state();
  if (!state.recipe) return false;
  const std::vector<double> own = own_penalties(state.config, *state.recipe, state.feature_names);
  return std::ranges::any_of(own, [](double penalty) { return penalty > 0; });
}

}  // namespace linden
