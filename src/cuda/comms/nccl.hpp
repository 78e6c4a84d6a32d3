// Sums between GPUs by NCCL, which is looked for when ranks with GPUs first meet: nothing links to it, and its headers
// are not needed.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace linden::cuda {

struct NcclContext;
using NcclHandle = NcclContext*;

/// What the ranks of one handle know each other by.
struct NcclId {
  char bytes[128];
};

/// The functions of NCCL that are called, named as there without "nccl". Each returns a status, 0 if all is well.
struct Nccl {
  static constexpr int int64 = 4, sum = 0;  ///< a type of values, and what is done with them

  int (*get_version)(int*) = nullptr;
  int (*get_unique_id)(NcclId*) = nullptr;
  int (*init_rank)(NcclHandle*, int ranks, NcclId, int rank) = nullptr;
  int (*destroy)(NcclHandle) = nullptr;
  int (*abort)(NcclHandle) = nullptr;
  const char* (*error_string)(int) = nullptr;
  int (*all_reduce)(const void* from, void* to, std::size_t count, int type, int op, NcclHandle,
                    void* stream) = nullptr;
};

/// Of the libraries of these names the first that has these functions; where none has, `why_not` says so, and the
/// functions are null.
Nccl open_nccl(std::span<const char* const> names, std::string& why_not);

/// The process's NCCL, opened by the first call; the executor of the tests has its own. Its functions are null where it
/// is not to be had.
const Nccl& nccl(std::string& why_not);

}  // namespace linden::cuda
