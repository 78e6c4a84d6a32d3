// The quadratic model of a step where columns are in groups: descent group by group until it is settled which of them
// are zero, then Newton's steps on the weights that are not, of which the model is smooth.
#pragma once

#include <cstdint>
#include <span>

#include "linear/objective/groups.hpp"
#include "linear/solvers/models/gram_step.hpp"

namespace linden {

/// Minimise over d  gradient . d + d' hessian d / 2 + sum_j l1[j] |start[j] + d[j]| + sum_g group_g |(start + d)_g|_2.
struct GroupProblem {
  std::span<const double> hessian;     ///< [n, n], symmetric and positive semidefinite, with l2
  std::span<const double> gradient;    ///< [n], at the start, with l2
  std::span<const double> l1;          ///< [n], >= 0
  std::span<const double> start;       ///< [n]
  std::span<const std::uint8_t> held;  ///< [n]: coordinates that stay
  const Groups& groups;                ///< of the n parameters
};

/// Ends when no subgradient is above `tolerance`, or when rounding is all that is left.
GramStep group_descent(const GroupProblem& problem, double tolerance);

}  // namespace linden
