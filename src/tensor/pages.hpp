// Memory for large tensors, in huge pages; what has been given back is kept for a while.
//
// The system hands out pages full of zeros, and to be given them takes longer than to add two tensors. So the pages of
// the last tensors that went are kept, up to most_kept in all, for the next of about their size.
#pragma once

#include <cstddef>

#include "base/memory.hpp"

namespace linden {

class Pages {
 public:
  static constexpr std::size_t most_kept = std::size_t{128} << 20;  ///< bytes
  static constexpr std::size_t huge_page = std::size_t{2} << 20;

  Pages() noexcept = default;
  /// Uninitialised, and where there is room for it aligned to a huge page. Throws MemoryError when there is not so much
  /// even without what is kept, with how whoever asked for it needs less.
  Pages(std::size_t bytes, const char* hint);
  ~Pages();
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;

  void* data() const noexcept { return data_; }

 private:
  Memory memory_;
  std::size_t room_ = 0;  // of it
  void* data_ = nullptr;
};

}  // namespace linden
