// The values of fields that are unset, whatever the data.
#pragma once

#include <linden/boosting.hpp>

namespace linden {

/// The configuration, whose loss is settled, with all fields set. (Those of small data are chosen before, see
/// selection/fit_boosted.cpp.)
BoostingConfig with_constants(BoostingConfig config);

}  // namespace linden
