// What g++ calls from kernels in the checking build: -fsanitize=thread for every load and store, and the sanitizers of
// undefined behaviour for what x86 and CUDA do differently. No sanitizer's library is linked; these take its place.
//
// Host code in the same files calls them too: they return at once when no fiber runs.
#include <cstddef>
#include <cstdint>

#include "simt/executor.hpp"
#include "simt/report.hpp"
#include "simt/memory/shadow.hpp"

using linden::simt::Access;

#define LINDEN_CODE __builtin_return_address(0)

namespace {

inline __attribute__((always_inline)) void touch(const void* address, std::size_t bytes, Access access, void* code) {
  if (linden::simt::current != nullptr) check_access(address, bytes, access, reinterpret_cast<std::uintptr_t>(code));
}

void undefined(const char* what, void* code) {
  if (linden::simt::current != nullptr)
    linden::simt::report([&] {
      return fmt::format("{}, at {}", what, linden::simt::source_line(reinterpret_cast<std::uintptr_t>(code)));
    });
}

}  // namespace

extern "C" {

void __tsan_init() { linden::simt::instrumented = true; }
void __tsan_func_entry(void*) {}
void __tsan_func_exit() {}
void __tsan_vptr_update(void**, void*) {}
void __tsan_vptr_read(void**) {}

#define LINDEN_HOOKS(bytes)                                                                    \
  void __tsan_read##bytes(void* at) { touch(at, bytes, Access::read, LINDEN_CODE); }           \
  void __tsan_write##bytes(void* at) { touch(at, bytes, Access::write, LINDEN_CODE); }         \
  void __tsan_unaligned_read##bytes(void* at) { touch(at, bytes, Access::read, LINDEN_CODE); } \
  void __tsan_unaligned_write##bytes(void* at) { touch(at, bytes, Access::write, LINDEN_CODE); }
LINDEN_HOOKS(1)
LINDEN_HOOKS(2)
LINDEN_HOOKS(4)
LINDEN_HOOKS(8)
LINDEN_HOOKS(16)
#undef LINDEN_HOOKS
void __tsan_read_range(void* at, std::size_t bytes) { touch(at, bytes, Access::read, LINDEN_CODE); }
void __tsan_write_range(void* at, std::size_t bytes) { touch(at, bytes, Access::write, LINDEN_CODE); }

// The atomics of C++, which host code in the same files may use (reference counts, guards of function statics).
#define LINDEN_ATOMICS(bits, T)                                                                                     \
  T __tsan_atomic##bits##_load(const volatile T* at, int) { return __atomic_load_n(at, __ATOMIC_SEQ_CST); }         \
  void __tsan_atomic##bits##_store(volatile T* at, T value, int) { __atomic_store_n(at, value, __ATOMIC_SEQ_CST); } \
  T __tsan_atomic##bits##_exchange(volatile T* at, T value, int) {                                                  \
    return __atomic_exchange_n(at, value, __ATOMIC_SEQ_CST);                                                        \
  }                                                                                                                 \
  T __tsan_atomic##bits##_fetch_add(volatile T* at, T value, int) {                                                 \
    return __atomic_fetch_add(at, value, __ATOMIC_SEQ_CST);                                                         \
  }                                                                                                                 \
  T __tsan_atomic##bits##_fetch_sub(volatile T* at, T value, int) {                                                 \
    return __atomic_fetch_sub(at, value, __ATOMIC_SEQ_CST);                                                         \
  }                                                                                                                 \
  int __tsan_atomic##bits##_compare_exchange_strong(volatile T* at, T* expected, T value, int, int) {               \
    return __atomic_compare_exchange_n(at, expected, value, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);             \
  }
void __tsan_atomic_thread_fence(int) { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
LINDEN_ATOMICS(8, std::uint8_t)
LINDEN_ATOMICS(32, std::uint32_t)
LINDEN_ATOMICS(64, std::uint64_t)
#undef LINDEN_ATOMICS

void __ubsan_handle_shift_out_of_bounds(void*, void*, void*) {
  undefined("shift by more bits than there are", LINDEN_CODE);
}
void __ubsan_handle_float_cast_overflow(void*, void*) {
  undefined("conversion of a number that does not fit", LINDEN_CODE);
}
void __ubsan_handle_divrem_overflow(void*, void*, void*) {
  undefined("division by zero, or one that overflows", LINDEN_CODE);
}
void __ubsan_handle_out_of_bounds(void*, void*) { undefined("index outside of the array", LINDEN_CODE); }
void __ubsan_handle_type_mismatch_v1(void*, void*) { undefined("misaligned address", LINDEN_CODE); }

}  // extern "C"
