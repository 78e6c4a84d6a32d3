// Splits of numbers as other libraries state them, in the one form that our trees have: value <= threshold goes left,
// NaN has a direction. Both translations are exact: a tree sends every row where theirs does.
#pragma once

#include <linden/boosting.hpp>

namespace linden {

/// What must hold between a value and the bound of a split for the value to go left.
enum class Comparison { less, less_or_equal };

/// The threshold t for which x <= t is `x compares so with bound`, for every double x but NaN: the last double that
/// does. Throws ArgumentError where no finite one is: for NaN, for nothing and for everything on the left.
double threshold_for(double bound, Comparison comparison);

/// The same where x is rounded to float before it is compared, as libraries do that keep rows in float (XGBoost:
/// less; CatBoost: less_or_equal). Half of the gap between two floats rounds to the one whose last bit is 0, so that
/// the threshold is the middle of the last float on the left and the first on the right, or the double before it.
double threshold_for(float bound, Comparison comparison);

/// What a library takes for a missing value. LightGBM has these three, a type for each split; XGBoost the second.
enum class MissingType {
  none,  ///< nothing: NaN is read as 0
  nan,   ///< NaN
  zero,  ///< NaN, and what lies within 1e-35 of 0
};

/// Sets missing_left and zero_missing of a split of numbers, whose threshold is set: missing values of that type go to
/// its default side. Zeros that the threshold sends to that side anyway need no mark.
void set_missing(TreeNode& split, MissingType type, bool default_left);

}  // namespace linden
