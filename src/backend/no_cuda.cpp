// The CUDA backend of a build that has none.
#include "backend/cuda.hpp"

namespace linden {

const CudaBackend& cuda_backend() noexcept {
  static constexpr CudaBackend none{nullptr, nullptr, 0, "this build has no CUDA backend"};
  return none;
}

}  // namespace linden
