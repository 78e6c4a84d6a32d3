// Histograms: the sums of quantised gradients and curvatures of a node's rows, by feature and bin, for all new nodes of
// a step in one launch.
//
// A block takes a range of the rows of all nodes, for a group of up to 32 features, and keeps one node's cells in
// shared memory as 32-bit sums: a bin has 32 of gradients, then 32 of curvatures, cell `bin * 64 + lane`. A lane holds
// four features of a row (one word of bins); lanes that hold the same word take turns within it, and where a row has
// fewer than eight words there are replicas side by side, so that no two lanes of a warp ever meet in a bank. Before a
// sum can overflow, and at the end of each node's rows, cells are added to the node's histogram in global memory. All
// sums are of integers: no order changes them.
//
// Wide gradients (24 bits) are summed in two halves of 12 bits, each by blocks of its own.
#include "backend/tree/grow_queue.hpp"
#include "cuda/tree/device_tree.hpp"
#include "cuda/tree/sparse_steps.hpp"
#include "cuda/tree/steps.hpp"

namespace linden::cuda {
namespace {

constexpr int threads = 512, warps = threads / 32;
constexpr int most_resident = 2;                  // blocks of a multiprocessor, by their registers
constexpr std::int64_t least_rows = 4096;         // of a block: fewer would not pay for its cells
constexpr int low_bits = 12;                      // of a wide gradient
constexpr std::int64_t flush_rows = packed_rows;  // rows whose sums fit 32 bits

// Which new nodes are summed row by row, their histograms, and how their rows follow each other.
__global__ void plan(TreeState* tree, StepScratch scratch) {
  const std::int32_t first_new = tree->first_new, count = tree->node_count - first_new, free = tree->free_count;
  const std::int64_t jobs = each_with_sum(
      count, [=](std::int32_t i) { return is_summed(*tree, first_new + i) ? 1 : 0; },
      [=](std::int32_t i, std::int64_t before) {
        if (!is_summed(*tree, first_new + i)) return;
        scratch.job_node[before] = first_new + i;
        tree->nodes[first_new + i].slot = tree->free_slots[free - 1 - before];
        tree->nodes[first_new + i].label = first_new + i;
      });
  __syncthreads();
  const std::int64_t rows = each_with_sum(
      std::int32_t(jobs), [=](std::int32_t j) { return tree->nodes[scratch.job_node[j]].entries; },
      [=](std::int32_t j, std::int64_t before) { scratch.first_row[j] = before; });
  if (threadIdx.x != 0) return;
  scratch.first_row[jobs] = rows;
  *scratch.jobs = std::int32_t(jobs);
  tree->free_count = free - std::int32_t(jobs);
}

__global__ void clear(const TreeState* tree, StepScratch scratch) {
  const std::int32_t jobs = *scratch.jobs;
  const std::int64_t cells = tree->bins.cells;
  for (std::int32_t j = std::int32_t(blockIdx.y); j < jobs; j += std::int32_t(gridDim.y)) {
    WideCell* const histogram = tree->histograms + tree->nodes[scratch.job_node[j]].slot * cells;
    for (std::int64_t c = blockIdx.x * blockDim.x + threadIdx.x; c < cells; c += gridDim.x * blockDim.x)
      histogram[c] = WideCell{0, 0};
  }
}

// Whether the tree uses any feature of [first, first + 32).
__device__ __forceinline__ bool is_used(const TreeState& tree, std::int32_t first) {
  std::int32_t low = 0;  // lower bound among the ascending features
  for (std::int32_t high = tree.feature_count; low < high;) {
    const std::int32_t middle = (low + high) / 2;
    if (tree.features[middle] < first)
      low = middle + 1;
    else
      high = middle;
  }
  return low < tree.feature_count && tree.features[low] < first + 32;
}

template <class Integer>
__device__ __forceinline__ int part_of(Integer value, int part) {
  if constexpr (sizeof(Integer) == 2)
    return value;
  else
    return part == 0 ? value & ((1 << low_bits) - 1) : value >> low_bits;
}

// `words`: of four bins, that a row has in the group: 8, or 4, 2, 1 where rows are shorter.
template <int words, class E>
__global__ void __launch_bounds__(threads, most_resident)
    accumulate(const TreeState* tree, StepScratch scratch, std::int32_t bins) {
  constexpr int columns = 4 * words, replicas = 32 / columns, rows_at_once = 32 / words;
  constexpr int unrolled = sizeof(E) == 8 ? 4 : 2;  // rows that a lane has in flight
  LINDEN_DYNAMIC_SHARED(sums, int);                 // [bins, 2, replicas, columns]: of gradients, of curvatures
  const std::int32_t group = std::int32_t(blockIdx.y) * 32;
  const int part = int(blockIdx.z);
  const std::int32_t jobs = *scratch.jobs;
  const std::int64_t total = jobs > 0 ? scratch.first_row[jobs] : 0;
  const std::int64_t even = (total + gridDim.x - 1) / gridDim.x, share = even > least_rows ? even : least_rows;
  std::int64_t at = share * blockIdx.x;
  const std::int64_t end = at + share < total ? at + share : total;
  if (at >= end || !is_used(*tree, group)) return;  // whole blocks

  const int lane = int(lane_index()), word = lane % words, turn = lane / words;
  const int first_cell = (turn / 4 % replicas) * columns + 4 * word;
  const E* const entries = global(static_cast<const E*>(tree->entries));
  const std::uint8_t* const my_bins = global(tree->bins.by_row + group + 4 * word);
  const auto stride = static_cast<unsigned>(tree->bins.row_stride);
  // What a thread adds to the node's histogram at the end of its rows is always of the same column.
  const int my_column = int(threadIdx.x) % columns;
  const bool is_feature = group + my_column < tree->bins.features;
  const FeatureBins feature = is_feature ? tree->bins.feature[group + my_column] : FeatureBins{};
  for (int c = int(threadIdx.x); c < 2 * 32 * bins; c += threads) sums[c] = 0;

  const auto bins_of = [&](const RawEntry<E>& entry) {
    return *reinterpret_cast<const unsigned*>(my_bins + std::int64_t{entry.unpacked().row} * stride);
  };
  const auto add = [&](const RawEntry<E>& raw, unsigned four) {
    const E entry = raw.unpacked();
    const int gradient = part_of(entry.gradient, part), curvature = part_of(entry.curvature, part);
#pragma unroll
    for (int j = 0; j < 4; ++j) {
      const int column = (j + turn) & 3;
      const int cell = int((four >> (8 * column)) & 255) * 64 + first_cell + column;
      atomicAdd(sums + cell, gradient);
      atomicAdd(sums + cell + 32, curvature);
    }
  };

  for (std::int32_t job = range_of(scratch.first_row, jobs, at); at < end; ++job) {
    const GrowNode& node = tree->nodes[scratch.job_node[job]];
    const std::int64_t before = scratch.first_row[job];
    const std::int64_t stop = scratch.first_row[job + 1] < end ? scratch.first_row[job + 1] : end;
    while (at < stop) {
      const std::int64_t next = at + flush_rows < stop ? at + flush_rows : stop;
      __syncthreads();  // cells are zero
      const E* const first = entries + node.begin + at - before;
      const int rows = int(next - at);
      constexpr int step = warps * rows_at_once;
      int i = int(warp_index()) * rows_at_once + turn;
      RawEntry<E> entry[unrolled];  // loaded a turn ahead of their bins
#pragma unroll
      for (int u = 0; u < unrolled; ++u)
        if (i + u * step < rows) entry[u] = load_raw(first + i + u * step);
      for (; i + (unrolled - 1) * step < rows; i += unrolled * step) {
        unsigned four[unrolled];
        RawEntry<E> ahead[unrolled];
#pragma unroll
        for (int u = 0; u < unrolled; ++u) four[u] = bins_of(entry[u]);
#pragma unroll
        for (int u = 0; u < unrolled; ++u)
          if (i + (unrolled + u) * step < rows) ahead[u] = load_raw(first + i + (unrolled + u) * step);
#pragma unroll
        for (int u = 0; u < unrolled; ++u) {
          add(entry[u], four[u]);
          entry[u] = ahead[u];
        }
      }
#pragma unroll
      for (int u = 0; u < unrolled; ++u)
        if (i + u * step < rows) add(entry[u], bins_of(entry[u]));
      __syncthreads();  // sums are complete
      WideCell* const cells =
          global(tree->histograms + std::int64_t{node.slot} * tree->bins.cells + feature.first_cell);
      for (int bin = int(threadIdx.x) / columns; bin < bins; bin += threads / columns) {
        long long gradient = 0, curvature = 0;
#pragma unroll
        for (int r = 0; r < replicas; ++r) {
          const int cell = bin * 64 + r * columns + my_column;
          gradient += sums[cell];
          curvature += sums[cell + 32];
          sums[cell] = sums[cell + 32] = 0;
        }
        if (bin >= feature.bins || (gradient == 0 && curvature == 0)) continue;
        WideCell* const to = cells + bin;
        const int shift = part * low_bits;
        atomicAdd(reinterpret_cast<unsigned long long*>(&to->gradient), static_cast<unsigned long long>(gradient)
                                                                            << shift);
        atomicAdd(reinterpret_cast<unsigned long long*>(&to->curvature), static_cast<unsigned long long>(curvature)
                                                                             << shift);
      }
      at = next;
    }
  }
}

template <int words>
void accumulate_rows(Context& context, const TreeMemory& tree, const StepScratch& scratch) {
  const Stream& stream = *context.stream;
  const std::size_t shared = std::size_t{2} * 32 * sizeof(int) * static_cast<std::size_t>(tree.bins.most_bins);
  const unsigned groups = static_cast<unsigned>((tree.bins.features + 31) / 32), parts = tree.wide ? 2 : 1;
  // No more blocks than are resident at once: one more would run alone, when all others have ended.
  const std::size_t fit = (stream.most_shared() + 1024) / (shared + 1024);
  const unsigned resident = static_cast<unsigned>(stream.multiprocessors()) *
                            static_cast<unsigned>(fit < most_resident ? fit : most_resident);
  const unsigned shared_out = resident / (groups * parts), fair = shared_out > 0 ? shared_out : 1;
  const std::int64_t tiles = (tree.sample_rows + least_rows - 1) / least_rows, useful = tiles > 0 ? tiles : 1;
  const unsigned across = useful < fair ? static_cast<unsigned>(useful) : fair;
  with_entries(tree, [&]<class E>(E*) {
    launch<accumulate<words, E>>(
        {.grid = {across, groups, parts}, .block = threads, .shared = shared, .stream = stream_of(context)}, tree.state,
        scratch, tree.bins.most_bins);
  });
}

}  // namespace

void histogram(Context& context, TreeMemory& tree) {
  const StepScratch scratch(tree);
  launch<plan>({.grid = 1, .block = 256, .stream = stream_of(context)}, tree.state, scratch);
  if (tree.bins.sparse.features > 0) sum_sparse(context, tree);
  if (tree.bins.features == 0) return;
  const auto nodes = static_cast<unsigned>(most_new_nodes(context, tree));
  launch<clear>(
      {.grid = {blocks_for(context, tree.bins.cells, 256), nodes}, .block = 256, .stream = stream_of(context)},
      tree.state, scratch);
  if (tree.bins.row_stride >= 32)
    accumulate_rows<8>(context, tree, scratch);
  else if (tree.bins.row_stride == 16)
    accumulate_rows<4>(context, tree, scratch);
  else if (tree.bins.row_stride == 8)
    accumulate_rows<2>(context, tree, scratch);
  else
    accumulate_rows<1>(context, tree, scratch);
}

}  // namespace linden::cuda
