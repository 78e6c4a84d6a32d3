// What solvers have in common: where they start and stop, and what they return. One source a solver.
#pragma once

#include <linden/linear.hpp>
#include <memory>
#include <optional>
#include <vector>

#include "linear/objective/objective.hpp"
#include "linear/solvers/solver_states.hpp"

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

/// What is proven of a solution by the one who found it, where the point's gradient does not tell: at a corner there is
/// none.
struct Proof {
  double gap = 0;        ///< a bound, with rounding
  double violation = 0;  ///< the largest entry of the least subgradient, at the dual point
};

struct Solution {
  Point point;
  FitStatus status = FitStatus::converged;  ///< never collinear: the caller knows about columns
  /// The solver's own estimate of the gap: half the squared Newton decrement, or its stand-in.
  double estimate = 0;
  int iterations = 0;
  bool is_singular = false;  ///< newton_cholesky: the Hessian is, nearly at least, and nothing was done
  /// newton_cholesky: the last factor, of the Hessian there or a step before. None where it has failed.
  std::unique_ptr<Hessian> factor = nullptr;
  std::optional<Proof> proof = {};  ///< interior_point
};

/// Newton steps by Cholesky factors of the Hessian, with Armijo's line search. Gives up at once (`stalled`, with
/// is_singular) where the first Hessian is singular to about ten digits, unless `trusting`, or not positive definite.
Solution newton_cholesky(Point start, const Target& target, bool trusting = false);

/// Newton steps by preconditioned conjugate gradients on Hessian products.
Solution newton_cg(Point start, const Target& target);

/// L-BFGS, or OWL-QN (Andrew and Gao 2007) where the objective has l1, from a diagonal that knows l2. `states`: where
/// it leaves what it goes on from, and finds it; null: nowhere.
Solution lbfgs(Point start, const Target& target, SolverStates* states = nullptr);

/// Newton steps by coordinate descent on the Hessian, for objectives with l1, bounds or groups (or without) that
/// has_full_hessian().
/// Features beyond a few hundred take part when their subgradient asks for it (a working set).
/// `first` are those that take part from the start, ascending, where a fit nearby says which (a path's strong rule).
Solution coordinate_descent(Point start, const Target& target, std::vector<int> first = {});

/// Mehrotra's (1992) predictor and corrector from the point and its dual, for losses with corners, under any penalties
/// and bounds: a Hessian and two solutions a step.
Solution interior_point(Point start, const Target& target);

/// Dual coordinate descent (Hsieh et al. 2008) for the same losses, where takes_dual_descent().
Solution dual_descent(Point start, const Target& target);

/// Whether all weights have l2 and no other penalty, all rows lie here, and the fit is on the CPU.
bool takes_dual_descent(const Objective& objective);

}  // namespace linden
