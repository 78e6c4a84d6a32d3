// Atomics, fences, and the words by which blocks tell each other something.
//
// One host thread runs every lane, so that a plain read and write is atomic; what counts is the order of lanes, which
// random seeds change after some of the atomics too.
#include <cstring>

#include "simt/executor.hpp"
#include "simt/order.hpp"
#include "simt/memory/region.hpp"
#include "simt/report.hpp"
#include "simt/memory/shadow.hpp"

namespace linden::simt {
namespace {

// Checks the access and lets it order memory. Only what the executor sees: the plain build of a kernel is not checked.
template <class T>
void touch(const T* word, bool reads, bool writes, void* code) {
  if (reinterpret_cast<std::uintptr_t>(word) % sizeof(T) != 0) {
    report([&] {
      return fmt::format("atomic on a misaligned address, at {}", source_line(reinterpret_cast<std::uintptr_t>(code)));
    });
  }
  if (!instrumented) return;
  check_access(word, sizeof(T), writes ? Access::atomic_write : Access::atomic_read,
               reinterpret_cast<std::uintptr_t>(code));
  if (region().offset(word) >= heap_start)
    order_by_atomic(*current, reinterpret_cast<std::uintptr_t>(word), reads, writes);
}

template <class T, class Update>
inline __attribute__((always_inline)) T update(T* word, void* code, Update next) {
  touch(word, true, true, code);
  const T old = *word, now = next(old);
  *word = now;
  if (std::memcmp(&old, &now, sizeof(T)) != 0) executor.progress();
  maybe_pass_on();
  return old;
}

}  // namespace

void fence() {
  if (instrumented) order_by_fence(*current);
  maybe_pass_on();
}

}  // namespace linden::simt

using linden::simt::update;
#define LINDEN_CODE __builtin_return_address(0)

#define LINDEN_ADD(T)                                                                     \
  T atomicAdd(T* word, T value) {                                                         \
    return update(word, LINDEN_CODE, [=](T old) { return static_cast<T>(old + value); }); \
  }
LINDEN_ADD(unsigned)
LINDEN_ADD(unsigned long long)
LINDEN_ADD(float)
LINDEN_ADD(double)
int atomicAdd(int* word, int value) {  // wraps, as on the device
  return update(word, LINDEN_CODE, [=](int old) { return int(unsigned(old) + unsigned(value)); });
}
int atomicSub(int* word, int value) {
  return update(word, LINDEN_CODE, [=](int old) { return int(unsigned(old) - unsigned(value)); });
}
unsigned atomicSub(unsigned* word, unsigned value) {
  return update(word, LINDEN_CODE, [=](unsigned old) { return old - value; });
}

#define LINDEN_ORDER(T)                                                                 \
  T atomicMin(T* word, T value) {                                                       \
    return update(word, LINDEN_CODE, [=](T old) { return value < old ? value : old; }); \
  }                                                                                     \
  T atomicMax(T* word, T value) {                                                       \
    return update(word, LINDEN_CODE, [=](T old) { return old < value ? value : old; }); \
  }
#define LINDEN_BITS(T)                                                                                 \
  LINDEN_ORDER(T)                                                                                      \
  T atomicAnd(T* word, T value) {                                                                      \
    return update(word, LINDEN_CODE, [=](T old) { return static_cast<T>(old & value); });              \
  }                                                                                                    \
  T atomicOr(T* word, T value) {                                                                       \
    return update(word, LINDEN_CODE, [=](T old) { return static_cast<T>(old | value); });              \
  }                                                                                                    \
  T atomicXor(T* word, T value) {                                                                      \
    return update(word, LINDEN_CODE, [=](T old) { return static_cast<T>(old ^ value); });              \
  }                                                                                                    \
  T atomicExch(T* word, T value) {                                                                     \
    return update(word, LINDEN_CODE, [=](T) { return value; });                                        \
  }                                                                                                    \
  T atomicCAS(T* word, T compare, T value) {                                                           \
    const T old = update(word, LINDEN_CODE, [=](T now) { return now == compare ? value : now; });      \
    /* it will try again: the others must get on */                                                    \
    if (old != compare) linden::simt::pass_on_spinning(reinterpret_cast<std::uintptr_t>(LINDEN_CODE)); \
    return old;                                                                                        \
  }
LINDEN_BITS(int)
LINDEN_BITS(unsigned)
LINDEN_BITS(unsigned long long)
LINDEN_ORDER(long long)
float atomicExch(float* word, float value) {
  return update(word, LINDEN_CODE, [=](float) { return value; });
}

namespace linden::cuda {

unsigned long long load_acquire(const unsigned long long* word) {
  simt::pass_on_spinning(reinterpret_cast<std::uintptr_t>(LINDEN_CODE));  // first, so that what it reads is the latest
  simt::touch(word, true, false, LINDEN_CODE);
  return *word;
}

void store_release(unsigned long long* word, unsigned long long value) {
  if (simt::instrumented) simt::order_by_fence(*simt::current);
  simt::touch(word, false, true, LINDEN_CODE);
  *word = value;
  simt::executor.progress();
  simt::maybe_pass_on();
}

}  // namespace linden::cuda
