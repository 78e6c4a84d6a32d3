// Where the process's NCCL comes from. The executor has a twin in place of this file: tests/simt/twins/nccl_twin.cpp.
#include "cuda/comms/nccl.hpp"

// What its header says, where there is one, is what stands in ours.
#if __has_include(<nccl.h>)
#include <nccl.h>

static_assert(sizeof(ncclUniqueId) == sizeof(linden::cuda::NcclId) && ncclSuccess == 0 &&
              static_cast<int>(ncclInt64) == linden::cuda::Nccl::int64 &&
              static_cast<int>(ncclSum) == linden::cuda::Nccl::sum);
#endif

namespace linden::cuda {

const Nccl& nccl(std::string& why_not) {
  static constexpr const char* names[] = {"libnccl.so.2", "libnccl.so"};
  static std::string reason;
  static const Nccl library = open_nccl(names, reason);
  why_not = reason;
  return library;
}

}  // namespace linden::cuda
