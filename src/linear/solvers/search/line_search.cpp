#include "linear/solvers/search/line_search.hpp"

#include <cmath>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace linden {
namespace {

// Sums that should end at a bound miss it by their rounding.
double at_bound(const ColumnPenalty& penalty, double u) {
  constexpr double units = 4 * std::numeric_limits<double>::epsilon();
  const auto is_at = [&](double bound, double beyond) {
    return std::isfinite(bound) && beyond <= units * std::abs(bound);
  };
  if (is_at(penalty.lower, u - penalty.lower)) return penalty.lower;
  if (is_at(penalty.upper, penalty.upper - u)) return penalty.upper;
  return u;
}

}  // namespace

bool SearchRule::move(double length, std::span<double> to) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] = from_.parameters()[i] + length * direction_[i];
  const Objective& objective = from_.objective();
  for (std::size_t i = 0; i < to.size() && objective.has_bounds(); ++i)
    to[i] = at_bound(objective.column_penalty(static_cast<std::int64_t>(i)), to[i]);
  return true;
}

Searched search(Point& point, SearchRule& rule) {
  std::vector<double> to(point.parameters().size());
  std::optional<Point> trial;
  double length = 1;
  for (int k = 0; k < rule.most_trials(); ++k) {
    if (!rule.move(length, to)) return {};
    const bool stays = to == point.parameters();
    if (!stays && !(trial && trial->parameters() == to)) {
      trial.reset();  // its memory is that of the next one
      trial.emplace(point.objective().evaluate(to));
    }
    const double tried = length;
    const Verdict verdict = rule.judge(stays ? point : *trial, length);
    if (verdict == Verdict::take && !stays) point = *std::move(trial);
    if (verdict != Verdict::again) return {verdict, verdict == Verdict::take ? tried : 0};
  }
  return {Verdict::again, 0};
}

}  // namespace linden
