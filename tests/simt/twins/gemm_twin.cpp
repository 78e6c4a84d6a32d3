// cuBLAS for the executor: plain loops in the stream's turn, as strict with sizes and strides as the real one.
#include <algorithm>
#include <functional>

#include "cuda/runtime/cublas.hpp"
#include "cuda/runtime/launch.hpp"
#include "simt/memory/heap.hpp"
#include "simt/memory/region.hpp"
#include "simt/stream.hpp"

namespace linden::cuda {

struct CublasContext {
  StreamHandle stream = nullptr;
};

namespace {

enum Status { success = 0, invalid_value = 7 };

int create(CublasHandle* handle) { return *handle = new CublasContext, success; }
int destroy(CublasHandle handle) { return delete handle, success; }
int set_workspace(CublasHandle, void* memory, std::size_t bytes) {
  return simt::check_range("gemm: workspace", memory, bytes), success;
}
int set_stream(CublasHandle handle, void* stream) {
  return handle->stream = static_cast<cudaStream_t>(stream), success;
}
const char* status_string(int status) { return status == success ? "success" : "an unsupported value or parameter"; }

/// A batch of matrices with contiguous columns.
template <class T>
struct Matrices {
  T* first;
  std::int64_t rows, columns, stride;
  long long batch_stride;

  T& at(std::int64_t item, std::int64_t i, std::int64_t j) const { return first[item * batch_stride + j * stride + i]; }
  bool is_valid() const { return stride >= std::max<std::int64_t>(1, rows); }
  void check_bounds(const char* name, std::int64_t batch) const {
    for (std::int64_t item = 0; item < (batch_stride == 0 ? 1 : batch); ++item)
      simt::check_range(name, &at(item, 0, 0),
                        static_cast<std::size_t>(&at(item, rows - 1, columns - 1) + 1 - &at(item, 0, 0)) * sizeof(T));
  }
};

template <class T>
int gemm_strided_batched(CublasHandle handle, int op_a, int op_b, std::int64_t m, std::int64_t n, std::int64_t k,
                         const T* alpha, const T* a_first, std::int64_t a_stride, long long a_batch_stride,
                         const T* b_first, std::int64_t b_stride, long long b_batch_stride, const T* beta, T* c_first,
                         std::int64_t c_stride, long long c_batch_stride, std::int64_t batch) {
  const Matrices<const T> a{a_first, op_a ? k : m, op_a ? m : k, a_stride, a_batch_stride};
  const Matrices<const T> b{b_first, op_b ? n : k, op_b ? k : n, b_stride, b_batch_stride};
  const Matrices<T> c{c_first, m, n, c_stride, c_batch_stride};
  const bool has_sizes = m > 0 && n > 0 && k > 0 && batch > 0 && batch <= 65535;
  if (!has_sizes || !a.is_valid() || !b.is_valid() || !c.is_valid()) return invalid_value;
  if (*alpha != 1 || *beta != 0) return invalid_value;  // nobody asks for more
  simt::run_async(handle->stream, [=] {
    a.check_bounds("gemm: a", batch);
    b.check_bounds("gemm: b", batch);
    c.check_bounds("gemm: c", batch);
    for (std::int64_t item = 0; item < batch; ++item)
      for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t i = 0; i < m; ++i) {
          T sum = 0;
          for (std::int64_t l = 0; l < k; ++l)
            sum += (op_a ? a.at(item, l, i) : a.at(item, i, l)) * (op_b ? b.at(item, j, l) : b.at(item, l, j));
          c.at(item, i, j) = sum;
          simt::region().mark_written(simt::region().offset(&c.at(item, i, j)), sizeof(T));
        }
  });
  return success;
}

}  // namespace

const Cublas& cublas() {
  static constexpr Cublas twin{create,
                               destroy,
                               set_stream,
                               set_workspace,
                               status_string,
                               gemm_strided_batched<float>,
                               gemm_strided_batched<double>};
  return twin;
}

}  // namespace linden::cuda
