// The best split of every new node: a warp for each feature of each node, then a block for each node.
//
// Whether both children have enough rows is first proven by their curvature; only where that fails are the rows of that
// one feature counted (row_counts.hpp), and the feature is searched again.
#include <type_traits>

#include "backend/tree/grow_queue.hpp"
#include "backend/tree/rank_message.hpp"
#include "cuda/tree/device_tree.hpp"
#include "cuda/tree/split/level_split.hpp"
#include "cuda/tree/split/row_counts.hpp"
#include "cuda/tree/sparse_steps.hpp"
#include "cuda/tree/split/split_search.hpp"
#include "cuda/tree/steps.hpp"
#include "cuda/tree/wide_steps.hpp"

namespace linden::cuda {
namespace {

constexpr int search_warps = 4;
constexpr int choose_threads = count_threads;

__device__ __forceinline__ bool is_searched(const TreeState& tree, const GrowNode& node) {
  return node.slot >= 0 && may_split(tree, node);
}

// `counted`: rows have been counted, by bin.
template <bool counted, TreeKind kind>
__global__ void __launch_bounds__(32 * search_warps) search(const TreeState* tree, StepScratch scratch) {
  LINDEN_SHARED(orders, CategoryOrder[search_warps]);
  if (blockIdx.x == 0 && threadIdx.x < 2) *scratch.counted[threadIdx.x].end = 0;
  const std::int64_t features = tree->feature_count;
  const std::int64_t tasks = (tree->node_count - tree->first_new) * features;
  for (std::int64_t task = std::int64_t{blockIdx.x} * search_warps + warp_index(); task < tasks;
       task += std::int64_t{gridDim.x} * search_warps) {
    const GrowNode& node = tree->nodes[tree->first_new + task / features];
    if (!is_searched(*tree, node)) continue;  // whole warps
    const Scan scan = scan_of(*tree, node);
    const auto place = static_cast<std::int32_t>(task % features);
    const FeatureBins& feature = tree->bins.feature[tree->features[place]];
    const std::int64_t* rows = nullptr;
    if constexpr (counted) rows = rows_by_cell(*tree, task / features) + feature.first_cell;
    if (!is_own(*tree, feature)) {  // whole warps
      if (lane_index() == 0) tree->candidates[task] = Split{};
      continue;
    }
    const Split split = feature_split<kind>(*tree, node, scan, place, rows, orders[warp_index()]);
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

// A new node whose split is sought; its candidates, one a feature.
template <TreeKind kind>
struct Sought {
  const TreeState& tree;
  std::int32_t number;  // among the new nodes
  GrowNode& node;
  Split* candidates;
  Scan scan;

  __device__ __forceinline__ Sought(TreeState& its_tree, std::int32_t n)
      : tree(its_tree),
        number(n),
        node(its_tree.nodes[its_tree.first_new + n]),
        candidates(its_tree.candidates + std::int64_t{n} * its_tree.feature_count),
        scan(scan_of(its_tree, node)) {}

  __device__ __forceinline__ bool is_worth(double gain) const {
    return worth_splitting(gain, scan.score, tree.limits.min_gain);
  }

  // The candidate of the largest gain among those that `is_meant`. By whole blocks, as all that follows.
  template <class IsMeant>
  __device__ __forceinline__ Choice largest(const IsMeant& is_meant) const {
    const std::int32_t count = tree.feature_count;
    Choice best{0, count, 0};
    for (std::int32_t i = std::int32_t(threadIdx.x); i < count; i += choose_threads)
      if (candidates[i].gain > best.gain && is_meant(candidates[i])) best = {candidates[i].gain, i, 0};
    return block_reduce(best, FirstLargest{});
  }
  __device__ __forceinline__ Choice largest_proven() const {
    return largest([&](const Split& split) { return is_proven(tree, node, split); });
  }

  __device__ __forceinline__ void take(const Choice& best) const {
    if (threadIdx.x == 0 && is_worth(best.gain)) node.split = candidates[best.candidate];
  }

  // Replaces a candidate by the best cut of its feature that leaves enough of these rows on both sides.
  __device__ __forceinline__ void search_again(std::int32_t candidate, const unsigned* rows,
                                               CategoryOrder& order) const {
    if (warp_index() == 0) {
      const Split counted = feature_split<kind>(tree, node, scan, candidate, rows, order);
      if (lane_index() == 0) candidates[candidate] = counted;
    }
    __syncthreads();
  }

  template <class E>
  __device__ __forceinline__ void count_here(std::int32_t candidate, unsigned* rows) const {
    rows[threadIdx.x] = 0;
    __syncthreads();
    count_rows<E>(tree, node, tree.features[candidate], 0, node.entries, rows);
    __syncthreads();
  }

  // Counts the unproven candidate `first`, unless its rows are in `rows`, and then those that may beat the best known
  // one, and takes the best; or lists them, where there is a list.
  template <class E>
  __device__ __forceinline__ void settle(std::int32_t first, bool is_counted, const CountList* list,
                                         std::int32_t* counts_left, unsigned* rows, CategoryOrder& order) const {
    const std::int32_t count = tree.feature_count;
    Choice best{0, count, 0};
    std::int32_t listed = 0;
    for (std::int32_t i = first; i < count; i = next_better(candidates, i == first ? 0 : i + 1, count, best)) {
      if (i != first || !is_counted) {
        if (list != nullptr && is_listed(*list, number, node.entries, i)) {
          ++listed;
          continue;
        }
        count_here<E>(i, rows);
      }
      search_again(i, rows, order);  // at one place, across which little is kept: it takes most of the registers
      best = largest_proven();
    }
    if (listed == 0)
      take(best);
    else if (threadIdx.x == 0)
      counts_left[number] = listed;
  }
};

// Counting never raises a gain: the largest one is counted first, and then only those that are above the best known,
// each once. Large nodes leave it to the two launches of `count` that follow.
template <class E, TreeKind kind>
__global__ void __launch_bounds__(choose_threads) choose(TreeState* tree, StepScratch scratch) {
  LINDEN_SHARED(rows, unsigned[256]);
  LINDEN_SHARED(order, CategoryOrder);
  const std::int32_t count = tree->node_count - tree->first_new;
  for (std::int32_t n = std::int32_t(blockIdx.x); n < count; n += std::int32_t(gridDim.x)) {
    if (!is_searched(*tree, tree->nodes[tree->first_new + n])) continue;  // whole blocks
    const Sought<kind> sought(*tree, n);
    const Choice best = sought.largest([](const Split&) { return true; });
    if (!sought.is_worth(best.gain)) continue;
    if (is_proven(*tree, sought.node, sought.candidates[best.candidate])) {
      sought.take(best);
      continue;
    }
    if (sought.node.entries > count_tile && is_listed(scratch.counted[0], n, sought.node.entries, best.candidate))
      continue;
    sought.template settle<E>(best.candidate, false, nullptr, nullptr, rows, order);
  }
}

// Counts the rows of what is listed: a tile to a block. Whoever ends a candidate searches it again; after the first
// list it lists what may still beat it, and whoever ends the last one of the second list takes the best.
template <class E, int turn, TreeKind kind>
__global__ void __launch_bounds__(choose_threads) count(TreeState* tree, StepScratch scratch) {
  LINDEN_SHARED(rows, unsigned[256]);
  LINDEN_SHARED(order, CategoryOrder);
  LINDEN_SHARED(is_last, bool);
  const CountList& list = scratch.counted[turn];
  const CountEnd end = end_of(list);
  for (std::int64_t tile = blockIdx.x; tile < end.tiles; tile += gridDim.x) {
    const std::int32_t j = range_of(list.first_tile, end.jobs, tile);
    CountJob& job = list.jobs[j];
    unsigned* const counts = global(list.rows + std::int64_t{j} * 256) + threadIdx.x;
    const Sought<kind> sought(*tree, job.node);
    const std::int64_t begin = (tile - list.first_tile[j]) * count_tile, rest = sought.node.entries - begin;
    if (rest <= 0) continue;  // of a candidate for which there was no room
    rows[threadIdx.x] = 0;
    __syncthreads();
    count_rows<E>(*tree, sought.node, tree->features[job.candidate], begin,
                  begin + (rest < count_tile ? rest : count_tile), rows);
    __syncthreads();
    if (rows[threadIdx.x] != 0) atomicAdd(counts, rows[threadIdx.x]);
    __threadfence();
    __syncthreads();
    if (threadIdx.x == 0) is_last = atomicAdd(&job.tiles_left, -1) == 1;
    __syncthreads();
    if (!is_last) continue;  // whole blocks
    __threadfence();
    rows[threadIdx.x] = *counts;
    __syncthreads();
    if constexpr (turn == 0) {
      sought.template settle<E>(job.candidate, true, &scratch.counted[1], scratch.counts_left, rows, order);
    } else {
      sought.search_again(job.candidate, rows, order);
      if (threadIdx.x == 0) {  // who wrote the candidate
        __threadfence();
        is_last = atomicAdd(scratch.counts_left + job.node, -1) == 1;
      }
      __syncthreads();
      if (!is_last) continue;
      __threadfence();
      sought.take(sought.largest_proven());
    }
  }
}

// Keeps the histograms of leaves that may be split, as long as the next step has enough free ones; a leaf without one
// has both its children summed row by row.
__global__ void keep(TreeState* tree) {
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

// As many as are at work at once: mostly there is nothing to count.
unsigned blocks_to_count(const Context& context, const TreeMemory& tree) {
  const std::int64_t tiles = tree.sample_rows / count_tile * tree.feature_count;
  const std::int64_t most = std::int64_t{4} * context.stream->multiprocessors();
  return static_cast<unsigned>(tiles < 1 ? 1 : tiles < most ? tiles : most);
}

}  // namespace

void split(Context& context, TreeMemory& tree) {
  if (tree.limits.oblivious) return split_level(context, tree);
  const StepScratch scratch(tree);
  const std::int64_t nodes = most_new_nodes(context, tree);
  const LaunchShape searched{.grid = blocks_for(context, nodes * tree.feature_count, search_warps),
                             .block = 32 * search_warps,
                             .stream = stream_of(context)};
  const bool counted = counts_rows(tree);
  const auto search_and_choose = [&]<TreeKind kind>(std::integral_constant<TreeKind, kind>) {
    if (counted)
      launch<search<true, kind>>(searched, tree.state, scratch);
    else
      launch<search<false, kind>>(searched, tree.state, scratch);
    with_entries(tree, [&]<class E>(E*) {
      launch<choose<E, kind>>(
          {.grid = blocks_for(context, nodes, 1), .block = choose_threads, .stream = stream_of(context)}, tree.state,
          scratch);
      if (tree.sample_rows <= count_tile) return;  // no node is large
      const LaunchShape tiles{
          .grid = blocks_to_count(context, tree), .block = choose_threads, .stream = stream_of(context)};
      launch<count<E, 0, kind>>(tiles, tree.state, scratch);
      launch<count<E, 1, kind>>(tiles, tree.state, scratch);
    });
  };
  switch (tree_kind(tree)) {
    case TreeKind::plain: search_and_choose(std::integral_constant<TreeKind, TreeKind::plain>()); break;
    case TreeKind::ruled: search_and_choose(std::integral_constant<TreeKind, TreeKind::ruled>()); break;
    case TreeKind::constrained: search_and_choose(std::integral_constant<TreeKind, TreeKind::constrained>()); break;
  }
  if (tree.bins.sparse.features > 0) split_sparse(context, tree);
  if (tree.bins.wide.features > 0) split_wide(context, tree);
  if (!has_ranks(tree)) keep_histograms(context, tree);  // else the best splits of all ranks say which
}

void keep_histograms(Context& context, TreeMemory& tree) {
  launch<keep>({.grid = 1, .block = 256, .stream = stream_of(context)}, tree.state);
}

}  // namespace linden::cuda
