// The parts of the steps of a tree that are about sparse features.
#pragma once

#include "backend/context.hpp"
#include "backend/tree/tree_memory.hpp"
#include "backend/math/host_device.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// Sums the rows of the new nodes that histogram sums, and labels them.
void sum_sparse(Context&, TreeMemory&);

/// Takes what the smaller node has in its slot from what the larger one's parent has in its own.
void subtract_sparse(const TreeMemory&, std::int32_t smaller_slot, std::int32_t parent_slot);

/// Replaces the splits of the new nodes by those of sparse features where these gain more.
void split_sparse(Context&, TreeMemory&);

LINDEN_LEVEL_END
}  // namespace linden
