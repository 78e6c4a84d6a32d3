// Memory that is not to be had, as linden::MemoryError instead of std::bad_alloc.
#pragma once

#include <new>
#include <string_view>

namespace linden {

/// Throws MemoryError: "<where>: memory ran out. ...", even where there is no memory left for the words.
[[noreturn]] void fail_out_of_memory(std::string_view where);

/// What the action returns.
template <class Action>
decltype(auto) or_out_of_memory(std::string_view where, const Action& action) {
  try {
    return action();
  } catch (const std::bad_alloc&) {
    fail_out_of_memory(where);
  }
}

}  // namespace linden
