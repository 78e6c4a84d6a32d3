#include "linear/solver.hpp"

#include <algorithm>
#include <cmath>

namespace linden {

// An objective near 0 is measured against that of the best constant, lest rounding be all that is asked for.
double Target::gap(double objective) const noexcept {
  const double scale = std::abs(null_objective) + std::abs(null_objective - objective);
  return tolerance * std::max(std::abs(objective), 1e-8 * scale);
}

}  // namespace linden
