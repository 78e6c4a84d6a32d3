// The best split of every new node: a warp for each feature of each node, then a block for each node.
//
// Whether both children have enough rows is first proven by their curvature; only where that fails are the rows of that
// one feature counted, and the feature is searched again.
#include "backend/tree/grow_queue.hpp"
#include "cuda/tree/device_tree.hpp"
#include "cuda/tree/sparse_steps.hpp"
#include "cuda/tree/split_search.hpp"
#include "cuda/tree/steps.hpp"

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

// The first candidate from `from` on that beats `best` (the larger gain, then the lower number); `count` if there is
// none. The same for all threads of the block.
__device__ __forceinline__ std::int32_t next_better(const Split* candidates, std::int32_t from, std::int32_t count,
                                                    const Choice& best) {
  for (; from < count; from += choose_threads) {
    const std::int32_t i = from + std::int32_t(threadIdx.x);
    const double gain = i < count ? candidates[i].gain : 0;
    const bool better = gain > best.gain || (gain > 0 && gain == best.gain && i < best.candidate);
    const Choice found = block_reduce(Choice{better ? 1.0 : 0.0, i, 0}, FirstLargest{});
    if (found.gain > 0) return found.candidate;
  }
  return count;
}

// Counting never raises a gain: the largest one is counted first, and then only those that are above the best known,
// each once.
template <class E>
__global__ void __launch_bounds__(choose_threads) choose(TreeMemory* tree) {
  LINDEN_SHARED(rows, unsigned[256]);
  LINDEN_SHARED(order, CategoryOrder);
  const std::int32_t count = tree->node_count - tree->first_new, features = tree->feature_count;
  for (std::int32_t n = std::int32_t(blockIdx.x); n < count; n += std::int32_t(gridDim.x)) {
    GrowNode& node = tree->nodes[tree->first_new + n];
    if (!is_searched(*tree, node)) continue;  // whole blocks
    const Scan scan = scan_of(*tree, node);
    Split* const candidates = tree->candidates + std::int64_t{n} * features;
    // Replaces a candidate by the best cut of its feature that leaves enough rows on both sides.
    const auto settle = [&](std::int32_t candidate) {
      if (is_proven(*tree, node, candidates[candidate])) return;
      const std::int32_t feature = candidates[candidate].feature;
      for (int b = int(threadIdx.x); b < 256; b += choose_threads) rows[b] = 0;
      __syncthreads();
      const E* const entries = static_cast<const E*>(tree->entries) + node.begin;
      const std::uint8_t* const bins = tree->bins.by_feature + feature * tree->bins.rows;
      for (std::int64_t i = threadIdx.x; i < node.rows; i += choose_threads) atomicAdd(rows + bins[entries[i].row], 1u);
      __syncthreads();
      if (warp_index() == 0) {
        const Split counted = feature_split(*tree, node, scan, feature, rows, order);
        if (lane_index() == 0) candidates[candidate] = counted;
      }
      __syncthreads();
    };
    Choice best{0, features, 0};
    for (std::int32_t i = std::int32_t(threadIdx.x); i < features; i += choose_threads)
      if (candidates[i].gain > best.gain) best = {candidates[i].gain, i, 0};
    best = block_reduce(best, FirstLargest{});
    if (!worth_splitting(best.gain, scan.score, tree->limits.min_gain)) continue;
    settle(best.candidate);
    best.gain = candidates[best.candidate].gain;
    for (std::int32_t i = next_better(candidates, 0, features, best); i < features;
         i = next_better(candidates, i + 1, features, best)) {
      settle(i);
      best = FirstLargest{}(best, Choice{candidates[i].gain, i, 0});
    }
    if (threadIdx.x == 0 && worth_splitting(best.gain, scan.score, tree->limits.min_gain))
      node.split = candidates[best.candidate];
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
  if (tree.bins.sparse.features > 0) split_sparse(context, tree);
  launch<keep>({.grid = 1, .block = 256, .stream = stream_of(context)}, tree.on_device);
}

}  // namespace linden::cuda
