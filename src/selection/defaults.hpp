// The defaults of small data.
#pragma once

#include "selection/prepared_folds.hpp"

namespace linden {

/// Where and with how many threads rounds are tried.
struct TrialRuns {
  Device device = Device::cpu();
  int threads = 0;
};

/// The configuration with all fields set that have an effect, as with_defaults says. What was chosen is in the log.
BoostingConfig with_defaults(const BoostingConfig& given, const SettledData& settled, const TrialRuns& runs);

/// Whether the configuration leaves a choice to small data of its loss.
bool leaves_choice(const BoostingConfig& config);

}  // namespace linden
