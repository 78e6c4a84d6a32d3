// Adds each row's leaf value to its score.
#include "cuda/tree/device_tree.hpp"
#include "cuda/tree/steps.hpp"

namespace linden::cuda {
namespace {

constexpr unsigned threads = 256;
constexpr unsigned items = 4;  // rows of a thread at a time

__global__ void __launch_bounds__(threads)
    add_values(const std::int32_t* leaf_of_row, const double* leaf_values, double* scores, std::int64_t rows) {
  const std::int64_t tile = std::int64_t{items} * threads;
  for (std::int64_t begin = blockIdx.x * tile + threadIdx.x; begin < rows; begin += gridDim.x * tile) {
    double sum[items];
#pragma unroll
    for (unsigned i = 0; i < items; ++i) {
      const std::int64_t row = begin + i * threads;
      sum[i] = row < rows ? scores[row] + leaf_values[leaf_of_row[row]] : 0;
    }
#pragma unroll
    for (unsigned i = 0; i < items; ++i)
      if (begin + i * threads < rows) scores[begin + i * threads] = sum[i];
  }
}

}  // namespace

void update(Context& context, TreeMemory& tree, double* scores) {
  if (tree.bins.rows == 0) return;
  launch<add_values>(
      {.grid = blocks_for(context, tree.bins.rows, items * threads), .block = threads, .stream = stream_of(context)},
      tree.leaf_of_row, tree.leaf_values, scores, tree.bins.rows);
}

}  // namespace linden::cuda
