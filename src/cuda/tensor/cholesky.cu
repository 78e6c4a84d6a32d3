// a = l l^T, the lower factor in place, 64 columns at a time: one block factors the diagonal block in shared memory,
// the rows below it are solved with it, and what is to their right loses their product with themselves.
//
// Everything is queued at once; the host reads a single number at the end. Behind a pivot that is not positive the
// kernels go on with NaN, and the first such pivot is what is remembered.
#include "cuda/runtime/stream.hpp"
#include "cuda/runtime/simt.hpp"
#include "cuda/tensor/steps.hpp"
#include "cuda/tensor/triangular_block.hpp"

namespace linden::cuda {
namespace {

constexpr int factor_threads = 256;

/// The factor of a [width, width] in place of its lower half. *bad: the first pivot that is not positive, counted from
/// that of the whole matrix that is `column` here; left alone if there is one already.
template <class T>
__global__ void factor_diagonal(Strided<T> a, int width, long long column, long long* bad) {
  constexpr int size = triangular_block;
  LINDEN_SHARED(lower, T[size][size + 1]);
  const int thread = int(threadIdx.x);
  for (int cell = thread; cell < size * size; cell += factor_threads) {
    const int i = cell / size, j = cell % size;
    if (j <= i && i < width) lower[i][j] = a.at(i, j);
  }
  __syncthreads();
  int first_bad = -1;
  for (int j = 0; j < width; ++j) {
    const T pivot = lower[j][j];
    if (!(pivot > T(0)) && first_bad < 0) first_bad = j;
    const T root = std::sqrt(pivot);
    for (int i = j + 1 + thread; i < width; i += factor_threads) lower[i][j] /= root;
    __syncthreads();
    if (thread == 0) lower[j][j] = root;
    // 16 threads to a row of what remains
    for (int i = j + 1 + thread / 16; i < width; i += factor_threads / 16)
      for (int k = j + 1 + thread % 16; k <= i; k += 16)
        lower[i][k] = multiply_add(-lower[i][j], lower[k][j], lower[i][k]);
    __syncthreads();
  }
  for (int cell = thread; cell < size * size; cell += factor_threads) {
    const int i = cell / size, j = cell % size;
    if (j <= i && i < width) a.at(i, j) = lower[i][j];
  }
  if (thread == 0 && first_bad >= 0 && *bad < 0) *bad = column + first_bad;
}

template <class T>
__global__ void clear_above(T* a, std::int64_t n) {
  for (std::int64_t i = blockIdx.x; i < n; i += gridDim.x)
    for (std::int64_t j = i + 1 + threadIdx.x; j < n; j += blockDim.x) a[i * n + j] = T(0);
}

template <class T>
std::int64_t cholesky_as(Context& context, void* memory, std::int64_t n) {
  const Strided<T> a{static_cast<T*>(memory), n, 1};
  const Scratch<long long> bad(context, 1);
  set_bytes(context, bad.data(), 0xff, sizeof(long long), "cholesky: -1");
  for (std::int64_t column = 0; column < n; column += triangular_block) {
    const std::int64_t next = column + triangular_block < n ? column + triangular_block : n, rest = n - next;
    const int width = int(next - column);
    const Strided<T> diagonal = a.block(column, column);
    launch<factor_diagonal<T>>({.block = factor_threads, .stream = stream_of(context)}, diagonal, width, column,
                               bad.data());
    if (rest == 0) break;
    // The panel p solves p l^T = a, that is l p^T = a^T.
    const Strided<T> panel = a.block(next, column);
    launch_solve(context, Strided<const T>{diagonal.data, n, 1}, width, panel.transposed(), rest);
    const Strided<const T> p{panel.data, n, 1};
    launch_subtract(context, a.block(next, next), p, p.transposed(), rest, rest, width, true);
  }
  launch<clear_above<T>>({.grid = blocks_for(context, n, 1), .block = 256, .stream = stream_of(context)}, a.data, n);
  long long found = 0;
  check(cudaMemcpyAsync(&found, bad.data(), sizeof(found), cudaMemcpyDeviceToHost, stream_of(context)),
        "cholesky: reading the pivot");
  context.stream->synchronize();
  return found;
}

}  // namespace

std::int64_t cholesky(Context& context, DType dtype, void* a, std::int64_t n) {
  if (n == 0) return -1;
  return dtype == DType::f32 ? cholesky_as<float>(context, a, n) : cholesky_as<double>(context, a, n);
}

}  // namespace linden::cuda
