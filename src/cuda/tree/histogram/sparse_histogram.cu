// What the rows of a node add up to in each sparse feature: one cell a feature, whatever its bins. A warp takes a row
// and adds its sums to the cells of the row's features in global memory. All sums are of integers: no order changes
// them.
#include "backend/tree/sparse_bins.hpp"
#include "cuda/tree/device_tree.hpp"
#include "cuda/tree/sparse_steps.hpp"

namespace linden::cuda {
namespace {

constexpr unsigned threads = 256;

__global__ void clear(const TreeState* tree, StepScratch scratch) {
  const std::int32_t jobs = *scratch.jobs;
  const std::int64_t features = tree->bins.sparse.features;
  for (std::int32_t j = std::int32_t(blockIdx.y); j < jobs; j += std::int32_t(gridDim.y)) {
    SparseCell* const cells = tree->sparse_cells + tree->nodes[scratch.job_node[j]].slot * features;
    for (std::int64_t f = blockIdx.x * blockDim.x + threadIdx.x; f < features; f += gridDim.x * blockDim.x)
      cells[f] = SparseCell{0, 0, 0, 0};
  }
}

__device__ __forceinline__ void add(std::int64_t* sum, std::int64_t value) {
  if (value != 0) atomicAdd(reinterpret_cast<unsigned long long*>(sum), static_cast<unsigned long long>(value));
}

template <class E>
__global__ void __launch_bounds__(threads) accumulate(const TreeState* tree, StepScratch scratch) {
  const SparseBins& sparse = tree->bins.sparse;
  const std::int32_t jobs = *scratch.jobs;
  const std::int64_t total = jobs > 0 ? scratch.first_row[jobs] : 0;
  const std::int64_t step = std::int64_t{gridDim.x} * warps_in_block();
  for (std::int64_t at = std::int64_t{blockIdx.x} * warps_in_block() + warp_index(); at < total; at += step) {
    const std::int32_t job = range_of(scratch.first_row, jobs, at);
    const GrowNode& node = tree->nodes[scratch.job_node[job]];
    const E entry = static_cast<const E*>(tree->entries)[node.begin + at - scratch.first_row[job]];
    const SparseCell cell = cell_of(tree->centre, entry.gradient, entry.curvature);
    SparseCell* const cells = tree->sparse_cells + std::int64_t{node.slot} * sparse.features;
    if (lane_index() == 0) tree->row_sums[entry.row].label = node.label;
    const std::int64_t end = sparse.row_first[std::int64_t{entry.row} + 1];
    for (std::int64_t e = sparse.row_first[entry.row] + lane_index(); e < end; e += 32) {
      SparseCell& to = cells[sparse.row_features[e]];
      add(&to.rise, cell.rise);
      add(&to.fall, cell.fall);
      add(&to.curvature, cell.curvature);
      add(&to.rows, cell.rows);
    }
  }
}

}  // namespace

void sum_sparse(Context& context, TreeMemory& tree) {
  const StepScratch scratch(tree);
  const auto nodes = static_cast<unsigned>(most_new_nodes(context, tree));
  launch<clear>({.grid = {blocks_for(context, tree.bins.sparse.features, threads), nodes},
                 .block = threads,
                 .stream = stream_of(context)},
                tree.state, scratch);
  with_entries(tree, [&]<class E>(E*) {
    launch<accumulate<E>>(
        {.grid = blocks_for(context, tree.sample_rows, threads / 32), .block = threads, .stream = stream_of(context)},
        tree.state, scratch);
  });
}

}  // namespace linden::cuda
