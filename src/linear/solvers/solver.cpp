#include "linear/solvers/solver.hpp"

#include <algorithm>
#include <cmath>

namespace linden {

// An objective near 0 is measured against that of the best constant, lest rounding be all that is asked for. Where a
// constant fits as well, scores are rounded labels: the square of that, of the objective of scores of 0, is not to be
// gained.
double Target::gap(double objective) const noexcept {
  constexpr double rounding = 1e-28;
  const double scale = std::abs(null_objective) + std::abs(null_objective - objective);
  const double wanted = tolerance * std::max(std::abs(objective), 1e-8 * scale);
  return std::max({wanted, rounding * std::abs(zero_objective), least_gap});
}

}  // namespace linden
