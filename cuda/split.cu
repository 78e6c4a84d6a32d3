// The best split of every new node: a warp for each feature of each node, then a block for each node.
//
// Whether both children have enough rows is first proven by their curvature; only where that fails are the rows of that
// one feature counted, and the feature is searched again.
#include "backend/grow_queue.hpp"
#include "device_tree.hpp"
#include "split_search.hpp"
#include "tree_steps.hpp"

namespace linden::cuda {
namespace {

constexpr int search_warps = 4;
constexpr int choose_threads = 256;

__device__ __forceinline__ bool is_searched(const TreeMemory& tree, const GrowNode& node) {
  return node.slot >= 0 && may_split(tree, node);
}

__global__ void __launch_bounds__(32 * search_warps) search(const TreeMemory* tree) {
  LINDEN_SHARED(orders, CategoryOrder[search_warps]);
  const std::int64_t features = tree->feature_count;
  const std::int64_t tasks = (tree->node_count - tree->first_new) * features;
  for (std::int64_t task = std::int64_t{blockIdx.x} * search_warps + warp_index(); task < tasks;
       task += std::int64_t{gridDim.x} * search_warps) {
    const GrowNode& node = tree->nodes[tree->first_new + task / features];
    if (!is_searched(*tree, node)) continue;  // whole warps
    const Scan scan = scan_of(*tree, node);
    const Split split =
        feature_split(*tree, node, scan, tree->features[task % features], nullptr, orders[warp_index()]);
    if (lane_index() == 0) tree->candidates[task] = split;
  }
}

struct Choice {
  double gain;
  int candidate, padding;
};
struct FirstLargest {
  __device__ __forceinline__ Choice operator()(const Choice& a, const Choice& b) const {
    return b.gain > a.gain || (b.gain == a.gain && b.candidate < a.candidate) ? b : a;
  }
};

template <class E>
__global__ void __launch_bounds__(choose_threads) choose(TreeMemory* tree) {
  LINDEN_SHARED(rows, unsigned[256]);
  LINDEN_SHARED(order, CategoryOrder);
  const std::int32_t count = tree->node_count - tree->first_new;
  for (std::int32_t n = std::int32_t(blockIdx.x); n < count; n += std::int32_t(gridDim.x)) {
    GrowNode& node = tree->nodes[tree->first_new + n];
    if (!is_searched(*tree, node)) continue;  // whole blocks
    const Scan scan = scan_of(*tree, node);
    Split* const candidates = tree->candidates + std::int64_t{n} * tree->feature_count;
    for (;;) {
      Choice mine{0, tree->feature_count, 0};
      for (std::int32_t i = std::int32_t(threadIdx.x); i < tree->feature_count; i += choose_threads)
        if (candidates[i].gain > mine.gain) mine = {candidates[i].gain, i, 0};
      const Choice best = block_reduce(mine, FirstLargest{});
      if (!worth_splitting(best.gain, scan.score, tree->limits.min_gain)) break;
      const Split split = candidates[best.candidate];
      if (is_proven(*tree, node, split)) {
        if (threadIdx.x == 0) node.split = split;
        break;
      }
      for (int b = int(threadIdx.x); b < 256; b += choose_threads) rows[b] = 0;
      __syncthreads();
      const E* const entries = static_cast<const E*>(tree->entries) + node.begin;
      const std::uint8_t* const bins = tree->bins.by_feature + split.feature * tree->bins.rows;
      for (std::int64_t i = threadIdx.x; i < node.rows; i += choose_threads) atomicAdd(rows + bins[entries[i].row], 1u);
      __syncthreads();
      if (warp_index() == 0) {
        const Split counted = feature_split(*tree, node, scan, split.feature, rows, order);
        if (lane_index() == 0) candidates[best.candidate] = counted;
      }
      __syncthreads();
    }
  }
}

// Keeps the histograms of leaves that may be split, as long as the next step has enough free ones; a leaf without one
// has both its children summed row by row.
__global__ void keep(TreeMemory* tree) {
  const std::int32_t first = tree->first_new, count = tree->node_count - first;
  const auto give_back = [=](const auto& is_given) {
    const std::int32_t free = tree->free_count;
    const std::int64_t given = each_with_sum(count, is_given, [=](std::int32_t i, std::int64_t before) {
      if (!is_given(i)) return;
      GrowNode& node = tree->nodes[first + i];
      tree->free_slots[free + before] = node.slot;
      node.slot = -1;
    });
    __syncthreads();
    if (threadIdx.x == 0) tree->free_count = free + std::int32_t(given);
    __syncthreads();
  };
  give_back([=](std::int32_t i) {
    const GrowNode& node = tree->nodes[first + i];
    return node.slot >= 0 && !(node.split.gain > 0) ? 1 : 0;
  });
  if (tree->free_count >= 2 * tree->batch_capacity) return;
  give_back([=](std::int32_t i) { return tree->nodes[first + i].slot >= 0 ? 1 : 0; });
}

}  // namespace

void split(Context& context, TreeMemory& tree) {
  const std::int64_t nodes = most_new_nodes(context, tree);
  launch<search>({.grid = blocks_for(context, nodes * tree.feature_count, search_warps),
                  .block = 32 * search_warps,
                  .stream = stream_of(context)},
                 tree.on_device);
  with_entries(tree, [&]<class E>(E*) {
    launch<choose<E>>({.grid = blocks_for(context, nodes, 1), .block = choose_threads, .stream = stream_of(context)},
                      tree.on_device);
  });
  launch<keep>({.grid = 1, .block = 256, .stream = stream_of(context)}, tree.on_device);
}

}  // namespace linden::cuda
