// The parts of the steps of a tree that are about wide features.
#pragma once

#include "backend/context.hpp"
#include "backend/tree/tree_state.hpp"

namespace linden::cuda {

/// Replaces the splits of the new nodes by those of wide features where these gain more.
void split_wide(Context&, TreeMemory&);

}  // namespace linden::cuda
