// When a tree is done: the leaf of every row, exact sums of the unrounded gradients, and leaf values from them.
//
// The sums are of 64-bit integers in units of a power of two, so that the order of rows and of blocks does not matter.
#include "backend/tree/leaf_math.hpp"
#include "cuda/tree/leaf_tiles.hpp"
#include "cuda/tree/steps.hpp"

namespace linden::cuda {
namespace {

constexpr unsigned numbering_threads = 512, threads = 256;

/// Numbers the committed leaves, in order; nodes below one belong to it.
__global__ void __launch_bounds__(numbering_threads) number_leaves(TreeState* memory, std::int64_t* first_tile) {
  const TreeState& tree = *memory;
  const auto leaf_at = [&](std::int32_t i) { return is_leaf(tree, tree.nodes[tree.committed[i]]); };
  const auto leaves = static_cast<std::int32_t>(each_with_sum(
      tree.committed_count, [&](std::int32_t i) { return std::int64_t{leaf_at(i)}; },
      [&](std::int32_t i, std::int64_t before) {
        tree.leaf_of_node[tree.committed[i]] = leaf_at(i) ? static_cast<std::int32_t>(before) : -1;
      }));
  __syncthreads();
  const auto step = static_cast<std::int32_t>(blockDim.x);
  for (auto i = static_cast<std::int32_t>(threadIdx.x); i < tree.node_count; i += step) {
    if (tree.nodes[i].order >= 0) continue;
    std::int32_t above = tree.nodes[i].parent;
    while (tree.nodes[above].order < 0) above = tree.nodes[above].parent;
    tree.leaf_of_node[i] = tree.leaf_of_node[above];
  }
  for (auto i = static_cast<std::int32_t>(threadIdx.x); i < 2 * tree.limits.max_leaves; i += step)
    tree.leaf_totals[i] = 0;
  if (threadIdx.x == 0) memory->leaf_count = leaves;
  count_leaf_tiles(tree, first_tile);
}

struct LeafSum {
  std::int64_t gradient, curvature;
};
struct AddSums {
  __device__ __forceinline__ LeafSum operator()(const LeafSum& a, const LeafSum& b) const {
    return {a.gradient + b.gradient, a.curvature + b.curvature};
  }
};

__device__ __forceinline__ void add(std::int64_t* total, std::int64_t value) {
  atomicAdd(reinterpret_cast<unsigned long long*>(global(total)), static_cast<unsigned long long>(value));
}

template <class E>
__global__ void __launch_bounds__(leaf_tile_threads)
    add_rows(const TreeState* memory, const std::int64_t* first_tile, const float* gradients, const float* curvatures,
             double per_gradient, double per_curvature) {
  const TreeState& tree = *memory;
  const std::int64_t tiles = first_tile[tree.node_count];
  std::int32_t* const leaf_of_row = tree.leaf_of_row;
  for (std::int64_t t = blockIdx.x; t < tiles; t += gridDim.x) {
    const LeafTile tile = leaf_tile(tree, first_tile, t);
    const E* const entries = static_cast<const E*>(tree.entries) + tile.begin;
    const std::int32_t left = tile.rows - static_cast<std::int32_t>(threadIdx.x);
    std::uint32_t row[leaf_tile_items];
    float gradient[leaf_tile_items], curvature[leaf_tile_items];
#pragma unroll
    for (int i = 0; i < int(leaf_tile_items); ++i)
      row[i] = i * int(leaf_tile_threads) < left ? entries[i * leaf_tile_threads + threadIdx.x].row : 0;
#pragma unroll
    for (int i = 0; i < int(leaf_tile_items); ++i) {
      const bool is_there = i * int(leaf_tile_threads) < left;
      gradient[i] = is_there ? gradients[row[i]] : 0;
      curvature[i] = is_there ? curvatures[row[i]] : 0;
    }
    LeafSum sum{0, 0};
#pragma unroll
    for (int i = 0; i < int(leaf_tile_items); ++i) {
      if (i * int(leaf_tile_threads) < left) leaf_of_row[row[i]] = tile.leaf;
      sum.gradient += in_units(gradient[i], per_gradient);
      sum.curvature += in_units(curvature[i], per_curvature);
    }
    sum = block_reduce(sum, AddSums());
    if (threadIdx.x == 0) {
      add(&tree.leaf_totals[2 * tile.leaf], sum.gradient);
      add(&tree.leaf_totals[2 * tile.leaf + 1], sum.curvature);
    }
  }
}

__global__ void __launch_bounds__(threads) set_values(const TreeState* memory, LeafUnits units) {
  const auto step = static_cast<std::int32_t>(gridDim.x * blockDim.x);
  for (auto i = static_cast<std::int32_t>(blockIdx.x * blockDim.x + threadIdx.x); i < memory->committed_count;
       i += step)
    set_leaf(*memory, memory->committed[i], units);
}

/// Rows that were not in the sample.
__global__ void __launch_bounds__(threads) send_down(const TreeState* memory) {
  const TreeState& tree = *memory;
  const std::int64_t step = std::int64_t{gridDim.x} * blockDim.x;
  for (std::int64_t row = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x; row < tree.bins.rows; row += step)
    if (tree.leaf_of_row[row] < 0) tree.leaf_of_row[row] = leaf_by_bins(tree, row);
}

}  // namespace

void leaf_sums(Context& context, TreeMemory& tree) {
  if (tree.sample != nullptr)
    set_bytes(context, tree.leaf_of_row, 0xff, static_cast<std::size_t>(tree.bins.rows) * sizeof(std::int32_t),
              "leaf_sums");
  further_leaf_sums(context, tree);
  if (tree.sample != nullptr)
    launch<send_down>(
        {.grid = blocks_for(context, tree.bins.rows, threads), .block = threads, .stream = stream_of(context)},
        tree.state);
}

// The leaves of the rows of the sample are the same as before.
void further_leaf_sums(Context& context, TreeMemory& tree) {
  const Scratch<std::int64_t> first_tile(context, tree.node_capacity + std::int64_t{1});
  launch<number_leaves>({.grid = 1, .block = numbering_threads, .stream = stream_of(context)}, tree.state,
                        first_tile.data());
  const LeafUnits units = leaf_units(tree);
  with_entries(tree, [&]<class E>(E*) {
    launch<add_rows<E>>(
        {.grid = blocks_for_tiles(context, tree), .block = leaf_tile_threads, .stream = stream_of(context)}, tree.state,
        first_tile.data(), tree.gradients, tree.curvatures, 1 / units.gradient, 1 / units.curvature);
  });
}

void set_leaves(Context& context, TreeMemory& tree) {
  launch<set_values>({.grid = blocks_for(context, 2 * std::int64_t{tree.limits.max_leaves}, threads),
                      .block = threads,
                      .stream = stream_of(context)},
                     tree.state, leaf_units(tree));
}

}  // namespace linden::cuda
