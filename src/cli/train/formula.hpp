// What --formula, --exposure and --trials say of the data of a training.
#pragma once

#include <linden/boosting_config.hpp>
#include <linden/linear.hpp>

#include "cli/reading.hpp"

namespace linden::cli {

/// The label that the formula names is read as such where --label is not given; --exposure becomes an offset of the
/// formula, which the model keeps; with --trials the loss is cross_entropy. Throws ArgumentError for what does not go
/// together.
void settle_formula(LinearConfig& config, ReadOptions& read);
/// Throws ArgumentError for --exposure and --trials.
void settle_formula(const BoostingConfig& config, const ReadOptions& read);

/// Throws ArgumentError for --exposure with a loss whose link is no logarithm.
void check_exposure(const ReadOptions& read, const Loss& loss);

}  // namespace linden::cli
