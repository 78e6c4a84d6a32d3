// Means and deviations of raw columns.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "backend/comms.hpp"
#include "base/parallel.hpp"
#include "rows/row_source.hpp"

namespace linden {

struct ColumnMoments {
  double mean = 0, deviation = 0;  ///< of a column under the rows' weights; not finite where a value is not
};

/// Of each feature, its raw values and, in sparse rows, their zeros, by a few passes over the rows. Accurate for
/// columns far from 0 and of any size. Blocks of columns, row-major all or none of them, whose sizes do not show in any
/// bit.
std::vector<ColumnMoments> column_moments(RowSource& rows, Workers& workers);

/// The moments of the rows of all ranks, from those of this one's, which has so many rows; the same everywhere. Ranks
/// whose weights are all 0 do not count.
std::vector<ColumnMoments> moments_of_ranks(std::vector<ColumnMoments> here, std::int64_t rows,
                                            std::span<const double> weights, const Ranks& ranks);

}  // namespace linden
