// Gauss-Legendre rules on [0, 1].
#pragma once

#include <vector>

namespace linden {

struct QuadratureRule {
  std::vector<double> points;   ///< ascending, within (0, 1)
  std::vector<double> weights;  ///< they sum to 1
};

/// The rule of so many points, >= 1: the integral of any polynomial of a degree less than twice as many is exact.
QuadratureRule gauss_legendre(int points);

}  // namespace linden
