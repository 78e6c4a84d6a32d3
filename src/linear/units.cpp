#include "linear/units.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string_view>
#include <utility>

#include "linear/config.hpp"
#include "model/features/feature_values.hpp"
#include "linear/units_of_sums.hpp"
#include "model/features/feature_values.hpp"

namespace linden {
namespace {

std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

// A penalty that holds a weight at 0 to the last digit; in units of tiny columns it could be infinite.
constexpr double largest_penalty = 1e280;
// One that no digit shows; the fit is then as without.
constexpr double least_penalty = 1e-150;

double within_range(double penalty) { return penalty < least_penalty ? 0 : std::min(penalty, largest_penalty); }

/// The weight of the standardised column, in units of the one that is penalised.
double unit_of(const LinearConfig& config, const Design& design, std::size_t j) {
  return design.factor()[j] * (config.standardize ? design.deviation()[j] : 1);
}

// MCP bends by 1 / gamma from 0 on, SCAD by 1 / (gamma - 1) from l1 on: both of a weight w = unit u.
void add_concave(const LinearConfig& config, const Design& design, Penalty& penalty) {
  if (config.penalty.shape == PenaltyShape::absolute || config.l1 == 0) return;
  const bool is_mcp = config.penalty.shape == PenaltyShape::mcp;
  const double gamma = gamma_of(config.penalty);
  for (std::size_t j = 0; j < design.factor().size(); ++j) {
    const double unit = unit_of(config, design, j), l1 = penalty.l1[j];
    if (!(unit > 0) || !(l1 > 0))
      penalty.concave.emplace_back();
    else
      penalty.concave.push_back({unit * unit / (is_mcp ? gamma : gamma - 1), is_mcp ? 0 : l1 / unit / unit});
  }
  penalty.concave.emplace_back();
}

void add_groups(const LinearConfig& config, const Design& design, std::span<const std::string> names,
                std::span<const double> factors, Penalty& penalty) {
  if (!(config.penalty.group > 0)) return;
  std::map<std::string_view, std::size_t> place;
  for (std::size_t j = 0; j < names.size(); ++j) place[names[j]] = j;
  penalty.group_of.assign(penalty.l1.size(), -1);
  for (std::size_t j = 0; j < penalty.l1.size(); ++j)
    penalty.unit.push_back(j + 1 < penalty.l1.size() ? unit_of(config, design, j) : 1);
  for (const std::vector<std::string>& group : config.penalty.groups) {
    Penalty::Group added;
    for (const std::string& name : group)
      if (const auto found = place.find(name); found != place.end())
        added.columns.push_back(static_cast<int>(found->second));
    if (added.columns.empty()) continue;
    std::ranges::sort(added.columns);
    const double factor = factors[static_cast<std::size_t>(added.columns.front())];
    const double size = std::sqrt(static_cast<double>(group.size()));
    added.penalty = {within_range(factor * config.penalty.group * size), within_range(factor * config.l1),
                     within_range(factor * config.l2)};
    if (!(added.penalty.group > 0)) continue;
    for (const int j : added.columns)
      penalty.group_of[static_cast<std::size_t>(j)] = static_cast<int>(penalty.groups.size());
    penalty.groups.push_back(std::move(added));
  }
}

// Constant columns have no part: they would be the last in any order.
void add_sorted(const LinearConfig& config, const Design& design, std::span<const double> factors, Penalty& penalty) {
  if (config.penalty.slope == 0) return;
  SortedWeights& sorted = penalty.sorted;
  sorted.l2 = within_range(config.l2);
  sorted.is_in.assign(penalty.l1.size(), 0);
  const std::vector<double>& sequence = config.penalty.sequence;
  for (std::size_t j = 0; j < design.factor().size(); ++j) {
    const double unit = unit_of(config, design, j);
    if (!(unit > 0) || (j < factors.size() && factors[j] == 0)) continue;
    const std::size_t place = sorted.columns.size();
    const double times = sequence.empty() ? 1 : sequence[std::min(place, sequence.size() - 1)];
    sorted.columns.push_back(j);
    sorted.unit.push_back(unit);
    sorted.strengths.push_back(within_range(config.penalty.slope * times));
    sorted.is_in[j] = 1;
  }
  if (!sorted.empty() && sorted.strengths.front() == 0) sorted = {};
}

}  // namespace

WeightBounds bounds_of(const LinearConfig& config, std::span<const std::string> names) {
  const WeightConstraints& c = config.constraints;
  return {by_feature(c.lower, names, c.nonnegative ? 0 : -ColumnPenalty::no_bound),
          by_feature(c.upper, names, ColumnPenalty::no_bound)};
}

void clamp_weights(const LinearConfig& config, std::span<const std::string> names, std::vector<double>& weights) {
  if (!is_bounded(config)) return;
  const WeightBounds bounds = bounds_of(config, names);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const std::size_t j = i % names.size();
    weights[i] = std::clamp(weights[i], bounds.lower[j], bounds.upper[j]);
  }
}

