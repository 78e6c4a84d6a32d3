// Where the process's cuBLAS comes from. The executor has a twin in place of this file: tests/simt/twins/gemm_twin.cpp.
#include <cuda_runtime.h>

#include "cuda/runtime/cublas.hpp"

namespace linden::cuda {

const Cublas& cublas() {
  // The toolkit's own version first: the driver that this build runs on is made for it.
  static constexpr const char* names[] = {CUDART_VERSION >= 13000 ? "libcublas.so.13" : "libcublas.so.12",
                                          CUDART_VERSION >= 13000 ? "libcublas.so.12" : "libcublas.so.13",
                                          "libcublas.so"};
  static const Cublas library = open_cublas(names);
  return library;
}

}  // namespace linden::cuda
