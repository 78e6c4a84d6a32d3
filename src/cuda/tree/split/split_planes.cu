// The best split of every new node of a tree that is grown from several planes (backend/tree/planes.hpp): a warp for
// each feature of each node adds up over the planes what its cuts gain, then a block for each node takes the best, and
// each plane learns what lies on the left side there. Rows have been counted by bin before (TreeMemory::exchange).
#include "backend/tree/grow_queue.hpp"
#include "backend/tree/plane_math.hpp"
#include "cuda/tree/device_tree.hpp"
#include "cuda/tree/split/split_search.hpp"
#include "cuda/tree/steps.hpp"

namespace linden::cuda {
namespace {

constexpr int search_warps = 4;
constexpr unsigned take_threads = 256;
constexpr int tiles = 8;  // of 32 bins

struct Planes {
  std::int32_t count;
  double least_weight;
  TreeState* state[most_planes];
};

// A feature of a new node in one plane.
struct InPlane {
  Scan scan;
  FeatureCells<std::int64_t> cells;

  __device__ __forceinline__ InPlane(const Planes& planes, std::int32_t p, std::int32_t node,
                                     const FeatureBins& feature, const std::int64_t* rows)
      : scan(scan_of(*planes.state[p], planes.state[p]->nodes[node])),
        cells{sums_of_feature<const std::int64_t>(
                  global(node_sums(*planes.state[p], planes.state[p]->nodes[node].slot)), feature),
              rows} {}
};

// What is sought: the best split of a new node by one feature.
struct Sought {
  const Planes& planes;
  std::int32_t node;
  const FeatureBins& feature;
  const std::int64_t* rows;  // of the node, by bin

