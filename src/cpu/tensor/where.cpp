// out = mask ? a : b. Values are moved as they are, so that loops know elements of 1, 4 and 8 bytes only.
//
// The loops have unit strides or, for a and b, one number; operands of other strides are gathered in blocks.
#include "cpu/tensor/row_loops.hpp"
#include "cpu/tensor/strided.hpp"
#include "cpu/tensor/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

constexpr std::int64_t grain = 32768;

template <int step_a, int step_b, class T>
void apply(T* __restrict out, const std::uint8_t* __restrict mask, const T* __restrict a, const T* __restrict b,
           std::int64_t count) {
  const T first_a = a[0], first_b = b[0];
  for (std::int64_t i = 0; i < count; ++i) {
    const T yes = step_a ? a[i] : first_a, no = step_b ? b[i] : first_b;  // both are read: no branch
    out[i] = mask[i] != 0 ? yes : no;
  }
}

template <class T>
void apply(T* out, const std::uint8_t* mask, const T* a, std::int64_t step_a, const T* b, std::int64_t step_b,
           std::int64_t count) {
  if (step_a == 1 && step_b == 1)
    apply<1, 1>(out, mask, a, b, count);
  else if (step_a == 1)
    apply<1, 0>(out, mask, a, b, count);
  else if (step_b == 1)
    apply<0, 1>(out, mask, a, b, count);
  else
    apply<0, 0>(out, mask, a, b, count);
}

template <class T>
void loop(const Rows<4>& rows) {
  const std::int64_t* step = rows.step;
  const auto is_plain = [](std::int64_t s) { return s == 0 || s == 1; };
  const bool is_direct = step[0] == 1 && step[1] == 1 && is_plain(step[2]) && is_plain(step[3]);
  for (std::int64_t row = 0; row < rows.rows; ++row) {
    T* out = static_cast<T*>(rows.data[0]) + row * rows.row_step[0];
    const auto* mask = static_cast<const std::uint8_t*>(rows.data[1]) + row * rows.row_step[1];
    const T* a = static_cast<const T*>(rows.data[2]) + row * rows.row_step[2];
    const T* b = static_cast<const T*>(rows.data[3]) + row * rows.row_step[3];
    if (is_direct) {
      apply(out, mask, a, step[2], b, step[3], rows.count);
      continue;
    }
    in_blocks(out, step[0], rows.count, [&](T* to, std::int64_t begin, std::int64_t count) {
      std::uint8_t block_mask[block_elements];
      T block_a[block_elements], block_b[block_elements];
      apply<1, 1>(to, gathered(mask, step[1], begin, count, block_mask), gathered(a, step[2], begin, count, block_a),
                  gathered(b, step[3], begin, count, block_b), count);
    });
  }
}

}  // namespace

RowsLoop<4> where_loop(DType dtype) {
  switch (element_bytes(dtype)) {
    case 8: return loop<std::uint64_t>;
    case 4: return loop<std::uint32_t>;
    default: return loop<std::uint8_t>;
  }
}

void where(Context& context, const ElementwiseTask<4>& task) {
  run_task(context, task, grain, where_loop(task.operand[0].dtype));
}

LINDEN_LEVEL_END
}  // namespace linden
