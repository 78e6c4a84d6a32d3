// How a kernel finds element number i of every operand of an elementwise task.
//
// A Walk is made from a task on the host and travels as a kernel argument. Its elements are fewer than 2^31, so that
// positions are 32-bit numbers, divided by a multiplication; larger tasks are cut into parts.
#pragma once

#include <cstdint>

#include "backend/math/host_device.hpp"
#include "backend/tensor_kernels.hpp"

namespace linden::cuda {
LINDEN_LEVEL_BEGIN

/// Quotients by one divisor of dividends below 2^31: the high half of a product, and a shift.
struct Divisor {
  std::uint32_t divisor = 1, factor = 0, shift = 0;

  Divisor() = default;
  /// 0 < d < 2^31. The factor is the next whole number above 2^(32 + shift) / d, less 2^32, for the least shift with
  /// 2^shift >= d.
  explicit Divisor(std::uint32_t d) : divisor(d) {
    while ((std::uint64_t{1} << shift) < d) ++shift;
    const std::uint64_t rest = (std::uint64_t{1} << shift) - d;
    factor = static_cast<std::uint32_t>((rest << 32) / d + 1);
  }

  LINDEN_HD std::uint32_t quotient(std::uint32_t dividend) const {
    const auto high = static_cast<std::uint32_t>((std::uint64_t{dividend} * factor) >> 32);
    return (high + dividend) >> shift;
  }
};

template <int operands>
struct Walk {
  void* data[operands] = {};
  std::int64_t strides[operands][max_rank] = {};
  Divisor sizes[max_rank];
  std::uint32_t elements = 0;
  std::int32_t rank = 1;   ///< at least 1
  bool is_packed = false;  ///< groups of the kernel's n elements lie in aligned memory or repeat one element
};

/// Where element `i` of each operand lies.
template <int operands>
LINDEN_HD void offsets_of(const Walk<operands>& walk, std::uint32_t i, std::int64_t (&offsets)[operands]) {
  for (std::int64_t& offset : offsets) offset = 0;
#ifdef __CUDA_ARCH__
#pragma unroll 1  // few tasks have more than two dimensions left
#endif
  for (std::int32_t d = walk.rank - 1; d > 0; --d) {
    const std::uint32_t outer = walk.sizes[d].quotient(i);
    const std::uint32_t inner = i - outer * walk.sizes[d].divisor;
    for (int o = 0; o < operands; ++o) offsets[o] += inner * walk.strides[o][d];
    i = outer;
  }
  for (int o = 0; o < operands; ++o) offsets[o] += i * walk.strides[o][0];
}

/// The walk over a task of fewer than 2^31 elements; bytes[o] is what an element of operand o takes.
template <int operands>
Walk<operands> walk_over(const ElementwiseTask<operands>& task, const std::int64_t (&bytes)[operands], int n) {
  Walk<operands> walk;
  walk.rank = task.rank > 1 ? task.rank : 1;
  std::int64_t elements = 1;
  for (std::int32_t d = 0; d < task.rank; ++d) elements *= task.sizes[d];
  walk.elements = static_cast<std::uint32_t>(elements);
  if (elements == 0) return walk;
  for (std::int32_t d = 0; d < walk.rank; ++d)
    walk.sizes[d] = Divisor(task.rank == 0 ? 1 : static_cast<std::uint32_t>(task.sizes[d]));
  const std::int32_t last = walk.rank - 1;
  // In more than one dimension no group may reach into the next row.
  walk.is_packed = n > 1 && task.rank > 0 && (task.rank == 1 || task.sizes[last] % n == 0);
  for (int o = 0; o < operands; ++o) {
    const Operand& operand = task.operand[o];
    walk.data[o] = operand.data;
    for (std::int32_t d = 0; d < walk.rank; ++d) walk.strides[o][d] = task.rank == 0 ? 1 : operand.strides[d];
    const std::int64_t step = walk.strides[o][last];
    if (o > 0 && step == 0) continue;
    bool fits =
        step == 1 && reinterpret_cast<std::uintptr_t>(operand.data) % static_cast<std::size_t>(bytes[o] * n) == 0;
    for (std::int32_t d = 0; d < last; ++d) fits = fits && walk.strides[o][d] % n == 0;
    walk.is_packed = walk.is_packed && fits;
  }
  return walk;
}

/// Calls body(part) for parts of the task of at most `most` elements each, which together are all of it. Nothing is
/// called for an empty task.
template <int operands, class Body>
void each_part(const ElementwiseTask<operands>& task, const std::int64_t (&bytes)[operands], std::int64_t most,
               const Body& body) {
  std::int64_t elements = 1;
  std::int32_t longest = 0;
  for (std::int32_t d = 0; d < task.rank; ++d) {
    elements *= task.sizes[d];
    if (task.sizes[d] > task.sizes[longest]) longest = d;
  }
  if (elements == 0) return;
  if (elements <= most) return body(task);
  // The first part takes half of the longest dimension, rounded so that groups of elements stay whole.
  const std::int64_t size = task.sizes[longest], half = size / 2 < 16 ? size / 2 : size / 2 / 16 * 16;
  ElementwiseTask<operands> part = task;
  part.sizes[longest] = half;
  each_part(part, bytes, most, body);
  part.sizes[longest] = size - half;
  for (int o = 0; o < operands; ++o)
    part.operand[o].data =
        static_cast<char*>(part.operand[o].data) + half * part.operand[o].strides[longest] * bytes[o];
  each_part(part, bytes, most, body);
}

LINDEN_LEVEL_END
}  // namespace linden::cuda
