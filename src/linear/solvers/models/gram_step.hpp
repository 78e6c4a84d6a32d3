// What minimising the quadratic model of a step comes to.
#pragma once

#include <vector>

namespace linden {

struct GramStep {
  std::vector<double> step;  ///< d
  double decrease = 0;       ///< of what is minimised, from d = 0
  double slope = 0;          ///< gradient . d + P(start + d) - P(start), the decrease that a line search asks of
  double violation = 0;      ///< the largest |subgradient| that is left
  int cycles = 0;            ///< of descent
};

}  // namespace linden
