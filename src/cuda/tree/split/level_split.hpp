// The split of a level of an oblivious tree: what `split` does for such trees.
#pragma once

#include "backend/context.hpp"
#include "backend/tree/level_math.hpp"
#include "cuda/runtime/simt.hpp"

namespace linden::cuda {

/// Gives all new nodes the split that gains most in all of them together, if it is worth it.
void split_level(Context&, TreeMemory&);

/// When they have it: what the level now scores, and where missing values go that training has not seen. By one block.
__device__ __forceinline__ void close_level(TreeState* tree) {
  long long left = 0;
  for (std::int32_t i = tree->first_new + std::int32_t(threadIdx.x); i < tree->node_count;
       i += std::int32_t(blockDim.x))
    left += tree->nodes[i].split.left_curvature;
  left = block_reduce(left, Sum{});
  if (threadIdx.x != 0) return;
  tree->level_score += tree->level_gain;
  tree->level_missing_left = goes_to_larger_side(*tree, left);
}

}  // namespace linden::cuda
