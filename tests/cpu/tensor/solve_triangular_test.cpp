// solve_triangular: t times the solution is the right side, for both halves, storage orders and strides.
#include <map>

#include "cpu/tasks.hpp"

namespace linden {
namespace {

using test::everywhere;
using test::numbers;

template <class T>
void check(std::int64_t n, std::int64_t columns, bool upper, std::int64_t row_stride, std::int64_t column_stride) {
  SCOPED_TRACE(std::string(name_of(dtype_of<T>)) + " " + std::to_string(n) + " x " + std::to_string(columns));
  std::vector<T> t = numbers<T>(static_cast<std::size_t>((n + 2) * (n + 2) * 4), -1, 1);
  const auto at = [&](std::int64_t i, std::int64_t j) -> T& { return t[i * row_stride + j * column_stride]; };
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j < n; ++j) {
      const bool inside = upper ? j >= i : j <= i;
      at(i, j) = i == j ? T(2) : inside ? at(i, j) / static_cast<T>(n) : std::numeric_limits<T>::quiet_NaN();
    }
  const std::vector<T> b = numbers<T>(static_cast<std::size_t>(n * columns), -1, 1, false, 2);
  std::map<const TensorKernels*, std::vector<T>> first;
  everywhere([&](const TensorKernels& kernels, Context& context) {
    std::vector<T> x = b;
    TriangularTask task;
    task.dtype = dtype_of<T>;
    task.upper = upper;
    task.n = n, task.columns = columns;
    task.t = t.data(), task.t_row_stride = row_stride, task.t_column_stride = column_stride;
    task.x = x.data();
    kernels.solve_triangular(context, task);
    const auto [seen, fresh] = first.try_emplace(&kernels, x);
    if (!fresh) return test::expect_same(x, seen->second);
    for (std::int64_t i = 0; i < n; ++i)
      for (std::int64_t c = 0; c < columns; ++c) {
        long double sum = 0;
        for (std::int64_t j = upper ? i : 0; j < (upper ? n : i + 1); ++j)
          sum += static_cast<long double>(at(i, j)) * x[j * columns + c];
        ASSERT_NEAR(static_cast<double>(sum), static_cast<double>(b[i * columns + c]),
                    8 * static_cast<double>(std::numeric_limits<T>::epsilon()));
      }
  });
}

TEST(SolveTriangularKernel, SolvesForEveryStorageOrder) {
  for (const std::int64_t n : {1, 2, 3, 10, 50, 129})
    for (const std::int64_t columns : {1, 2, 7, 130, 300})
      for (const bool upper : {false, true}) {
        check<double>(n, columns, upper, n, 1);
        check<float>(n, columns, upper, 1, n + 1);
        check<double>(n, columns, upper, 2, 2 * n + 1);
      }
}

TEST(SolveTriangularKernel, TakesNothing) {
  for (const bool upper : {false, true}) {
    check<double>(0, 3, upper, 1, 1);
    check<float>(3, 0, upper, 3, 1);
  }
}

}  // namespace
}  // namespace linden
