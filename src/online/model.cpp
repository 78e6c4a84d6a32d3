// From the state of a learner to an ordinary linear model, its columns in an order that no order of rows changes.
#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "base/counted.hpp"
#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "linear/certificate.hpp"
#include "linear/model.hpp"
#include "online/state.hpp"

namespace linden {
namespace {

using Named = std::pair<std::string, std::int32_t>;

// "7" and "f7", as columns without names are called.
std::optional<std::int64_t> place_of(const std::string& name) {
  const char* const begin = name.data() + (name.starts_with('f') ? 1 : 0);
  const char* const end = name.data() + name.size();
  std::int64_t place = 0;
  const auto [stop, error] = std::from_chars(begin, end, place);
  if (error != std::errc() || stop != end || place < 0) return std::nullopt;
  return place;
}

std::vector<Named> sorted_columns(const Slots& slots) {
  std::vector<Named> columns(slots.begin(), slots.end());
  std::ranges::sort(columns);
  const auto is_place = [](const Named& column) { return place_of(column.first).has_value(); };
  if (std::ranges::all_of(columns, is_place))
    std::ranges::stable_sort(columns, {}, [](const Named& column) { return *place_of(column.first); });
  return columns;
}

// A column for each category, none left out: the rows that come next may be of any of them.
std::shared_ptr<const Recipe> recipe_of(const ModelSchema& schema, bool intercept) {
  const auto recipe = std::make_shared<Recipe>();
  recipe->intercept = intercept;
  recipe->variables.resize(schema.feature_names.size());
  std::int32_t next = 0;
  const auto add = [&](std::size_t feature) {
    RecipeFactor factor{.scalar = {static_cast<int>(feature), {}, schema.feature_names[feature]}};
    if (schema.has_categories(feature)) {
      const auto count = static_cast<std::int32_t>(schema.categories[feature].size());
      factor.kind = RecipeFactor::Kind::category;
      for (std::int32_t code = 0; code < count; ++code) factor.place.push_back(code);
      factor.place.push_back(-1);  // of missing ones, which are refused
    }
    RecipeBlock block{.factors = {static_cast<int>(recipe->factors.size())},
                      .term = schema.feature_names[feature],
                      .column = std::vector<std::int32_t>(static_cast<std::size_t>(factor.columns()))};
    for (std::int32_t& column : block.column) column = next++;
    recipe->factors.push_back(std::move(factor));
    for (std::size_t p = 0; p < block.column.size(); ++p)
      recipe->names.push_back(product_name(*recipe, block, static_cast<std::int64_t>(p), schema));
    recipe->blocks.push_back(std::move(block));
  };
  for (const bool is_text : {false, true})
    for (std::size_t f = 0; f < schema.feature_names.size(); ++f)
      if (schema.has_categories(f) == is_text) add(f);
  recipe->sparse = 2 * schema.feature_names.size() <= recipe->names.size();
  std::set<std::string_view> known;
  for (const std::string& name : recipe->names)
    if (!known.insert(name).second)
      fail<DataError>(
          "OnlineLearner::to_model: two columns of the model would be called \"{}\". Hint: another name for the "
          "feature.",
          name);
  return recipe;
}

}  // namespace

OnlineColumns columns_of(const OnlineLearner::State& state) {
  OnlineColumns columns{state.schema, {}};
  if (state.is_sparse) {
    for (auto& [name, slot] : sorted_columns(state.columns)) {
      columns.schema.feature_names.push_back(std::move(name));
      columns.slots.push_back(slot);
    }
    return columns;
  }
  std::int32_t numbers = 0;
  for (std::size_t f = 0; f < state.categories.size(); ++f)
    if (!state.schema.categorical[f]) columns.slots.push_back(numbers++);
  for (std::size_t f = 0; f < state.categories.size(); ++f) {
    std::vector<Named> sorted(state.categories[f].begin(), state.categories[f].end());
    std::ranges::sort(sorted);
    for (auto& [name, slot] : sorted) {
      columns.schema.categories[f].push_back(std::move(name));
      columns.slots.push_back(slot);
    }
  }
  return columns;
}

LinearModel OnlineLearner::to_model() const try {
  const State& s = *state_;
  if (s.progress.rows == 0) fail<ArgumentError>("OnlineLearner::to_model: no row was learnt. Hint: partial_fit.");
  OnlineColumns columns = columns_of(s);
  const auto model = std::make_shared<LinearModel::State>();
  model->config.loss = s.config.loss;
  model->config.l1 = s.config.l1 / s.progress.weight;
  model->config.l2 = s.config.l2 / s.progress.weight;
  model->config.intercept = s.config.intercept;
  model->config.standardize = false;
  static_cast<ModelSchema&>(*model) = std::move(columns.schema);
  if (std::ranges::find(model->categorical, true) != model->categorical.end()) {
    model->recipe = recipe_of(*model, s.config.intercept);
  } else {
    model->categorical.clear();
    model->categories.clear();
  }
  for (const Coordinates& of_output : s.weights)
    for (const std::int32_t slot : columns.slots)
      model->weights.push_back(of_output.weight[static_cast<std::size_t>(slot)]);
  model->intercept = s.intercept.weight;
  model->certificate = imported_certificate();
  model->certificate.why = fmt::format("learnt by {} from {}, one after the other", name_of(s.config.method),
                                       counted(s.progress.rows, "row"));
  return LinearModel(model);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("OnlineLearner::to_model");
}

}  // namespace linden
