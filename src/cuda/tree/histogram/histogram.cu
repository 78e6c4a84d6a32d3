// Histograms: the sums of quantised gradients and curvatures of a node's rows, by feature and bin, for all new nodes of
// a step in one launch.
//
// A block takes a range of the rows of all nodes, for a group of up to 32 features, and keeps one node's cells in
// shared memory as 32-bit sums: a bin has 32 of gradients, then 32 of curvatures, cell `bin * 64 + lane`. A lane holds
// four features of a row (one word of bins); lanes that hold the same word take turns within it, and where a row has
// fewer than eight words there are replicas side by side, so that no two lanes of a warp ever meet in a bank. Before a
// sum can overflow, and at the end of each node's rows, cells are added to the node's histogram in global memory, or
// stored there where no other block has rows of the node. All sums are of integers: no order changes them.
//
// Wide gradients (24 bits) are summed in two halves of 12 bits, each by blocks of its own.
#include "backend/tree/grow_queue.hpp"
#include "cuda/tree/device_tree.hpp"
#include "cuda/tree/node_sums.hpp"
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

// How the rows of a step's jobs are divided between blocks: so many each, in their order.
struct Shares {
  unsigned blocks, parts;  // parts: of a gradient, by blocks of their own

  __device__ __forceinline__ std::int64_t rows(std::int64_t total) const {
    const std::int64_t even = (total + blocks - 1) / blocks;
    return even > least_rows ? even : least_rows;
  }
  // Whether a block with the rows begin .. end - 1 is the only one to have rows of a job.
  __device__ __forceinline__ bool is_sole(const std::int64_t* first_row, std::int32_t job, std::int64_t begin,
                                          std::int64_t end) const {
    return parts == 1 && begin <= first_row[job] && first_row[job] < first_row[job + 1] && first_row[job + 1] <= end;
  }
};

