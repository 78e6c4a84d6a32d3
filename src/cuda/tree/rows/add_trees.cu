// Finished trees added to the scores of rows that are there as bins: a thread takes its row down all trees, in order.
#include "backend/tree/bin_forest.hpp"
#include "backend/tree/wide_bins.hpp"
#include "cuda/runtime/stream.hpp"
#include "cuda/runtime/simt.hpp"
#include "cuda/tree/steps.hpp"

namespace linden::cuda {
namespace {

constexpr unsigned threads = 256;

__global__ void __launch_bounds__(threads) add(BinForestView forest, BinsView bins, double* scores) {
  const std::int64_t row = std::int64_t{blockIdx.x} * threads + threadIdx.x;
  if (row >= bins.rows) return;
  for (std::int32_t tree = 0; tree < forest.trees; ++tree) {
    std::int32_t at = forest.roots[tree];
    for (;;) {
      const BinNode& node = forest.nodes[at];
      if (node.left == at) break;
      at = next_node(node, bin_at(bins, node, row));
    }
    double* const own = scores + forest.outputs[tree] * bins.rows + row;
    const double* const values = forest.values + std::int64_t{at} * forest.width;
    for (std::int32_t k = 0; k < forest.width; ++k) own[k * bins.rows] += values[k];
  }
}

}  // namespace

void add_trees(Context& context, const AddTreesTask& task) {
  if (task.bins.rows == 0 || task.forest.trees == 0) return;
  launch<add>(
      {.grid = unsigned((task.bins.rows + threads - 1) / threads), .block = threads, .stream = stream_of(context)},
      task.forest, task.bins, task.scores);
}

}  // namespace linden::cuda
