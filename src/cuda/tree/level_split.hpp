// The split of a level of an oblivious tree: what `split` does for such trees.
#pragma once

#include "backend/context.hpp"
#include "backend/tree/tree_state.hpp"

namespace linden::cuda {

/// Gives all new nodes the split that gains most in all of them together, if it is worth it.
void split_level(Context&, TreeMemory&);

}  // namespace linden::cuda
