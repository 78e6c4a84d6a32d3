// A model of either family, for commands that take both: std::visit([](const auto& model) { ... }, model).
#pragma once

#include <linden/metric.hpp>
#include <linden/model.hpp>

namespace linden::cli {

/// What metrics look at: predictions and scores of labelled data, its labels as the model counts them, weights and
/// groups. Throws
/// DataError for data that does not fit.
MetricInput judged(const AnyModel& model, const Dataset& data, int threads);

/// Predictions for a data set, whatever the family.
Tensor predict(const AnyModel& model, const Dataset& data, const PredictOptions& options);

}  // namespace linden::cli
