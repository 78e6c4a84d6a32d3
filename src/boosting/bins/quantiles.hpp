// Where to cut ascending values into bins of nearly equal numbers of rows.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "boosting/bins/value_runs.hpp"

namespace linden {

/// How often a value occurs.
struct ValueCount {
  double value;
  std::int64_t rows;
};

struct Quantiles {
  std::vector<double> cuts;        ///< bin b holds cuts[b - 1] < v <= cuts[b]
  std::vector<std::int64_t> rows;  ///< of each bin; empty where there are no values
};

/// Appends the runs that a run of more than one value consists of.
using DivideRun = std::function<void(const ValueRun& run, std::vector<ValueRun>& runs)>;

/// The cuts between at most `bins` bins of these values, in ascending runs, which are divided where that decides a cut:
/// every distinct value its own bin when there are few enough, else bins of nearly equal numbers of rows, a frequent
/// value alone in its bin.
Quantiles quantiles_of(std::vector<ValueRun> runs, int bins, const DivideRun& divide);
/// The same of distinct values, ascending.
Quantiles quantiles_of(std::span<const ValueCount> values, int bins);

}  // namespace linden
