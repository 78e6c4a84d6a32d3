// What tests of tensor kernels share: memory of any dtype and strides, all instruction levels of the machine, crews of
// several sizes, and comparison of bytes in which one NaN is as good as another.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "backend/tensor_kernels.hpp"
#include "cpu/levels.hpp"

namespace linden {
namespace test {

/// Calls body(kernels, context) for every level with 1, 2 and 7 threads.
template <class Body>
void everywhere(const Body& body) {
  static Workers crews[] = {Workers(1), Workers(2), Workers(7)};
  for (const CpuLevel& level : cpu_levels())
    for (Workers& workers : crews) {
      SCOPED_TRACE("level " + std::string(level.name) + ", " + std::to_string(workers.threads()) + " threads");
      Context context{workers};
      body(level.tensor(), context);
      if (::testing::Test::HasFailure()) return;
    }
}

template <class T>
Operand operand(std::vector<T>& memory, DType dtype, const std::vector<std::int64_t>& strides, std::int64_t first = 0) {
  Operand result;
  result.data = memory.data() + first;
  result.dtype = dtype;
  for (std::size_t i = 0; i < strides.size(); ++i) result.strides[i] = strides[i];
  return result;
}
template <class T>
Operand operand(std::vector<T>& memory, const std::vector<std::int64_t>& strides, std::int64_t first = 0) {
  return operand(memory, dtype_of<T>, strides, first);
}

template <int operands>
ElementwiseTask<operands> elementwise(const std::vector<std::int64_t>& sizes) {
  ElementwiseTask<operands> task;
  task.rank = static_cast<std::int32_t>(sizes.size());
  for (std::size_t i = 0; i < sizes.size(); ++i) task.sizes[i] = sizes[i];
  return task;
}

/// Calls body(offsets) for every position of a nest, last dimension fastest; one offset for each list of strides.
template <class Body>
void each_position(const std::vector<std::int64_t>& sizes, const std::vector<std::vector<std::int64_t>>& strides,
                   const Body& body) {
  std::int64_t total = 1;
  for (const std::int64_t size : sizes) total *= size;
  std::vector<std::int64_t> offsets(strides.size());
  for (std::int64_t position = 0; position < total; ++position) {
    std::fill(offsets.begin(), offsets.end(), 0);
    std::int64_t rest = position;
    for (std::size_t d = sizes.size(); d-- > 0; rest /= sizes[d])
      for (std::size_t i = 0; i < strides.size(); ++i) offsets[i] += rest % sizes[d] * strides[i][d];
    body(offsets);
  }
}

/// Same bits, or both NaN.
template <class T>
bool same(T a, T b) {
  return (a != a && b != b) || std::memcmp(&a, &b, sizeof a) == 0;
}

template <class T>
void expect_same(const std::vector<T>& got, const std::vector<T>& wanted) {
  ASSERT_EQ(got.size(), wanted.size());
  for (std::size_t i = 0; i < got.size(); ++i)
    if (!same(got[i], wanted[i])) {
      ADD_FAILURE() << "element " << i << " of " << got.size() << " is " << +got[i] << ", not " << +wanted[i];
      return;
    }
}

/// Values in [low, high]; with `special`, every seventh element is a zero, an infinity, NaN or the like.
template <class T>
std::vector<T> numbers(std::size_t count, double low, double high, bool special = false, unsigned seed = 1) {
  std::vector<T> values(count);
  std::uint64_t state = seed;
  for (T& value : values) {  // SplitMix64: generators of <random> take long without the optimiser
    state += 0x9e3779b97f4a7c15u;
    std::uint64_t bits = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9u;
    bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebu;
    value = static_cast<T>(low + (high - low) * static_cast<double>((bits ^ (bits >> 31)) >> 11) * 0x1p-53);
  }
  if constexpr (std::is_floating_point_v<T>)
    if (special) {
      using limits = std::numeric_limits<T>;
      const T list[] = {T(0),
                        -T(0),
                        limits::infinity(),
                        -limits::infinity(),
                        limits::quiet_NaN(),
                        limits::max(),
                        limits::min(),
                        limits::denorm_min(),
                        T(1),
                        -T(1),
                        limits::lowest()};
      for (std::size_t i = 0; i * 7 < count; ++i) values[i * 7] = list[i % std::size(list)];
    }
  return values;
}

/// Around the widths of vectors, of blocks and of lanes.
inline const std::vector<std::int64_t> odd_sizes{1,  2,  3,  4,  5,  7,   8,   9,   15,  16,  17,  31,   32,
                                                 33, 63, 64, 65, 96, 127, 129, 255, 256, 257, 511, 1000, 1025};

}  // namespace test
}  // namespace linden
