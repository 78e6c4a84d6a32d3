// The quadratic model of a step under SLOPE: accelerated proximal steps until it is settled which sizes are the same,
// then the linear system of the sizes that differ, on which the penalty is straight.
#pragma once

#include <cstdint>
#include <span>

#include "linear/objective/sorted_weights.hpp"
#include "linear/solvers/models/gram_step.hpp"

namespace linden {

/// Minimise over d  gradient . d + d' hessian d / 2 + P(start + d).
struct SortedProblem {
  std::span<const double> hessian;     ///< [n, n], symmetric and positive semidefinite, with l2
  std::span<const double> gradient;    ///< [n], at the start, with l2
  std::span<const double> start;       ///< [n]
  std::span<const std::uint8_t> held;  ///< [n]: coordinates that stay
  const SortedWeights& weights;        ///< the penalty; coordinates that are not in it have none
};

/// Ends when no subgradient is above `tolerance`, or when rounding is all that is left.
GramStep sorted_descent(const SortedProblem& problem, double tolerance);

}  // namespace linden
