// What fit_linear minimises of losses with corners, by their definitions: two weights, or one and the intercept.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "linear/corner_reference.hpp"
#include "linear/penalties/standardised.hpp"
#include "loss/definition.hpp"

namespace linden {

/// The corners of a row's loss as linden/loss.hpp has them.
inline std::vector<Corner> corners_of(const Loss& loss, double y) {
  const double p = loss.parameters().empty() ? 0 : loss.parameters()[0].value;
  const std::string& name = loss.name();
  if (name == "quantile") return {{y, -p, 1 - p}};
  if (name == "absolute") return {{y, -1, 1}};
  if (name == "mape") return {{y, -1 / std::max(1.0, std::abs(y)), 1 / std::max(1.0, std::abs(y))}};
  if (name == "sharp_hinge") return {y > 0.5 ? Corner{1, -1, 0} : Corner{-1, 0, 1}};
  return {{y - p, -1, 0}, {y + p, 0, 1}};  // epsilon_insensitive
}

/// The problem in the units of the data: two weights, or one and the intercept.
inline reference::CornerProblem problem_of(const RandomRows& rows, const LinearConfig& config) {
  using Real = reference::CornerProblem::Real;
  reference::CornerProblem problem;
  const auto count = static_cast<std::size_t>(rows.rows), features = static_cast<std::size_t>(rows.features);
  Real total = 0;
  for (std::size_t i = 0; i < count; ++i) total += rows.weights.empty() ? 1 : rows.weights[i];
  const auto share = [&](std::size_t i) { return (rows.weights.empty() ? 1 : rows.weights[i]) / total; };
  for (std::size_t i = 0; i < count; ++i)
    for (const Corner& corner : corners_of(config.loss, rows.labels[i]))
      problem.rows.push_back({{rows.values[i * features], features == 2 ? rows.values[i * features + 1] : 1.0},
                              corner.at,
                              corner.low,
                              corner.high,
                              share(i)});
  for (std::size_t j = 0; j < features; ++j) {
    Real centre = 0, square = 0;
    for (std::size_t i = 0; i < count; ++i) centre += share(i) * rows.values[i * features + j];
    for (std::size_t i = 0; i < count; ++i) square += share(i) * std::pow(rows.values[i * features + j] - centre, 2.0L);
    const Real unit = config.standardize ? std::sqrt(square) : 1, factor = feature_value(config.penalty.factors, j, 1);
    problem.l2[j] = config.l2 * factor * unit * unit;
    const auto of_weight = [&](double at, Real low, Real high) {
      problem.rows.push_back({{j == 0 ? 1.0L : 0.0L, j == 1 ? 1.0L : 0.0L}, at, low, high, 1});
    };
    const Real l1 = config.l1 * factor * unit;
    if (l1 > 0) of_weight(0, -l1, l1);
    // Walls that no slope of the loss climbs.
    const double open = std::numeric_limits<double>::infinity();
    const double lower = feature_value(config.constraints.lower, j, config.constraints.nonnegative ? 0 : -open);
    const double upper = feature_value(config.constraints.upper, j, open);
    if (lower > -open) of_weight(lower, -100, 0);
    if (upper < open) of_weight(upper, 0, 100);
  }
  return problem;
}

}  // namespace linden
