// The best split of each new node by a wide feature: a block sums the node's rows by bin in memory of its own and
// searches the cuts, each warp among a part of the bins. Rows are counted with the sums.
#include "backend/tree/grow_queue.hpp"
#include "backend/tree/wide_bins.hpp"
#include "cuda/tree/device_tree.hpp"
#include "cuda/tree/split/split_search.hpp"
#include "cuda/tree/wide_steps.hpp"

namespace linden::cuda {
namespace {

constexpr unsigned threads = 256, warps = threads / 32, choose_threads = 128;

__device__ __forceinline__ bool is_searched(const TreeState& tree, const GrowNode& node) {
  return !tree.children_final && may_split(tree, node);
}

__device__ __forceinline__ void add(std::int64_t* sum, std::int64_t value) {
  atomicAdd(reinterpret_cast<unsigned long long*>(sum), static_cast<unsigned long long>(value));
}

// The bins of values that a warp searches, and what is in them.
struct Part {
  Sums sums;
  int first, last;  // of those that add something; none: last < 0
};
struct Joined {
  __device__ __forceinline__ Part operator()(const Part& a, const Part& b) const {
    return {a.sums + b.sums, a.first < b.first ? a.first : b.first, a.last > b.last ? a.last : b.last};
  }
};

// A node's rows by bin of one feature, for the block that has summed them.
struct WideSearch {
  const Scan& s;
  const FeatureBins& feature;
  FeatureCells<unsigned> cells;
  int values;  // bins of them

  __device__ __forceinline__ Sums missing() const { return feature.has_missing ? cells.at(values) : Sums{0, 0, 0}; }

  template <TreeKind kind>
  __device__ __forceinline__ Split best() const {
    LINDEN_SHARED(parts, Part[warps]);
    const int width = (values + int(warps) * 32 - 1) / (int(warps) * 32) * 32, begin = int(warp_index()) * width;
    const int end = begin + width < values ? begin + width : values;
    Part mine{{0, 0, 0}, values, -1};
    for (int bin = begin + int(lane_index()); bin < end; bin += 32) {
      const Sums own = cells.at(bin);
      const bool adds = own.gradient != 0 || own.curvature != 0;
      mine = Joined{}(mine, Part{own, adds ? bin : values, adds ? bin : -1});
    }
    mine = warp_reduce(mine, Joined{});
    if (lane_index() == 0) parts[warp_index()] = mine;
    __syncthreads();
    Part all{{0, 0, 0}, values, -1};
    Sums before{0, 0, 0};
    for (unsigned warp = 0; warp < warps; ++warp) {
      if (warp == warp_index()) before = all.sums;
      all = Joined{}(all, parts[warp]);
    }
    int only = -1;
    if (kind != TreeKind::plain && s.limits.extra_trees)
      only = linden::random_cut(s, feature, all.first, all.last < 0 ? all.first : all.last,
                                missing().gradient != 0 || missing().curvature != 0);
    const Best found = best_cut<kind>(s, feature, cells, missing(), only, begin, end, before);
    return split_at(block_reduce(found, BetterOf{}));  // which the whole block waits for: parts may be written again
  }

