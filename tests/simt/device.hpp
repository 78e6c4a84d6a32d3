// CUDA's device words for the executor: what kernels see when they are compiled as C++.
//
// Everything that touches the executor is a function defined there, never inline here: the checking build instruments
// this header together with the kernel, and must see the kernel's own accesses alone.
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>

#include "simt/words.hpp"

namespace linden::simt {

/// Where in the source: the call that has this as a default argument.
struct Site {
  const char* file;
  int line;
  static constexpr Site here(const char* file = __builtin_FILE(), int line = __builtin_LINE()) { return {file, line}; }
};

[[gnu::const]] uint3 thread_index() noexcept;
[[gnu::const]] uint3 block_index() noexcept;
[[gnu::const]] uint3 block_shape() noexcept;
[[gnu::const]] uint3 grid_shape() noexcept;

enum class Predicate { none, count, any, all };
int block_barrier(Predicate kind, int predicate, Site site);

enum class WarpOp { barrier, shuffle, ballot, match };
std::uint64_t meet(WarpOp op, unsigned mask, std::uint64_t value, unsigned source, Site site);

void fence();

/// A variable in shared memory: the address of its key is its name.
struct SharedKey {
  const char* name;
};
void* shared_variable(const SharedKey& key, std::size_t size, std::size_t alignment, Site site);
void* dynamic_shared();

// CUDA shuffles exactly these.
template <class T>
concept Shuffled = std::is_arithmetic_v<T> &&(sizeof(T) == 4 || sizeof(T) == 8) && !std::is_same_v<T, bool>;

template <Shuffled T>
__forceinline__ T shuffle_from(unsigned mask, T value, unsigned source, Site site) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof(T));
  bits = meet(WarpOp::shuffle, mask, bits, source, site);
  std::memcpy(&value, &bits, sizeof(T));
  return value;
}

unsigned lane_number();

}  // namespace linden::simt

#define threadIdx (::linden::simt::thread_index())
#define blockIdx (::linden::simt::block_index())
#define blockDim (::linden::simt::block_shape())
#define gridDim (::linden::simt::grid_shape())
inline constexpr int warpSize = 32;

#define LINDEN_SHARED(name, ...)                                                             \
  static_assert(std::is_trivially_default_constructible_v<__VA_ARGS__>,                      \
                "shared memory is not initialised: " #name " must have no initial values");  \
  static constexpr ::linden::simt::SharedKey name##_key{#name};                              \
  auto& name = *static_cast<std::type_identity_t<__VA_ARGS__>*>(                             \
      ::linden::simt::shared_variable(name##_key, sizeof(std::type_identity_t<__VA_ARGS__>), \
                                      alignof(std::type_identity_t<__VA_ARGS__>), ::linden::simt::Site::here()))
#define LINDEN_DYNAMIC_SHARED(name, ...) \
  __VA_ARGS__* const name = static_cast<__VA_ARGS__*>(::linden::simt::dynamic_shared())

// Barriers. Every thread of the block, or every lane of the mask, comes to the same line.
#define LINDEN_SITE ::linden::simt::Site site = ::linden::simt::Site::here()
__forceinline__ void __syncthreads(LINDEN_SITE) { linden::simt::block_barrier(linden::simt::Predicate::none, 0, site); }
__forceinline__ int __syncthreads_count(int predicate, LINDEN_SITE) {
  return linden::simt::block_barrier(linden::simt::Predicate::count, predicate, site);
}
__forceinline__ int __syncthreads_or(int predicate, LINDEN_SITE) {
  return linden::simt::block_barrier(linden::simt::Predicate::any, predicate, site);
}
__forceinline__ int __syncthreads_and(int predicate, LINDEN_SITE) {
  return linden::simt::block_barrier(linden::simt::Predicate::all, predicate, site);
}
__forceinline__ void __syncwarp(unsigned mask = 0xffffffffu, LINDEN_SITE) {
  linden::simt::meet(linden::simt::WarpOp::barrier, mask, 0, 0, site);
}

// What lanes tell each other. None of these orders memory.
__forceinline__ unsigned __ballot_sync(unsigned mask, int predicate, LINDEN_SITE) {
  return unsigned(linden::simt::meet(linden::simt::WarpOp::ballot, mask, predicate != 0, 0, site));
}
__forceinline__ int __any_sync(unsigned mask, int predicate, LINDEN_SITE) {
  return __ballot_sync(mask, predicate, site) != 0;
}
__forceinline__ int __all_sync(unsigned mask, int predicate, LINDEN_SITE) {
  return __ballot_sync(mask, predicate, site) == mask;
}
template <linden::simt::Shuffled T>
__forceinline__ unsigned __match_any_sync(unsigned mask, T value, LINDEN_SITE) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof(T));
  return unsigned(linden::simt::meet(linden::simt::WarpOp::match, mask, bits, 0, site));
}
template <linden::simt::Shuffled T>
__forceinline__ T __shfl_sync(unsigned mask, T value, int source, int width = 32, LINDEN_SITE) {
  const unsigned lane = linden::simt::lane_number();
  return linden::simt::shuffle_from(mask, value, (lane & unsigned(-width)) | (unsigned(source) & unsigned(width - 1)),
                                    site);
}
template <linden::simt::Shuffled T>
__forceinline__ T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = 32, LINDEN_SITE) {
  const unsigned lane = linden::simt::lane_number(), in_group = lane & unsigned(width - 1);
  return linden::simt::shuffle_from(mask, value, in_group >= delta ? lane - delta : lane, site);
}
template <linden::simt::Shuffled T>
__forceinline__ T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = 32, LINDEN_SITE) {
  const unsigned lane = linden::simt::lane_number(), in_group = lane & unsigned(width - 1);
  return linden::simt::shuffle_from(mask, value, in_group + delta < unsigned(width) ? lane + delta : lane, site);
}
template <linden::simt::Shuffled T>
__forceinline__ T __shfl_xor_sync(unsigned mask, T value, int lanes, int width = 32, LINDEN_SITE) {
  const unsigned lane = linden::simt::lane_number(), source = lane ^ unsigned(lanes);
  return linden::simt::shuffle_from(mask, value, source < (lane | unsigned(width - 1)) + 1 ? source : lane, site);
}
#undef LINDEN_SITE

