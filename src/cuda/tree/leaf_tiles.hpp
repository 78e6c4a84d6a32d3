// The entries of a finished tree's leaves as tiles, for kernels that sum over leaves: found on the device, so that no
// host waits for the tree. Nodes that were expanded in vain belong to the leaf above them, whose entries they hold.
#pragma once

#include "cuda/tree/device_tree.hpp"

namespace linden::cuda {

inline constexpr std::int64_t leaf_tile_rows = 2048;
inline constexpr unsigned leaf_tile_threads = 256;
inline constexpr unsigned leaf_tile_items = leaf_tile_rows / leaf_tile_threads;  ///< of a thread

/// Blocks for a grid that strides over the tiles.
inline unsigned blocks_for_tiles(const Context& context, const TreeMemory& tree) {
  return blocks_for(context, tree.sample_rows / leaf_tile_rows + tree.node_capacity, 1);
}

/// The tiles before those of each node, and at [node_count] all of them. By one block, for all of its threads.
__device__ __forceinline__ void count_leaf_tiles(const TreeState& tree, std::int64_t* first_tile) {
  const auto tiles = [&](std::int32_t i) {
    const GrowNode& node = tree.nodes[i];
    return node.left < 0 ? (node.entries + leaf_tile_rows - 1) / leaf_tile_rows : std::int64_t{0};
  };
  const std::int64_t all =
      each_with_sum(tree.node_count, tiles, [&](std::int32_t i, std::int64_t before) { first_tile[i] = before; });
  if (threadIdx.x == 0) first_tile[tree.node_count] = all;
}

struct LeafTile {
  std::int32_t leaf;
  std::int64_t begin;  ///< its first entry
  std::int32_t rows;
};

__device__ __forceinline__ LeafTile leaf_tile(const TreeState& tree, const std::int64_t* first_tile,
                                              std::int64_t tile) {
  const std::int32_t i = range_of(first_tile, tree.node_count, tile);
  const GrowNode& node = tree.nodes[i];
  const std::int64_t offset = (tile - first_tile[i]) * leaf_tile_rows, rest = node.entries - offset;
  return {tree.leaf_of_node[i], node.begin + offset,
          static_cast<std::int32_t>(rest < leaf_tile_rows ? rest : leaf_tile_rows)};
}

}  // namespace linden::cuda
