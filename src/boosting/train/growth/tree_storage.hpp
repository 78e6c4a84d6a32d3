// The memory in which the trees of a fit grow, allocated once.
#pragma once

#include <span>
#include <vector>

#include "backend/backend.hpp"
#include "backend/tree/tree_state.hpp"

namespace linden {

/// A grown tree as the host reads it.
struct GrownTree {
  std::span<const GrowNode> nodes;
  std::span<const std::int32_t> committed;     ///< the tree: numbers of nodes
  std::span<const std::int32_t> leaf_of_node;  ///< -1 for a split
  std::span<const double> leaf_values, leaf_curvatures;
  double curvature_unit = 1;  ///< of a node's sum
};

class TreeStorage {
 public:
  /// `renewal` without its scores: they belong to an output. `sharers`: how many of these may fill what histograms may
  /// take at the same time. `rules`, if any: as to the size of what they need. `planes`: as TreeMemory has it.
  /// `memory_by_pages`: of a tree that is grown by pages, what all of its memory may take, about; else 0.
  TreeStorage(const Backend& backend, Context& context, const BinsView& bins, const GrowthLimits& limits,
              const Renewal& renewal, int sharers = 1, const GrowthRules& rules = {}, std::int32_t planes = 0,
              std::int64_t memory_by_pages = 0);

  TreeMemory& memory() noexcept { return tree_; }

  /// Good until the next call.
  GrownTree finished();

 private:
  template <class T>
  void allocate(T*& array, std::int64_t count, const char* what);
  void share_features(std::int64_t batch, std::int64_t cells, bool is_first);

  const Backend& backend_;
  Context& context_;
  std::vector<DeviceArray<char>> blocks_;
  TreeMemory tree_;
  std::vector<std::int32_t> rank_cells_;
  // What finished() reads lies in one block, and comes to the host in one copy.
  DeviceArray<char> result_;
  std::vector<char> host_result_;
};

}  // namespace linden
