// Divides the rows of each selected leaf between two new nodes, in one pass over the leaves of a step.
//
// Blocks take tiles of entries. What goes left is placed after what other tiles have placed there already, what goes
// right before it from the end on, in the other half of the entries. Which tile comes first is chance; within a node no
// order of rows matters, since all that is ever summed over rows are integers. The last block makes the new nodes,
// where it knows all their rows.
#include "cuda/tree/partition.hpp"

#include "backend/tree/grow_queue.hpp"
#include "backend/tree/wide_bins.hpp"
#include "cuda/tree/device_tree.hpp"
#include "cuda/tree/steps.hpp"

namespace linden::cuda {
namespace {

constexpr int threads = 256, warps = threads / 32;
constexpr int items = int(partition_tile) / threads;
static_assert(items * warps == 64);  // two counts for each lane of the warp that adds them up

// Where a tile's entries go: the first on the left, and the first on the right.
struct Places {
  long long left, right;
};

// Whether a bin goes left, as the split of one node says; of a wide feature bins are sides.
struct Direction {
  explicit __device__ Direction(const TreeState& tree, const Split& chosen)
      : split(chosen),
        last(wide_number(tree.bins, chosen.feature) >= 0 ? 0 : chosen.bin),
        missing(chosen.missing_left ? tree.bins.feature[chosen.feature].bins - 1 : 256),
        categorical(chosen.categorical) {}
  __device__ __forceinline__ bool operator()(std::uint8_t bin) const {
    return categorical ? goes_left(split, bin) : bin <= last || bin == missing;
  }
  const Split& split;
  int last, missing;
  bool categorical;
};

// Returns what was there before.
__device__ __forceinline__ long long add(std::int64_t* sum, int count) {
  return static_cast<long long>(
      atomicAdd(reinterpret_cast<unsigned long long*>(sum), static_cast<unsigned long long>(count)));
}

// The two nodes that each node of the batch becomes. By one block; a call, so that what it keeps in registers takes
// none from the loop over tiles.
__device__ __attribute__((noinline)) void make_nodes(TreeState* tree) {
  const std::int32_t first = tree->node_count, batch = tree->batch_size;
  for (std::int32_t b = std::int32_t(threadIdx.x); b < batch; b += std::int32_t(blockDim.x)) {
    const std::int32_t node = tree->batch[b];
    const std::int64_t rows = rows_going_left(*tree, b), entries = tree->left_entries[b];
    make_children(*tree, node, first + 2 * b, other_half(*tree, tree->nodes[node].begin), entries, rows);
  }
  __syncthreads();
  if (threadIdx.x == 0) {
    tree->first_new = first;
    tree->node_count = first + 2 * batch;
  }
}

// Whether the last block can make the new nodes. Wide entries take the registers that it would need.
bool makes_nodes(const TreeMemory& tree) { return !tree.wide; }

template <class E, bool makes_nodes>
__global__ void __launch_bounds__(threads, 4) divide(TreeState* tree, std::int64_t* left_entries, StepScratch scratch) {
  LINDEN_SHARED(counts, int[items * warps]);  // of entries going left: [item, warp]; then the sums before each
  LINDEN_SHARED(places, Places);
  const int lane = int(lane_index()), warp = int(warp_index());
  const std::int32_t batch = tree->batch_size;
  const auto tiles = static_cast<std::int32_t>(batch > 0 ? scratch.first_tile[batch] : 0);  // of 2^32 rows
  E* const entries = global(static_cast<E*>(tree->entries));
  for (auto tile = static_cast<std::int32_t>(blockIdx.x); tile < tiles; tile += static_cast<std::int32_t>(gridDim.x)) {
    const std::int32_t b = range_of(scratch.first_tile, batch, tile);
    const GrowNode& node = tree->nodes[tree->batch[b]];
    const std::int64_t offset = (tile - scratch.first_tile[b]) * partition_tile;
    const std::int64_t rest = node.entries - offset;
    const int count = int(rest < partition_tile ? rest : partition_tile);
    const E* const from = entries + node.begin + offset;
    const std::int32_t feature = node.split.feature;
    const bool is_dense = feature < tree->bins.features;
    const std::uint8_t* const bins = global(tree->bins.by_feature + (is_dense ? feature * tree->bins.rows : 0));
    const Direction goes(*tree, node.split);

    // All loads of a kind are under way before the first is waited for.
    RawEntry<E> entry[items];
    std::uint8_t bin[items];
    unsigned lefts[items];
#pragma unroll
    for (int j = 0; j < items; ++j)
      if (j * threads + int(threadIdx.x) < count) entry[j] = load_raw(from + j * threads + threadIdx.x);
#pragma unroll
    for (int j = 0; j < items; ++j)
      if (j * threads + int(threadIdx.x) < count) {
        const std::int64_t row = entry[j].unpacked().row;
        bin[j] = is_dense ? bins[row] : bin_at(tree->bins, node.split, row);
      }
#pragma unroll
    for (int j = 0; j < items; ++j) {
      const bool left = j * threads + int(threadIdx.x) < count && goes(bin[j]);
      lefts[j] = __ballot_sync(all_lanes, left);
      if (lane == 0) counts[j * warps + warp] = __popc(lefts[j]);
    }
    __syncthreads();
    if (warp == 0) {
      const int first = counts[2 * lane], second = counts[2 * lane + 1];
      const int before = warp_scan(first + second, Sum{}) - first - second;
      counts[2 * lane] = before;
      counts[2 * lane + 1] = before + first;
      if (lane == 31) {
        const int left = before + first + second, right = count - left;
        const std::int64_t begin = other_half(*tree, node.begin);
        places.left = begin + add(left_entries + b, left);
        places.right = begin + node.entries - right - add(scratch.right_entries + b, right);
      }
    }
    __syncthreads();
    const Places to = places;
#pragma unroll
    for (int j = 0; j < items; ++j) {
      const int at = j * threads + int(threadIdx.x);
      if (at >= count) continue;
      const int left_before = counts[j * warps + warp] + __popc(lefts[j] & ((1u << lane) - 1));
      const bool left = (lefts[j] >> lane) & 1;
      store_entry(entries + (left ? to.left + left_before : to.right + at - left_before), entry[j].unpacked());
    }
    __syncthreads();  // the next tile writes counts and places again
  }
  if constexpr (makes_nodes)
    if (is_last_block(scratch.arrived)) make_nodes(tree);
}

// The same on its own; where rows lie on several machines, when they have told each other how many go left.
__global__ void __launch_bounds__(threads) make_all_nodes(TreeState* tree) { make_nodes(tree); }

}  // namespace

void partition(Context& context, TreeMemory& tree) {
  const StepScratch scratch(tree);
  const unsigned blocks = blocks_for(context, tree.sample_rows + tree.batch_capacity * partition_tile, partition_tile);
  const LaunchShape shape{.grid = blocks, .block = threads, .stream = stream_of(context)};
  if (makes_nodes(tree)) return launch<divide<NarrowEntry, true>>(shape, tree.state, tree.left_entries, scratch);
  with_entries(tree, [&]<class E>(E*) { launch<divide<E, false>>(shape, tree.state, tree.left_entries, scratch); });
}

void expand(Context& context, TreeMemory& tree) {
  if (!makes_nodes(tree))
    launch<make_all_nodes>({.grid = 1, .block = threads, .stream = stream_of(context)}, tree.state);
}

}  // namespace linden::cuda
