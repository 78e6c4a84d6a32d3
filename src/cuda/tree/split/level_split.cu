// The split of a level of an oblivious tree. A block takes a feature: its warps find the gains of all cuts in a node
// each, which are added in the order of nodes. Then one block takes the best of all, and gives it to every node with
// the sums of its own rows.
#include <type_traits>

#include "backend/tree/grow_queue.hpp"
#include "backend/tree/level_math.hpp"
#include "backend/tree/rank_message.hpp"
#include "cuda/tree/device_tree.hpp"
#include "cuda/tree/split/level_split.hpp"
#include "cuda/tree/split/split_search.hpp"

namespace linden::cuda {
namespace {

constexpr int threads = 256, warps = threads / 32;

// A node's bins of a feature; nothing where it has no rows.
__device__ __forceinline__ FeatureCells<std::int64_t> level_cells(const TreeState& tree, const GrowNode& node,
                                                                  const FeatureBins& feature) {
  const std::int64_t* rows = rows_by_cell(tree, &node - tree.nodes - tree.first_new);
  if (rows != nullptr) rows += feature.first_cell;
  return {sums_of_feature<const std::int64_t>(global(node_sums(tree, node.slot)), feature), rows};
}

// Puts the categories of a feature in order, by the root. By whole blocks.
__device__ __forceinline__ void put_in_order(const TreeState& tree, const FeatureBins& feature, CategoryOrder& shared) {
  const GrowNode& root = tree.nodes[0];
  const Scan s = scan_of(tree, root);
  const FeatureCells<std::int64_t> cells = level_cells(tree, root, feature);
  const bool few = feature.one_hot;
  const int bin = int(threadIdx.x);
  Sums rare{0, 0, 0};
  if (bin < feature.bins) {
    const Sums own = cells.at(bin);
    const CategoryPart part = part_of(s, feature, few, own.gradient, own.curvature, tree.root.rows);
    shared.part[bin] = part;
    shared.rank[bin] = level_rank_of(s, few, own.gradient, own.curvature);
    if (part == CategoryPart::rare) rare = own;
  }
  rare = block_reduce(rare, Sum{});
  const double rank_of_rare = level_rank_of(s, few, rare.gradient, rare.curvature);
  LevelPlace* const places = places_of(tree, feature);
  if (bin < feature.bins)
    places[place_of(shared.rank, shared.part, rank_of_rare, feature.bins, bin)].bin = static_cast<std::uint8_t>(bin);
  __syncthreads();
  if (threadIdx.x == 0) find_cuts(places, shared.part, feature.bins, few);
  __syncthreads();
}

// What a block shares: the gains of 32 cuts by node, with missing values on the right and on the left, and the sums
// over all nodes so far.
struct LevelGains {
  double of_node[warps][64];
  double sums[2 * 256];
};

// A warp's gains of the cuts of one node: `next(first)` those of 32 cuts from `first` on.
template <bool constrained>
struct NodeGains {
  const TreeState& tree;
  const GrowNode& node;
  const FeatureBins& feature;
  const LevelPlace* places;
  FeatureCells<std::int64_t> cells;
  Scan s;
  double l2, score;
  Sums carry{0, 0, 0};

  __device__ __forceinline__ NodeGains(const TreeState& its_tree, const GrowNode& its_node, const FeatureBins& of)
      : tree(its_tree),
        node(its_node),
        feature(of),
        places(places_of(its_tree, of)),
        cells(level_cells(its_tree, its_node, of)),
        s(scan_of(its_tree, its_node)),
        l2(l2_of_feature(its_tree.limits, of)),
        score(score_as_it_is<constrained>(s, l2)) {}

  __device__ __forceinline__ double gain(const Sums& left) const {
    return level_gain<constrained>(s, node, score, left.gradient, left.curvature, left.rows, l2);
  }

