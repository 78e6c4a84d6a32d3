// Means and deviations of raw columns.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "backend/comms.hpp"
#include "backend/rows_view.hpp"
#include "base/parallel.hpp"

namespace linden {

struct Moments {
  double mean = 0, deviation = 0;  ///< of a column under the rows' weights; not finite where a value is not
};

/// Of each column, its raw values and, in sparse rows, their zeros. `weights` is [rows], or empty for all one. Accurate
/// for columns far from 0 and of any size.
std::vector<Moments> column_moments(const RowsView& rows, std::span<const double> weights, Workers& workers);

/// The moments of the rows of all ranks, from those of this one's, which has so many rows; the same everywhere. Ranks
/// whose weights are all 0 do not count.
std::vector<Moments> moments_of_ranks(std::vector<Moments> here, std::int64_t rows, std::span<const double> weights,
                                      const Ranks& ranks);

}  // namespace linden
