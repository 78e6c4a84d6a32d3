// A tree that adds to all outputs is grown from several planes of gradients and curvatures: one for each output, or
// fewer that stand for them (sketch.hpp). Each plane is a tree of its own (TreeMemory), and all of them have the same
// nodes, rows and splits: they take the same steps. Only the search for a split looks at all of them. What a split
// gains is the sum of what it gains in each plane, added in their order; their limits ask for no curvature, for that is
// looked at in all planes together.
#pragma once

#include "backend/tree/tree_state.hpp"

namespace linden {

inline constexpr std::int32_t most_planes = 64;

/// The planes of a tree, the first of which has what all have in common: rules, draws and counts of rows.
struct PlaneTask {
  std::int32_t count = 0;   ///< up to most_planes
  double least_weight = 0;  ///< of the curvatures of a leaf, summed over planes
  TreeMemory* planes[most_planes] = {};
};

}  // namespace linden