  __device__ __forceinline__ InPlane in(std::int32_t p) const { return InPlane(planes, p, node, feature, rows); }
};

// What the cuts of a lane gain, and what goes left weighs, over the planes so far.
struct Side {
  double gain[tiles], weight[tiles];
};

__device__ __forceinline__ Split numeric_split(const Sought& sought) {
  const FeatureBins& feature = sought.feature;
  const int lane = int(lane_index()), values = feature.has_missing ? feature.bins - 1 : feature.bins;
  Side right, left;  // where missing values go
  bool filled[tiles], any_missing = false;
  double weight = 0;
#pragma unroll
  for (int t = 0; t < tiles; ++t) {
    right.gain[t] = right.weight[t] = left.gain[t] = left.weight[t] = 0;
    filled[t] = false;
  }
  for (std::int32_t p = 0; p < sought.planes.count; ++p) {
    const InPlane plane = sought.in(p);
    const Scan& s = plane.scan;
    weight += s.curvature;
    const Sums missing = feature.has_missing ? plane.cells.at(values) : Sums{0, 0, 0};
    any_missing |= missing.gradient != 0 || missing.curvature != 0;
    Sums carry{0, 0, 0};
#pragma unroll
    for (int t = 0; t < tiles; ++t) {
      if (32 * t >= values) continue;  // whole warps
      const int bin = 32 * t + lane;
      const Sums own = bin < values ? plane.cells.at(bin) : Sums{0, 0, 0};
      filled[t] |= own.gradient != 0 || own.curvature != 0;
      const Sums sum = carry + warp_scan(own, Sum{});
      carry = shuffle(sum, 31);
      right.gain[t] += plane_gain(s, sum.gradient, sum.curvature, s.limits.l2);
      right.weight[t] += plane_weight(s, sum.curvature);
      if (!feature.has_missing) continue;
      const Sums with = sum + missing;
      left.gain[t] += plane_gain(s, with.gradient, with.curvature, s.limits.l2);
      left.weight[t] += plane_weight(s, with.curvature);
    }
  }
  const InPlane first = sought.in(0);
  const bool is_random = first.scan.limits.extra_trees;
  int only = -1;
  if (is_random) {
    int first_bin = values, last_bin = -1;
#pragma unroll
    for (int t = 0; t < tiles; ++t)
      if (filled[t]) {
        const int bin = 32 * t + lane;
        if (bin < first_bin) first_bin = bin;
        last_bin = bin;
      }
    first_bin = warp_reduce(first_bin, Min{});
    last_bin = warp_reduce(last_bin, Max{});
    if (last_bin < 0) last_bin = first_bin;
    only = linden::random_cut(first.scan, feature, first_bin, last_bin, any_missing);
  }
  Best best{0, 0, 0, 1 << 30, 0};
  const long long missing_rows = feature.has_missing ? sought.rows[values] : 0;
  long long carry = 0;
#pragma unroll
  for (int t = 0; t < tiles; ++t) {
    if (32 * t >= values) continue;  // whole warps
    const int bin = 32 * t + lane;
    const long long own = bin < values ? sought.rows[bin] : 0;
    const long long rows = carry + warp_scan(own, Sum{});
    carry = shuffle(rows, 31);
    const auto try_cut = [&](const Side& side, long long left_rows, int place) {
      if ((!is_random || bin == only) && enough_rows(first.scan, left_rows) &&
          are_heavy(side.weight[t], weight, sought.planes.least_weight))
        consider(best, side.gain[t], Sums{0, 0, 0}, place);
    };
    if (bin < (feature.has_missing ? values : values - 1)) try_cut(right, rows, 2 * bin + 1);
    if (feature.has_missing && bin < values - 1) try_cut(left, rows + missing_rows, 2 * bin);
  }
  best = warp_reduce(best, BetterOf{});
  Split split;
  if (!(best.gain > 0)) return split;
  split.gain = best.gain;
  split.bin = best.place / 2;
  split.missing_left = best.place % 2 == 0;
  mark_first(split, split.bin + 1);
  if (split.missing_left) mark_left(split, values);
  return split;
}

// Puts the categories in the order in which plane p ranks them, those of `rare` as one; returns how many there are.
__device__ __forceinline__ int rank_categories(const Sought& sought, std::int32_t p, std::int64_t tree_rows,
                                               CategoryOrder& shared) {
  const FeatureBins& feature = sought.feature;
  const bool few = feature.one_hot;
  const InPlane plane = sought.in(p);
  Sums rare{0, 0, 0};
  for (int bin = int(lane_index()); bin < feature.bins; bin += 32) {
    const Sums c = plane.cells.at(bin);
    CategoryPart part = part_of(plane.scan, feature, few, c.gradient, c.curvature, tree_rows);
    for (std::int32_t other = 0; few && part == CategoryPart::none && other < sought.planes.count; ++other) {
      const Sums there = sought.in(other).cells.at(bin);
      part = part_of(plane.scan, feature, few, there.gradient, there.curvature, tree_rows);
    }
    shared.part[bin] = part;
    shared.rank[bin] = few ? 0.0 : category_rank(plane.scan, c.gradient, c.curvature);
    if (part == CategoryPart::rare) rare = rare + c;
  }
  return order_categories(plane.scan, feature.bins, warp_reduce(rare, Sum{}), shared);
}

__device__ __forceinline__ Split categorical_split(const Sought& sought, std::int64_t tree_rows,
                                                   CategoryOrder& shared) {
  static_assert(most_categories_on_a_side == 32);  // a lane for each prefix
  const FeatureBins& feature = sought.feature;
  const int lane = int(lane_index()), bins = feature.bins;
  const bool few = feature.one_hot;
  Split split;
  split.categorical = true;
  const Scan first = sought.in(0).scan;
  const double l2 = few ? first.limits.l2 : first.limits.l2 + category_l2;
  double all = 0;
  for (std::int32_t p = 0; p < sought.planes.count; ++p) all += sought.in(p).scan.curvature;
  for (std::int32_t leader = 0; leader < (few ? 1 : sought.planes.count); ++leader) {
    const int count = rank_categories(sought, leader, tree_rows, shared), steps = category_steps(few, count);
    const int only = first.limits.extra_trees && steps > 0 ? drawn_cut(first.key, feature.source, steps) : -1;
    Best best{0, 0, 0, 1 << 30, 0};
    for (int from_end = 0; from_end < (few ? 1 : 2); ++from_end) {
      for (int first_step = 0; first_step < steps; first_step += 32) {  // more than once for single categories alone
        const int step = first_step + lane;
        const bool is_step = step < steps;
        const int own_bin = is_step ? category_at(shared, count, from_end != 0, step) : 0;
        double gain = 0, weight = 0;
        long long rows = 0;
        for (std::int32_t p = 0; p < sought.planes.count; ++p) {
          const InPlane plane = sought.in(p);
          Sums rare{0, 0, 0};
          for (int bin = lane; bin < bins; bin += 32)
            if (shared.part[bin] == CategoryPart::rare) rare = rare + plane.cells.at(bin);
          rare = warp_reduce(rare, Sum{});
          const Sums own = !is_step ? Sums{0, 0, 0} : own_bin < bins ? plane.cells.at(own_bin) : rare;
          const Sums prefix = warp_scan(own, Sum{});
          const Sums left = few ? own : prefix;
          gain += plane_gain(plane.scan, left.gradient, left.curvature, l2);
          weight += plane_weight(plane.scan, left.curvature);
          rows = left.rows;
        }
        if (is_step && (only < 0 || step == only) && enough_rows(first, rows) &&
            are_heavy(weight, all, sought.planes.least_weight))
          consider(best, gain, Sums{0, 0, 0}, most_steps * from_end + step);
      }
    }
    best = warp_reduce(best, BetterOf{});
    if (best.gain > split.gain) {  // the same for the whole warp
      split = Split{};
      split.categorical = true;
      split.gain = best.gain;
      take_categories(split, shared, bins, count, few, best.place);
    }
    __syncwarp();  // the next order is written there
  }
  split.missing_left = feature.has_missing && goes_left(split, static_cast<std::uint8_t>(bins - 1));
  return split;
}

__device__ __forceinline__ bool is_searched(const TreeState& tree, const GrowNode& node) {
  return node.slot >= 0 && may_split(tree, node);
}

__global__ void __launch_bounds__(32 * search_warps) search(Planes planes) {
  LINDEN_SHARED(orders, CategoryOrder[search_warps]);
  const TreeState& tree = *planes.state[0];
  const std::int64_t features = tree.feature_count;
  const std::int64_t tasks = (tree.node_count - tree.first_new) * features;
  for (std::int64_t task = std::int64_t{blockIdx.x} * search_warps + warp_index(); task < tasks;
       task += std::int64_t{gridDim.x} * search_warps) {
    const std::int64_t number = task / features;
    const auto index = tree.first_new + static_cast<std::int32_t>(number);
    const GrowNode& node = tree.nodes[index];
    if (!is_searched(tree, node)) continue;  // whole warps
    const auto place = static_cast<std::int32_t>(task % features);
    const std::int32_t f = tree.features[place];
    const FeatureBins feature = tree.bins.feature[f];
    const Sought sought{planes, index, feature, rows_by_cell(tree, number) + feature.first_cell};
    Split split;
    if (is_own(tree, feature) && is_admitted(tree, node, number, place))
      split =
          feature.categorical ? categorical_split(sought, tree.root.rows, orders[warp_index()]) : numeric_split(sought);
    split.feature = f;
    split.counted = true;
    split.gain = charged(tree, node, f, split.gain);
    if (lane_index() == 0) tree.candidates[task] = split;
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

// Member by member: nobody has written what lies between them.
__device__ __forceinline__ void copy_to(Split& own, const Split& split) {
  own.gain = split.gain;
  own.feature = split.feature;
  own.bin = split.bin;
  own.categorical = split.categorical;
  own.missing_left = split.missing_left;
  own.counted = split.counted;
  for (int word = 0; word < 4; ++word) own.left_bins[word] = split.left_bins[word];
  own.forced_gain = split.forced_gain;
}

// A block takes the best candidate of a node, its warps the planes that learn it.
__global__ void __launch_bounds__(take_threads) take(Planes planes) {
  const TreeState& tree = *planes.state[0];
  const std::int32_t count = tree.node_count - tree.first_new, features = tree.feature_count;
  for (std::int32_t n = std::int32_t(blockIdx.x); n < count; n += std::int32_t(gridDim.x)) {
    const std::int32_t index = tree.first_new + n;
    if (!is_searched(tree, tree.nodes[index])) continue;  // whole blocks
    const Split* const candidates = tree.candidates + std::int64_t{n} * features;
    Choice best{0, features, 0};
    for (std::int32_t i = std::int32_t(threadIdx.x); i < features; i += std::int32_t(take_threads))
      if (candidates[i].gain > best.gain) best = {candidates[i].gain, i, 0};
    best = block_reduce(best, FirstLargest{});
    double score = 0;
    for (std::int32_t p = 0; p < planes.count; ++p)
      score += scan_of(*planes.state[p], planes.state[p]->nodes[index]).score;
    if (!worth_splitting(best.gain, score, tree.limits.min_gain)) continue;  // whole blocks
    const Split& split = candidates[best.candidate];
    const FeatureBins& feature = tree.bins.feature[split.feature];
    for (auto p = std::int32_t(warp_index()); p < planes.count; p += std::int32_t(take_threads / 32)) {
      const InPlane plane(planes, p, index, feature, nullptr);
      Sums left{0, 0, 0};
      for (int bin = int(lane_index()); bin < feature.bins; bin += 32)
        if (goes_left(split, static_cast<std::uint8_t>(bin))) left = left + plane.cells.at(bin);
      left = warp_reduce(left, Sum{});
      if (lane_index() != 0) continue;
      Split& own = planes.state[p]->nodes[index].split;
      copy_to(own, split);
      own.left_gradient = left.gradient;
      own.left_curvature = left.curvature;
    }
  }
}

}  // namespace

void histogram_planes(Context& context, const PlaneTask& task) {
  for (std::int32_t p = 0; p < task.count; ++p) histogram(context, *task.planes[p]);
}

void partition_planes(Context& context, const PlaneTask& task) {
  for (std::int32_t p = 0; p < task.count; ++p) partition(context, *task.planes[p]);
}

void split_planes(Context& context, const PlaneTask& task) {
  TreeMemory& first = *task.planes[0];
  Planes planes{task.count, task.least_weight, {}};
  for (std::int32_t p = 0; p < task.count; ++p) planes.state[p] = task.planes[p]->state;
  const std::int64_t nodes = most_new_nodes(context, first);
  launch<search>({.grid = blocks_for(context, nodes * first.feature_count, search_warps),
                  .block = 32 * search_warps,
                  .stream = stream_of(context)},
                 planes);
  launch<take>({.grid = blocks_for(context, nodes, 1), .block = take_threads, .stream = stream_of(context)}, planes);
  for (std::int32_t p = 0; p < task.count && !has_ranks(first); ++p) keep_histograms(context, *task.planes[p]);
}

}  // namespace linden::cuda
