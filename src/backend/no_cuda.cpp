// The CUDA backend of a build that has none.
#include "backend/cuda.hpp"

namespace linden {

const CudaBackend& cuda_backend() noexcept {
  static constexpr CudaBackend none{.reason = "this build has no CUDA backend"};
  return none;
}

}  // namespace linden
