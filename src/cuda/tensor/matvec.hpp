// Matrix times vector, for batches, at the speed of memory: the matrix is read once, neighbours by neighbours.
//
// Where columns are contiguous within a row, a few lanes of a warp sum a row each, and shuffles join them. Where rows
// are contiguous within a column, threads of a block that sum one row lie far apart, and join in shared memory. Few
// long rows are cut into chunks, whose sums are joined in double by a second kernel. Sizes and strides alone decide all
// of it: the bytes are the same on every GPU.
#pragma once

#include "cuda/runtime/stream.hpp"
#include "cuda/runtime/simt.hpp"

namespace linden::cuda {

/// out[i] = sum over j of matrix[i, j] vector[j]; out is dense.
template <class T>
struct Matvec {
  std::int64_t batch, rows, columns;
  const T* matrix;
  std::int64_t matrix_batch, row_stride, column_stride;
  const T* vector;
  std::int64_t vector_batch, vector_stride;
  T* out;
};

// Only matmul.cu includes this.
namespace {

constexpr int matvec_threads = 256;

/// How the sums are cut: `chunks` of so many columns, each in the hands of `lanes` threads (a power of two).
struct Cut {
  int lanes;
  std::int64_t chunk, chunks;
};

template <class T>
__device__ __forceinline__ T partial_sum(const Matvec<T>& task, std::int64_t item, std::int64_t row, std::int64_t begin,
                                         std::int64_t end, std::int64_t step) {
  const T* const matrix = task.matrix + item * task.matrix_batch + row * task.row_stride;
  const T* const vector = task.vector + item * task.vector_batch;
  T sum = 0;
#pragma unroll 4
  for (std::int64_t j = begin; j < end; j += step)
    sum += matrix[j * task.column_stride] * vector[j * task.vector_stride];
  return sum;
}

/// sums[chunk, item, row], `lanes` neighbours of a warp for each.
template <class T>
__global__ void rows_times_vector(Matvec<T> task, Cut cut, T* sums) {
  const unsigned lanes = unsigned(cut.lanes), lane = lane_index() & (lanes - 1);
  const std::int64_t outputs = task.batch * task.rows, in_warp = 32 / lanes;
  const std::int64_t begin = blockIdx.y * cut.chunk;
  const std::int64_t end = begin + cut.chunk < task.columns ? begin + cut.chunk : task.columns;
  const std::int64_t warp = std::int64_t{blockIdx.x} * warps_in_block() + warp_index();
  const std::int64_t warps = std::int64_t{gridDim.x} * warps_in_block();
  for (std::int64_t first = warp * in_warp; first < outputs; first += warps * in_warp) {
    const std::int64_t output = first + lane_index() / lanes;
    const std::int64_t item = task.batch == 1 ? 0 : output / task.rows;  // a division costs as much as a short row
    T sum = 0;
    if (output < outputs) sum = partial_sum(task, item, output - item * task.rows, begin + lane, end, lanes);
    for (unsigned step = lanes / 2; step > 0; step /= 2) sum += shuffle(sum, lane_index() ^ step);
    if (lane == 0 && output < outputs) sums[blockIdx.y * outputs + output] = sum;
  }
}

/// The same, where a block has threads / lanes neighbouring rows, and each row's threads are so many apart.
template <class T>
__global__ void columns_times_vector(Matvec<T> task, Cut cut, T* sums) {
  LINDEN_SHARED(partial, T[matvec_threads]);
  const unsigned width = unsigned(matvec_threads / cut.lanes);
  const std::int64_t tiles = (task.rows + width - 1) / width, item = blockIdx.x / tiles;
  const std::int64_t row = blockIdx.x % tiles * width + threadIdx.x % width;
  const std::int64_t begin = blockIdx.y * cut.chunk;
  const std::int64_t end = begin + cut.chunk < task.columns ? begin + cut.chunk : task.columns;
  T sum = 0;
  if (row < task.rows) sum = partial_sum(task, item, row, begin + threadIdx.x / width, end, cut.lanes);
  partial[threadIdx.x] = sum;
  __syncthreads();
  for (unsigned step = matvec_threads / 2; step >= width && step > 0; step /= 2) {
    if (threadIdx.x < step) partial[threadIdx.x] += partial[threadIdx.x + step];
    __syncthreads();
  }
  if (threadIdx.x < width && row < task.rows)
    sums[(blockIdx.y * task.batch + item) * task.rows + row] = partial[threadIdx.x];
}

/// out[i] = the sum of sums[chunk, i], a block each.
template <class T>
__global__ void join_chunks(const T* sums, std::int64_t chunks, std::int64_t outputs, T* out) {
  double sum = 0;
  for (std::int64_t chunk = threadIdx.x; chunk < chunks; chunk += blockDim.x)
    sum += double(sums[chunk * outputs + blockIdx.x]);
  sum = block_reduce(sum, Sum{});
  if (threadIdx.x == 0) out[blockIdx.x] = T(sum);
}

/// `columns` in chunks, so that there are about `enough` times as many sums as fill a GPU, of `least` columns or more.
inline Cut cut_into_chunks(std::int64_t columns, int lanes, std::int64_t blocks) {
  constexpr std::int64_t enough = 1024;                        // blocks
  const std::int64_t least = std::int64_t{16} * lanes;         // columns, sixteen for each thread
  const std::int64_t wanted = (enough + blocks - 1) / blocks;  // at most 1024: a grid's second dimension
  const std::int64_t most = columns / least > 0 ? columns / least : 1;
  const std::int64_t chunks = wanted < most ? wanted : most, chunk = (columns + chunks - 1) / chunks;
  return {lanes, chunk, (columns + chunk - 1) / chunk};
}

inline int power_of_two(std::int64_t least, int most) {
  int power = 1;
  while (power < least && power < most) power *= 2;
  return power;
}

/// No size is 0.
template <class T>
void multiply(Context& context, const Matvec<T>& task) {
  const std::int64_t outputs = task.batch * task.rows;
  const bool along_columns = task.rows > 1 && task.row_stride < task.column_stride && task.columns > 1;
  const int width = power_of_two(task.rows, 32);
  const int lanes = along_columns ? matvec_threads / width : power_of_two((task.columns + 3) / 4, 32);
  const std::int64_t blocks = along_columns ? task.batch * ((task.rows + width - 1) / width)
                                            : (outputs * lanes + matvec_threads - 1) / matvec_threads;
  const Cut cut = cut_into_chunks(task.columns, lanes, blocks);
  const Scratch<T> sums(context, cut.chunks > 1 ? cut.chunks * outputs : 0);
  T* const to = cut.chunks > 1 ? sums.data() : task.out;
  const unsigned chunks = unsigned(cut.chunks);
  if (along_columns)
    launch<columns_times_vector<T>>(
        {.grid = {unsigned(blocks), chunks}, .block = matvec_threads, .stream = stream_of(context)}, task, cut, to);
  else
    launch<rows_times_vector<T>>({.grid = {blocks_for(context, outputs * lanes, matvec_threads), chunks},
                                  .block = matvec_threads,
                                  .stream = stream_of(context)},
                                 task, cut, to);
  if (cut.chunks > 1)
    launch<join_chunks<T>>({.grid = unsigned(outputs), .block = 128, .stream = stream_of(context)}, sums.data(),
                           cut.chunks, outputs, task.out);
}

}  // namespace
}  // namespace linden::cuda
