// Fused elementwise functions: the loops of the single kernels, one after the other over tiles that stay in the first
// cache. So memory is read and written once, and the bytes are those of the single kernels.
#include "backend/math/scalar_ops.hpp"
#include "cpu/tensor/row_loops.hpp"
#include "cpu/tensor/steps.hpp"
#include "cpu/tensor/strided.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

using Code = FusedInstruction::Code;
constexpr int operands = FusedProgram::most_operands;
constexpr std::int64_t room_bytes = 24576;  // of slots: half of a first cache, or more
constexpr std::int64_t most_tile = 4096;    // elements

/// A program with the loops of its instructions, ready for any number of tiles.
class Runner {
 public:
  explicit Runner(const FusedProgram& program) : program_(program) {
    for (std::int32_t i = 0; i < program.instructions; ++i) {
      const FusedInstruction& in = program.instruction[static_cast<std::size_t>(i)];
      switch (in.code) {
        case Code::unary: loops_[i].two = unary_loop(in.op, in.from); break;
        case Code::binary: loops_[i].three = binary_loop(in.op, in.from); break;
        case Code::where: loops_[i].four = where_loop(in.from); break;
        case Code::cast: loops_[i].two = copy_loop(in.to, in.from); break;
      }
    }
    const std::int64_t slots = larger(1, program.slots);
    slot_elements_ = lesser(most_tile, room_bytes / (slots * program.slot_bytes) / 64 * 64);
    for (int i = 0; i < operands; ++i) bytes_[i] = element_bytes(program.dtype[static_cast<std::size_t>(i)]);
  }

  /// All elements of these rows.
  void operator()(const Rows<operands>& rows) const {
    alignas(64) char room[room_bytes];
    each_tile(rows, bytes_, slot_elements_, [&](const Rows<operands>& tile, std::int64_t, std::int64_t) {
      for (std::int32_t i = 0; i < program_.instructions; ++i) run(i, tile, room);
    });
  }

 private:
  union Loop {
    RowsLoop<2> two;
    RowsLoop<3> three;
    RowsLoop<4> four;
  };

  /// Operand number i of a loop: what register `number` is on this tile.
  template <int count>
  void place(Rows<count>& rows, int i, std::int32_t number, const Rows<operands>& tile, char* room) const {
    if (number < program_.operands()) {
      rows.data[i] = tile.data[number];
      rows.step[i] = tile.step[number];
      rows.row_step[i] = tile.row_step[number];
    } else if (number < program_.first_slot()) {
      rows.data[i] =
          const_cast<std::uint64_t*>(&program_.constant[static_cast<std::size_t>(number - program_.operands())]);
      rows.step[i] = rows.row_step[i] = 0;
    } else {
      rows.data[i] = room + (number - program_.first_slot()) * slot_elements_ * program_.slot_bytes;
      rows.step[i] = 1;
      rows.row_step[i] = tile.count;
    }
  }

  template <int count>
  void run(RowsLoop<count> loop, const std::int16_t (&registers)[count], const Rows<operands>& tile, char* room) const {
    Rows<count> rows;
    rows.count = tile.count;
    rows.rows = tile.rows;
    bool is_one_row = true;  // dense across rows, or one number
    for (int i = 0; i < count; ++i) {
      place(rows, i, registers[i], tile, room);
      is_one_row = is_one_row && rows.row_step[i] == rows.count * rows.step[i];
    }
    if (is_one_row) {
      rows.count *= rows.rows;
      rows.rows = 1;
    }
    loop(rows);
  }

  void run(std::int32_t i, const Rows<operands>& tile, char* room) const {
    const FusedInstruction& in = program_.instruction[static_cast<std::size_t>(i)];
    switch (in.code) {
      case Code::unary:
      case Code::cast: run<2>(loops_[i].two, {in.out, in.a}, tile, room); break;
      case Code::binary: run<3>(loops_[i].three, {in.out, in.a, in.b}, tile, room); break;
      case Code::where: run<4>(loops_[i].four, {in.out, in.a, in.b, in.c}, tile, room); break;
    }
  }

  const FusedProgram& program_;
  Loop loops_[FusedProgram::most_instructions];
  std::int64_t slot_elements_, bytes_[operands];
};

template <class Ops>
bool is_long(Ops ops, std::int32_t number) {
  bool found = false;
  visit_op(ops, number,
           [&](auto op) { found = decltype(op)::info.kind == OpKind::floating && !__is_same(decltype(op), Div); });
  return found;
}

/// Elements from which on threads share the work: the more there is to do for each, the fewer.
std::int64_t grain_of(const FusedProgram& program) {
  std::int64_t work = 1;
  for (std::int32_t i = 0; i < program.instructions; ++i) {
    const FusedInstruction& in = program.instruction[static_cast<std::size_t>(i)];
    work += (in.code == Code::unary && is_long(UnaryOps(), in.op)) ||
                    (in.code == Code::binary && is_long(BinaryOps(), in.op))
                ? 8
                : 1;
  }
  return larger(2048, 65536 / work);
}

}  // namespace

void fused(Context& context, const FusedProgram& program, const FusedTask& task) {
  run_task(context, task, grain_of(program), Runner(program));
}

LINDEN_LEVEL_END
}  // namespace linden
