#include "linear/objective/working_set.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace linden {
namespace {

constexpr double least_excess = 1e-12;  // of a gradient over l1 that is no rounding

std::size_t at_index(std::int64_t i) { return static_cast<std::size_t>(i); }

Penalty penalty_of(const Objective& whole, const std::vector<int>& features) {
  Penalty part;
  const auto add = [&](std::int64_t j) {
    const ColumnPenalty penalty = whole.column_penalty(j);
    part.l1.push_back(penalty.l1);
    part.l2.push_back(penalty.l2);
    if (!whole.has_bounds()) return;
    part.lower.push_back(penalty.lower);
    part.upper.push_back(penalty.upper);
  };
  for (const int j : features) add(j);
  add(whole.width() - 1);
  return part;
}

}  // namespace

WorkingSet::WorkingSet(const Objective& whole, std::vector<int> features, const ByColumn* by_column)
    : features_(std::move(features)),
      outputs_(whole.outputs()),
      whole_width_(whole.width()),
      design_(whole.design().of_columns(features_, whole.rows().context.workers, by_column)),
      objective_(whole.rows(), design_, penalty_of(whole, features_)) {}

std::vector<double> WorkingSet::from_whole(std::span<const double> whole) const {
  std::vector<double> part;
  for (std::int64_t k = 0; k < outputs_; ++k) {
    for (const int j : features_) part.push_back(whole[at_index(k * whole_width_ + j)]);
    part.push_back(whole[at_index((k + 1) * whole_width_ - 1)]);
  }
  return part;
}

void WorkingSet::to_whole(std::span<const double> part, std::span<double> whole) const {
  std::fill(whole.begin(), whole.end(), 0.0);
  std::size_t i = 0;
  for (std::int64_t k = 0; k < outputs_; ++k) {
    for (const int j : features_) whole[at_index(k * whole_width_ + j)] = part[i++];
    whole[at_index((k + 1) * whole_width_ - 1)] = part[i++];
  }
}

Demand demand_at(const Point& point, std::span<const int> part) {
  const Objective& whole = point.objective();
  const std::vector<double>&at = point.parameters(), &gradient = point.gradient();
  const std::int64_t features = whole.width() - 1;
  Demand demand;
  demand.score.assign(at_index(features), -std::numeric_limits<double>::infinity());
  std::size_t next = 0;  // in part
  for (std::int64_t j = 0; j < features; ++j) {
    const bool inside = next < part.size() && part[next] == j;
    if (inside) ++next;
    if (!whole.is_free(j)) continue;
    const ColumnPenalty penalty = whole.column_penalty(j);
    double excess = -std::numeric_limits<double>::infinity();
    bool nonzero = false;
    for (std::int64_t k = 0; k < whole.outputs(); ++k) {
      const std::size_t i = at_index(k * whole.width() + j);
      excess = std::max(excess, penalty.excess_at_zero(gradient[i]));
      nonzero = nonzero || at[i] != 0;
    }
    demand.score[at_index(j)] = nonzero ? std::numeric_limits<double>::infinity() : excess;
    if (nonzero) ++demand.nonzero;
    if (!nonzero && !inside && excess > least_excess * penalty.l1) ++demand.outside;
  }
  return demand;
}

std::vector<int> most_demanding(const Demand& demand, std::size_t count) {
  std::vector<int> features;
  for (std::size_t j = 0; j < demand.score.size(); ++j)
    if (demand.score[j] > -std::numeric_limits<double>::infinity()) features.push_back(static_cast<int>(j));
  if (count < features.size()) {
    const auto score = [&](int j) { return demand.score[static_cast<std::size_t>(j)]; };
    std::nth_element(features.begin(), features.begin() + static_cast<std::ptrdiff_t>(count), features.end(),
                     [&](int a, int b) { return score(a) != score(b) ? score(a) > score(b) : a < b; });
    features.resize(count);
    std::sort(features.begin(), features.end());
  }
  return features;
}

}  // namespace linden