// Zeros for the jobs whose sums are added.
__global__ void clear(const TreeState* tree, StepScratch scratch, Shares shares) {
  const std::int32_t jobs = *scratch.jobs;
  const std::int64_t numbers = std::int64_t{2} * tree->bins.cells;
  const std::int64_t share = shares.rows(jobs > 0 ? scratch.first_row[jobs] : 0);
  for (std::int32_t j = std::int32_t(blockIdx.y); j < jobs; j += std::int32_t(gridDim.y)) {
    const std::int64_t begin = scratch.first_row[j] / share * share;
    if (shares.is_sole(scratch.first_row, j, begin, begin + share)) continue;  // whole blocks
    std::int64_t* const sums = global(node_sums(*tree, tree->nodes[scratch.job_node[j]].slot));
    for (std::int64_t i = blockIdx.x * blockDim.x + threadIdx.x; i < numbers; i += gridDim.x * blockDim.x) sums[i] = 0;
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

// Where a feature's sums begin in a histogram, and how many bins it has.
struct Column {
  std::int32_t first, bins;
};

// Takes a block's sums to a node's histogram, and leaves zeros. Lanes, each of which had a column, get a bin each of
// the same feature, so that a warp's numbers lie side by side in global memory too: the sums of a bin are first turned
// by as many places, and then neither columns nor bins meet in a bank.
template <int columns, class Take>
__device__ __forceinline__ void flush(int* sums, int bins, const Column* column_of, const Take& take) {
  constexpr int replicas = 32 / columns, at_once = 8;
  const int lane = int(lane_index()), warp = int(warp_index());
  for (int first = warp; first < 2 * bins; first += at_once * warps) {
    int value[at_once];
#pragma unroll
    for (int u = 0; u < at_once; ++u)
      if (const int row = first + u * warps; row < 2 * bins) value[u] = sums[32 * row + lane];
    __syncwarp();
#pragma unroll
    for (int u = 0; u < at_once; ++u)
      if (const int row = first + u * warps; row < 2 * bins) sums[32 * row + (lane + row / 2) % 32] = value[u];
  }
  __syncthreads();
  const int tiles = (bins + 31) / 32;
  for (int tile = warp; tile < columns * tiles; tile += warps) {
    const int column = tile % columns, bin = tile / columns * 32 + lane;
    if (bin >= bins) continue;
    long long gradient = 0, curvature = 0;
#pragma unroll
    for (int r = 0; r < replicas; ++r) {
      int* const sum = sums + bin * 64 + (r * columns + column + bin) % 32;
      gradient += sum[0];
      curvature += sum[32];
      sum[0] = sum[32] = 0;
    }
    const Column of = column_of[column];
    if (bin < of.bins) take(of.first + bin, of.first + of.bins + bin, gradient, curvature);
  }
}

__device__ __forceinline__ void add_to(std::int64_t* sum, long long value, int shift) {
  if (value != 0)
    atomicAdd(reinterpret_cast<unsigned long long*>(sum), static_cast<unsigned long long>(value) << shift);
}

// `words`: of four bins, that a row has in the group: 8, or 4, 2, 1 where rows are shorter.
template <int words, class E>
__global__ void __launch_bounds__(threads, most_resident)
    accumulate(const TreeState* tree, StepScratch scratch, std::int32_t bins, Shares shares) {
  constexpr int columns = 4 * words, replicas = 32 / columns, rows_at_once = 32 / words;
  constexpr int unrolled = sizeof(E) == 8 ? 4 : 2;  // rows that a lane has in flight
  LINDEN_DYNAMIC_SHARED(sums, int);                 // [bins, 2, replicas, columns]: of gradients, of curvatures
  LINDEN_SHARED(column_of, Column[columns]);
  const std::int32_t group = std::int32_t(blockIdx.y) * 32;
  const int part = int(blockIdx.z);
  const std::int32_t jobs = *scratch.jobs;
  const std::int64_t total = jobs > 0 ? scratch.first_row[jobs] : 0;
  const std::int64_t share = shares.rows(total), begin = share * blockIdx.x;
  const std::int64_t end = begin + share < total ? begin + share : total;
  if (begin >= end) return;                 // whole blocks
  const bool used = is_used(*tree, group);  // where not, nobody reads the sums: zeros do

  const int lane = int(lane_index()), word = lane % words, turn = lane / words;
  const int first_cell = (turn / 4 % replicas) * columns + 4 * word;
  const E* const entries = global(static_cast<const E*>(tree->entries));
  const std::uint8_t* const my_bins = global(tree->bins.by_row + group + 4 * word);
  const auto stride = static_cast<unsigned>(tree->bins.row_stride);
  for (int c = int(threadIdx.x); c < columns; c += threads) {
    column_of[c] = Column{0, 0};
    if (group + c >= tree->bins.features) continue;
    const FeatureBins& feature = tree->bins.feature[group + c];
    column_of[c] = Column{2 * feature.first_cell, feature.bins};
  }
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

  std::int64_t at = begin;
  for (std::int32_t job = range_of(scratch.first_row, jobs, at); at < end; ++job) {
    const GrowNode& node = tree->nodes[scratch.job_node[job]];
    const std::int64_t before = scratch.first_row[job];
    const std::int64_t stop = scratch.first_row[job + 1] < end ? scratch.first_row[job + 1] : end;
    bool is_stored = shares.is_sole(scratch.first_row, job, begin, end);  // then added to, if there are more rows
    while (at < stop) {
      const std::int64_t next = at + flush_rows < stop ? at + flush_rows : stop;
      __syncthreads();  // cells are zero
      const E* const first = entries + node.begin + at - before;
      const int rows = used ? int(next - at) : 0;
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
      std::int64_t* const histogram = global(node_sums(*tree, node.slot));
      const int shift = part * low_bits;
      flush<columns>(sums, bins, column_of,
                     [=](int of_gradients, int of_curvatures, long long gradient, long long curvature) {
                       if (is_stored) {
                         histogram[of_gradients] = gradient;
                         histogram[of_curvatures] = curvature;
                       } else {
                         add_to(histogram + of_gradients, gradient, shift);
                         add_to(histogram + of_curvatures, curvature, shift);
                       }
                     });
      is_stored = false;
      at = next;
    }
  }
}

Shares shares_of(const Context& context, const TreeMemory& tree, std::size_t shared) {
  const Stream& stream = *context.stream;
  const unsigned groups = static_cast<unsigned>((tree.bins.features + 31) / 32), parts = tree.wide ? 2 : 1;
  // No more blocks than are resident at once: one more would run alone, when all others have ended.
  const std::size_t fit = (stream.most_shared() + 1024) / (shared + 1024);
  const unsigned resident = static_cast<unsigned>(stream.multiprocessors()) *
                            static_cast<unsigned>(fit < most_resident ? fit : most_resident);
  const unsigned shared_out = resident / (groups * parts), fair = shared_out > 0 ? shared_out : 1;
  const std::int64_t tiles = (tree.sample_rows + least_rows - 1) / least_rows, useful = tiles > 0 ? tiles : 1;
  return {useful < fair ? static_cast<unsigned>(useful) : fair, parts};
}

template <int words>
void accumulate_rows(Context& context, const TreeMemory& tree, const StepScratch& scratch, std::size_t shared,
                     const Shares& shares) {
  const unsigned groups = static_cast<unsigned>((tree.bins.features + 31) / 32);
  with_entries(tree, [&]<class E>(E*) {
    launch<accumulate<words, E>>({.grid = {shares.blocks, groups, shares.parts},
                                  .block = threads,
                                  .shared = shared,
                                  .stream = stream_of(context)},
                                 tree.state, scratch, tree.bins.most_bins, shares);
  });
}

}  // namespace

void histogram(Context& context, TreeMemory& tree) {
  const StepScratch scratch(tree);
  launch<plan>({.grid = 1, .block = 256, .stream = stream_of(context)}, tree.state, scratch);
  if (tree.bins.sparse.features > 0) sum_sparse(context, tree);
  if (tree.bins.features == 0) return;
  const auto nodes = static_cast<unsigned>(most_new_nodes(context, tree));
  const std::size_t shared = std::size_t{2} * 32 * sizeof(int) * static_cast<std::size_t>(tree.bins.most_bins);
  const Shares shares = shares_of(context, tree, shared);
  launch<clear>({.grid = {blocks_for(context, std::int64_t{2} * tree.bins.cells, 256), nodes},
                 .block = 256,
                 .stream = stream_of(context)},
                tree.state, scratch, shares);
  const auto accumulate_as = tree.bins.row_stride >= 32   ? accumulate_rows<8>
                             : tree.bins.row_stride == 16 ? accumulate_rows<4>
                             : tree.bins.row_stride == 8  ? accumulate_rows<2>
                                                          : accumulate_rows<1>;
  accumulate_as(context, tree, scratch, shared, shares);
}

}  // namespace linden::cuda
