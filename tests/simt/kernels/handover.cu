// Correct ways for one thread to hand plain data to another: the checking build must accept each.
#include "cuda/runtime/simt.hpp"
#include "simt/kernels/kernels.hpp"

namespace linden::simt_test {
namespace {

using namespace linden::cuda;

// Sums what all blocks wrote, by the thread that knows all of it to be there.
__device__ void sum_of_all(const unsigned* data, unsigned* sum) {
  unsigned all = 0;
  for (unsigned i = 0; i < gridDim.x * blockDim.x; ++i) all += data[i];
  *sum = all;
}

// Every thread fences what it wrote, and after the barrier one of them counts the block.
__global__ void all_fence(unsigned* data, unsigned* done, unsigned* sum) {
  data[blockIdx.x * blockDim.x + threadIdx.x] = threadIdx.x;
  __threadfence();
  __syncthreads();
  if (threadIdx.x == 0 && atomicAdd(done, 1u) == gridDim.x - 1) sum_of_all(data, sum);
}

// After the barrier one thread fences what all of them wrote; another thread of the last block reads it.
__global__ void one_fences(unsigned* data, unsigned* done, unsigned* sum) {
  LINDEN_SHARED(is_last, bool);
  data[blockIdx.x * blockDim.x + threadIdx.x] = threadIdx.x;
  __syncthreads();
  if (threadIdx.x == 0) {
    __threadfence();
    is_last = atomicAdd(done, 1u) == gridDim.x - 1;
  }
  __syncthreads();
  if (is_last && threadIdx.x == blockDim.x - 1) sum_of_all(data, sum);
}

// Within a warp __syncwarp is enough; the first lane releases for all, the first lane of the next block acquires.
__global__ void warp_to_warp(unsigned* data, unsigned long long* flags, unsigned* ticket, unsigned* sum) {
  LINDEN_SHARED(turn, unsigned[1]);
  if (threadIdx.x == 0) turn[0] = atomicAdd(ticket, 1u);
  __syncwarp();
  const unsigned mine = turn[0];
  if (threadIdx.x == 0 && mine > 0)
    while (load_acquire(&flags[mine - 1]) == 0) {
    }
  __syncwarp();
  const unsigned before = mine > 0 ? data[(mine - 1) * 32 + (threadIdx.x ^ 1)] : 0;
  data[mine * 32 + threadIdx.x] = before + 1;
  __syncwarp();
  if (threadIdx.x == 0) store_release(&flags[mine], 1);
  if (mine == gridDim.x - 1) atomicAdd(sum, data[mine * 32 + (threadIdx.x ^ 2)]);
}

// Where each thread stands, for blocks and grids of three dimensions.
__global__ void places(unsigned* place) {
  const unsigned block = blockIdx.x + gridDim.x * (blockIdx.y + gridDim.y * blockIdx.z);
  const unsigned thread = threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z);
  const int counted = __syncthreads_count(threadIdx.z == 0), any = __syncthreads_or(threadIdx.y == 7);
  const int all = __syncthreads_and(blockIdx.x < 5);
  place[block * (blockDim.x * blockDim.y * blockDim.z) + thread] =
      unsigned(counted * 4 + (any != 0) * 2 + (all != 0)) + thread * 1000;
}

}  // namespace

void run_handover(Handover way, int blocks, unsigned* data, HandoverMemory memory) {
  const unsigned grid = unsigned(blocks);
  if (way == Handover::all_fence) launch<all_fence>({.grid = grid, .block = 64}, data, memory.count, memory.sum);
  if (way == Handover::one_fences) launch<one_fences>({.grid = grid, .block = 64}, data, memory.count, memory.sum);
  if (way == Handover::warp_to_warp)
    launch<warp_to_warp>({.grid = grid, .block = 32}, data, memory.flags, memory.count, memory.sum);
}

void run_places(unsigned* place) { launch<places>({.grid = {2, 3, 2}, .block = {4, 8, 3}}, place); }

}  // namespace linden::simt_test
