// Small real kernels for the executor's own tests. Each function launches one; arrays are the device's.
#pragma once

#include "cuda/runtime/launch.hpp"

namespace linden::simt_test {

using cuda::StreamHandle;

/// Adds the sum of the values to *sum.
template <class T>
void run_total(const T* values, int count, T* sum, StreamHandle stream = nullptr);

struct Candidate {
  float gain;
  int index;
};
/// The largest value of each block of 128, the lowest index among equals.
void run_best(const float* values, int count, Candidate* best);

/// Adds how often each of 64 values occurs to counts, by way of shared memory.
void run_histogram(const unsigned char* values, int count, unsigned* counts);

/// What a scan over blocks needs, zeroed: one word for each tile, and the number of the next tile.
struct ScanMemory {
  unsigned long long* tiles;
  unsigned* ticket;
};
constexpr int tile_size = 128;
/// sums[i] = values[0] + ... + values[i], in one pass: a tile looks back at the tiles before it.
void run_scan(const unsigned* values, int count, unsigned* sums, ScanMemory memory);
/// Values below the pivot to the front, others to the back in reverse order; each side keeps its order of rows.
void run_partition(const int* values, int count, int pivot, int* sorted, ScanMemory memory);

/// sums[i] = the least + the largest of 128 values + 3 times the sum of those before i.
void run_in_a_row(const unsigned* values, unsigned* sums);

/// The sum of all by the block that comes last; partial has one for each block, done is zero.
void run_last_block(const float* values, int count, float* partial, unsigned* done, float* sum);

/// For each of 64 threads: shuffles up, down, across, a vote and a match.
struct WarpAnswers {
  int up, down, across, other_half, count, same;
};
void run_warp(const int* values, WarpAnswers* answers);

/// out = 64 bytes of in, the last first.
void run_reverse_bytes(const unsigned char* in, unsigned char* out);

/// out = 2 * in by 16 bytes at a time; both aligned, count a multiple of 4.
void run_double(const float* in, int count, float* out);

enum class Handover { all_fence, one_fences, warp_to_warp };
/// All zeroed; one flag for each block.
struct HandoverMemory {
  unsigned long long* flags;
  unsigned *count, *sum;
};
/// Blocks (of 64, the last way of 32) write data, and one thread that knows them to have done so sums it.
void run_handover(Handover way, int blocks, unsigned* data, HandoverMemory memory);

/// For a grid of (2, 3, 2) blocks of (4, 8, 3) threads: thread * 1000 + answers of three barriers.
void run_places(unsigned* place);

}  // namespace linden::simt_test
