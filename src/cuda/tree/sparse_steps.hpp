// The parts of the steps of a tree that are about sparse features.
#pragma once

#include "backend/context.hpp"
#include "backend/tree/tree_state.hpp"

namespace linden::cuda {

/// Sums the rows of the new nodes that histogram has planned to sum, and labels them.
void sum_sparse(Context&, TreeMemory&);

/// Replaces the splits of the new nodes by those of sparse features where these gain more.
void split_sparse(Context&, TreeMemory&);

}  // namespace linden::cuda
