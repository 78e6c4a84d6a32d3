// c = a b: vectors by kernels of our own (matvec.hpp), matrices by cuBLAS. A matrix in which neither rows nor columns
// are contiguous is copied first.
#include <optional>

#include "cuda/tensor/matvec.hpp"
#include "cuda/runtime/cublas.hpp"
#include "cuda/runtime/stream.hpp"
#include "cuda/runtime/simt.hpp"
#include "cuda/tensor/steps.hpp"

namespace linden::cuda {
namespace {

/// to[batch, rows, columns], dense.
template <class T>
__global__ void make_dense(MatmulTask::Matrix from, std::int64_t rows, std::int64_t columns, std::int64_t count,
                           T* to) {
  const T* const first = static_cast<const T*>(from.data);
  const std::int64_t step = std::int64_t{gridDim.x} * blockDim.x;
  for (std::int64_t i = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x; i < count; i += step) {
    const std::int64_t row = i / columns, item = row / rows;
    to[i] = first[item * from.batch_stride + row % rows * from.row_stride + i % columns * from.column_stride];
  }
}

/// A matrix that gemm can read: itself, or a copy.
template <class T>
class Readable {
 public:
  Readable(Context& context, const MatmulTask::Matrix& matrix, std::int64_t batch, std::int64_t rows,
           std::int64_t columns)
      : matrix_(matrix) {
    if (gemm_reads(matrix, rows, columns)) return;
    const bool is_repeated = matrix.batch_stride == 0;
    const std::int64_t count = (is_repeated ? 1 : batch) * rows * columns;
    copy_.emplace(context, count, "a dense copy of a matrix");
    launch<make_dense<T>>({.grid = blocks_for(context, count, 256), .block = 256, .stream = stream_of(context)}, matrix,
                          rows, columns, count, copy_->data());
    matrix_ = {copy_->data(), is_repeated ? 0 : rows * columns, columns, 1};
  }
  const MatmulTask::Matrix& matrix() const noexcept { return matrix_; }

 private:
  MatmulTask::Matrix matrix_;
  std::optional<Scratch<T>> copy_;
};

template <class T>
void matrix_times_vector(Context& context, const MatmulTask& task) {
  multiply<T>(context, {.batch = task.batch,
                        .rows = task.m,
                        .columns = task.k,
                        .matrix = static_cast<const T*>(task.a.data),
                        .matrix_batch = task.a.batch_stride,
                        .row_stride = task.a.row_stride,
                        .column_stride = task.a.column_stride,
                        .vector = static_cast<const T*>(task.b.data),
                        .vector_batch = task.b.batch_stride,
                        .vector_stride = task.b.row_stride,
                        .out = static_cast<T*>(task.c.data)});
}

/// c^T = b^T a^T.
template <class T>
void vector_times_matrix(Context& context, const MatmulTask& task) {
  multiply<T>(context, {.batch = task.batch,
                        .rows = task.n,
                        .columns = task.k,
                        .matrix = static_cast<const T*>(task.b.data),
                        .matrix_batch = task.b.batch_stride,
                        .row_stride = task.b.column_stride,
                        .column_stride = task.b.row_stride,
                        .vector = static_cast<const T*>(task.a.data),
                        .vector_batch = task.a.batch_stride,
                        .vector_stride = task.a.column_stride,
                        .out = static_cast<T*>(task.c.data)});
}

template <class T>
void matmul_as(Context& context, const MatmulTask& task) {
  if (task.k == 0) {
    const std::size_t bytes = sizeof(T) * static_cast<std::size_t>(task.batch * task.m * task.n);
    set_bytes(context, task.c.data, 0, bytes, "matmul: zeros");
    return;
  }
  if (task.n == 1) return matrix_times_vector<T>(context, task);
  if (task.m == 1) return vector_times_matrix<T>(context, task);
  const Readable<T> a(context, task.a, task.batch, task.m, task.k), b(context, task.b, task.batch, task.k, task.n);
  MatmulTask product = task;
  product.a = a.matrix();
  product.b = b.matrix();
  gemm(context, product);
}

}  // namespace

void matmul(Context& context, const MatmulTask& task) {
  if (task.batch == 0 || task.m == 0 || task.n == 0) return;
  task.dtype == DType::f32 ? matmul_as<float>(context, task) : matmul_as<double>(context, task);
}

}  // namespace linden::cuda
