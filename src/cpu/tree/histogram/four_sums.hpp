// Four 64-bit sums that are added at once: a SparseCell, or a row's gradient, curvature, number and label.
#pragma once

#include "backend/math/host_device.hpp"
#include "backend/tree/tree_state.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

using FourSums [[gnu::vector_size(32), gnu::aligned(8), gnu::may_alias]] = long long;
using FourInts [[gnu::vector_size(16), gnu::aligned(4), gnu::may_alias]] = int;
static_assert(sizeof(FourSums) == sizeof(SparseCell) && sizeof(FourInts) == sizeof(RowSums));

LINDEN_LEVEL_END
}  // namespace linden
