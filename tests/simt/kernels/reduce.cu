// Sums, the best of a block, and the block that comes last.
#include "simt/kernels/kernels.hpp"
#include "cuda/runtime/simt.hpp"

namespace linden::simt_test {
namespace {

using namespace linden::cuda;

template <class T>
__global__ void total(const T* values, int count, T* sum) {
  const int i = int(blockIdx.x * blockDim.x + threadIdx.x);
  const T mine = block_reduce(i < count ? values[i] : T(0), Sum{});
  if (threadIdx.x == 0) atomicAdd(sum, mine);
}

struct Better {
  __device__ __forceinline__ Candidate operator()(Candidate a, Candidate b) const {
    if (a.gain != b.gain) return a.gain > b.gain ? a : b;
    return a.index < b.index ? a : b;
  }
};

__global__ void best_of_block(const float* values, int count, Candidate* best) {
  const int i = int(blockIdx.x * blockDim.x + threadIdx.x);
  const Candidate mine = i < count ? Candidate{values[i], i} : Candidate{-1e30f, i};
  const Candidate found = block_reduce(mine, Better{});
  if (threadIdx.x == 0) best[blockIdx.x] = found;
}

// The same functions twice in a row: each call must leave its shared memory to the next.
__global__ void in_a_row(const unsigned* values, unsigned* sums) {
  const unsigned mine = values[threadIdx.x];
  const unsigned least = block_reduce(mine, Min{}), most = ~block_reduce(~mine, Min{});
  const unsigned before = block_exclusive_sum(mine).before, twice_before = block_exclusive_sum(2 * mine).before;
  sums[threadIdx.x] = least + most + before + twice_before;
}

__global__ void last_block(const float* values, int count, float* partial, unsigned* done, float* sum) {
  LINDEN_SHARED(is_last, bool);
  const int i = int(blockIdx.x * blockDim.x + threadIdx.x);
  const float mine = block_reduce(i < count ? values[i] : 0.0f, Sum{});
  if (threadIdx.x == 0) {
    partial[blockIdx.x] = mine;
    __threadfence();
    is_last = atomicAdd(done, 1u) == gridDim.x - 1;
  }
  __syncthreads();
  if (is_last && threadIdx.x == 0) {
    float all = 0;
    for (unsigned block = 0; block < gridDim.x; ++block) all += partial[block];
    *sum = all;
  }
}

}  // namespace

template <class T>
void run_total(const T* values, int count, T* sum, StreamHandle stream) {
  launch<total<T>>({.grid = unsigned(count + 255) / 256, .block = 256, .stream = stream}, values, count, sum);
}
template void run_total(const float*, int, float*, StreamHandle);
template void run_total(const double*, int, double*, StreamHandle);
template void run_total(const unsigned*, int, unsigned*, StreamHandle);

void run_best(const float* values, int count, Candidate* best) {
  launch<best_of_block>({.grid = unsigned(count + 127) / 128, .block = 128}, values, count, best);
}

void run_in_a_row(const unsigned* values, unsigned* sums) { launch<in_a_row>({.block = 128}, values, sums); }

void run_last_block(const float* values, int count, float* partial, unsigned* done, float* sum) {
  launch<last_block>({.grid = unsigned(count + 63) / 64, .block = 64}, values, count, partial, done, sum);
}

}  // namespace linden::simt_test
