#include "linear/endless_fall.hpp"

#include <cmath>

#include "linear/optimality/gap.hpp"

namespace linden {

std::vector<double> slopes_from(const FitStart& start, const Point& point) {
  std::vector<double> slopes(start.parameters.size());
  least_subgradient(point.objective(), point.parameters(), point.gradient(), slopes);
  for (std::size_t j = 0; j < slopes.size(); ++j) slopes[j] *= point.parameters()[j] - start.parameters[j];
  return slopes;
}

bool falls_for_ever(const Point& point, const FitStart& start) {
  constexpr double many = 1e8;
  const double fall = start.value - point.value();
  if (point.objective().rows().is_convex() || !(fall > many * std::abs(start.value))) return false;
  double slope = 0;
  for (const double s : slopes_from(start, point)) slope += s;
  return slope < -0.5 * fall;
}

}  // namespace linden
