// An elementwise function as data: a small program over the ops of scalar_ops.hpp, in the dtypes of the tensors that it
// was traced on (src/fuse). Kernels run it in one pass over memory; each instruction gives the bytes of the kernel that
// it stands for.
//
// Registers: the operands (results first, then inputs, as in the task), constants, then slots for what lies between.
#pragma once

#include <array>
#include <cstdint>

#include "backend/tensor/tasks.hpp"

namespace linden {

struct FusedInstruction {
  enum class Code : std::uint8_t {
    unary,   ///< out = op(a)
    binary,  ///< out = op(a, b)
    where,   ///< out = a ? b : c
    cast,    ///< out = a, converted
  };
  Code code = Code::unary;
  DType from = DType::f64;  ///< of the values that are read; where: of b, c
  DType to = DType::f64;
  std::int16_t op = 0;  ///< its number in UnaryOps or BinaryOps
  std::int16_t out = 0, a = 0, b = 0, c = 0;

  bool operator==(const FusedInstruction&) const = default;
};

struct FusedProgram {
  static constexpr std::int32_t most_operands = 16, most_constants = 32, most_slots = 32, most_instructions = 128;
  static constexpr std::int32_t most_registers = most_operands + most_constants + most_slots;

  std::int32_t results = 1, inputs = 0, constants = 0, slots = 0, instructions = 0;
  std::int32_t slot_bytes = 1;                           ///< what an element of the widest slot takes
  std::array<DType, most_operands> dtype{};              ///< of results and inputs
  std::array<std::uint64_t, most_constants> constant{};  ///< the bytes of a value, by its dtype
  std::array<FusedInstruction, most_instructions> instruction{};

  bool operator==(const FusedProgram&) const = default;

  constexpr std::int32_t operands() const { return results + inputs; }
  constexpr std::int32_t first_slot() const { return operands() + constants; }
};

/// Operands that a program does not have are null.
using FusedTask = ElementwiseTask<FusedProgram::most_operands>;

}  // namespace linden
