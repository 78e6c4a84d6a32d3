// Rows by bin, where splits need them all; and where rows lie on several machines, what a step sums over them, side by
// side, so that one call sums it, and back.
#include "backend/tree/grow_queue.hpp"
#include "cuda/tree/device_tree.hpp"
#include "cuda/tree/node_sums.hpp"
#include "cuda/tree/row_counts.hpp"
#include "cuda/tree/steps.hpp"

namespace linden::cuda {
namespace {

constexpr unsigned threads = 256;
constexpr unsigned most_parts = 16;                        // that the rows of a node are divided into
constexpr std::int64_t part_rows = std::int64_t{1} << 16;  // ... of so many each, if there are not more

// The rows of all new nodes by cell: a block counts a part of a node's rows by one feature.
template <class E>
__global__ void __launch_bounds__(count_threads) count_new_nodes(const TreeState* tree) {
  LINDEN_SHARED(rows, unsigned[count_threads]);
  const std::int32_t count = tree->node_count - tree->first_new;
  for (std::int32_t n = std::int32_t(blockIdx.y); n < count; n += std::int32_t(gridDim.y)) {
    const GrowNode& node = tree->nodes[tree->first_new + n];
    if (!may_split(*tree, node)) continue;  // whole blocks
    const std::int64_t even = (node.entries + gridDim.z - 1) / gridDim.z, share = even > part_rows ? even : part_rows;
    const std::int64_t begin = share * blockIdx.z, end = begin + share < node.entries ? begin + share : node.entries;
    if (begin >= end) continue;
    for (std::int32_t i = std::int32_t(blockIdx.x); i < tree->feature_count; i += std::int32_t(gridDim.x)) {
      const std::int32_t index = tree->features[i];
      rows[threadIdx.x] = 0;
      __syncthreads();
      count_rows<E>(*tree, node, index, begin, end, rows);
      __syncthreads();
      std::int64_t* const cells = rows_by_cell(*tree, n) + tree->bins.feature[index].first_cell;
      if (rows[threadIdx.x] != 0)
        atomicAdd(reinterpret_cast<unsigned long long*>(cells + threadIdx.x),
                  static_cast<unsigned long long>(rows[threadIdx.x]));
    }
  }
}

// Between the histograms of the nodes that were summed and the exchange, which has each cell's sums side by side, one
// way or the other. A block takes features.
template <bool out>
__global__ void __launch_bounds__(threads) move(const TreeState* tree, StepScratch scratch) {
  const std::int32_t jobs = *scratch.jobs;
  for (std::int32_t j = std::int32_t(blockIdx.y); j < jobs; j += std::int32_t(gridDim.y)) {
    std::int64_t* const histogram = node_sums(*tree, tree->nodes[scratch.job_node[j]].slot);
    WideCell* const exchanged = exchanged_histogram(*tree, j);
    for (std::int32_t f = std::int32_t(blockIdx.x); f < tree->bins.features; f += std::int32_t(gridDim.x)) {
      const FeatureBins& feature = tree->bins.feature[f];
      const auto sums = sums_of_feature(histogram, feature);
      for (std::int32_t bin = std::int32_t(threadIdx.x); bin < feature.bins; bin += std::int32_t(threads)) {
        WideCell& cell = exchanged[feature.first_cell + bin];
        if constexpr (out) {
          cell = WideCell{sums.gradients[bin], sums.curvatures[bin]};
        } else {
          sums.gradients[bin] = cell.gradient;
          sums.curvatures[bin] = cell.curvature;
        }
      }
    }
  }
}

template <bool out>
void move_histograms(Context& context, const TreeMemory& tree) {
  const auto nodes = static_cast<unsigned>(most_new_nodes(context, tree));
  launch<move<out>>(
      {.grid = {blocks_for(context, tree.bins.features, 1), nodes}, .block = threads, .stream = stream_of(context)},
      tree.state, StepScratch(tree));
}

}  // namespace

void count_bins(Context& context, TreeMemory& tree) {
  const std::int64_t nodes = most_new_nodes(context, tree);
  if (tree.feature_count == 0) return;
  set_bytes(context, tree.exchange, 0, static_cast<std::size_t>(nodes * tree.bins.cells) * sizeof(std::int64_t),
            "count_bins");
  with_entries(tree, [&]<class E>(E*) {
    launch<count_new_nodes<E>>(
        {.grid = {blocks_for(context, tree.feature_count, 1), static_cast<unsigned>(nodes), most_parts},
         .block = count_threads,
         .stream = stream_of(context)},
        tree.state);
  });
}

// The host waits for the number of nodes: the others are waited for anyway.
std::int64_t pack(Context& context, TreeMemory& tree) {
  TreeState state;
  std::int32_t jobs = 0;
  const auto download = [&](auto& to, const auto* from) {
    check(cudaMemcpyAsync(&to, from, sizeof to, cudaMemcpyDeviceToHost, stream_of(context)), "pack");
  };
  download(state, tree.state);
  download(jobs, StepScratch(tree).jobs);
  context.stream->synchronize();
  const std::int64_t nodes = state.node_count - state.first_new;
  if (nodes == 0 || tree.feature_count == 0) return 0;
  move_histograms<true>(context, tree);
  return exchanged(state, jobs);
}

void unpack(Context& context, TreeMemory& tree) { move_histograms<false>(context, tree); }

}  // namespace linden::cuda
