// What a fit refuses, and what it remarks on: data that cannot be trained on, gradients that are not finite, and a
// model that learned nothing.
#pragma once

#include <linden/boosting.hpp>
#include <span>
#include <string>
#include <vector>

#include "backend/comms.hpp"
#include "backend/tree/tree_input.hpp"
#include "boosting/bins/counted_rows.hpp"
#include "boosting/model/model.hpp"
#include "boosting/train/validation.hpp"
#include "model/labels.hpp"
#include "ranks/agreement.hpp"

namespace linden {

/// Throws DataError as check_training_data does, for more rows than are counted, and for categories that a model file
/// could not hold. `whole`: the rows of all ranks.
void check_data(const Dataset& train, const Dataset& whole);
inline void check_data(const Dataset& train) { check_data(train, train); }

/// All that is asked for and shapes the model, but for the data.
Facts settings_of(const BoostingConfig& config, const FitOptions& options);

/// Throws on all ranks where one has another configuration or other options than the first, naming both, or cannot
/// train at all; and for what rows on several machines cannot have.
void check_ranks(const Ranks& ranks, const BoostingConfig& config, const FitOptions& options);

/// The labels of the rows that count, as checked_labels gives them; what it throws numbers the rows as the user does.
Labels labels_of(const CountedRows& counted);

/// Throws ArgumentError for a configuration that names features which the model does not have, and for categories that
/// should be monotone.
void check_constraints(const BoostedModel::State& model);

/// Throws DataError for data whose leaves cannot be linear, where they are to be.
void check_linear_leaves(const BoostingConfig& config, const Dataset& train);

/// Throws DataError naming the round and the first row whose gradient or curvature is not finite; of this rank.
void check_gradients(std::span<const GradientRange> ranges, int round, const Loss& loss, bool has_offset = false);

/// What the user of a trained model would want to know: the data's own remarks, that no split was possible, and why;
/// that the loss has no curvature; that a metric was never finite. `start` are the ranges of the first round's
/// gradients, one an output; `varying`: how many features have more than one bin; `goes_on`: other trees come before
/// those of the model.
std::vector<std::string> fit_warnings(const BoostedModel::State& model, const Dataset& train, const Labels& labels,
                                      std::span<const GradientRange> start, int varying,
                                      const UndefinedMetrics& undefined, bool goes_on = false);

}  // namespace linden
