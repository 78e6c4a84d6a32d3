// How a GPU lays out the histogram of a node (TreeMemory::histograms): of each dense feature the gradient sums of its
// bins, then their curvature sums. A warp whose lanes are at neighbouring bins reads or adds 256 bytes side by side.
#pragma once

#include "backend/tree/tree_state.hpp"

namespace linden::cuda {

/// The sums of one feature, by bin.
template <class Integer>
struct FeatureSums {
  Integer *gradients, *curvatures;
};

/// All sums in a slot: 2 * bins.cells numbers.
LINDEN_HD std::int64_t* node_sums(const TreeMemory& tree, std::int32_t slot) {
  static_assert(sizeof(WideCell) == 2 * sizeof(std::int64_t));
  return reinterpret_cast<std::int64_t*>(tree.histograms + std::int64_t{slot} * tree.bins.cells);
}

template <class Integer>
LINDEN_HD FeatureSums<Integer> sums_of_feature(Integer* node_sums, const FeatureBins& feature) {
  Integer* const first = node_sums + std::int64_t{2} * feature.first_cell;
  return {first, first + feature.bins};
}

}  // namespace linden::cuda
