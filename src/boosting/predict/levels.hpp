// Oblivious trees among those of a forest: where all nodes of a level have one split, the number of a row's leaf is
// arithmetic, a comparison a level and a bit each.
#pragma once

#include "backend/tree/forest_view.hpp"

namespace linden {

/// The levels of the tree whose nodes are [root, end), if it is oblivious, its nodes stand as ForestView::levels has
/// them, and its leaves are numbered in their order; else -1.
std::int32_t levels_of(const ForestView& forest, std::int32_t root, std::int32_t end);

}  // namespace linden
