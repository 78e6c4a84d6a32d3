// The order of categories in which those are neighbours whose rows are alike in all other features.
#pragma once

#include <cstdint>
#include <linden/model.hpp>
#include <span>
#include <vector>

namespace linden {

/// A feature of some rows: numbers, or codes from 0 on; NaN where it is missing.
struct FeatureValuesOfRows {
  bool categorical = false;
  std::vector<double> values;
};

/// The places 0 .. categories - 1 in their order. `category` is the place of each row, -1 for rows that have none. Two
/// categories are as far apart as, added over the other features, the distributions of their rows: by Kolmogorov and
/// Smirnov's distance over ten quantiles of numbers, by total variation of categories. The order is that of the first
/// coordinate of classical scaling of these distances, turned so that the first category is in the lower half.
std::vector<int> category_order(std::span<const int> category, int categories,
                                std::span<const FeatureValuesOfRows> others);

}  // namespace linden
