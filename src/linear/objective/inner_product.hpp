// Two orders of the same sum, of which each has its solvers: the order decides the last digits of all that they find.
#pragma once

#include <span>

namespace linden {

/// From the first to the last: Newton's methods.
double dot(std::span<const double> a, std::span<const double> b);

/// In four lanes, added as (0 + 1) + (2 + 3), which is faster: L-BFGS, whose iterations are mostly such sums.
double inner_product(std::span<const double> a, std::span<const double> b);

}  // namespace linden
