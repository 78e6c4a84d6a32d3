// What fit_linear minimises, in long double and from the data as they are.
#pragma once

#include <cmath>
#include <limits>
#include <linden/linear.hpp>
#include <string>
#include <vector>

#include "linear/config.hpp"
#include "linear/random_rows.hpp"
#include "linear/reference.hpp"
#include "loss/definition.hpp"

namespace linden {

struct Standardised {
  reference::Problem problem;
  std::vector<reference::Real> mean, deviation;
  std::vector<reference::Real> unit;  ///< by which weights of these columns are multiplied to be penalised
};

inline double feature_value(const FeatureValues& values, std::size_t column, double otherwise) {
  for (const auto& [name, value] : values)
    if (name == "f" + std::to_string(column)) return value;
  return otherwise;
}

/// The column that a name "f3" is of.
inline std::size_t column_of(const std::string& name) { return std::stoul(name.substr(1)); }

/// tikhonov times the matrix, and D' D of the differences, for the weights of standardised columns.
inline std::vector<reference::Real> matrix_of(const LinearConfig& config, const std::vector<reference::Real>& units) {
  const ColumnPenalties& penalty = config.penalty;
  const std::size_t width = units.size() + 1, n = penalty.matrix.columns.size();
  std::vector<reference::Real> q(width * width);
  const auto add = [&](const std::string& a, const std::string& b, reference::Real value) {
    const std::size_t i = column_of(a), j = column_of(b);
    q[i * width + j] += penalty.tikhonov * value * units[i] * units[j];
  };
  for (std::size_t i = 0; i < n * n; ++i)
    add(penalty.matrix.columns[i / n], penalty.matrix.columns[i % n], penalty.matrix.values[i]);
  for (const FeatureValues& row : penalty.differences)
    for (const auto& [a, x] : row)
      for (const auto& [b, y] : row) add(a, b, reference::Real(x) * y);
  return q;
}

/// The problem that fit_linear is given, for columns standardised in long double.
inline Standardised standardised(const RandomRows& rows, const LinearConfig& config) {
  Standardised result;
  reference::Problem& p = result.problem;
  const LossSpec& spec = config.loss.definition().spec;
  p.kind = spec.kind;
  p.parameter = spec.parameter[0];
  p.rows = static_cast<std::size_t>(rows.rows);
  p.width = static_cast<std::size_t>(rows.features) + 1;
  p.outputs = static_cast<std::size_t>(config.loss.outputs());
  reference::Real total = 0;
  for (std::size_t i = 0; i < p.rows; ++i) {
    p.label.push_back(rows.labels[i]);
    p.weight.push_back(rows.weights.empty() ? 1 : rows.weights[i]);
    total += p.weight.back();
  }
  for (reference::Real& w : p.weight) w /= total;
  p.a.resize(p.rows * p.width);
  for (std::size_t j = 0; j + 1 < p.width; ++j) {
    const auto x = [&](std::size_t i) { return reference::Real(rows.values[i * (p.width - 1) + j]); };
    reference::Real mean = 0, square = 0;
    for (std::size_t i = 0; i < p.rows; ++i) mean += p.weight[i] * x(i);
    for (std::size_t i = 0; i < p.rows; ++i) square += p.weight[i] * (x(i) - mean) * (x(i) - mean);
    const reference::Real deviation = std::sqrt(square);
    if (!config.intercept) mean = 0;
    for (std::size_t i = 0; i < p.rows; ++i) p.a[i * p.width + j] = (x(i) - mean) / deviation;
    const reference::Real unit = config.standardize ? 1 : 1 / deviation;
    const reference::Real factor = feature_value(config.penalty.factors, j, 1);
    p.l1.push_back(factor * config.l1 * unit);
    p.l2.push_back(factor * config.l2 * unit * unit);
    if (is_bounded(config)) {
      const double open = std::numeric_limits<double>::infinity();
      p.lower.push_back(feature_value(config.constraints.lower, j, config.constraints.nonnegative ? 0 : -open) *
                        deviation);
      p.upper.push_back(feature_value(config.constraints.upper, j, open) * deviation);
    }
    result.mean.push_back(mean);
    result.deviation.push_back(deviation);
    result.unit.push_back(unit);
  }
  for (std::size_t i = 0; i < p.rows; ++i) p.a[i * p.width + p.width - 1] = config.intercept ? 1 : 0;
  if (config.penalty.tikhonov > 0) p.matrix = matrix_of(config, result.unit);
  p.l1.push_back(0);
  p.l2.push_back(0);
  if (is_bounded(config)) {
    p.lower.push_back(-std::numeric_limits<double>::infinity());
    p.upper.push_back(std::numeric_limits<double>::infinity());
  }
  return result;
}

/// The model's parameters for these columns.
inline std::vector<reference::Real> parameters_of(const LinearModel& model, const Standardised& of) {
  std::vector<reference::Real> u;
  for (int k = 0; k < model.outputs(); ++k) {
    reference::Real constant = model.intercept()[static_cast<std::size_t>(k)];
    for (std::size_t j = 0; j < of.mean.size(); ++j) {
      const reference::Real weight = model.weight(static_cast<int>(j), k);
      u.push_back(weight * of.deviation[j]);
      constant += weight * of.mean[j];
    }
    u.push_back(constant);
  }
  return u;
}

}  // namespace linden
