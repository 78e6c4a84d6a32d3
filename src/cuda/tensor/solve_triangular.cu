// t x = b in place of b, 64 rows of x at a time: these are solved with the diagonal block of t, and what they add to
// the rows that follow is subtracted there. An upper triangle is a lower one with its rows and columns reversed.
#include "cuda/runtime/stream.hpp"
#include "cuda/runtime/simt.hpp"
#include "cuda/tensor/steps.hpp"
#include "cuda/tensor/triangular_block.hpp"

namespace linden::cuda {
namespace {

template <class T>
void solve_as(Context& context, const TriangularTask& task) {
  const std::int64_t n = task.n, columns = task.columns;
  Strided<const T> t{static_cast<const T*>(task.t), task.t_row_stride, task.t_column_stride};
  Strided<T> x{static_cast<T*>(task.x), columns, 1};
  if (task.upper) {
    t = {&t.at(n - 1, n - 1), -t.row_stride, -t.column_stride};
    x = {&x.at(n - 1, 0), -columns, 1};
  }
  for (std::int64_t row = 0; row < n; row += triangular_block) {
    const std::int64_t next = row + triangular_block < n ? row + triangular_block : n;
    const int width = int(next - row);
    const Strided<T> solved = x.block(row, 0);
    launch_solve(context, t.block(row, row), width, solved, columns);
    if (next < n)
      launch_subtract(context, x.block(next, 0), t.block(next, row),
                      Strided<const T>{solved.data, solved.row_stride, 1}, n - next, columns, width, false);
  }
}

}  // namespace

void solve_triangular(Context& context, const TriangularTask& task) {
  if (task.n == 0 || task.columns == 0) return;
  task.dtype == DType::f32 ? solve_as<float>(context, task) : solve_as<double>(context, task);
}

}  // namespace linden::cuda