// Atomics: CUDA's overloads and no others.
int atomicAdd(int* word, int value);
unsigned atomicAdd(unsigned* word, unsigned value);
unsigned long long atomicAdd(unsigned long long* word, unsigned long long value);
float atomicAdd(float* word, float value);
double atomicAdd(double* word, double value);
int atomicSub(int* word, int value);
unsigned atomicSub(unsigned* word, unsigned value);
#define LINDEN_INTEGER_ATOMICS(T) \
  T atomicMin(T* word, T value);  \
  T atomicMax(T* word, T value);  \
  T atomicAnd(T* word, T value);  \
  T atomicOr(T* word, T value);   \
  T atomicXor(T* word, T value);  \
  T atomicExch(T* word, T value); \
  T atomicCAS(T* word, T compare, T value);
LINDEN_INTEGER_ATOMICS(int)
LINDEN_INTEGER_ATOMICS(unsigned)
LINDEN_INTEGER_ATOMICS(unsigned long long)
#undef LINDEN_INTEGER_ATOMICS
long long atomicMin(long long* word, long long value);
long long atomicMax(long long* word, long long value);
float atomicExch(float* word, float value);

__forceinline__ void __threadfence() { linden::simt::fence(); }
__forceinline__ void __threadfence_block() {}

namespace linden::cuda {
unsigned long long load_acquire(const unsigned long long* word);
void store_release(unsigned long long* word, unsigned long long value);
}  // namespace linden::cuda

// Bits and bytes.
template <class T>
__forceinline__ T __ldg(const T* address) {
  return *address;
}
__forceinline__ int __popc(unsigned bits) { return __builtin_popcount(bits); }
__forceinline__ int __popcll(unsigned long long bits) { return __builtin_popcountll(bits); }
__forceinline__ int __ffs(int bits) { return __builtin_ffs(bits); }
__forceinline__ int __ffsll(long long bits) { return __builtin_ffsll(bits); }
__forceinline__ int __clz(int bits) { return bits == 0 ? 32 : __builtin_clz(unsigned(bits)); }
__forceinline__ int __clzll(long long bits) {
  return bits == 0 ? 64 : __builtin_clzll(static_cast<unsigned long long>(bits));
}
__forceinline__ unsigned __float_as_uint(float value) { return __builtin_bit_cast(unsigned, value); }
__forceinline__ int __float_as_int(float value) { return __builtin_bit_cast(int, value); }
__forceinline__ float __uint_as_float(unsigned bits) { return __builtin_bit_cast(float, bits); }
__forceinline__ float __int_as_float(int bits) { return __builtin_bit_cast(float, bits); }
__forceinline__ long long __double_as_longlong(double value) { return __builtin_bit_cast(long long, value); }
__forceinline__ double __longlong_as_double(long long bits) { return __builtin_bit_cast(double, bits); }
