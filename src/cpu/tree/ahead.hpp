// Which entry has its row fetched in advance, so that it is there when its turn comes.
#pragma once

#include <cstdint>

#include "backend/tree/tree_state.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// The entry so many places behind this one, or, where that is not before `end`, this one itself: what lies behind a
/// node is another thread's, or nobody's.
template <class Integer>
const Entry<Integer>* ahead_of(const Entry<Integer>* entry, const Entry<Integer>* end, std::int64_t places) {
  return end - entry > places ? entry + places : entry;
}

LINDEN_LEVEL_END
}  // namespace linden
