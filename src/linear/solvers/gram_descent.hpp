// The quadratic model of a step under l1 and bounds: coordinate descent until the signs settle, then exactly, by the
// linear system of the coordinates that are neither zero nor at a bound.
#pragma once

#include <cstdint>
#include <span>

#include "linear/solvers/models/gram_step.hpp"

namespace linden {

/// Minimise over d  gradient . d + d' hessian d / 2 + sum_j l1[j] |start[j] + d[j]|, start + d within the bounds.
struct GramProblem {
  std::span<const double> hessian;     ///< [n, n], symmetric and positive semidefinite, with l2
  std::span<const double> gradient;    ///< [n], at the start, with l2
  std::span<const double> l1;          ///< [n], >= 0
  std::span<const double> start;       ///< [n]
  std::span<const std::uint8_t> held;  ///< [n]: coordinates that stay; so do those without curvature. Empty: none
  std::span<const double> lower = {}, upper = {};  ///< [n], about 0 and the start; empty: none
};

/// Ends when no subgradient is above `tolerance`, or when rounding is all that is left.
GramStep gram_descent(const GramProblem& problem, double tolerance);

}  // namespace linden
