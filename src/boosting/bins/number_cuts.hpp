// The cuts of a feature of numbers, from what is known of its values.
#pragma once

#include <cstdint>
#include <span>

#include "boosting/bins/cuts.hpp"
#include "boosting/bins/values/quantiles.hpp"

namespace linden {

/// How many bins values may have where missing ones take one.
int bins_of_values(std::int64_t missing_rows, int max_bins);

/// From the quantiles of the values that are there.
Cuts numeric_cuts(Quantiles values, std::int64_t missing_rows);

/// From all values, ascending.
Cuts cuts_of_counts(std::span<const ValueCount> values, std::int64_t missing, const CutRules& rules, std::int64_t f);

}  // namespace linden
