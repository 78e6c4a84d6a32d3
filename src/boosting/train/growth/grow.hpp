// Growing one tree: the loop, and the tree that comes out of it.
#pragma once

#include <linden/boosting.hpp>
#include <span>
#include <vector>

#include "backend/backend.hpp"
#include "boosting/bins/cuts.hpp"
#include "boosting/train/growth/tree_storage.hpp"

namespace linden {

/// The fields of a configuration that shape a tree.
GrowthLimits growth_limits(const BoostingConfig& config);

/// Makes a range that of the rows of all ranks.
void widen(const Backend& on, Context& context, GradientRange& range);

/// Rounds the gradients, and begins a tree with its root: what grow() does first.
void plant(const Backend& on, Context& context, TreeMemory& tree);

/// Grows a tree from the gradients and the sample that `tree` points to, finds the leaf of every row and the value of
/// every leaf. With the Comms of a context the rows are those of all ranks, each of which has a part of them and makes
/// the same tree: features, limits and the cuts behind the bins must be the same for all.
void grow(const Backend& on, Context& context, TreeMemory& tree);

/// Grows a tree of several planes, up to its leaves, which have no values yet: of the first plane, leaf_sums,
/// further_leaf_sums and set_leaves are left to do. The limits of planes ask for no curvature of a leaf: the task does.
void grow_planes(const Backend& on, Context& context, const PlaneTask& task);

/// The finished tree by raw values: thresholds for bins, category codes, the data's features (`used[f]` for f).
Tree finished_tree(const GrownTree& tree, std::span<const Cuts> cuts, std::span<const int> used);

}  // namespace linden
