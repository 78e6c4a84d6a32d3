// A fit on several GPUs of one machine.
#pragma once

#include <linden/boosting.hpp>

namespace linden {

/// Throws ArgumentError for a list of devices that is none: the CPU, a GPU twice, beside another device or ranks.
void check_devices(const FitOptions& options);

/// A fit that is driven to its end on `options.devices`, of any kind, of which each has a part of the rows: ranks that
/// are threads, the calling one the first. Throws what the first of them that failed by itself threw.
BoostedModel fit_on_devices(const Dataset& train, const BoostingConfig& config, const FitOptions& options);

}  // namespace linden
