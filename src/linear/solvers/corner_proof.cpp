#include "linear/solvers/corner_proof.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "linear/optimality/gap.hpp"

namespace linden {
namespace {

std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

}  // namespace

bool wants_zero_sum(const Objective& objective, std::int64_t parameter) {
  return objective.is_free(parameter) && !objective.column_penalty(parameter).is_coercive();
}

Proof corner_proof(const Point& point, const CornerPieces& rows, std::span<const double> moved) {
  Objective& objective = point.objective();
  const std::vector<double>& at = point.parameters();
  const std::vector<double> scores = point.scores();
  std::vector<double> theta(scores.size());
  rows.add_theta(theta);
  const std::vector<double> q = objective.gradient_of(theta);
  const Ranks& ranks = objective.rows().ranks;
  double t = -ranks.max(-rows.shrinkage());
  for (std::int64_t j = 0; j < objective.size(); ++j)
    if (objective.is_free(j) && !wants_zero_sum(objective, j))
      t = std::min(t, objective.column_penalty(j).factor(q[index(j)]));
  double gap = 0;
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const double z = scores[index(rows.source(k))] - rows.at(k);
    gap += rows.weight(k) * std::max(0.0, ((z < 0 ? rows.low(k) : rows.high(k)) - t * rows.theta(k)) * z);
  }
  gap = ranks.sum(gap);
  Proof proof;
  for (std::int64_t j = 0; j < objective.size(); ++j) {
    const std::size_t i = index(j);
    if (!objective.is_free(j)) continue;
    const ColumnPenalty penalty = objective.column_penalty(j);
    proof.violation = std::max(proof.violation, std::abs(penalty.least_subgradient(at[i], q[i] + penalty.l2 * at[i])));
    const bool is_off = wants_zero_sum(objective, j) && penalty.factor(q[i]) < 1;
    gap +=
        is_off ? std::abs(q[i]) * (std::abs(at[i]) + 2 * (moved.empty() ? 0 : moved[i])) : penalty.gap(at[i], t * q[i]);
  }
  // No row costs less than 0, whatever its score.
  proof.gap = std::min(gap, point.value()) + rounding_of(point.value());
  return proof;
}

}  // namespace linden
