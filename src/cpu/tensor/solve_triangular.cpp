// t x = b in place of b, by Eigen's triangular solver: blocks of 128 columns are tasks, whatever the number of threads.
#include "cpu/tensor/eigen_maps.hpp"
#include "cpu/tensor/steps.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN
namespace {

constexpr std::int64_t block_columns = 128;

template <class T, class Triangle>
void solve(const TriangularTask& task, const Triangle& t, const MatrixView<T>& x) {
  const auto in_place = [&](auto&& b) {
    if (task.upper)
      t.template triangularView<Eigen::Upper>().solveInPlace(b);
    else
      t.template triangularView<Eigen::Lower>().solveInPlace(b);
  };
  if (x.columns == 1 && x.row_stride == 1)
    in_place(Eigen::Map<Eigen::Matrix<T, Eigen::Dynamic, 1>>(x.data, x.rows));
  else
    in_place(map_of<Eigen::RowMajor>(x));
}

template <class T>
void solve_as(Context& context, const TriangularTask& task) {
  const std::int64_t n = task.n, columns = task.columns;
  T* const memory = static_cast<T*>(const_cast<void*>(task.t));  // read only
  const MatrixView<T> t{memory, n, n, task.t_row_stride, task.t_column_stride};
  const MatrixView<T> x{static_cast<T*>(task.x), n, columns, columns, 1};
  with_map(t, [&](const auto& triangle) {
    context.workers.chunks(columns, block_columns, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
      solve<T>(task, triangle, x.block(0, begin, n, end - begin));
    });
  });
}

}  // namespace

void solve_triangular(Context& context, const TriangularTask& task) {
  if (task.n == 0 || task.columns == 0) return;
  task.dtype == DType::f32 ? solve_as<float>(context, task) : solve_as<double>(context, task);
}

LINDEN_LEVEL_END
}  // namespace linden
