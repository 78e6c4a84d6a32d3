// Sums of weights by the names of columns, as solvers see them: by standardised columns.
#pragma once

#include <linden/linear.hpp>
#include <span>
#include <string>

#include "linear/objective/weight_sums.hpp"

namespace linden {

/// Ridge with a matrix; `units`: what the weight of each standardised column is multiplied by to be penalised, 0 for
/// those that have no weight. Throws ArgumentError for a matrix that is not positive semidefinite.
SquaredSums squares_of(const LinearConfig& config, std::span<const std::string> names, std::span<const double> units);

/// The equations; `factors`: what the weight of each standardised column is multiplied by in the units of the data, 0
/// for those that have none. Throws ArgumentError for an equation that follows from those before it, or contradicts
/// them.
Equations equations_of(const LinearConfig& config, std::span<const std::string> names, std::span<const double> factors);

}  // namespace linden
