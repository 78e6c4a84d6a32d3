// The best split of each new node by a sparse feature. The lanes of a warp bound what 32 features may gain; those that
// may beat the best known are summed by bin in shared memory and searched as dense ones are. A bound never errs, so
// that which features are passed over, a matter of chance, does not matter.
#include "backend/tree/grow_queue.hpp"
#include "backend/tree/sparse_bins.hpp"
#include "cuda/tree/device_tree.hpp"
#include "cuda/tree/sparse_steps.hpp"
#include "cuda/tree/split/split_search.hpp"

namespace linden::cuda {
namespace {

constexpr unsigned search_warps = 4, choose_threads = 128;
static_assert(sparse_block % 32 == 0);

// A node's rows by bin of one feature.
struct BinSums {
  std::int64_t gradients[256], curvatures[256];
  unsigned rows[256];
};

__device__ __forceinline__ bool is_searched(const TreeState& tree, const GrowNode& node) {
  return node.slot >= 0 && may_split(tree, node);
}

// Gains are not negative, so that their bits stand in their order.
__device__ __forceinline__ unsigned long long bits_of(double gain) {
  return static_cast<unsigned long long>(__double_as_longlong(gain));
}
__device__ __forceinline__ unsigned long long* best_of(const TreeState& tree, std::int32_t n) {
  return reinterpret_cast<unsigned long long*>(tree.sparse_best) + n;
}

__device__ __forceinline__ void add(std::int64_t* sum, std::int64_t value) {
  atomicAdd(reinterpret_cast<unsigned long long*>(sum), static_cast<unsigned long long>(value));
}

__global__ void start(const TreeState* tree) {
  const std::int32_t count = tree->node_count - tree->first_new;
  for (std::int32_t n = std::int32_t(threadIdx.x); n < count; n += std::int32_t(blockDim.x))
    *best_of(*tree, n) = bits_of(tree->nodes[tree->first_new + n].split.gain);
}

// The best split of a node by sparse feature f, by a warp.
template <TreeKind kind>
__device__ __forceinline__ Split feature_split(const TreeState& tree, const GrowNode& node, const Scan& s,
                                               std::int32_t f, const SparseCell& all, BinSums& sums) {
  const SparseBins& sparse = tree.bins.sparse;
  const std::int32_t index = tree.bins.features + f;
  const FeatureBins feature = tree.bins.feature[index];
  for (int b = int(lane_index()); b < feature.bins; b += 32) {
    sums.gradients[b] = sums.curvatures[b] = 0;
    sums.rows[b] = 0;
  }
  __syncwarp();
  for (std::int64_t e = sparse.feature_first[f] + lane_index(); e < sparse.feature_first[f + 1]; e += 32) {
    const RowSums row = tree.row_sums[sparse.feature_rows[e]];
    if (row.label != node.label) continue;
    const int bin = sparse.feature_bins[e];
    add(&sums.gradients[bin], row.gradient);
    add(&sums.curvatures[bin], row.curvature);
    atomicAdd(sums.rows + bin, 1u);
  }
  __syncwarp();
  if (lane_index() == 0) {
    sums.gradients[feature.usual_bin] = node.gradient - gradient_of(tree.centre, all);
    sums.curvatures[feature.usual_bin] = node.curvature - all.curvature;
    sums.rows[feature.usual_bin] = unsigned(node.rows - all.rows);
  }
  __syncwarp();
  const FeatureCells<unsigned> cells{{sums.gradients, sums.curvatures}, sums.rows};
  Split split = under_rules<kind>(tree, node, s, index, tree.feature_count + f, cells,
                                  [&] { return numeric_split<kind>(s, feature, cells); });
  split.feature = index;
  split.counted = true;
  __syncwarp();  // the next search writes the sums again
  return split;
}

// A warp for each block of features.
template <TreeKind kind>
__global__ void __launch_bounds__(32 * search_warps) search(const TreeState* tree) {
  LINDEN_SHARED(sums, BinSums[search_warps]);
  const std::int32_t features = tree->bins.sparse.features;
  const std::int64_t blocks = sparse_blocks(tree->bins);
  const std::int64_t tasks = (tree->node_count - tree->first_new) * blocks;
  const SparseScale scale = sparse_scale_of(*tree);
  for (std::int64_t task = std::int64_t{blockIdx.x} * search_warps + warp_index(); task < tasks;
       task += std::int64_t{gridDim.x} * search_warps) {
    const auto n = std::int32_t(task / blocks);
    const GrowNode& node = tree->nodes[tree->first_new + n];
    if (!is_searched(*tree, node)) continue;  // whole warps
    const Scan scan = scan_of(*tree, node);
    const SparseCell* const cells = tree->sparse_cells + std::int64_t{node.slot} * features;
    const std::int32_t begin = std::int32_t(task % blocks) * sparse_block;
    Split best;
    for (std::int32_t first = begin; first < begin + sparse_block && first < features; first += 32) {
      const std::int32_t mine = first + std::int32_t(lane_index());
      double most = 0;
      if (mine < features &&
          (kind == TreeKind::plain ? tree->apart_use[mine] != 0 : is_apart_open(*tree, node, n, mine))) {
        const double root = root_of_all(scan, cells[mine]);
        most = most_gain(scan, cells[mine], bounds_of(scan, scale, cells[mine], root), root);
        if constexpr (kind != TreeKind::plain) most = most_left(*tree, node, tree->bins.features + mine, most);
      }
      for (unsigned left = all_lanes;;) {
        const unsigned long long known = atomicMax(best_of(*tree, n), bits_of(best.gain));
        left &= __ballot_sync(all_lanes, most > 0 && bits_of(most) >= known);
        if (left == 0) break;
        const int lane = __ffs(int(left)) - 1;
        left &= left - 1;
        const Split split =
            feature_split<kind>(*tree, node, scan, first + lane, cells[first + lane], sums[warp_index()]);
        if (is_better(*tree, split, best)) best = split;
      }
    }
    if (lane_index() == 0) tree->sparse_candidates[task] = best;
  }
}

struct Choice {
  double gain;
  std::int32_t source, block;
};
struct BetterOf {
  __device__ __forceinline__ Choice operator()(const Choice& a, const Choice& b) const {
    return b.gain > a.gain || (b.gain == a.gain && b.source < a.source) ? b : a;
  }
};

__global__ void __launch_bounds__(choose_threads) choose(TreeState* tree) {
  const std::int32_t count = tree->node_count - tree->first_new, blocks = sparse_blocks(tree->bins);
  for (std::int32_t n = std::int32_t(blockIdx.x); n < count; n += std::int32_t(gridDim.x)) {
    GrowNode& node = tree->nodes[tree->first_new + n];
    if (!is_searched(*tree, node)) continue;  // whole blocks
    const Scan scan = scan_of(*tree, node);
    const Split* const candidates = tree->sparse_candidates + std::int64_t{n} * blocks;
    Choice mine{0, INT32_MAX, -1};
    for (std::int32_t b = std::int32_t(threadIdx.x); b < blocks; b += choose_threads)
      if (worth_splitting(candidates[b].gain, scan.score, tree->limits.min_gain))
        mine = BetterOf{}(mine, Choice{candidates[b].gain, tree->bins.feature[candidates[b].feature].source, b});
    const Choice best = block_reduce(mine, BetterOf{});
    if (threadIdx.x == 0 && best.block >= 0 && is_better(*tree, candidates[best.block], node.split))
      node.split = candidates[best.block];
  }
}

}  // namespace

void split_sparse(Context& context, TreeMemory& tree) {
  const std::int64_t nodes = most_new_nodes(context, tree);
  launch<start>({.grid = 1, .block = 128, .stream = stream_of(context)}, tree.state);
  const LaunchShape shape{.grid = blocks_for(context, nodes * sparse_blocks(tree.bins), search_warps),
                          .block = 32 * search_warps,
                          .stream = stream_of(context)};
  switch (tree_kind(tree)) {
    case TreeKind::plain: launch<search<TreeKind::plain>>(shape, tree.state); break;
    case TreeKind::ruled: launch<search<TreeKind::ruled>>(shape, tree.state); break;
    case TreeKind::constrained: launch<search<TreeKind::constrained>>(shape, tree.state); break;
  }
  launch<choose>({.grid = blocks_for(context, nodes, 1), .block = choose_threads, .stream = stream_of(context)},
                 tree.state);
}

}  // namespace linden::cuda
