// A histogram in dynamic shared memory; and loops that do one thing many times, for their cost.
#include "simt/kernels/kernels.hpp"
#include "runtime/simt.hpp"

namespace linden::simt_test {
namespace {

using namespace linden::cuda;

template <class Value, unsigned Bins>
__global__ void histogram(const Value* values, int count, unsigned* counts) {
  LINDEN_DYNAMIC_SHARED(cells, unsigned);
  for (unsigned bin = threadIdx.x; bin < Bins; bin += blockDim.x) cells[bin] = 0;
  __syncthreads();
  const int stride = int(gridDim.x * blockDim.x);
  for (int i = int(blockIdx.x * blockDim.x + threadIdx.x); i < count; i += stride) atomicAdd(&cells[values[i]], 1u);
  __syncthreads();
  for (unsigned bin = threadIdx.x; bin < Bins; bin += blockDim.x) atomicAdd(&counts[bin], cells[bin]);
}

__global__ void many(int kind, int times, unsigned* word) {
  unsigned sum = 0;
  for (int i = 0; i < times; ++i) {
    if (kind == 0) __syncthreads();
    if (kind == 1) sum += __shfl_sync(all_lanes, sum, int(lane_index() ^ 1));
    if (kind == 2) atomicAdd(&word[threadIdx.x], 1u);
    if (kind == 3) sum += word[(threadIdx.x + unsigned(i)) % 256];
  }
  if (sum == 1) word[threadIdx.x] = sum;
}

}  // namespace

void run_histogram(const unsigned char* values, int count, unsigned* counts) {
  launch<histogram<unsigned char, 64>>({.grid = 5, .block = 96, .shared = 64 * sizeof(unsigned)}, values, count,
                                       counts);
}

void run_many(int kind, int times, unsigned* word) { launch<many>({.block = 256}, kind, times, word); }

}  // namespace linden::simt_test
