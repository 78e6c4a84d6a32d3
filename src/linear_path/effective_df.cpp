#include "linear_path/effective_df.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include "linear/objective/working_set.hpp"

namespace linden {

double effective_df(const Point& point) {
  const Objective& whole = point.objective();
  std::vector<int> features;
  for (std::int64_t j = 0; j + 1 < whole.width(); ++j)
    for (std::int64_t k = 0; k < whole.outputs(); ++k)
      if (point.parameters()[static_cast<std::size_t>(k * whole.width() + j)] != 0) {
        features.push_back(static_cast<int>(j));
        break;
      }
  WorkingSet part(whole, features);
  Objective& objective = part.objective();
  const Point here = objective.evaluate(part.from_whole(point.parameters()));
  const auto is_counted = [&](std::int64_t i) {
    const bool is_intercept = (i + 1) % objective.width() == 0;
    return objective.is_free(i) && (is_intercept || here.parameters()[static_cast<std::size_t>(i)] != 0);
  };
  Hessian room = objective.hessian_room();
  if (here.factor(room) >= 0) return std::numeric_limits<double>::quiet_NaN();
  // Of a weight its share is 1 - l2 (H + l2)^-1; softmax has an intercept that does nothing.
  double df = objective.is_softmax() && whole.design().intercept() ? -1 : 0;
  std::vector<double> unit(static_cast<std::size_t>(objective.size()));
  for (std::int64_t i = 0; i < objective.size(); ++i) {
    if (!is_counted(i)) continue;
    df += 1;
    if (objective.l2(i) == 0) continue;
    std::ranges::fill(unit, 0.0);
    unit[static_cast<std::size_t>(i)] = 1;
    room.solve(unit);
    df -= objective.l2(i) * unit[static_cast<std::size_t>(i)];
  }
  return df;
}

}  // namespace linden
