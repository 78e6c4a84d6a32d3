// The parts of the steps of a tree that are about sparse features.
#pragma once

#include "cpu/tree/scratch.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// Sums the rows of the new nodes that histogram sums, and labels them.
void sum_sparse(Context&, TreeState&, const StepScratch&);

/// Takes what the smaller node has in its slot from what the larger one's parent has in its own; `bounds` are those of
/// all slots.
void subtract_sparse(const TreeState&, SideBounds* bounds, std::int32_t smaller_slot, std::int32_t parent_slot);

/// Replaces the splits of the new nodes by those of sparse features where these gain more.
void split_sparse(Context&, TreeState&, const StepScratch&);

LINDEN_LEVEL_END
}  // namespace linden
