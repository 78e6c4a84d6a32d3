#include "base/out_of_memory.hpp"

#include <linden/error.hpp>

#include "base/fail.hpp"

namespace linden {

void fail_out_of_memory(std::string_view where) {
  fail<MemoryError>("{}: memory ran out. Hint: free some, or run where there is more.", where);
}

void detail::out_of_memory(const char* where) { fail_out_of_memory(where); }

}  // namespace linden