Penalty penalty_of(const LinearConfig& config, const Design& design, std::span<const std::string> names) {
  Penalty penalty;
  const std::vector<double> factors = by_feature(config.penalty.factors, names, 1);
  for (std::size_t j = 0; j < design.factor().size(); ++j) {
    const double unit = unit_of(config, design, j);
    const double times = j < factors.size() ? factors[j] : 1;
    const double own = j < design.own_l2().size() ? design.own_l2()[j] : -1, raw = design.factor()[j];
    penalty.l1.push_back(own >= 0 ? 0 : within_range(times * config.l1 * unit));
    penalty.l2.push_back(within_range(own >= 0 ? own * raw * raw : times * config.l2 * unit * unit));
  }
  penalty.l1.push_back(0);
  penalty.l2.push_back(0);
  add_concave(config, design, penalty);
  add_groups(config, design, names, factors, penalty);
  add_sorted(config, design, factors, penalty);
  if (!names.empty()) {
    std::vector<double> units;
    for (std::size_t j = 0; j < design.factor().size(); ++j) units.push_back(unit_of(config, design, j));
    penalty.squares = squares_of(config, names, units);
    penalty.equations = equations_of(config, names, design.factor());
  }
  if (!is_bounded(config)) return penalty;
  const WeightBounds bounds = bounds_of(config, names);
  for (std::size_t j = 0; j < design.factor().size(); ++j) {
    const double factor = design.factor()[j];
    penalty.lower.push_back(factor > 0 ? bounds.lower[j] / factor : -ColumnPenalty::no_bound);
    penalty.upper.push_back(factor > 0 ? bounds.upper[j] / factor : ColumnPenalty::no_bound);
  }
  penalty.lower.push_back(-ColumnPenalty::no_bound);
  penalty.upper.push_back(ColumnPenalty::no_bound);
  return penalty;
}

void append_in_units_of_data(const Point& point, std::vector<double>& weights, std::vector<double>& intercepts) {
  const Objective& objective = point.objective();
  const Design& design = objective.design();
  const std::int64_t width = objective.width(), columns = width - 1;
  for (std::int64_t k = 0; k < objective.outputs(); ++k) {
    const double* const standardised = point.parameters().data() + k * width;
    long double intercept = standardised[columns];
    for (std::int64_t j = 0; j < columns; ++j) {
      const double weight = standardised[j] * design.factor()[index(j)];
      weights.push_back(weight);
      intercept -= static_cast<long double>(weight) * design.shift()[index(j)];
    }
    intercepts.push_back(design.intercept() ? static_cast<double>(intercept) : 0);
  }
}

double score_rounding(const Point& point) {
  constexpr double units = 4 * std::numeric_limits<double>::epsilon();
  const Design& design = point.objective().design();
  const std::int64_t width = point.objective().width();
  double weights = 0, intercepts = 0;
  for (std::int64_t i = 0; i < point.objective().size(); ++i) {
    const double size = std::abs(point.parameters()[index(i)]);
    const std::size_t j = index(i % width);
    if (j + 1 == index(width))
      intercepts += size;
    else if (size > 0)
      weights += size * (1 + std::abs(design.shift()[j] * design.factor()[j]));
  }
  return weights > 0 ? units * (weights + intercepts) : 0;
}

double weight_rounding(const Point& point) {
  const double curvature = point.mean_curvature(), size = score_rounding(point);
  return curvature > 0 ? 0.5 * curvature * size * size : 0;
}

}  // namespace linden
