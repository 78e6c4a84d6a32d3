// What is proven of a point of an objective whose rows have corners, by a dual point.
#pragma once

#include <span>

#include "linear/solvers/corner_pieces.hpp"
#include "linear/solvers/solver.hpp"

namespace linden {

/// The bound of gap.hpp at a point, with the thetas of its rows. Sums of them over rows that want to be 0 (of the
/// intercept, and of weights without a penalty) are so but for rounding, which costs |sum| (|u| + 2 moved), where
/// `moved` [outputs, width] is what the last step of the solver moved u by; empty for 0.
Proof corner_proof(const Point& point, const CornerPieces& rows, std::span<const double> moved = {});

/// Whether a parameter wants its sum to be 0, or of one sign: the conjugate of its penalty has no more room.
bool wants_zero_sum(const Objective& objective, std::int64_t parameter);

}  // namespace linden
