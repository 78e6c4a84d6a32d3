// The parts of the steps of a tree that are about wide features.
#pragma once

#include "cpu/tree/scratch.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// Before the first search of a tree.
void begin_wide(const Context&, const TreeMemory&, const StepScratch&);

/// Replaces the splits of the new nodes by those of wide features where these gain more.
void split_wide(Context&, TreeState&, const StepScratch&);

LINDEN_LEVEL_END
}  // namespace linden
