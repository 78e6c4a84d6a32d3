#include "base/out_of_memory.hpp"

#include "base/fail.hpp"

namespace linden {
namespace {

const MemoryError spare("Memory ran out.");  // made while there is some; copies share its text

}  // namespace

void fail_out_of_memory(std::string_view where) {
  try {
    fail<MemoryError>("{}: memory ran out. Hint: free some, or run where there is more.", where);
  } catch (const std::bad_alloc&) {
    throw spare;
  }
}

}  // namespace linden
