// What lanes tell each other, and accesses of 16 bytes.
#include "simt/kernels/kernels.hpp"
#include "cuda/runtime/simt.hpp"

namespace linden::simt_test {
namespace {

using namespace linden::cuda;

__global__ void warp_answers(const int* values, WarpAnswers* answers) {
  const int mine = values[threadIdx.x];
  WarpAnswers answer{};
  answer.up = __shfl_up_sync(all_lanes, mine, 1);
  answer.down = __shfl_down_sync(all_lanes, mine, 2, 8);
  answer.across = __shfl_xor_sync(all_lanes, mine, 3);
  // Halves meet apart from each other, each under its own mask.
  const unsigned half = lane_index() < 16 ? 0x0000ffffu : 0xffff0000u;
  answer.other_half = __shfl_sync(half, mine, 5, 16);
  answer.count = __popc(__ballot_sync(all_lanes, mine % 2 == 0)) + 100 * __any_sync(half, mine == 7) +
                 1000 * __all_sync(half, mine < 40);
  answer.same = __popc(__match_any_sync(all_lanes, mine % 5));
  answers[threadIdx.x] = answer;
}

__constant__ float factors[4] = {2, 2, 2, 2};

__global__ void twice(const float* in, int count, float* out) {
  const int i = 4 * int(blockIdx.x * blockDim.x + threadIdx.x);
  if (i < count) {
    Pack<float> pack = load_pack(in + i);
    for (int k = 0; k < 4; ++k) pack.values[k] *= factors[(threadIdx.x + unsigned(k)) % 4];
    store_pack(out + i, pack);
  }
}

// Neighbours share a word, and are no race.
__global__ void reverse_bytes(const unsigned char* in, unsigned char* out) {
  LINDEN_SHARED(cells, unsigned char[64]);
  cells[threadIdx.x] = in[threadIdx.x];
  __syncthreads();
  out[threadIdx.x] = cells[63 - threadIdx.x];
}

}  // namespace

void run_reverse_bytes(const unsigned char* in, unsigned char* out) { launch<reverse_bytes>({.block = 64}, in, out); }

void run_warp(const int* values, WarpAnswers* answers) { launch<warp_answers>({.block = 64}, values, answers); }

void run_double(const float* in, int count, float* out) {
  launch<twice>({.grid = unsigned(count / 4 + 63) / 64, .block = 64}, in, count, out);
}

}  // namespace linden::simt_test
