// Products of matrices by cuBLAS, which is looked for when the first one is wanted: nothing links to it, and its
// headers are not needed.
//
// A handle for each device serves all its streams, in turn. Each product brings its own workspace, of one size, so that
// it counts as Linden's memory and that no other stream's work can make cuBLAS choose another way: a product has the
// same bytes every time on one kind of GPU with one version of cuBLAS. f32 is computed in full precision (TF32 is
// cuBLAS's choice only where it is asked for). Handles live as long as the process, so that no CUDA call runs when it
// ends.
#pragma once

#include <cstdint>
#include <span>

#include "backend/context.hpp"
#include "backend/tensor_kernels.hpp"

namespace linden::cuda {

struct CublasContext;
using CublasHandle = CublasContext*;

/// The functions of cuBLAS that are called, named as there without "cublas". Each returns a status, 0 if all is well.
struct Cublas {
  /// c = alpha op(a) op(b) + beta c, columns contiguous; op is 0, or 1 to transpose.
  template <class T>
  using Gemm = int (*)(CublasHandle, int op_a, int op_b, std::int64_t m, std::int64_t n, std::int64_t k, const T* alpha,
                       const T* a, std::int64_t a_stride, long long a_batch_stride, const T* b, std::int64_t b_stride,
                       long long b_batch_stride, const T* beta, T* c, std::int64_t c_stride, long long c_batch_stride,
                       std::int64_t batch);

  int (*create)(CublasHandle*) = nullptr;
  int (*destroy)(CublasHandle) = nullptr;
  int (*set_stream)(CublasHandle, void* stream) = nullptr;
  int (*set_workspace)(CublasHandle, void* memory, std::size_t bytes) = nullptr;
  const char* (*status_string)(int) = nullptr;
  Gemm<float> sgemm = nullptr;
  Gemm<double> dgemm = nullptr;
};

/// Of the libraries of these names the first that can start on the current device: those that the process has loaded
/// already come before the others, since two versions side by side may not get on. Throws DeviceError with the reasons
/// if none can.
Cublas open_cublas(std::span<const char* const> names);

/// The process's cuBLAS, opened by the first call; the executor of the tests has its own.
const Cublas& cublas();

/// Whether gemm can read a matrix where it is: rows or columns are contiguous, and do not overlap.
bool gemm_reads(const MatmulTask::Matrix& matrix, std::int64_t rows, std::int64_t columns);

/// c = a b for matrices that it can read; no size is 0.
void gemm(Context& context, const MatmulTask& task);

}  // namespace linden::cuda
