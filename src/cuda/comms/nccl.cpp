#include "cuda/comms/nccl.hpp"

#include "cuda/runtime/library.hpp"

namespace linden::cuda {

Nccl open_nccl(std::span<const char* const> names, std::string& why_not) {
  Nccl found;
  why_not = open_first(names, [&](void* library, const char*) {
    const bool is_whole =
        find(library, "ncclGetVersion", found.get_version) && find(library, "ncclGetUniqueId", found.get_unique_id) &&
        find(library, "ncclCommInitRank", found.init_rank) && find(library, "ncclCommDestroy", found.destroy) &&
        find(library, "ncclCommAbort", found.abort) && find(library, "ncclGetErrorString", found.error_string) &&
        find(library, "ncclAllReduce", found.all_reduce);
    return is_whole ? std::string() : loader_error();
  });
  return why_not.empty() ? found : Nccl();
}

}  // namespace linden::cuda
