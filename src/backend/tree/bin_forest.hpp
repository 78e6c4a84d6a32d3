// Finished trees over bins, as kernels read them: those of a fit, whose rows are there as bins. What a view points to
// is memory of the device.
#pragma once

#include "backend/tree/bin_set.hpp"

namespace linden {

/// A node. Children lie side by side: right = left + 1. A leaf points to itself, and sends every bin left.
struct BinNode {
  std::uint64_t left_bins[4] = {};  ///< of every bin, whether it goes left; of a wide feature see wide_bins.hpp
  std::int32_t feature = 0;         ///< of the BinsView
  std::int32_t left = 0;
};

struct BinForestView {
  const BinNode* nodes = nullptr;
  const double* values = nullptr;         ///< [nodes, width]: what a leaf adds to the score, or to each score
  const std::int32_t* roots = nullptr;    ///< [trees + 1]: a tree has the nodes up to the root of the next
  const std::int32_t* outputs = nullptr;  ///< [trees]: the score that each adds to, or the first of all scores
  std::int32_t trees = 0;
  std::int32_t width = 1;  ///< how many scores a tree adds to
};

LINDEN_LEVEL_BEGIN

/// The child that rows of a bin go to; a leaf's is the leaf itself.
LINDEN_HD std::int32_t next_node(const BinNode& node, std::uint8_t bin) {
  return node.left + (goes_left(node, bin) ? 0 : 1);
}

LINDEN_LEVEL_END
}  // namespace linden
