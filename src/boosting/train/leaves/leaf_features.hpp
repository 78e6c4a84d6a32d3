// The features that the leaves of a tree are linear in.
#pragma once

#include <cstdint>
#include <linden/boosting.hpp>
#include <vector>

namespace linden {

struct LeafFeatures {
  std::int32_t width = 0;              ///< the most that a leaf has
  std::vector<std::int32_t> features;  ///< [leaves, width]: those of a leaf, and then -1
};

/// Of each leaf the numbers that are split by on the way to it, at most so many: those whose splits there gained most
/// in sum, the most first, of equal ones the lowest.
LeafFeatures leaf_features(const Tree& tree, std::int32_t most);

}  // namespace linden
