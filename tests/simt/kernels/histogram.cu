// A histogram in dynamic shared memory.
#include "simt/kernels/kernels.hpp"
#include "cuda/runtime/simt.hpp"

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

}  // namespace

void run_histogram(const unsigned char* values, int count, unsigned* counts) {
  launch<histogram<unsigned char, 64>>({.grid = 5, .block = 96, .shared = 64 * sizeof(unsigned)}, values, count,
                                       counts);
}

}  // namespace linden::simt_test
