// Between the data and the standardised columns that solvers see: penalties on the way there, weights on the way back.
#pragma once

#include <linden/linear.hpp>
#include <span>
#include <string>
#include <vector>

#include "linear/objective/objective.hpp"

namespace linden {

/// The penalties and bounds of a configuration, in the units of standardised columns, which have these names.
Penalty penalty_of(const LinearConfig& config, const Design& design, std::span<const std::string> names = {});

/// Bounds of weights [features], in the units of the data.
struct WeightBounds {
  std::vector<double> lower, upper;
};
WeightBounds bounds_of(const LinearConfig& config, std::span<const std::string> names);

/// Weights [outputs, features] that changes of units took beyond a bound by rounding, back to it.
void clamp_weights(const LinearConfig& config, std::span<const std::string> names, std::vector<double>& weights);

/// Appends the weights [outputs, features] of a point and its intercepts [outputs], in the units of the data.
void append_in_units_of_data(const Point& point, std::vector<double>& weights, std::vector<double>& intercepts);

/// What scores may change by when the weights of a point become weights of the data.
double score_rounding(const Point& point);

/// What the objective may rise by when the weights of a point become weights of the data, to second order: of the first
/// there is none at the optimum. It shows where the optimum is about 0.
double weight_rounding(const Point& point);

}  // namespace linden
