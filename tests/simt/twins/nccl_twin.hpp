// What tests ask of the executor's NCCL.
#pragma once

#include <cstdint>

namespace linden::simt {

/// Whether no ranks can start from now on.
void break_nccl(bool broken);
/// Sums that ranks have asked for so far, each for itself.
std::int64_t nccl_sums();

}  // namespace linden::simt
