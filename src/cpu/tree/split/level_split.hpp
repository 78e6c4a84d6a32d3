// The split of a level of an oblivious tree: what `split` does for such trees.
#pragma once

#include "backend/context.hpp"
#include "backend/math/host_device.hpp"
#include "backend/tree/tree_state.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// Gives all new nodes the split that gains most in all of them together, if it is worth it.
void split_level(Context&, TreeState&);

/// When they have it: what the level now scores, and where missing values go that training has not seen.
void close_level(TreeState&);

LINDEN_LEVEL_END
}  // namespace linden
