// The larger child's histogram: its parent's minus its sibling's, in the parent's place. The last block hands the
// places over.
#include "backend/tree/grow_queue.hpp"
#include "cuda/tree/device_tree.hpp"
#include "cuda/tree/node_sums.hpp"
#include "cuda/tree/steps.hpp"

namespace linden::cuda {
namespace {

constexpr unsigned threads = 256;

struct Pair {
  std::int32_t smaller, larger, parent;
};

__device__ __forceinline__ Pair pair_of(const TreeState& tree, std::int32_t pair) {
  const std::int32_t left = tree.first_new + 2 * pair, right = left + 1;
  const bool left_is_smaller = tree.nodes[left].rows <= tree.nodes[right].rows;
  return {left_is_smaller ? left : right, left_is_smaller ? right : left, tree.nodes[left].parent};
}

__device__ __forceinline__ std::int32_t pairs_of(const TreeState& tree) {
  return tree.first_new == 0 ? 0 : (tree.node_count - tree.first_new) / 2;
}

__device__ __forceinline__ bool is_subtracted(const TreeState& tree, const Pair& pair) {
  return tree.nodes[pair.parent].slot >= 0 && tree.nodes[pair.smaller].slot >= 0;
}

// Whether the larger child takes what its parent has.
__device__ __forceinline__ bool is_taken(const TreeState& tree, const Pair& pair) {
  const GrowNode& smaller = tree.nodes[pair.smaller];
  return tree.nodes[pair.parent].slot >= 0 && (smaller.slot >= 0 || leaves_all(tree, smaller));
}

// Cells of sparse features are four sums each.
__global__ void take_away_sparse(const TreeState* tree) {
  const std::int32_t pairs = pairs_of(*tree);
  const std::int64_t sums = std::int64_t{4} * tree->bins.sparse.features;
  for (std::int32_t p = std::int32_t(blockIdx.y); p < pairs; p += std::int32_t(gridDim.y)) {
    const Pair pair = pair_of(*tree, p);
    if (!is_subtracted(*tree, pair)) continue;
    auto* const all = reinterpret_cast<std::int64_t*>(tree->sparse_cells);
    std::int64_t* const larger = all + tree->nodes[pair.parent].slot * sums;
    const std::int64_t* const smaller = all + tree->nodes[pair.smaller].slot * sums;
    for (std::int64_t i = blockIdx.x * blockDim.x + threadIdx.x; i < sums; i += gridDim.x * blockDim.x)
      larger[i] -= smaller[i];
  }
}

// Parents hand their histogram to the larger child, some as it is; those whose children need none give it back. By one
// block. Not inline: registers of a kernel that the last block alone needs would spill.
__device__ __attribute__((noinline)) void hand_over(TreeState* tree) {
  const std::int32_t pairs = pairs_of(*tree), free_count = tree->free_count;
  const auto is_free = [=](std::int32_t p) {
    const Pair pair = pair_of(*tree, p);
    return tree->nodes[pair.parent].slot >= 0 && !is_taken(*tree, pair) ? 1 : 0;
  };
  const auto settle = [=](std::int32_t p, std::int64_t before) {
    const Pair pair = pair_of(*tree, p);
    GrowNode& parent = tree->nodes[pair.parent];
    if (parent.slot < 0) return;
    if (is_taken(*tree, pair)) {
      tree->nodes[pair.larger].slot = parent.slot;
      tree->nodes[pair.larger].label = parent.label;
    } else {
      tree->free_slots[free_count + before] = parent.slot;
    }
    parent.slot = -1;
  };
  const std::int64_t freed = each_with_sum(pairs, is_free, settle);
  __syncthreads();  // everyone has read free_count
  if (threadIdx.x == 0) tree->free_count = free_count + std::int32_t(freed);
}

__global__ void __launch_bounds__(threads) take_away(TreeState* tree, StepScratch scratch) {
  const std::int32_t pairs = pairs_of(*tree);
  const std::int64_t numbers = std::int64_t{2} * tree->bins.cells;
  for (std::int32_t p = std::int32_t(blockIdx.y); p < pairs; p += std::int32_t(gridDim.y)) {
    const Pair pair = pair_of(*tree, p);
    if (!is_subtracted(*tree, pair)) continue;
    std::int64_t* const larger = global(node_sums(*tree, tree->nodes[pair.parent].slot));
    const std::int64_t* const smaller = global(node_sums(*tree, tree->nodes[pair.smaller].slot));
    for (std::int64_t i = blockIdx.x * blockDim.x + threadIdx.x; i < numbers; i += gridDim.x * blockDim.x)
      larger[i] -= smaller[i];
    if (tree->slot_rows == nullptr) continue;
    std::int64_t* const rows = tree->slot_rows + std::int64_t{tree->nodes[pair.parent].slot} * tree->bins.cells;
    const std::int64_t* const rows_away =
        tree->slot_rows + std::int64_t{tree->nodes[pair.smaller].slot} * tree->bins.cells;
    for (std::int64_t i = blockIdx.x * blockDim.x + threadIdx.x; i < tree->bins.cells; i += gridDim.x * blockDim.x)
      rows[i] -= rows_away[i];
  }
  if (is_last_block(scratch.arrived)) hand_over(tree);
}

}  // namespace

void subtract(Context& context, TreeMemory& tree) {
  const auto pairs = static_cast<unsigned>(most_new_nodes(context, tree) / 2);
  if (pairs == 0) return;
  if (const std::int64_t sums = std::int64_t{4} * tree.bins.sparse.features; sums > 0)
    launch<take_away_sparse>(
        {.grid = {blocks_for(context, sums, threads), pairs}, .block = threads, .stream = stream_of(context)},
        tree.state);
  launch<take_away>({.grid = {blocks_for(context, std::int64_t{2} * tree.bins.cells, threads), pairs},
                     .block = threads,
                     .stream = stream_of(context)},
                    tree.state, StepScratch(tree));
}

}  // namespace linden::cuda
