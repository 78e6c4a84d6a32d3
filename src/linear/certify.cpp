#include "linear/certify.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "linear/optimality/gap.hpp"

namespace linden {
namespace {

// The columns on which the weights have grown: those whose part of a score, or of the slope, is a tenth of the largest.
std::vector<std::string> separating_columns(std::vector<double> sizes, std::span<const std::string> names) {
  double largest = 0;
  for (double& size : sizes) {
    size = std::abs(size);
    largest = std::max(largest, size);
  }
  std::vector<std::string> columns;
  const std::size_t width = names.size() + 1;
  for (std::size_t j = 0; j < names.size(); ++j) {
    double size = 0;
    for (std::size_t i = j; i < sizes.size(); i += width) size = std::max(size, sizes[i]);
    if (size > largest / 10) columns.push_back(names[j]);
  }
  return columns;
}

std::vector<double> without_intercepts(std::vector<double> parameters, std::int64_t width) {
  for (std::size_t i = static_cast<std::size_t>(width) - 1; i < parameters.size(); i += static_cast<std::size_t>(width))
    parameters[i] = 0;
  return parameters;
}

// From the best to the worst.
int rank_of(FitStatus status) {
  switch (status) {
    case FitStatus::converged: return 0;
    case FitStatus::collinear: return 1;
    case FitStatus::stationary_point: return 2;
    case FitStatus::iteration_limit: return 3;
    case FitStatus::stalled: return 4;
    case FitStatus::separable: return 5;
    case FitStatus::imported: break;
  }
  return 6;
}

}  // namespace

Certificate joined(Certificate a, const Certificate& b) {
  if (rank_of(b.status) > rank_of(a.status)) a.status = b.status;
  a.objective += b.objective;
  a.gap += b.gap;
  if (b.gap_kind == GapKind::estimate) {
    a.gap_kind = b.gap_kind;
    a.gap_source = b.gap_source;
  }
  a.relative_gap = std::max(a.relative_gap, b.relative_gap);
  a.kkt_distance = std::max(a.kkt_distance, b.kkt_distance);
  a.iterations += b.iterations;
  for (const std::string& column : b.separating_columns)
    if (std::ranges::find(a.separating_columns, column) == a.separating_columns.end())
      a.separating_columns.push_back(column);
  return a;
}

Certificate certify(Certificate known, const Solution& solution, const SolutionGap& gap, const GapMeasure& measure,
                    const FitStart& start, std::span<const std::string> names) {
  Certificate c = std::move(known);
  const Point& point = solution.point;
  c.status = solution.status;
  c.iterations = solution.iterations;
  c.objective = point.value();
  c.gap_kind = gap.kind;
  c.gap_source = gap.source;
  c.gap = gap.value;
  c.relative_gap = c.gap / measure.scale;
  c.kkt_distance = solution.proof ? solution.proof->violation : kkt_distance(point);
  const bool is_there = c.gap <= measure.wanted;
  if (c.status == FitStatus::converged && !is_there) c.status = FitStatus::stalled;
  const bool is_proven = is_there && c.gap_kind == GapKind::bound;
  if ((c.status == FitStatus::stalled && is_there) || (c.status == FitStatus::iteration_limit && is_proven))
    c.status = FitStatus::converged;
  if (c.status == FitStatus::separable) {
    c.separating_columns = separating_columns(without_intercepts(point.parameters(), point.objective().width()), names);
  } else if (falls_for_ever(point, start)) {
    c.status = FitStatus::separable;
    c.gap = c.relative_gap = std::numeric_limits<double>::infinity();
    c.gap_kind = GapKind::estimate;
    c.gap_source.clear();
    c.separating_columns = separating_columns(slopes_from(start, point), names);
  }
  if (c.status == FitStatus::converged && point.objective().has_concave() && c.gap_kind == GapKind::estimate)
    c.status = FitStatus::stationary_point;
  if (c.status == FitStatus::converged && !c.collinear_columns.empty()) c.status = FitStatus::collinear;
  for (std::size_t j = 0; j < names.size(); ++j)
    if (point.objective().design().deviation()[j] == 0) c.constant_columns.push_back(names[j]);
  return c;
}

}  // namespace linden
