// The memory that TreeMemory views: everything growing a tree needs, allocated once for a fit.
#pragma once

#include <vector>

#include "backend/tree_memory.hpp"
#include "base/memory.hpp"

namespace linden {

class TreeStorage {
 public:
  /// `renewal` without its scores: they belong to an output.
  TreeStorage(const BinsView& bins, const GrowthLimits& limits, const Renewal& renewal, int threads);

  TreeMemory& memory() noexcept { return tree_; }

 private:
  template <class T>
  T* allocate(std::int64_t count);

  std::vector<Memory> blocks_;
  TreeMemory tree_;
};

}  // namespace linden
