// Samples in which rows have weights: by their gradients (goss, mvs), or by chance alone (the bootstraps).
#pragma once

#include "boosting/train/gradients/fit_rows.hpp"
#include "boosting/train/gradients/draws/sampler.hpp"

namespace linden {

/// Throws ArgumentError for a loss whose leaves are renewed from rows of weights.
std::unique_ptr<Sampler> weight_sampler(const Backend& backend, Context& context, const BoostingConfig& config,
                                        const FitRows& rows);

}  // namespace linden
