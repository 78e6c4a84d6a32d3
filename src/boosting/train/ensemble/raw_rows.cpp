#include "boosting/train/ensemble/raw_rows.hpp"

#include <numeric>
#include <utility>

#include "boosting/bins/category_groups.hpp"
#include "boosting/predict/forest.hpp"
#include "boosting/predict/predictor.hpp"

namespace linden {
namespace {

std::vector<int> all_features(const BoostedModel::State& model) {
  std::vector<int> features(model.feature_names.size());
  std::iota(features.begin(), features.end(), 0);
  return features;
}

std::vector<FeatureSource> in_groups(std::vector<FeatureSource> sources, const BoostedModel::State& model) {
  translate_to_groups(sources, all_features(model), model.groups);
  return sources;
}

}  // namespace

RawRows::RawRows(const Backend& backend, Context& context, const Dataset& data, const BoostedModel::State& model,
                 std::vector<FeatureSource> sources)
    : backend_(backend),
      context_(context),
      model_(model),
      host_(data, in_groups(std::move(sources), model)),
      rows_(backend, context, host_.view(), {.part_bytes = DeviceRows::whole, .keep_bytes = DeviceRows::whole}) {}

RowsView RawRows::view() {
  RowsView all;
  rows_.each_part([&](const RowsView& rows, std::int64_t) { all = rows; });
  return all;
}

void RawRows::add_trees(std::span<const Tree> trees, const Scores& scores) {
  const Forest forest(trees, model_.categories, model_.groups);
  add_scores(backend_, context_, forest, rows_, scores.data(), scores.rows());
}

std::vector<FeatureSource> training_sources(const BoostedModel::State& model) {
  return plain_sources(all_features(model));
}

}  // namespace linden
