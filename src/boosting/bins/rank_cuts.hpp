// The cuts of rows that lie on several machines: those of one machine that has them all.
//
// The values are divided into runs that follow one another, more and more of them where the walk over the runs
// (quantiles.hpp) asks for it: a run of many values at some that ranks propose, of which rows and ends are added up; of
// a run of few every rank gets all values, coded (coded_counts.hpp). Which runs the walk will ask for is guessed by
// walking on as if bins got what they need, so that a few exchanges serve all features and all of their cuts: those of
// 28 features of two million numbers take one of parts and one of values. A wrong guess costs an exchange and changes
// nothing. Weights are counted in place of rows where bins are made of these.
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

/// How much ranks tell each other at once; the cuts do not depend on it.
struct Exchanges {
  /// A run whose values, as each rank counts its own, are no more than `least_listed` is listed rather than divided;
  /// nor is a longer one, as long as all of them have about `listed_at_once`.
  std::int64_t least_listed = 1024, listed_at_once = std::int64_t{1} << 20;
  /// So many parts of all runs that are divided, but so many of each.
  std::int64_t parts_at_once = std::int64_t{1} << 18, least_parts = 64, most_parts = 8192;
};

/// The cuts of features first, first + 1, ... from what this rank knows of each, by their numbers in `which`, relative
/// to `first`; all ranks ask for the same ones.
void find_rank_cuts(const Ranks& ranks, std::span<const NumbersOfRank> features, std::span<const std::int64_t> which,
                    const CutRules& rules, std::int64_t first, std::span<Cuts> cuts, const Exchanges& limits = {});

}  // namespace linden
