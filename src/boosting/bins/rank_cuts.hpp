// The cuts of rows that lie on several machines: those of one machine that has them all.
//
// Where a feature has few values, or counts them by weights, each rank gets all values of all. Else ranks look for the
// quantiles together: runs of values are divided by values that the ranks propose, and of each part the rows are added
// up, until the walk over the runs (quantiles.hpp) asks for no more. Which runs the walk will ask for is guessed by
// walking on over a run as if it were one value, so that a few exchanges serve all features and all of their cuts. A
// wrong guess costs an exchange and changes nothing.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "backend/comms.hpp"
#include "boosting/bins/cuts.hpp"
#include "boosting/bins/values/quantiles.hpp"

namespace linden {

/// A feature of numbers on one rank: its values, ascending, and how many rows lack one.
struct NumbersOfRank {
  std::vector<ValueCount> values;
  std::int64_t missing = 0;
};

/// The cuts of features first, first + 1, ... from what this rank knows of each, by their numbers in `which`, relative
/// to `first`; all ranks ask for the same ones.
void find_rank_cuts(const Ranks& ranks, std::span<const NumbersOfRank> features, std::span<const std::int64_t> which,
                    const CutRules& rules, std::int64_t first, std::span<Cuts> cuts);

}  // namespace linden