  __device__ __forceinline__ void next(int first, double* gains) {
    const int lane = int(lane_index()), cut = first + lane;
    const bool few = feature.one_hot;
    const bool is_there = cut < level_cuts(feature);
    const Sums own = is_there ? cells.at(feature.categorical ? places[cut].bin : cut) : Sums{0, 0, 0};
    const Sums up_to = carry + warp_scan(own, Sum{});
    carry = shuffle(up_to, 31);
    gains[lane] = is_there ? gain(few ? own : up_to) : 0.0;
    if (!feature.categorical && feature.has_missing)
      gains[32 + lane] = is_there ? gain(up_to + cells.at(feature.bins - 1)) : 0.0;
  }
};

// The sums of the gains of all cuts of a feature. By whole blocks.
template <bool constrained>
__device__ __forceinline__ void add_gains(const TreeState& tree, const FeatureBins& feature, LevelGains& shared) {
  const int thread = int(threadIdx.x), cuts = level_cuts(feature);
  const std::int32_t nodes = tree.node_count - tree.first_new;
  for (int i = thread; i < 2 * 256; i += threads) shared.sums[i] = 0;
  __syncthreads();
  for (std::int32_t first_node = 0; first_node < nodes; first_node += warps) {
    const std::int32_t mine = first_node + std::int32_t(warp_index());
    const GrowNode& node = tree.nodes[tree.first_new + (mine < nodes ? mine : 0)];
    const bool is_there = mine < nodes && node.slot >= 0;  // else it has no rows
    NodeGains<constrained> gains(tree, is_there ? node : tree.nodes[tree.first_new], feature);
    for (int first = 0; first < cuts; first += 32) {
      double* const own = shared.of_node[warp_index()];
      if (is_there)  // whole warps
        gains.next(first, own);
      else
        own[lane_index()] = own[32 + lane_index()] = 0;
      __syncthreads();
      if (thread < (feature.categorical || !feature.has_missing ? 32 : 64) && first + thread % 32 < cuts) {
        double& sum = shared.sums[thread / 32 * 256 + first + thread % 32];
        double all = sum;
        for (int w = 0; w < warps; ++w) all += shared.of_node[w][thread];
        sum = all;
      }
      __syncthreads();
    }
  }
}

// The best cut of each feature, as a split without its sums.
template <bool constrained>
__global__ void __launch_bounds__(threads) search(const TreeState* state) {
  LINDEN_SHARED(gains, LevelGains);
  LINDEN_SHARED(order, CategoryOrder);
  const TreeState& tree = *state;
  if (!is_level_open(tree)) return;  // all blocks
  for (std::int32_t place = std::int32_t(blockIdx.x); place < tree.feature_count; place += std::int32_t(gridDim.x)) {
    const std::int32_t index = tree.features[place];
    const FeatureBins feature = tree.bins.feature[index];
    if (!is_own(tree, feature)) {  // whole blocks
      if (threadIdx.x == 0) tree.candidates[place] = Split{};
      continue;
    }
    if (tree.first_new == 0 && feature.categorical) put_in_order(tree, feature, order);
    add_gains<constrained>(tree, feature, gains);
    if (warp_index() == 0) {
      const LevelPlace* const places = places_of(tree, feature);
      const GrowNode level = level_as_node(tree);
      const bool is_random = tree.limits.extra_trees;
      const int only = is_random ? random_level_cut(level.key, feature, places) : -1;
      const bool is_meant = is_admitted(tree, tree.nodes[tree.first_new], 0, place) && !(is_random && only < 0);
      Best best{0, 0, 0, 1 << 30, 0};
      for (int cut = int(lane_index()); is_meant && cut < level_cuts(feature); cut += 32)
        for (int right = 0; right < 2; ++right)
          if (is_tried(feature, places, cut, right == 0, only))
            consider(best, gains.sums[(right == 0 ? 256 : 0) + cut], Sums{0, 0, 0}, 2 * cut + right);
      best = warp_reduce(best, BetterOf{});
      if (lane_index() == 0) {
        Split split;
        split.feature = index;
        if (best.gain > 0) {
          split.gain = charged(tree, level, index, best.gain);
          split.bin = best.place / 2;
          split.missing_left = best.place % 2 == 0;
        }
        tree.candidates[place] = split;
      }
    }
    __syncthreads();  // the next feature writes the gains again
  }
}

struct Choice {
  double gain;
  int place, padding;
};
struct FirstLargest {
  __device__ __forceinline__ Choice operator()(const Choice& a, const Choice& b) const {
    return b.gain > a.gain || (b.gain == a.gain && b.place < a.place) ? b : a;
  }
};

// The split of the level as one of its nodes has it: with the sums of its own rows, and with its own gain. By a warp.
template <bool constrained>
__device__ __forceinline__ void take(const TreeState& tree, const Split& chosen, GrowNode& node) {
  Split split = chosen;
  split.gain = 0;
  if (node.slot >= 0) {
    const FeatureBins& feature = tree.bins.feature[chosen.feature];
    const FeatureCells<std::int64_t> cells = level_cells(tree, node, feature);
    Sums left{0, 0, 0};
    for (int bin = int(lane_index()); bin < feature.bins; bin += 32)
      if (goes_left(split, static_cast<std::uint8_t>(bin))) left = left + cells.at(bin);
    left = warp_reduce(left, Sum{});
    const Scan s = scan_of(tree, node);
    const double l2 = l2_of_feature(tree.limits, feature), score = score_as_it_is<constrained>(s, l2);
    split.left_gradient = left.gradient;
    split.left_curvature = left.curvature;
    split.gain = level_gain<constrained>(s, node, score, left.gradient, left.curvature, left.rows, l2);
  }
  if (lane_index() == 0) node.split = split;
}

// The best split of all features, for all nodes of the level. By one block.
template <bool constrained>
__global__ void __launch_bounds__(threads) choose(TreeState* tree) {
  if (!is_level_open(*tree)) {
    if (threadIdx.x == 0) tree->level_gain = 0;
    return;
  }
  const std::int32_t first = tree->first_new, nodes = tree->node_count - first;
  const double level_score = first == 0 ? scan_of(*tree, tree->nodes[0]).score : tree->level_score;
  Choice best{0, 1 << 30, 0};
  for (std::int32_t i = std::int32_t(threadIdx.x); i < tree->feature_count; i += threads)
    best = FirstLargest{}(best, Choice{tree->candidates[i].gain, i, 0});
  best = block_reduce(best, FirstLargest{});
  const bool is_worth = worth_splitting(best.gain, level_score, tree->limits.min_gain);
  if (threadIdx.x == 0) {
    tree->level_score = level_score;
    tree->level_gain = is_worth ? best.gain : 0;
  }
  if (!is_worth) return;  // the whole block
  const Split& found = tree->candidates[best.place];
  const LevelPlace* const places = places_of(*tree, tree->bins.feature[found.feature]);
  const Split chosen = split_of_cut(*tree, found.feature, places, found.bin, found.missing_left);
  for (std::int32_t n = std::int32_t(warp_index()); n < nodes; n += warps)
    take<constrained>(*tree, chosen, tree->nodes[first + n]);
  __syncthreads();
  if (!has_ranks(*tree)) close_level(tree);
}

}  // namespace

void split_level(Context& context, TreeMemory& tree) {
  const auto search_and_choose = [&]<bool constrained>(std::bool_constant<constrained>) {
    launch<search<constrained>>(
        {.grid = blocks_for(context, tree.feature_count, 1), .block = threads, .stream = stream_of(context)},
        tree.state);
    launch<choose<constrained>>({.grid = 1, .block = threads, .stream = stream_of(context)}, tree.state);
  };
  is_constrained(tree) ? search_and_choose(std::true_type()) : search_and_choose(std::false_type());
}

}  // namespace linden::cuda
