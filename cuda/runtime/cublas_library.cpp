// Where the process's cuBLAS comes from. The executor has a twin in place of this file: tests/simt/gemm_twin.cpp.
#include "runtime/cublas.hpp"

namespace linden::cuda {

const Cublas& cublas() {
  static constexpr const char* names[] = {"libcublas.so.13", "libcublas.so.12", "libcublas.so"};
  static const Cublas library = open_cublas(names);
  return library;
}

}  // namespace linden::cuda
