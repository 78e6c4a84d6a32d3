// XGBoost's trees as ours.
#pragma once

#include "boosting/model/model.hpp"
#include "interop/import/xgboost/learner.hpp"

namespace linden::xgboost {

/// Fills features, kinds, categories with their groups, and trees, whose loss is set. Throws FileError for trees that
/// are none, and for what no model here may hold.
void fill_trees(const Learner& learner, BoostedModel::State& state);

}  // namespace linden::xgboost
