// What makes hot kernels slow and shows in no result: tools/check_sass.py must find each of it here.
#include <cstdint>

namespace {

struct Entry {
  std::uint32_t row;
  short gradient, curvature;
};
struct Tree {
  const Entry* entries;
  const unsigned char* bins;
  unsigned long long* sums;
};

// Each bin waits for its entry, and so memory is waited for twice a turn.
__global__ void chained(const Tree* tree, int rows, int* out) {
  __shared__ int cells[256];
  for (int i = threadIdx.x; i < 256; i += blockDim.x) cells[i] = 0;
  __syncthreads();
#pragma unroll 1
  for (int i = threadIdx.x; i < rows; i += blockDim.x)
    atomicAdd(cells + tree->bins[tree->entries[i].row], tree->entries[i].gradient);
  __syncthreads();
  for (int i = threadIdx.x; i < 256; i += blockDim.x) out[i] = cells[i];
}

// A pointer out of memory could lead to shared memory.
__global__ void generic(const Tree* tree) { atomicAdd(tree->sums + threadIdx.x, 1ull); }

// More numbers than 24 registers hold.
__global__ void __maxnreg__(24) spilled(const float* a, float* b) {
  float value[64];
#pragma unroll
  for (int k = 0; k < 64; ++k) value[k] = a[threadIdx.x + 64 * k];
  __syncthreads();
#pragma unroll
  for (int k = 0; k < 64; ++k) b[threadIdx.x + 64 * k] = value[k] * value[63 - k];
}

}  // namespace

void launch_planted_slowness(Tree* tree, int* out, float* a) {
  chained<<<1, 256>>>(tree, 1000, out);
  generic<<<1, 256>>>(tree);
  spilled<<<1, 1024>>>(a, a + 4096);
}
