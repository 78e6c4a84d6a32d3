#include "linear/objective/working_set.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

#include "linear/objective/groups.hpp"

namespace linden {
namespace {

constexpr double least_excess = 1e-12;  // of a gradient over l1 that is no rounding

std::size_t at_index(std::int64_t i) { return static_cast<std::size_t>(i); }

// Weights that are not in the set are 0 in all sums.
void add_squares(const SquaredSums& whole, const std::vector<int>& features, Penalty& part) {
  for (const WeightSum& row : whole.rows) {
    WeightSum kept;
    for (const auto& [column, value] : row.terms) {
      const auto place = std::ranges::lower_bound(features, static_cast<int>(column));
      if (place != features.end() && *place == static_cast<int>(column))
        kept.terms.emplace_back(static_cast<std::size_t>(place - features.begin()), value);
    }
    if (!kept.terms.empty()) part.squares.rows.push_back(std::move(kept));
  }
  if (part.squares.empty()) return;
  for (const int j : features) part.squares.diagonal.push_back(whole.diagonal[at_index(j)]);
  part.squares.diagonal.push_back(0);
}

Penalty penalty_of(const Objective& whole, const std::vector<int>& features) {
  Penalty part;
  std::vector<int> place(whole.penalty().groups.size(), -1);  // of a group of the whole
  const auto add = [&](std::int64_t j) {
    const ColumnPenalty penalty = whole.column_penalty(j);
    part.l1.push_back(penalty.l1);
    part.l2.push_back(penalty.l2);
    if (whole.has_bounds()) {
      part.lower.push_back(penalty.lower);
      part.upper.push_back(penalty.upper);
    }
    if (whole.has_concave()) part.concave.push_back(whole.penalty().concave[static_cast<std::size_t>(j)]);
    if (!whole.has_groups()) return;
    part.unit.push_back(whole.penalty().unit[static_cast<std::size_t>(j)]);
    part.group_of.push_back(-1);
    if (whole.group_of(j) < 0) return;
    const auto group = static_cast<std::size_t>(whole.group_of(j));
    if (place[group] < 0) {
      place[group] = static_cast<int>(part.groups.size());
      part.groups.push_back({{}, whole.penalty().groups[group].penalty});
    }
    part.group_of.back() = place[group];
    part.groups[static_cast<std::size_t>(place[group])].columns.push_back(static_cast<int>(part.l1.size()) - 1);
  };
  for (const int j : features) add(j);
  add(whole.width() - 1);
  if (whole.has_squares()) add_squares(whole.penalty().squares, features, part);
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

namespace {

// A group takes part as a whole: all its features ask for what it asks.
void ask_groups(const Point& point, std::span<const int> part, Demand& demand) {
  const Objective& whole = point.objective();
  const Groups groups(whole);
  const auto feature = [&](std::size_t parameter) { return parameter % at_index(whole.width()); };
  for (std::size_t g = 0; g < groups.size(); ++g) {
    if (groups.members(g).empty()) continue;
    const bool nonzero = euclidean_norm(groups.weights(g, point.parameters())) > 0;
    const double excess = groups.penalty(g).excess_at_zero(groups.slopes(g, point.gradient()));
    const bool inside = std::ranges::binary_search(part, static_cast<int>(feature(groups.members(g).front())));
    const bool asks = !nonzero && !inside && excess > least_excess * groups.penalty(g).group;
    for (const std::size_t i : groups.members(g)) {
      double& score = demand.score[feature(i)];
      if (i < at_index(whole.width())) {
        if (nonzero && score < std::numeric_limits<double>::infinity()) ++demand.nonzero;
        if (asks) ++demand.outside;
      }
      score = nonzero ? std::numeric_limits<double>::infinity() : excess;
    }
  }
}

}  // namespace

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
    if (!nonzero && !inside && whole.group_of(j) < 0 && excess > least_excess * penalty.l1) ++demand.outside;
  }
  if (whole.has_groups()) ask_groups(point, part, demand);
  return demand;
}

std::vector<int> most_demanding(const Demand& demand, std::size_t count, const Penalty& penalty) {
  std::vector<int> features;
  for (std::size_t j = 0; j < demand.score.size(); ++j)
    if (demand.score[j] > -std::numeric_limits<double>::infinity()) features.push_back(static_cast<int>(j));
  if (count < features.size()) {
    const auto score = [&](int j) { return demand.score[static_cast<std::size_t>(j)]; };
    std::nth_element(features.begin(), features.begin() + static_cast<std::ptrdiff_t>(count), features.end(),
                     [&](int a, int b) { return score(a) != score(b) ? score(a) > score(b) : a < b; });
    features.resize(count);
    std::vector<std::uint8_t> has(penalty.groups.size(), 0);
    for (std::size_t i = 0; i < count && !has.empty(); ++i) {
      const int group = penalty.group_of[static_cast<std::size_t>(features[i])];
      if (group >= 0) has[static_cast<std::size_t>(group)] = 1;
    }
    for (std::size_t g = 0; g < has.size(); ++g)
      for (std::size_t i = 0; has[g] != 0 && i < penalty.groups[g].columns.size(); ++i)
        if (score(penalty.groups[g].columns[i]) > -std::numeric_limits<double>::infinity())
          features.push_back(penalty.groups[g].columns[i]);
    std::sort(features.begin(), features.end());
    features.erase(std::unique(features.begin(), features.end()), features.end());
  }
  return features;
}

}  // namespace linden
