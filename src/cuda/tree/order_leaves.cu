// Where bounds are intermediate: leaf values that no monotone feature goes against (leaf_order.hpp).
#include "backend/tree/leaf_order.hpp"
#include "cuda/tree/device_tree.hpp"
#include "cuda/tree/steps.hpp"

namespace linden::cuda {
namespace {

constexpr unsigned threads = 64;

__global__ void __launch_bounds__(threads) note_leaves(const TreeState* tree) {
  const auto step = static_cast<std::int32_t>(gridDim.x * blockDim.x);
  for (auto i = static_cast<std::int32_t>(blockIdx.x * blockDim.x + threadIdx.x); i < tree->committed_count; i += step)
    note_leaf(*tree, i);
}

__global__ void __launch_bounds__(threads) place_leaves(const TreeState* tree) {
  const auto step = static_cast<std::int32_t>(gridDim.x * blockDim.x);
  for (auto leaf = static_cast<std::int32_t>(blockIdx.x * blockDim.x + threadIdx.x); leaf < tree->leaf_count;
       leaf += step)
    place_leaf(*tree, leaf);
}

__global__ void pool(const TreeState* tree) { pool_leaves(*tree); }

}  // namespace

void order_leaves(Context& context, TreeMemory& tree) {
  const unsigned blocks = blocks_for(context, 2 * std::int64_t{tree.limits.max_leaves}, threads);
  launch<note_leaves>({.grid = blocks, .block = threads, .stream = stream_of(context)}, tree.state);
  launch<place_leaves>({.grid = blocks, .block = threads, .stream = stream_of(context)}, tree.state);
  launch<pool>({.grid = 1, .block = 1, .stream = stream_of(context)}, tree.state);
}

}  // namespace linden::cuda
