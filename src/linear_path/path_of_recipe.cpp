// Paths of columns that a recipe makes of the features, as fit_linear has it: of text, by a formula, where values are
// missing.
#include "linear/model.hpp"
#include "linear/recipe/cook.hpp"
#include "linear/recipe/make_recipe.hpp"
#include "linear_path/path_maker.hpp"
#include "model/offsets.hpp"

namespace linden {

LinearPath PathMaker::make(const char* where, const Dataset& train, const LinearConfig& config,
                           const LinearPathOptions& options, const KnownGram& gram) {
  if (!wants_recipe(train, config)) return make_plain(where, train, config, options, gram);
  check_path_options(where, options);
  config.check();
  Workers workers(options.threads);
  LinearConfig penalised = config;  // as all points are: then each category has a column
  penalised.l1 = options.l1_share;
  penalised.l2 += 1 - options.l1_share;
  NewRecipe made = make_recipe(where, train, penalised, workers);
  const std::vector<std::string>& features = made.schema.feature_names;
  LinearPath path = make_plain(where, cooked(where, made.rows, made.schema, *made.recipe, workers),
                               config_of_columns(config, *made.recipe, features), options, {},
                               own_penalties(config, *made.recipe, features));
  const auto state = std::make_shared<LinearModel::State>(*path.model_);
  state->config = config;
  state->config.loss = path.config().loss;
  state->take_recipe(std::move(made.recipe), std::move(made.schema), names_of_offsets(made.rows));
  path.model_ = state;
  path.warnings_.insert(path.warnings_.end(), made.remarks.begin(), made.remarks.end());
  return path;
}

}  // namespace linden
