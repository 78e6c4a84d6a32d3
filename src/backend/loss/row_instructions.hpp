// What a row program (row_program.hpp) consists of, and which of its values anybody reads.
#pragma once

#include <cstdint>

#include "backend/math/scalar_ops.hpp"

namespace linden {

struct RowInstruction {
  enum class Code : std::uint8_t {
    unary,      ///< op a
    binary,     ///< op a b
    where,      ///< a ? b : c
    logsumexp,  ///< of registers a, a + 1, ... b of them; out + 1 and out + 2 hold the shift and the sum
    pick,       ///< register a + c of registers a, a + 1, ... b of them, c being a register's value; NaN, and so
                ///< the slope, where c is none of 0, 1, ... b - 1
  };
  Code code = Code::unary;
  bool is_link = false;  ///< Gauss-Newton: a straight line where its operand is one
  std::int16_t op = 0;   ///< its number in UnaryOps or BinaryOps
  std::int32_t out = 0, a = 0, b = 0, c = 0;
};

struct RowProgram {
  static constexpr std::int32_t most_instructions = 256, most_constants = 64, most_registers = 512;

  std::int32_t outputs = 1;     ///< scores: registers 0 .. outputs - 1; the label is the next
  std::int32_t parameters = 0;  ///< by row: the next registers
  std::int32_t constants = 0;   ///< the next
  std::int32_t instructions = 0;
  std::int32_t registers = 0;  ///< in all
  std::int32_t result = 0;     ///< the register of the loss
  double constant[most_constants] = {};
  RowInstruction instruction[most_instructions] = {};
};

LINDEN_LEVEL_BEGIN

LINDEN_HD bool is_product(const RowInstruction& in) { return in.op == op_number<Mul>(BinaryOps()); }
LINDEN_HD bool is_linear(const RowInstruction& in) {
  if (in.code == RowInstruction::Code::unary) return in.op == op_number<Neg>(UnaryOps());
  return in.op == op_number<Add>(BinaryOps()) || in.op == op_number<Sub>(BinaryOps());
}

/// Which values are read, by a later derivative or a later value that is read itself. `with_loss`: the result's is.
template <std::int32_t most_registers>
LINDEN_HD void note_uses(const RowProgram& program, bool with_loss, bool* is_used) {
  using Code = RowInstruction::Code;
  bool moves[most_registers];  // with some score
  for (std::int32_t r = 0; r < program.registers; ++r) {
    moves[r] = r < program.outputs;
    is_used[r] = false;
  }
  for (std::int32_t i = 0; i < program.instructions; ++i) {
    const RowInstruction& in = program.instruction[i];
    bool any = moves[in.a];
    if (in.code == Code::binary || in.code == Code::where) any = any || moves[in.b];
    if (in.code == Code::where) any = any || moves[in.c];
    if (in.code == Code::logsumexp || in.code == Code::pick)
      for (std::int32_t j = 0; j < in.b; ++j) any = any || moves[in.a + j];
    moves[in.out] = any;
  }
  is_used[program.result] = with_loss;
  for (std::int32_t i = program.instructions - 1; i >= 0; --i) {
    const RowInstruction& in = program.instruction[i];
    const bool value = is_used[in.out], any = value || moves[in.out];
    const auto use = [&](std::int32_t r, bool is_read) { is_used[r] = is_used[r] || is_read; };
    switch (in.code) {
      case Code::unary: use(in.a, is_linear(in) ? value : any); break;
      case Code::binary:
        use(in.a, is_linear(in) ? value : is_product(in) ? value || moves[in.b] : any);
        use(in.b, is_linear(in) ? value : is_product(in) ? value || moves[in.a] : any);
        break;
      case Code::where:
        use(in.a, any);
        use(in.b, value);
        use(in.c, value);
        break;
      case Code::logsumexp:
      case Code::pick:
        for (std::int32_t j = 0; j < in.b; ++j) use(in.a + j, in.code == Code::pick ? value : any);
        if (in.code == Code::pick) use(in.c, any);
        break;
    }
  }
}

LINDEN_LEVEL_END
}  // namespace linden