  // A split that is forced, as forced_split has it of other features.
  template <TreeKind kind>
  __device__ __forceinline__ Split forced(const ForcedNode& node) const {
    Sums up_to{0, 0, 0};
    for (int bin = int(threadIdx.x); bin <= node.bin; bin += int(threads)) up_to = up_to + cells.at(bin);
    up_to = block_reduce(up_to, Sum{});
    Split split;
    for (int missing_left = feature.has_missing; missing_left >= 0; --missing_left) {
      const Sums left = missing_left != 0 ? up_to + missing() : up_to;
      Split tried;
      tried.bin = node.bin;
      tried.missing_left = missing_left != 0;
      tried.left_gradient = left.gradient;
      tried.left_curvature = left.curvature;
      if (!enough_rows(s, left.rows)) continue;
      if (!may_divide<kind == TreeKind::constrained>(s, feature.monotone, tried, left.rows)) continue;
      tried.gain = forced_first;
      tried.forced_gain = gain_of<kind == TreeKind::constrained>(s, feature.monotone, left.gradient, left.curvature,
                                                                 left.rows, s.limits.l2);
      if (!is_forced(split) || tried.forced_gain > split.forced_gain) split = tried;
    }
    return split;
  }
};

template <class E, TreeKind kind>
__global__ void __launch_bounds__(threads) search(const TreeState* tree, StepScratch scratch) {
  const WideBins& wide = tree->bins.wide;
  const std::int64_t room = std::int64_t{blockIdx.x} * wide.most_bins;
  std::int64_t* const gradients = global(scratch.wide_gradients + room);
  std::int64_t* const curvatures = global(scratch.wide_curvatures + room);
  unsigned* const rows = global(scratch.wide_rows + room);
  const std::int64_t tasks = std::int64_t{tree->node_count - tree->first_new} * wide.features;
  for (std::int64_t task = blockIdx.x; task < tasks; task += gridDim.x) {
    const auto n = std::int32_t(task / wide.features);
    const std::int32_t apart = tree->bins.sparse.features + std::int32_t(task % wide.features);
    const GrowNode& node = tree->nodes[tree->first_new + n];
    if (!is_searched(*tree, node) || !is_apart_open(*tree, node, n, apart)) {  // whole blocks
      if (threadIdx.x == 0) tree->wide_candidates[task] = Split{};
      continue;
    }
    const std::int32_t index = tree->bins.features + apart;
    const FeatureBins feature = tree->bins.feature[index];
    for (int bin = int(threadIdx.x); bin < feature.bins; bin += int(threads)) {
      gradients[bin] = curvatures[bin] = 0;
      rows[bin] = 0;
    }
    __syncthreads();
    const std::uint16_t* const column = global(wide_column(tree->bins, index));
    const E* const entries = global(static_cast<const E*>(tree->entries)) + node.begin;
    for (std::int64_t i = threadIdx.x; i < node.entries; i += threads) {
      const E entry = load_entry(entries + i);
      const int bin = column[entry.row];
      add(gradients + bin, entry.gradient);
      add(curvatures + bin, entry.curvature);
      atomicAdd(rows + bin, 1u);
    }
    __syncthreads();
    const Scan scan = scan_of(*tree, node);
    const int values = feature.has_missing ? feature.bins - 1 : feature.bins;
    const WideSearch of{scan, feature, {{gradients, curvatures}, rows}, values};
    Split split;
    if constexpr (kind == TreeKind::plain) {
      split = of.template best<kind>();
    } else {
      if (const ForcedNode* const forced = linden::forced_split(*tree, node, index))
        split = of.template forced<kind>(*forced);
      if (!is_forced(split) && is_admitted(*tree, node, n, tree->feature_count + apart))
        split = of.template best<kind>();
      split.gain = charged(*tree, node, index, split.gain);
    }
    split.feature = index;
    split.counted = true;
    mark_first(split, 1);
    if (threadIdx.x == 0) tree->wide_candidates[task] = split;
    __syncthreads();  // the next search writes the sums again
  }
}

__global__ void __launch_bounds__(choose_threads) choose(TreeState* tree) {
  const std::int32_t count = tree->node_count - tree->first_new, features = tree->bins.wide.features;
  for (std::int32_t n = std::int32_t(blockIdx.x * choose_threads + threadIdx.x); n < count;
       n += std::int32_t(gridDim.x * choose_threads)) {
    GrowNode& node = tree->nodes[tree->first_new + n];
    if (!is_searched(*tree, node)) continue;
    const double score = scan_of(*tree, node).score;
    for (std::int32_t w = 0; w < features; ++w) {
      const Split& split = tree->wide_candidates[std::int64_t{n} * features + w];
      if (worth_splitting(split.gain, score, tree->limits.min_gain) && is_better(*tree, split, node.split))
        node.split = split;
    }
  }
}

}  // namespace

void split_wide(Context& context, TreeMemory& tree) {
  const StepScratch scratch(tree);
  const std::int64_t nodes = most_new_nodes(context, tree), tasks = nodes * tree.bins.wide.features;
  const std::int64_t blocks = wide_blocks(tree.bins.wide);
  const LaunchShape shape{
      .grid = static_cast<unsigned>(tasks < blocks ? tasks : blocks), .block = threads, .stream = stream_of(context)};
  with_entries(tree, [&]<class E>(E*) {
    switch (tree_kind(tree)) {
      case TreeKind::plain: launch<search<E, TreeKind::plain>>(shape, tree.state, scratch); break;
      case TreeKind::ruled: launch<search<E, TreeKind::ruled>>(shape, tree.state, scratch); break;
      case TreeKind::constrained: launch<search<E, TreeKind::constrained>>(shape, tree.state, scratch); break;
    }
  });
  launch<choose>(
      {.grid = blocks_for(context, nodes, choose_threads), .block = choose_threads, .stream = stream_of(context)},
      tree.state);
}

}  // namespace linden::cuda
