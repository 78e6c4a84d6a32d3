// Training and testing on prepared folds: what cross_validate does once, and a search for each trial.
#pragma once

#include <linden/cross_validation.hpp>
#include <string_view>

#include "selection/prepared_folds.hpp"

namespace linden {

/// What comes of it: a report with predictions, and models where they are to be kept; or the metrics alone, for a
/// comparison, after which rows and cuts of the folds stay for the next one.
enum class Purpose { report, comparison };

/// The loss of the configuration is settled, and so are the folds' data; `options.folds` is not looked at. Throws what
/// the fits throw, opening with `where` and the fold.
BoostedCrossValidation validate(std::string_view where, PreparedFolds& folds, const BoostingConfig& config,
                                const CrossValidationOptions& options, Purpose purpose);
LinearCrossValidation validate(std::string_view where, PreparedFolds& folds, const LinearConfig& config,
                               const CrossValidationOptions& options, Purpose purpose);

/// Throws ArgumentError for two metrics of one name, and for a callback that is empty.
void check_options(std::string_view where, const CrossValidationOptions& options);

}  // namespace linden
