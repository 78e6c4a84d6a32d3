// The loop over all elements of an elementwise task that the elementwise kernels share.
//
// Where memory allows (Walk::is_packed), threads visit groups of n elements at a time with one access of up to 16 bytes
// for each operand; what remains, and all else, goes element by element. The output of a task may be one of its inputs
// (the same memory and strides): each thread reads what it writes, before.
#pragma once

#include <cstdint>
#include <utility>

#include "backend/tensor_kernels.hpp"
#include "cuda/runtime/stream.hpp"
#include "cuda/runtime/simt.hpp"
#include "cuda/tensor/walk.hpp"

namespace linden::cuda {

template <int bytes>
struct WordOf;
template <>
struct WordOf<1> {
  using type = unsigned char;
};
template <>
struct WordOf<2> {
  using type = unsigned short;
};
template <>
struct WordOf<4> {
  using type = unsigned;
};
template <>
struct WordOf<8> {
  using type = uint2;
};
template <>
struct WordOf<16> {
  using type = uint4;
};

/// n values, moved in one access.
template <class T, int n>
struct Group {
  using Word = typename WordOf<n * sizeof(T)>::type;
  T values[n];
};

template <int n, class T>
__device__ __forceinline__ Group<T, n> load_group(const T* aligned) {
  const auto word = *reinterpret_cast<const typename Group<T, n>::Word*>(aligned);
  Group<T, n> group;
  __builtin_memcpy(&group, &word, sizeof group);
  return group;
}

template <int n, class T>
__device__ __forceinline__ void store_group(T* aligned, const Group<T, n>& group) {
  typename Group<T, n>::Word word;
  __builtin_memcpy(&word, &group, sizeof group);
  *reinterpret_cast<typename Group<T, n>::Word*>(aligned) = word;
}

/// n elements of an operand of a packed walk: one that is repeated, or a group.
template <int n, class T>
__device__ __forceinline__ Group<T, n> load_along(const T* first, std::int64_t step) {
  if (step != 0) return load_group<n>(first);
  Group<T, n> group;
  const T value = *first;
  for (T& v : group.values) v = value;
  return group;
}

/// How many elements a kernel takes at a time: 16 bytes of its largest type.
template <class... Types>
constexpr int group_elements() {
  std::size_t most = 1;
  ((most = sizeof(Types) > most ? sizeof(Types) : most), ...);
  return static_cast<int>(16 / most);
}

/// Input number o of a walk, 1 for the first.
template <int o, class T, int operands>
__device__ __forceinline__ const T* input_at(const Walk<operands>& walk, const std::int64_t (&offsets)[operands]) {
  return static_cast<const T*>(walk.data[o]) + offsets[o];
}

template <class Out, int n, class Function, class... In>
__device__ __forceinline__ Group<Out, n> apply_along(const Function& function, const Group<In, n>&... in) {
  Group<Out, n> results;
  for (int k = 0; k < n; ++k) results.values[k] = function(in.values[k]...);
  return results;
}

/// out = function(in...) for all elements of the walk.
template <int n, class Out, class... In, class Function, int... o>
__device__ __forceinline__ void for_each_element(const Walk<1 + sizeof...(In)>& walk, const Function& function,
                                                 std::integer_sequence<int, o...>) {
  const std::uint32_t thread = blockIdx.x * blockDim.x + threadIdx.x, threads = gridDim.x * blockDim.x;
  std::int64_t at[1 + sizeof...(In)];
  std::uint32_t done = 0;
  if constexpr (n > 1) {
    if (walk.is_packed) {
      const std::uint32_t groups = walk.elements / n;
      const std::int32_t last = walk.rank - 1;
      for (std::uint32_t g = thread; g < groups; g += threads) {
        offsets_of(walk, g * n, at);
        const Group<Out, n> results =
            apply_along<Out, n>(function, load_along<n>(input_at<1 + o, In>(walk, at), walk.strides[1 + o][last])...);
        store_group(static_cast<Out*>(walk.data[0]) + at[0], results);
      }
      done = groups * n;
    }
  }
  for (std::uint32_t i = done + thread; i < walk.elements; i += threads) {
    offsets_of(walk, i, at);
    static_cast<Out*>(walk.data[0])[at[0]] = function(*input_at<1 + o, In>(walk, at)...);
  }
}
template <int n, class Out, class... In, class Function>
__device__ __forceinline__ void for_each_element(const Walk<1 + sizeof...(In)>& walk, const Function& function) {
  for_each_element<n, Out, In...>(walk, function, std::make_integer_sequence<int, sizeof...(In)>());
}

inline constexpr std::int64_t most_elements = std::int64_t{1} << 30;
inline constexpr unsigned elementwise_block = 256;

/// Launches kernel(walk) over the task; the kernel is for_each_element<n, Out, In...>.
template <auto kernel, int n, class Out, class... In>
void run_elements(Context& context, const ElementwiseTask<1 + sizeof...(In)>& task) {
  constexpr std::int64_t bytes[] = {sizeof(Out), sizeof(In)...};
  each_part(task, bytes, most_elements, [&](const auto& part) {
    const auto walk = walk_over(part, bytes, n);
    launch<kernel>({.grid = blocks_for(context, walk.elements, elementwise_block * (walk.is_packed ? n : 1)),
                    .block = elementwise_block,
                    .stream = stream_of(context)},
                   walk);
  });
}

}  // namespace linden::cuda
