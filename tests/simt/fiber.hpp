// A fiber: a stack and a place to continue at. One operating-system thread jumps between thousands of them.
//
// Boost's jump_fcontext does the jump; around it stand the notes that AddressSanitizer wants of every change of stack.
#pragma once

#include <boost/context/detail/fcontext.hpp>
#include <cstddef>

#include "sanitizers.hpp"

#ifdef LINDEN_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

namespace linden::simt {

struct Fiber {
  boost::context::detail::fcontext_t place = nullptr;
  char* low = nullptr;  ///< the lowest usable byte of the stack; below it is a guard page
  std::size_t size = 0;
  [[maybe_unused]] void* fake_stack = nullptr;  ///< AddressSanitizer's
  [[maybe_unused]] bool ended = false;          ///< for AddressSanitizer: it ran to its end
};

/// The stack of number `index`, made on first use and kept: entry(from, data) will run on it, and must never return.
void start_fiber(Fiber& fiber, std::size_t index, void (*entry)(boost::context::detail::transfer_t));

/// Continues `to`; returns when somebody switches back to `from`. A fiber that is dying does not come back.
inline __attribute__((always_inline)) void switch_fiber(Fiber& from, Fiber& to, [[maybe_unused]] bool dying = false) {
#ifdef LINDEN_ASAN
  from.ended = dying;
  __sanitizer_start_switch_fiber(dying ? nullptr : &from.fake_stack, to.low, to.size);
#endif
  const auto arrived = boost::context::detail::jump_fcontext(to.place, &from);
  static_cast<Fiber*>(arrived.data)->place = arrived.fctx;
#ifdef LINDEN_ASAN
  __sanitizer_finish_switch_fiber(from.fake_stack, nullptr, nullptr);
#endif
}

/// The first thing on a new fiber: remembers where the one before stopped. `host` learns its own stack by the way.
inline void arrive_first([[maybe_unused]] Fiber& host, boost::context::detail::transfer_t arrived) {
  Fiber& from = *static_cast<Fiber*>(arrived.data);
  from.place = arrived.fctx;
#ifdef LINDEN_ASAN
  const void* low = nullptr;
  std::size_t size = 0;
  __sanitizer_finish_switch_fiber(nullptr, &low, &size);
  if (&from == &host) {
    host.low = static_cast<char*>(const_cast<void*>(low));
    host.size = size;
  }
#endif
}

}  // namespace linden::simt
