// Elementwise functions of two operands: vectorised loops for each op and dtype, made by folding over BinaryOps.
//
// Short functions have a loop for two rows, a row and a number, a number and a row; long ones only the first. Operands
// of other strides are gathered in blocks (a number that has no loop of its own fills a block, and so does a short row
// that is repeated).
#include "backend/math/scalar_ops.hpp"
#include "cpu/tensor/row_loops.hpp"
#include "cpu/tensor/strided.hpp"
#include "cpu/tensor/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

/// f32, f64, i32, i64 in the order of DType; ops of the floating kind have the first two.
constexpr int dtypes = 4;

template <class Op, class T>
using ResultOf = decltype(Op::value(T(), T()));

/// Not inlined, so that there is one copy of long functions. A step is 1 or 0.
template <class Op, int step_a, int step_b, class T>
[[gnu::noinline]] void apply(ResultOf<Op, T>* __restrict out, const T* __restrict a, const T* __restrict b,
                             std::int64_t count) {
  // A number is read once: as a variable it stays in a register whatever is written.
  const T first_a = a[0], first_b = b[0];
  for (std::int64_t i = 0; i < count; ++i) out[i] = Op::value(step_a ? a[i] : first_a, step_b ? b[i] : first_b);
}

/// Whether operand i is dense across rows, and whether it is one dense row for all.
bool is_dense(const Rows<3>& rows, int i) { return rows.step[i] == 1 && rows.row_step[i] == rows.count; }
bool is_one_row(const Rows<3>& rows, int i) { return rows.step[i] == 1 && rows.row_step[i] == 0; }

constexpr std::int64_t short_row = 64;

/// Short dense rows with one row for all (the operand `repeated`): many rows at a time, that row copied as often.
template <class Op, class T>
void repeat(const Rows<3>& rows, int repeated) {
  T block[8 * short_row];
  const T* row = static_cast<const T*>(rows.data[repeated]);
  const std::int64_t together = lesser(rows.rows, 8 * short_row / rows.count), length = together * rows.count;
  for (std::int64_t i = 0; i < rows.count; ++i) block[i] = row[i];
  for (std::int64_t i = rows.count; i < length; ++i) block[i] = block[i - rows.count];
  auto* out = static_cast<ResultOf<Op, T>*>(rows.data[0]);
  const T* other = static_cast<const T*>(rows.data[3 - repeated]);
  const std::int64_t total = rows.rows * rows.count;
  for (std::int64_t i = 0; i < total; i += length) {
    const std::int64_t count = lesser(length, total - i);
    if (repeated == 1)
      apply<Op, 1, 1>(out + i, block, other + i, count);
    else
      apply<Op, 1, 1>(out + i, other + i, block, count);
  }
}

template <class Op, class T>
void loop(const Rows<3>& rows) {
  if (rows.rows >= 4 && rows.count <= short_row && is_dense(rows, 0)) {
    if (is_dense(rows, 1) && is_one_row(rows, 2)) return repeat<Op, T>(rows, 2);
    if (is_one_row(rows, 1) && is_dense(rows, 2)) return repeat<Op, T>(rows, 1);
  }
  constexpr bool is_short = Op::info.kind != OpKind::floating || __is_same(Op, Div);
  const std::int64_t step_a = rows.step[1], step_b = rows.step[2];
  const bool is_direct = rows.step[0] == 1;
  for (std::int64_t row = 0; row < rows.rows; ++row) {
    auto* out = static_cast<ResultOf<Op, T>*>(rows.data[0]) + row * rows.row_step[0];
    const T* a = static_cast<const T*>(rows.data[1]) + row * rows.row_step[1];
    const T* b = static_cast<const T*>(rows.data[2]) + row * rows.row_step[2];
    if (is_direct && step_a == 1 && step_b == 1) {
      apply<Op, 1, 1>(out, a, b, rows.count);
      continue;
    }
    if constexpr (is_short) {
      if (is_direct && step_a == 1 && step_b == 0) {
        apply<Op, 1, 0>(out, a, b, rows.count);
        continue;
      }
      if (is_direct && step_a == 0 && step_b == 1) {
        apply<Op, 0, 1>(out, a, b, rows.count);
        continue;
      }
    }
    in_blocks(out, rows.step[0], rows.count, [&](ResultOf<Op, T>* to, std::int64_t begin, std::int64_t count) {
      T block_a[block_elements], block_b[block_elements];
      apply<Op, 1, 1>(to, gathered(a, step_a, begin, count, block_a), gathered(b, step_b, begin, count, block_b),
                      count);
    });
  }
}

struct Entry {
  RowsLoop<3> loops[dtypes];
  std::int64_t grain;
};

template <class Op>
constexpr Entry entry() {
  if constexpr (Op::info.kind == OpKind::floating)
    return {{loop<Op, float>, loop<Op, double>, nullptr, nullptr}, __is_same(Op, Div) ? 32768 : 2048};
  else
    return {{loop<Op, float>, loop<Op, double>, loop<Op, std::int32_t>, loop<Op, std::int64_t>}, 32768};
}

struct Table {
  Entry entries[BinaryOps::size];
};

template <class... Ops>
constexpr Table make(OpList<Ops...>) {
  return {{entry<Ops>()...}};
}

constexpr Table table = make(BinaryOps());

}  // namespace

RowsLoop<3> binary_loop(std::int32_t op, DType dtype) { return table.entries[op].loops[static_cast<int>(dtype)]; }

void binary(Context& context, std::int32_t op, const ElementwiseTask<3>& task) {
  run_task(context, task, table.entries[op].grain, binary_loop(op, task.operand[1].dtype));
}

LINDEN_LEVEL_END
}  // namespace linden
