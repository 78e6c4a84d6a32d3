// Samples of units: of groups, which stay whole, and of the rows of each class.
#pragma once

#include "boosting/train/gradients/fit_rows.hpp"
#include "boosting/train/gradients/draws/sampler.hpp"

namespace linden {

/// row_fraction of the groups. Throws DataError where the data has none.
std::unique_ptr<Sampler> group_sampler(const Backend& backend, Context& context, const BoostingConfig& config,
                                       const Dataset& train);

/// row_fraction of each class, times the fraction of its own. Throws ArgumentError for a loss without classes, and for
/// fractions of the two classes of a loss that has more.
std::unique_ptr<Sampler> class_sampler(const Backend& backend, Context& context, const BoostingConfig& config,
                                       const FitRows& rows);

}  // namespace linden
