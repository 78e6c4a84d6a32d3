// Trees of several models in one: they tell categories apart in ways of their own, and the whole in all of them.
#pragma once

#include <linden/boosting.hpp>
#include <string_view>
#include <vector>

#include "boosting/model/model.hpp"

namespace linden {

/// Appends trees, of a model with these category groups and statistics, to those of `whole`, whose groups then tell
/// apart what either did, and which has the statistics of both. Features and categories are the same in both. Throws
/// ArgumentError, opening with `where`, for a feature that would have more groups than a node can tell apart.
void append_trees(std::string_view where, BoostedModel::State& whole, std::vector<Tree> trees,
                  const std::vector<std::vector<int>>& groups, const TargetStatistics& statistics);

/// Throws ArgumentError, opening with `where` and calling the second `what`, where two models differ in features,
/// categories, loss, classes, or in whether they have an offset.
void check_alike(std::string_view where, std::string_view what, const BoostedModel::State& one,
                 const BoostedModel::State& other);

/// "squared", "quantile (level = 0.9)".
std::string described(const Loss& loss);

}  // namespace linden
