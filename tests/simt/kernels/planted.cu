// Kernels with one bug each, for the tests of what the checking build finds. "// bug: name" marks the line of a
// message.
#include "simt/kernels/planted.hpp"

#include "cuda/runtime/simt.hpp"

namespace linden::simt_test {

__device__ int plain_global = 0;

namespace {

using namespace linden::cuda;

__global__ void missing_barrier(unsigned* words) {
  LINDEN_SHARED(cells, unsigned[64]);
  cells[threadIdx.x] = words[threadIdx.x];       // bug: written
  words[threadIdx.x] = cells[63 - threadIdx.x];  // bug: read too early
}

__global__ void missing_second_barrier(unsigned* words) {
  LINDEN_SHARED(cells, unsigned[64]);
  for (int step = 0; step < 2; ++step) {
    cells[threadIdx.x] = words[threadIdx.x];  // bug: written again
    __syncthreads();
    words[threadIdx.x] = cells[63 - threadIdx.x];  // bug: still read
  }
}

__global__ void missing_warp_barrier(unsigned* words) {
  LINDEN_SHARED(cells, unsigned[32]);
  cells[threadIdx.x] = words[threadIdx.x];  // bug: lane writes
  const unsigned other = __shfl_xor_sync(all_lanes, threadIdx.x, 1);
  words[threadIdx.x] = cells[other];  // bug: lane reads
}

__global__ void divergent_barrier(unsigned* words) {
  if (threadIdx.x < 20)
    __syncthreads();  // bug: some
  else
    __syncthreads();  // bug: others
  words[threadIdx.x] = 1;
}

__global__ void early_return(unsigned* words) {
  if (threadIdx.x >= 40) return;
  words[threadIdx.x] = 1;
  __syncthreads();  // bug: barrier after a return
}

__global__ void global_past_end(unsigned* words) {
  words[threadIdx.x + 1] = 1;  // bug: global past the end
}

__global__ void shared_past_end(unsigned* words) {
  LINDEN_SHARED(cells, unsigned[64]);
  cells[threadIdx.x] = 0;
  __syncthreads();
  unsigned* const first = cells;
  words[threadIdx.x] = first[threadIdx.x + 1];  // bug: shared past the end
}

__global__ void dynamic_far_past_end(unsigned* words) {
  LINDEN_DYNAMIC_SHARED(cells, unsigned);
  cells[threadIdx.x] = words[threadIdx.x];
  if (threadIdx.x == 3) cells[1024 + 64] = 1;  // bug: 4 KB past the end
}

__global__ void unwritten_shared(unsigned* words) {
  LINDEN_SHARED(cells, unsigned[64]);
  if (threadIdx.x < 63) cells[threadIdx.x] = 0;
  __syncthreads();
  words[threadIdx.x] = cells[threadIdx.x];  // bug: reads what nobody wrote
}

__global__ void bad_mask(unsigned* words) {
  if (threadIdx.x < 16) words[threadIdx.x] = __shfl_sync(all_lanes, threadIdx.x, 0);  // bug: half a warp
  words[threadIdx.x] += 1;
}

__global__ void mask_without_caller(unsigned* words) {
  words[threadIdx.x] = __ballot_sync(0x0000ffffu, 1);  // bug: lane 16 is not in the mask
}

__global__ void masks_differ(unsigned* words) {
  const unsigned mask = threadIdx.x == 5 ? 0x0000ffffu : all_lanes;
  words[threadIdx.x] = __ballot_sync(mask, 1);  // bug: lane 5 has another mask
}

__global__ void reads_lane_outside(unsigned* words) {
  if (threadIdx.x < 16)
    words[threadIdx.x] = __shfl_sync(0x0000ffffu, threadIdx.x, 20);  // bug: lane 20 does not shuffle
}

__global__ void plain_add(unsigned* words) {
  words[0] += threadIdx.x;  // bug: plus instead of atomicAdd
}

__global__ void plain_add_shared(unsigned* words) {
  LINDEN_SHARED(sum, unsigned);
  if (threadIdx.x == 0) sum = 0;
  __syncthreads();
  sum += 1;  // bug: plus in shared memory
  __syncthreads();
  words[threadIdx.x] = sum;
}

__global__ void missing_fence(unsigned* words) {
  LINDEN_SHARED(is_last, bool);
  if (threadIdx.x == 0) {
    words[2 + blockIdx.x] = 7;  // bug: no fence behind it
    is_last = atomicAdd(&words[0], 1u) == gridDim.x - 1;
  }
  __syncthreads();
  if (is_last && threadIdx.x == 0) words[1] = words[2] + words[3];  // bug: reads the other block's
}

__global__ void waits_for_ever(unsigned* words) {
  const auto* const flag = reinterpret_cast<const unsigned long long*>(words);
  while (load_acquire(flag) == 0) {  // bug: nobody sets it
  }
}

__global__ void writes_program_variable(unsigned*) {
  if (threadIdx.x == 9) plain_global = 1;  // bug: a variable of the program
}

__global__ void through_pointer(unsigned* words) {
  words[threadIdx.x] = 1;  // bug: through the pointer
}

__global__ void shifts_too_far(unsigned* words) {
  words[threadIdx.x] = 1u << (threadIdx.x + 1);  // bug: by 32
}

__global__ void float_too_large(float* values, unsigned* words) {
  words[threadIdx.x] = unsigned(int(values[threadIdx.x]));  // bug: 3e10 is no int
}

__global__ void misaligned(unsigned* words) {
  const Pack<unsigned> pack = load_pack(words + 1);  // bug: not a multiple of 16
  words[threadIdx.x + 4] = pack.values[0];
}

__global__ void barrier_in_half_a_warp(unsigned* words) {
  if (threadIdx.x < 2)
    __syncthreads();  // bug: two lanes at the barrier
  else
    __syncwarp();  // bug: the others at a warp barrier
  words[threadIdx.x] = 1;
}

__global__ void mask_beyond_block(unsigned* words) {
  words[threadIdx.x] = __ballot_sync(all_lanes, 1);  // bug: the block has 30 lanes
}

__global__ void mask_of_returned(unsigned* words) {
  if (threadIdx.x == 0) return;
  words[threadIdx.x] = __ballot_sync(all_lanes, 1);  // bug: lane 0 is gone
}

__global__ void circle(unsigned* words) {
  if (threadIdx.x == 0) __syncwarp(0b011);  // bug: a circle
  if (threadIdx.x == 1) __syncwarp(0b110);
  if (threadIdx.x == 2) __syncwarp(0b101);
  words[threadIdx.x] = 1;
}

__global__ void local_of_another(unsigned* words) {
  LINDEN_SHARED(pointer, unsigned*);
  unsigned local[2] = {words[threadIdx.x], 0};
  if (threadIdx.x == 0) pointer = local;
  __syncthreads();
  words[threadIdx.x] = pointer[threadIdx.x % 2];  // bug: thread 0's local variable
  __syncthreads();
}

__global__ void misaligned_atomic(unsigned* words) {
  atomicAdd(reinterpret_cast<unsigned long long*>(words + 1), 1ull);  // bug: not a multiple of 8
}

__global__ void too_much_static_shared(unsigned* words) {
  LINDEN_SHARED(cells, unsigned[12289]);  // bug: 48 KB and 4 bytes
  cells[threadIdx.x] = 1;
  words[threadIdx.x] = cells[threadIdx.x];
}

}  // namespace

void run_planted(Planted bug, unsigned* words, float* values) {
  using enum Planted;
  switch (bug) {
    case missing_barrier: return launch<simt_test::missing_barrier>({.block = 64}, words);
    case missing_second_barrier: return launch<simt_test::missing_second_barrier>({.block = 64}, words);
    case missing_warp_barrier: return launch<simt_test::missing_warp_barrier>({.block = 32}, words);
    case divergent_barrier: return launch<simt_test::divergent_barrier>({.block = 64}, words);
    case early_return: return launch<simt_test::early_return>({.block = 64}, words);
    case global_past_end: return launch<simt_test::global_past_end>({.block = 64}, words);
    case shared_past_end: return launch<simt_test::shared_past_end>({.block = 64}, words);
    case dynamic_far_past_end: return launch<simt_test::dynamic_far_past_end>({.block = 64, .shared = 256}, words);
    case unwritten_shared: return launch<simt_test::unwritten_shared>({.block = 64}, words);
    case bad_mask: return launch<simt_test::bad_mask>({.block = 32}, words);
    case mask_without_caller: return launch<simt_test::mask_without_caller>({.block = 32}, words);
    case masks_differ: return launch<simt_test::masks_differ>({.block = 32}, words);
    case reads_lane_outside: return launch<simt_test::reads_lane_outside>({.block = 32}, words);
    case plain_add: return launch<simt_test::plain_add>({.block = 64}, words);
    case plain_add_shared: return launch<simt_test::plain_add_shared>({.block = 64}, words);
    case missing_fence: return launch<simt_test::missing_fence>({.grid = 2, .block = 32}, words);
    case waits_for_ever: return launch<simt_test::waits_for_ever>({.block = 32}, words);
    case writes_program_variable: return launch<simt_test::writes_program_variable>({.block = 64}, words);
    case through_pointer: return launch<simt_test::through_pointer>({.block = 64}, words);
    case shifts_too_far: return launch<simt_test::shifts_too_far>({.block = 32}, words);
    case float_too_large: return launch<simt_test::float_too_large>({.block = 32}, values, words);
    case misaligned: return launch<simt_test::misaligned>({.block = 32}, words);
    case barrier_in_half_a_warp: return launch<simt_test::barrier_in_half_a_warp>({.block = 32}, words);
    case mask_beyond_block: return launch<simt_test::mask_beyond_block>({.block = 30}, words);
    case mask_of_returned: return launch<simt_test::mask_of_returned>({.block = 32}, words);
    case circle: return launch<simt_test::circle>({.block = 32}, words);
    case local_of_another: return launch<simt_test::local_of_another>({.block = 32}, words);
    case misaligned_atomic: return launch<simt_test::misaligned_atomic>({.block = 32}, words);
    case too_much_static_shared: return launch<simt_test::too_much_static_shared>({.block = 32}, words);
  }
}

}  // namespace linden::simt_test
