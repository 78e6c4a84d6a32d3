// How far a solution is from the optimum, by the best that can be known of it.
#pragma once

#include <linden/linear.hpp>
#include <string>

#include "linear/solvers/solver.hpp"

namespace linden {

struct SolutionGap {
  double value = 0;
  GapKind kind = GapKind::bound;
  std::string source = {};  ///< of an estimate
};

/// Of the weights as they are returned. `solver` found the solution; `enough` is what it was asked for: where a bound
/// is as small as that, nothing that costs more is looked for.
SolutionGap solution_gap(const Solution& solution, Solver solver, double enough);

}  // namespace linden
