// The memory that a tree which is grown by pages needs beside that of any tree (TreeStorage).
#pragma once

#include <vector>

#include "backend/backend.hpp"
#include "backend/page_kernels.hpp"

namespace linden {

class PageStorage {
 public:
  /// `tree` has its capacities.
  PageStorage(const Backend& backend, Context& context, const TreeMemory& tree, std::int64_t page_rows);

  PageMemory& memory() noexcept { return pages_; }

 private:
  DeviceArray<char> block_;
  PageMemory pages_;
};

}  // namespace linden
