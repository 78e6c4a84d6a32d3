// A scan and a partition in one pass over the data: each tile looks back at the sums of the tiles before it.
#include "simt/kernels/kernels.hpp"
#include "cuda/runtime/simt.hpp"

namespace linden::simt_test {
namespace {

using namespace linden::cuda;

// A tile's word: nothing yet, its own sum, or the sum up to it; with the flag above the value.
constexpr unsigned long long own_sum = 1ull << 32, full_sum = 2ull << 32;

// The number of this block's tile: in the order in which blocks get here, so that earlier tiles are under way.
__device__ unsigned take_tile(unsigned* ticket) {
  LINDEN_SHARED(taken, unsigned);
  if (threadIdx.x == 0) taken = atomicAdd(ticket, 1u);
  __syncthreads();
  return taken;
}

// The sum of all tiles before this one; every thread gets it.
__device__ unsigned look_back(unsigned long long* tiles, unsigned tile, unsigned sum) {
  LINDEN_SHARED(before, unsigned);
  if (threadIdx.x == 0) {
    unsigned all = 0;
    if (tile > 0) {
      store_release(&tiles[tile], own_sum | sum);
      for (unsigned other = tile; other > 0;) {
        const unsigned long long word = load_acquire(&tiles[other - 1]);
        if (word == 0) continue;
        all += unsigned(word);
        if (word >= full_sum) break;
        --other;
      }
    }
    store_release(&tiles[tile], full_sum | (all + sum));
    before = all;
  }
  __syncthreads();
  return before;
}

__global__ void scan(const unsigned* values, int count, unsigned* sums, ScanMemory memory) {
  const unsigned tile = take_tile(memory.ticket);
  const int i = int(tile * blockDim.x + threadIdx.x);
  const unsigned mine = i < count ? values[i] : 0;
  const Place<unsigned> place = block_exclusive_sum(mine);
  const unsigned before = look_back(memory.tiles, tile, place.total);
  if (i < count) sums[i] = before + place.before + mine;
}

__global__ void partition(const int* values, int count, int pivot, int* sorted, ScanMemory memory) {
  const unsigned tile = take_tile(memory.ticket);
  const int i = int(tile * blockDim.x + threadIdx.x);
  const int mine = i < count ? values[i] : 0;
  const unsigned goes_left = i < count && mine < pivot;
  const Place<unsigned> place = block_exclusive_sum(goes_left);
  const int left = int(look_back(memory.tiles, tile, place.total) + place.before);
  if (i < count) sorted[goes_left ? left : count - 1 - (i - left)] = mine;
}

unsigned tiles_of(int count) { return unsigned(count + tile_size - 1) / tile_size; }

}  // namespace

void run_scan(const unsigned* values, int count, unsigned* sums, ScanMemory memory) {
  launch<scan>({.grid = tiles_of(count), .block = tile_size}, values, count, sums, memory);
}

void run_partition(const int* values, int count, int pivot, int* sorted, ScanMemory memory) {
  launch<partition>({.grid = tiles_of(count), .block = tile_size}, values, count, pivot, sorted, memory);
}

}  // namespace linden::simt_test
