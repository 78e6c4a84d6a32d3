// PartOfRows: what one of several GPUs of a process has of the rows of a fit, which all lie in its memory.
#pragma once

#include <cstdint>
#include <linden/boosting.hpp>
#include <linden/data.hpp>
#include <vector>

#include "ranks/rows_of_ranks.hpp"

namespace linden {

/// Parts follow one another, have the memory of the whole data, and may have no row.
struct PartOfRows {
  RowsOfRanks train;
  std::vector<RowsOfRanks> valid = {};  ///< one a set
  std::int64_t first_row = 0;           ///< of the training rows
};

/// As many parts as that, as even as groups, which stay whole, allow.
std::vector<PartOfRows> parts_of_rows(const Dataset& train, const ValidationSets& valid, int parts);

}  // namespace linden
