// The values of fields that are unset, whatever the data.
#pragma once

#include <linden/boosting.hpp>

namespace linden {

/// The configuration, whose loss is settled, with all fields set that have an effect: of oblivious trees, max_leaves
/// and min_rows_in_leaf stay unset. (Those of small data are chosen before, see selection/fit_boosted.cpp.)
/// `class_statistics`: whether trees read target statistics of classes.
BoostingConfig with_constants(BoostingConfig config, bool class_statistics);

}  // namespace linden
