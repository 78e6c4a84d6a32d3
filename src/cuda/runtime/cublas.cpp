#include "cuda/runtime/cublas.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <string>

#include "base/fail.hpp"
#include "cuda/runtime/library.hpp"
#include "cuda/runtime/stream.hpp"

namespace linden::cuda {
namespace {

constexpr std::int64_t most_batch = 65535;  // more go in several calls: a grid's third dimension ends there

[[noreturn]] void refuse(const std::string& why) {
  fail<DeviceError>(
      "matmul: cuBLAS is not to be had ({}). Hint: install CUDA's cuBLAS (libcublas.so.12 or .13) or put it on the "
      "library path; Device::cpu() needs none.",
      why);
}

// Empty where the library can be used, else why not.
std::string try_library(void* library, const char* name, Cublas& found) {
  const bool is_whole = find(library, "cublasCreate_v2", found.create) &&
                        find(library, "cublasDestroy_v2", found.destroy) &&
                        find(library, "cublasSetStream_v2", found.set_stream) &&
                        find(library, "cublasSetWorkspace_v2", found.set_workspace) &&
                        find(library, "cublasGetStatusString", found.status_string) &&
                        find(library, "cublasSgemmStridedBatched_64", found.sgemm) &&
                        find(library, "cublasDgemmStridedBatched_64", found.dgemm);
  if (!is_whole) return loader_error();
  CublasHandle handle = nullptr;  // one that is newer than the driver loads, and cannot start
  if (const int status = found.create(&handle); status != 0)
    return fmt::format("{} cannot start: {}", name, found.status_string(status));
  found.destroy(handle);
  return "";
}

void check_cublas(int status, const char* what) {
  if (status != 0) fail<DeviceError>("matmul: cuBLAS could not {}: {}.", what, cublas().status_string(status));
}

/// How cuBLAS, whose columns are contiguous, sees the transpose of a matrix, which is what row-major memory is to it.
struct Layout {
  int op = 0;
  std::int64_t stride = 0;  ///< 0: it cannot
};

Layout layout_of(const MatmulTask::Matrix& matrix, std::int64_t rows, std::int64_t columns) {
  const std::int64_t down = rows == 1 ? columns : matrix.row_stride;
  const std::int64_t across = columns == 1 ? rows : matrix.column_stride;
  if ((columns == 1 || across == 1) && down >= columns) return {0, down};
  if ((rows == 1 || down == 1) && across >= rows) return {1, across};
  return {};
}

constexpr std::int64_t workspace_bytes = std::int64_t{32} << 20;  // what NVIDIA recommends for Hopper

std::mutex mutex;

CublasHandle handle_of(int device) {
  static auto* const handles = new std::map<int, CublasHandle>;
  CublasHandle& found = (*handles)[device];
  if (found == nullptr) check_cublas(cublas().create(&found), "start");
  return found;
}

template <class T>
void gemm_as(Context& context, const MatmulTask& task, Cublas::Gemm<T> function) {
  const Layout a = layout_of(task.a, task.m, task.k), b = layout_of(task.b, task.k, task.n);
  const T one = 1, zero = 0;
  const Scratch<unsigned char> workspace(context, workspace_bytes, "products of matrices");
  const StreamHandle stream = stream_of(context);
  const CurrentDevice current(stream.device);
  const std::lock_guard lock(mutex);
  const CublasHandle handle = handle_of(stream.device);
  check_cublas(cublas().set_stream(handle, stream.handle), "take a stream");
  check_cublas(cublas().set_workspace(handle, workspace.data(), workspace_bytes), "take a workspace");
  for (std::int64_t first = 0; first < task.batch; first += most_batch) {
    const auto at = [&](const MatmulTask::Matrix& x) { return static_cast<T*>(x.data) + first * x.batch_stride; };
    // c^T = b^T a^T
    check_cublas(function(handle, b.op, a.op, task.n, task.m, task.k, &one, at(task.b), b.stride, task.b.batch_stride,
                          at(task.a), a.stride, task.a.batch_stride, &zero, at(task.c), task.n, task.m * task.n,
                          std::min(most_batch, task.batch - first)),
                 "multiply");
  }
}

}  // namespace

Cublas open_cublas(std::span<const char* const> names) {
  Cublas found;
  const std::string why_not =
      open_first(names, [&](void* library, const char* name) { return try_library(library, name, found); });
  if (!why_not.empty()) refuse(why_not);
  return found;
}

bool gemm_reads(const MatmulTask::Matrix& matrix, std::int64_t rows, std::int64_t columns) {
  return layout_of(matrix, rows, columns).stride > 0;
}

void gemm(Context& context, const MatmulTask& task) {
  if (task.dtype == DType::f32)
    gemm_as<float>(context, task, cublas().sgemm);
  else
    gemm_as<double>(context, task, cublas().dgemm);
}

}  // namespace linden::cuda
