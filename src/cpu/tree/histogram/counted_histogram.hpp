// Histograms of trees whose rows lie on several machines: each row is counted by bin as it is summed.
#pragma once

#include "backend/context.hpp"
#include "backend/math/host_device.hpp"
#include "backend/tree/tree_state.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// Whether a step does so: where features and nodes keep all threads busy. Else rows are counted in a pass of their
/// own.
bool counts_while_summing(const Context&, const TreeState&);

/// The rows of the new nodes that are to be summed, and their rows by cell. They have histograms already.
void sum_and_count(Context&, const TreeState&);

LINDEN_LEVEL_END
}  // namespace linden
