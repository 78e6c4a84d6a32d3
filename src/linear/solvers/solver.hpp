// What solvers have in common: where they start and stop, and what they return. One source a solver.
#pragma once

#include <linden/linear.hpp>
#include <span>
#include <vector>

#include "linear/objective/objective.hpp"

namespace linden {

/// No gap below it means anything: squares of gradients and steps have no digits there.
inline constexpr double least_gap = 1.5e-154;

/// When to stop.
struct Target {
  double tolerance = 1e-8;    ///< of the gap, relative to the objective
  int max_iterations = 0;     ///< 0: the solver's own limit
  double null_objective = 0;  ///< at the best constant scores: the scale of an objective that is about 0
  double zero_objective = 0;  ///< at scores of 0: the scale where that is about 0, too

  /// The gap that is small enough at a point of this objective; > 0.
  double gap(double objective) const noexcept;
};

struct Solution {
  std::vector<double> parameters;
  std::vector<double> gradient;             ///< of the smooth part there; the objective evaluated it last
  double smooth = 0;                        ///< the smooth part there
  FitStatus status = FitStatus::converged;  ///< never collinear: the caller knows about columns
  /// The solver's own estimate of the gap: half the squared Newton decrement, or its stand-in.
  double estimate = 0;
  int iterations = 0;
  bool is_singular = false;  ///< newton_cholesky: the Hessian is, nearly at least, and nothing was done
};

/// Newton steps by Cholesky factors of the Hessian, with Armijo's line search. Gives up at once (`stalled`, with
/// is_singular) where the first Hessian is singular to about ten digits, unless `trusting`, or not positive definite.
Solution newton_cholesky(Objective& objective, const Target& target, std::span<const double> start,
                         bool trusting = false);

/// Newton steps by preconditioned conjugate gradients on Hessian products.
Solution newton_cg(Objective& objective, const Target& target, std::span<const double> start);

/// L-BFGS, or OWL-QN (Andrew and Gao 2007) where the objective has l1, from a diagonal that knows l2.
Solution lbfgs(Objective& objective, const Target& target, std::span<const double> start);

/// Newton steps by coordinate descent on the Hessian, for objectives with l1 (or without) that has_full_hessian().
/// Features beyond a few hundred take part when their subgradient asks for it (a working set).
Solution coordinate_descent(Objective& objective, const Target& target, std::span<const double> start);

}  // namespace linden
