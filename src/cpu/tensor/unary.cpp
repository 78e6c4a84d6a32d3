// Elementwise functions of one operand: one vectorised loop for each op and dtype, made by folding over UnaryOps.
//
// The loop has unit strides; operands of other strides go through it in blocks, gathered and scattered.
#include "backend/math/scalar_ops.hpp"
#include "cpu/tensor/row_loops.hpp"
#include "cpu/tensor/strided.hpp"
#include "cpu/tensor/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

/// f32, f64, i32, i64 in the order of DType; ops of floating kinds have the first two.
constexpr int dtypes = 4;

template <class Op, class T>
using ResultOf = decltype(Op::value(T()));

/// Not inlined, so that there is one copy of long functions.
template <class Op, class T>
[[gnu::noinline]] void apply(ResultOf<Op, T>* __restrict out, const T* __restrict in, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) out[i] = Op::value(in[i]);
}

template <class Op, class T>
void loop(const Rows<2>& rows) {
  for (std::int64_t row = 0; row < rows.rows; ++row) {
    auto* out = static_cast<ResultOf<Op, T>*>(rows.data[0]) + row * rows.row_step[0];
    const T* in = static_cast<const T*>(rows.data[1]) + row * rows.row_step[1];
    if (rows.step[0] == 1 && rows.step[1] == 1) {
      apply<Op>(out, in, rows.count);
      continue;
    }
    in_blocks(out, rows.step[0], rows.count, [&](ResultOf<Op, T>* to, std::int64_t begin, std::int64_t count) {
      T block[block_elements];
      apply<Op>(to, gathered(in, rows.step[1], begin, count, block), count);
    });
  }
}

struct Entry {
  RowsLoop<2> loops[dtypes];
  std::int64_t grain;
};

template <class Op>
constexpr Entry entry() {
  if constexpr (Op::info.kind == OpKind::floating)
    return {{loop<Op, float>, loop<Op, double>, nullptr, nullptr}, 4096};
  else if constexpr (Op::info.kind == OpKind::rounding)
    return {{loop<Op, float>, loop<Op, double>, nullptr, nullptr}, 32768};
  else
    return {{loop<Op, float>, loop<Op, double>, loop<Op, std::int32_t>, loop<Op, std::int64_t>}, 32768};
}

struct Table {
  Entry entries[UnaryOps::size];
};

template <class... Ops>
constexpr Table make(OpList<Ops...>) {
  return {{entry<Ops>()...}};
}

constexpr Table table = make(UnaryOps());

}  // namespace

RowsLoop<2> unary_loop(std::int32_t op, DType dtype) { return table.entries[op].loops[static_cast<int>(dtype)]; }

void unary(Context& context, std::int32_t op, const ElementwiseTask<2>& task) {
  run_task(context, task, table.entries[op].grain, unary_loop(op, task.operand[1].dtype));
}

LINDEN_LEVEL_END
}  // namespace linden
