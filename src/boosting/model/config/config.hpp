// What the fields of BoostingConfig stand for, of a loss and of the features of the data.
#pragma once

#include <linden/boosting.hpp>
#include <span>
#include <string>

namespace linden {

/// The penalty l2. Unset it is 1, or 0 where leaves are order statistics of the residuals. A score G^2 / (H + l2) is
/// what a Newton step shrunk by l2 gains; an order statistic is no such step, and its H is only the weight of the rows.
/// There l2 would say no more than that a split must not leave one side pure, the more so the smaller the weights.
double l2_of(const BoostingConfig& config);

/// The splits on the way to a leaf of an oblivious tree, at most.
int levels_of(const BoostingConfig& config);

/// Throws ArgumentError for the first field that has no effect beside the others, or does not go with them.
void check_effects(const BoostingConfig& config);

/// Whether a round of so many outputs has one tree that adds to all of them.
bool has_shared_trees(const BoostingConfig& config, int outputs);

/// The learning rate of a round of those asked for, both of one fit. Of a forest 1.
double learning_rate_of(const BoostingConfig& config, int round, int rounds);

/// Throws ArgumentError for the first list of values for features that names one which is none of these, with the
/// nearest.
void check_features(const BoostingConfig& config, std::span<const std::string> features);

}  // namespace linden
