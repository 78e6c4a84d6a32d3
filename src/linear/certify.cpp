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

}  // namespace

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
  c.kkt_distance = kkt_distance(point);
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
  if (c.status == FitStatus::converged && !c.collinear_columns.empty()) c.status = FitStatus::collinear;
  for (std::size_t j = 0; j < names.size(); ++j)
    if (point.objective().design().deviation()[j] == 0) c.constant_columns.push_back(names[j]);
  return c;
}

}  // namespace linden
