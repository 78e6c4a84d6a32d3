// The memory that TreeMemory views: everything growing a tree needs, allocated once for a fit.
#pragma once

#include <vector>

#include "backend/backend.hpp"
#include "backend/tree/tree_memory.hpp"

namespace linden {

class TreeStorage {
 public:
  /// `renewal` without its scores: they belong to an output.
  TreeStorage(const Backend& backend, Context& context, const BinsView& bins, const GrowthLimits& limits,
              const Renewal& renewal);

  TreeMemory& memory() noexcept { return tree_; }

  /// The grown tree as the host reads it: nodes, committed, leaf_of_node, leaf_values, leaf_curvatures and the counts.
  /// Good until the next call.
  const TreeMemory& finished();

 private:
  template <class T>
  T* allocate(std::int64_t count, const char* what);

  const Backend& backend_;
  Context& context_;
  std::vector<DeviceArray<char>> blocks_;
  TreeMemory tree_;
  // On a GPU: what finished() reads lies in one block, and comes to the host in one copy.
  DeviceArray<char> result_;
  std::vector<char> host_result_;
  TreeMemory host_tree_;
};

}  // namespace linden
