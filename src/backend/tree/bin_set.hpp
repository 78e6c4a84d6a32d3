// Which bins go left, by whatever has `left_bins`: the split of a growing tree, or a node of a finished one.
#pragma once

#include <cstdint>

#include "backend/math/host_device.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

template <class Node>
LINDEN_HD bool goes_left(const Node& node, std::uint8_t bin) {
  return (node.left_bins[bin >> 6] >> (bin & 63)) & 1;
}

template <class Node>
LINDEN_HD void mark_left(Node& node, int bin) {
  node.left_bins[bin >> 6] |= std::uint64_t{1} << (bin & 63);
}

/// Marks bins [0, count), and no others.
template <class Node>
LINDEN_HD void mark_first(Node& node, int count) {
  for (int word = 0; word < 4; ++word) {
    const int bits = count - 64 * word;
    node.left_bins[word] = bits <= 0 ? 0 : bits >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
  }
}

LINDEN_LEVEL_END
}  // namespace linden
