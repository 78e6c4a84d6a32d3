// RawRows: rows of a fit by the values of their features, where a device's kernels find them. Linear leaves ask for
// values, so that trees which have them go over these rows as prediction does.
#pragma once

#include <span>
#include <vector>

#include "backend/backend.hpp"
#include "boosting/model/model.hpp"
#include "boosting/train/ensemble/scores.hpp"
#include "model/features/match_features.hpp"
#include "rows/dataset_rows.hpp"
#include "rows/device_rows.hpp"

namespace linden {

class RawRows {
 public:
  /// `sources`: where each feature of the model is in `data`. `model` has its groups of categories. On a GPU all values
  /// are copied there, once. What is passed must outlive the object, but for `sources`.
  RawRows(const Backend& backend, Context& context, const Dataset& data, const BoostedModel::State& model,
          std::vector<FeatureSource> sources);

  std::int64_t rows() const noexcept { return host_.view().rows; }

  /// All features of the model, in its order; good until the next call of either.
  RowsView view();
  /// Adds trees, in their order, to the scores of these rows.
  void add_trees(std::span<const Tree> trees, const Scores& scores);

 private:
  const Backend& backend_;
  Context& context_;
  const BoostedModel::State& model_;
  DatasetRows host_;
  DeviceRows rows_;
};

/// The training rows: every feature where the model has it.
std::vector<FeatureSource> training_sources(const BoostedModel::State& model);

}  // namespace linden
