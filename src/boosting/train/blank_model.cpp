#include "boosting/train/blank_model.hpp"

#include "model/training_data.hpp"

namespace linden {

std::shared_ptr<BoostedModel::State> blank_model(const Dataset& train, const BoostingConfig& config,
                                                 const Labels& labels, bool saves_history) {
  auto model = std::make_shared<BoostedModel::State>();
  static_cast<ModelSchema&>(*model) = schema_of("fit_boosted", train, labels, train.feature_names());
  model->config = config;
  model->saves_history = saves_history;
  model->categories.resize(model->feature_names.size());
  model->categorical.resize(model->feature_names.size());
  for (std::size_t f = 0; f < train.columns().size(); ++f) {
    model->categories[f] = train.columns()[f].categories;
    model->categorical[f] = train.columns()[f].categorical;
  }
  return model;
}

}  // namespace linden
