// What a boosted model of times keeps beside its trees.
#pragma once

#include <linden/boosting.hpp>
#include <span>

#include "backend/comms.hpp"
#include "boosting/model/model.hpp"
#include "model/labels.hpp"

namespace linden {

/// Gives a finished model the hazard that these rows have in common, where its loss is Cox's. `weights` is empty for
/// all one. Of several ranks each has rows of its own, and the labels and weights of all.
void add_baseline(BoostedModel::State& model, const Dataset& rows, const Labels& labels,
                  std::span<const double> weights, const SurvivalOptions& options, const Ranks& ranks = {});

}  // namespace linden
