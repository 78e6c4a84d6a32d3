// Where the loops along an axis begin: positions of the other dimensions, numbered in row-major order.
#pragma once

#include <cstdint>

#include "backend/math/host_device.hpp"
#include "backend/tensor/tasks.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// A quotient of numbers that are not negative: division of 64 bits is many times slower on a GPU than that of 32.
struct Quotient {
  std::int64_t quotient, rest;
};
LINDEN_HD Quotient divided(std::int64_t a, std::int64_t b) {
  if (((a | b) >> 32) != 0) return {a / b, a % b};
  const auto low_a = static_cast<std::uint32_t>(a), low_b = static_cast<std::uint32_t>(b);
  return {low_a / low_b, low_a % low_b};
}

/// An offset in elements into each operand.
template <int operands>
struct Offsets {
  std::int64_t of[operands];
};

/// How many positions the first `rank` of the other dimensions have.
template <int operands>
LINDEN_HD std::int64_t positions(const AxisTask<operands>& task, std::int32_t rank) {
  std::int64_t count = 1;
  for (std::int32_t d = 0; d < rank; ++d) count *= task.sizes[d];
  return count;
}

/// Position number `position` of the first `rank` dimensions.
template <int operands>
LINDEN_HD Offsets<operands> offsets_at(const AxisTask<operands>& task, std::int32_t rank, std::int64_t position) {
  Offsets<operands> offsets{};
  for (std::int32_t d = rank - 1; d >= 0; --d) {
    const Quotient by = d == 0 ? Quotient{0, position} : divided(position, task.sizes[d]);
    position = by.quotient;
    for (int o = 0; o < operands; ++o) offsets.of[o] += by.rest * task.operand[o].strides[d];
  }
  return offsets;
}

/// Whether the last of the other dimensions is nearer in the memory of operand 0 than the axis: then it is the inner
/// loop.
template <int operands>
LINDEN_HD bool axis_is_outer(const AxisTask<operands>& task) {
  const auto distance = [](std::int64_t stride) { return stride < 0 ? -stride : stride; };
  return task.rank > 0 && distance(task.operand[0].strides[task.rank - 1]) <= distance(task.axis_stride[0]);
}

/// What gather and scatter_add visit, at one position of the other dimensions.
template <class T>
struct IndexedMemory {
  T* out;
  const std::int64_t* index;
  const T* in;

  LINDEN_HD IndexedMemory(const AxisTask<3>& task, const Offsets<3>& offsets)
      : out(static_cast<T*>(task.operand[0].data) + offsets.of[0]),
        index(static_cast<const std::int64_t*>(task.operand[1].data) + offsets.of[1]),
        in(static_cast<const T*>(task.operand[2].data) + offsets.of[2]) {}
};

LINDEN_LEVEL_END
}  // namespace linden
