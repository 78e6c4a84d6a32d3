// matmul against plain loops in long double: storage orders, strides, batches, every way by size.
#include <map>

#include "cpu/tasks.hpp"

namespace linden {
namespace {

using test::everywhere;
using test::numbers;

enum class Layout { rows, columns, gaps, broadcast };

/// A matrix [rows, columns] in memory that holds `batch` of them.
template <class T>
struct Stored {
  std::vector<T> memory;
  MatmulTask::Matrix matrix;

  Stored(std::int64_t batch, std::int64_t rows, std::int64_t columns, Layout layout, unsigned seed) {
    matrix.batch_stride = rows * columns;
    if (layout == Layout::rows) matrix.row_stride = columns, matrix.column_stride = 1;
    if (layout == Layout::columns) matrix.row_stride = 1, matrix.column_stride = rows;
    if (layout == Layout::gaps) matrix.row_stride = 3, matrix.column_stride = 3 * rows + 2;
    if (layout == Layout::broadcast) matrix.row_stride = 0, matrix.column_stride = 1;
    memory = numbers<T>(static_cast<std::size_t>(batch * (rows + 1) * (columns + 1) * 4), -1, 1, false, seed);
    matrix.data = memory.data();
  }
  T at(std::int64_t item, std::int64_t i, std::int64_t j) const {
    return memory[static_cast<std::size_t>(item * matrix.batch_stride + i * matrix.row_stride +
                                           j * matrix.column_stride)];
  }
};

/// |error| <= bound eps sum |a b|: the bound of a sum of k terms is k eps, of one in many lanes much less.
template <class T>
void check(std::int64_t batch, std::int64_t m, std::int64_t n, std::int64_t k, Layout of_a, Layout of_b) {
  SCOPED_TRACE(std::string(name_of(dtype_of<T>)) + " " + std::to_string(batch) + " x " + std::to_string(m) + " x " +
               std::to_string(n) + " x " + std::to_string(k));
  const Stored<T> a(batch, m, k, of_a, 1), b(batch, k, n, of_b, 2);
  const auto size = static_cast<std::size_t>(batch * m * n);
  std::vector<long double> wanted, scale;
  for (std::int64_t item = 0; item < batch; ++item)
    for (std::int64_t i = 0; i < m; ++i)
      for (std::int64_t j = 0; j < n; ++j) {
        long double sum = 0, sizes = 0;
        for (std::int64_t l = 0; l < k; ++l) {
          const long double term = static_cast<long double>(a.at(item, i, l)) * b.at(item, l, j);
          sum += term;
          sizes += std::abs(term);
        }
        wanted.push_back(sum);
        scale.push_back(sizes);
      }
  std::map<const TensorKernels*, std::vector<T>> first;
  everywhere([&](const TensorKernels& kernels, Context& context) {
    std::vector<T> c(size, T(7));
    MatmulTask task;
    task.dtype = dtype_of<T>;
    task.batch = batch, task.m = m, task.n = n, task.k = k;
    task.c = {c.data(), m * n, n, 1};
    task.a = a.matrix, task.b = b.matrix;
    kernels.matmul(context, task);
    const double bound = static_cast<double>(std::numeric_limits<T>::epsilon()) * (8 + static_cast<double>(k) / 8);
    for (std::size_t i = 0; i < size; ++i)
      ASSERT_LE(std::abs(static_cast<double>(c[i] - wanted[i])), bound * static_cast<double>(scale[i])) << i;
    const auto [seen, fresh] = first.try_emplace(&kernels, c);
    if (!fresh) test::expect_same(c, seen->second);
    if (n == 1 || m == 1) test::expect_same(c, first.begin()->second);  // whatever the level
  });
}

void check_both(std::int64_t batch, std::int64_t m, std::int64_t n, std::int64_t k, Layout a = Layout::rows,
                Layout b = Layout::rows) {
  check<float>(batch, m, n, k, a, b);
  check<double>(batch, m, n, k, a, b);
}

TEST(MatmulKernel, MultipliesSmallMatrices) {
  for (const std::int64_t n : {1, 2, 3, 4, 5, 8, 10, 13})
    for (const std::int64_t k : {1, 2, 7, 10, 16}) check_both(1, n + 1, n, k);
}

TEST(MatmulKernel, TakesEveryStorageOrder) {
  for (const Layout a : {Layout::rows, Layout::columns, Layout::gaps, Layout::broadcast})
    for (const Layout b : {Layout::rows, Layout::columns, Layout::gaps, Layout::broadcast}) {
      check_both(1, 5, 6, 7, a, b);
      check_both(1, 33, 40, 29, a, b);
      check_both(1, 200, 300, 5, a, b);
      check_both(1, 50, 1, 100, a, b);
      check_both(1, 1, 50, 100, a, b);
      check_both(3, 9, 11, 20, a, b);
    }
}

TEST(MatmulKernel, CutsLargeProductsIntoBlocks) {
  check<double>(1, 260, 270, 255, Layout::rows, Layout::columns);
  check<float>(1, 301, 257, 264, Layout::columns, Layout::rows);
  check<float>(1, 97, 211, 900, Layout::columns, Layout::rows);
}

TEST(MatmulKernel, MultipliesMatrixAndVector) {
  for (const std::int64_t k : test::odd_sizes) {
    check_both(1, 7, 1, k, Layout::rows);
    check_both(1, 7, 1, k, Layout::columns);
    check_both(1, k, 1, 70, Layout::columns);
    check_both(1, 1, k, 70, Layout::rows, Layout::rows);
  }
  check_both(1, 3000, 1, 101);
  check_both(1, 101, 1, 3000, Layout::columns);
  check_both(1, 1, 300, 1700);
  check_both(1, 1, 4500, 37);
  check_both(1, 2, 1, 140001);
  check_both(1, 1, 1, 70000, Layout::rows, Layout::rows);
}

TEST(MatmulKernel, MultipliesBatches) {
  check_both(1000, 2, 2, 2);
  check_both(300, 10, 10, 10, Layout::rows, Layout::columns);
  check_both(50, 20, 1, 30);
  check_both(3, 90, 80, 70);
}

TEST(MatmulKernel, RepeatsAMatrixOfBatchStrideZero) {
  everywhere([](const TensorKernels& kernels, Context& context) {
    std::vector<double> a{1, 2, 3, 4}, b{1, 1, 0, 1, 2, 0, 0, 2}, c(8);
    MatmulTask task;
    task.batch = 2, task.m = task.n = task.k = 2;
    task.c = {c.data(), 4, 2, 1};
    task.a = {a.data(), 0, 2, 1};
    task.b = {b.data(), 4, 2, 1};
    kernels.matmul(context, task);
    test::expect_same(c, {1, 3, 3, 7, 2, 4, 6, 8});
  });
}

TEST(MatmulKernel, GivesZerosWhereThereIsNothingToAdd) {
  everywhere([](const TensorKernels& kernels, Context& context) {
    std::vector<float> c(6, 5.0f);
    MatmulTask task;
    task.dtype = DType::f32;
    task.m = 2, task.n = 3;
    task.c = {c.data(), 6, 3, 1};
    kernels.matmul(context, task);
    test::expect_same(c, std::vector<float>(6, 0.0f));
    task.m = 0, task.k = 4;
    kernels.matmul(context, task);
    task.m = 2, task.batch = 0;
    kernels.matmul(context, task);
  });
}

TEST(MatmulKernel, CarriesNanAndInfinity) {
  everywhere([](const TensorKernels& kernels, Context& context) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    std::vector<double> a(3 * 20, 1.0), v(20, 0.0), c(3);
    a[5] = infinity;  // times 0 is NaN
    a[39] = 7;
    v[19] = 1;
    MatmulTask task;
    task.m = 3, task.n = 1, task.k = 20;
    task.c = {c.data(), 3, 1, 1};
    task.a = {a.data(), 0, 20, 1};
    task.b = {v.data(), 0, 1, 1};
    kernels.matmul(context, task);
    EXPECT_TRUE(std::isnan(c[0]));
    EXPECT_EQ(c[1], 7);
    EXPECT_EQ(c[2], 1);
  });
}

}  // namespace
}  // namespace linden
