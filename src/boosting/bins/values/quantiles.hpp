// Where to cut ascending values into bins of nearly equal numbers of rows.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "boosting/bins/values/value_runs.hpp"

namespace linden {

/// How often a value occurs, and what that counts: so many rows, or what these weigh, in whole units.
struct ValueCount {
  double value;
  std::int64_t weight;
  std::int64_t rows = weight;
};

struct Quantiles {
  std::vector<double> cuts;        ///< bin b holds cuts[b - 1] < v <= cuts[b]
  std::vector<std::int64_t> rows;  ///< of each bin; empty where there are no values
};

/// Appends the runs that a run of more than one value consists of. `wanted`: how many of its rows fill the bin, where
/// that is why it is divided; else 0.
using DivideRun = std::function<void(const ValueRun& run, std::int64_t wanted, std::vector<ValueRun>& runs)>;

/// The cuts between at most `bins` bins of these values, in ascending runs, which are divided where that decides a cut:
/// every distinct value its own bin when there are few enough, else bins of nearly equal numbers of rows, a frequent
/// value alone in its bin.
Quantiles quantiles_of(std::vector<ValueRun> runs, int bins, const DivideRun& divide);
/// The same of distinct values, ascending, by their weights: `bins` times the sum of these is below 2^62. The rows of a
/// bin are the weights of its values there.
Quantiles quantiles_of(std::span<const ValueCount> values, int bins);

/// The cuts that divide these values among `forced`, ascending, and, of all bins that these leave, the quantiles of
/// what lies between two of them: each part has bins by its share of the weights, one at least. Of several cuts between
/// two neighbouring values the lowest is taken. There are more bins than such cuts.
std::vector<double> cuts_with(std::span<const double> forced, std::span<const ValueCount> values, int bins);

/// How many rows lie in each of the bins between some cuts.
std::vector<std::int64_t> rows_of_bins(std::span<const ValueCount> values, std::span<const double> cuts);

}  // namespace linden
