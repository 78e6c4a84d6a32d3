// The covariance of all parameters of a fit: classical, or a sandwich.
#pragma once

#include <vector>

#include "statistics/fitted_rows.hpp"

namespace linden {

/// [size, size] row-major, over free outputs and places() of each, in units of standardised columns and with the
/// intercept at the columns' means.
std::vector<double> covariance_of(const FittedRows& rows, double dispersion);

/// The inverse of the Fisher information, likewise: covariance_of(classical) at dispersion 1.
std::vector<double> inverse_information(const FittedRows& rows);

/// Of leverage: x' (X' W X)^-1 x w, for one copy of each row. One score.
std::vector<double> leverages(const FittedRows& rows);

/// How many clusters the options have. Throws ArgumentError unless there is a number a row.
std::size_t cluster_count(const FittedRows& rows);

}  // namespace linden
