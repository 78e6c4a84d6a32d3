#include "runtime/cublas.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <string>

#include "base/fail.hpp"
#include "runtime/queue.hpp"

namespace linden::cuda {
namespace {

constexpr std::int64_t most_batch = 65535;  // more go in several calls: a grid's third dimension ends there

std::string loader_error() {
  const char* text = dlerror();
  return text == nullptr ? "no reason given" : text;
}

[[noreturn]] void refuse(const std::string& why) {
  fail<DeviceError>(
      "matmul: cuBLAS is not to be had ({}). Hint: install CUDA's cuBLAS (libcublas.so.12 or .13) or put it on the "
      "library path; Device::cpu() needs none.",
      why);
}

template <class Function>
void find(void* library, const char* name, Function& function) {
  void* const address = dlsym(library, name);
  if (address == nullptr) refuse(loader_error());
  function = reinterpret_cast<Function>(address);
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

struct DeviceHandle {
  CublasHandle handle = nullptr;
  StreamHandle stream = nullptr;  // of the last product,
  cudaEvent_t done = nullptr;     // and its end
};

std::mutex mutex;

DeviceHandle& handle_of(int device) {
  static auto* const handles = new std::map<int, DeviceHandle>;
  DeviceHandle& found = (*handles)[device];
  if (found.done == nullptr) check(cudaEventCreateWithFlags(&found.done, cudaEventDisableTiming), "an event");
  if (found.handle == nullptr) check_cublas(cublas().create(&found.handle), "start");
  return found;
}

template <class T>
void gemm_as(Context& context, const MatmulTask& task, Cublas::Gemm<T> function) {
  const Layout a = layout_of(task.a, task.m, task.k), b = layout_of(task.b, task.k, task.n);
  const T one = 1, zero = 0;
  const std::lock_guard lock(mutex);
  context.queue->use();
  DeviceHandle& device = handle_of(context.queue->device());
  const StreamHandle stream = stream_of(context);
  if (device.stream != stream) {
    check(cudaStreamWaitEvent(stream, device.done), "matmul: waiting for the product before it");
    check_cublas(cublas().set_stream(device.handle, stream), "take a stream");
    device.stream = stream;
  }
  for (std::int64_t first = 0; first < task.batch; first += most_batch) {
    const auto at = [&](const MatmulTask::Matrix& x) { return static_cast<T*>(x.data) + first * x.batch_stride; };
    // c^T = b^T a^T
    check_cublas(function(device.handle, b.op, a.op, task.n, task.m, task.k, &one, at(task.b), b.stride,
                          task.b.batch_stride, at(task.a), a.stride, task.a.batch_stride, &zero, at(task.c), task.n,
                          task.m * task.n, std::min(most_batch, task.batch - first)),
                 "multiply");
  }
  check(cudaEventRecord(device.done, stream), "matmul: marking its end");
}

}  // namespace

Cublas open_cublas(std::span<const char* const> names) {
  std::string reasons;
  for (const char* name : names) {
    void* const library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
      reasons += (reasons.empty() ? "" : "; ") + loader_error();
      continue;
    }
    Cublas found;
    find(library, "cublasCreate_v2", found.create);
    find(library, "cublasSetStream_v2", found.set_stream);
    find(library, "cublasGetStatusString", found.status_string);
    find(library, "cublasSgemmStridedBatched_64", found.sgemm);
    find(library, "cublasDgemmStridedBatched_64", found.dgemm);
    return found;
  }
  refuse(reasons);
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
