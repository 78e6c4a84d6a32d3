// solve_triangular on the device against the CPU's, for both halves, storage orders and strides.
#include <cmath>
#include <random>

#include "cuda/device.hpp"

namespace linden::cuda_test {
namespace {

template <class T>
std::vector<T> numbers(std::int64_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<T> values(static_cast<std::size_t>(count));
  for (T& value : values) value = static_cast<T>(static_cast<int>(random() % 2001) - 1000) / T(1000);
  return values;
}

class CudaSolveTriangular : public DeviceTest {
 protected:
  template <class T>
  void compare(std::int64_t n, std::int64_t columns, bool upper, std::int64_t row_stride, std::int64_t column_stride) {
    SCOPED_TRACE(testing::Message() << name_of(dtype_of<T>) << " " << n << " x " << columns << " upper " << upper);
    std::vector<T> t = numbers<T>(n == 0 ? 0 : (n - 1) * (row_stride + column_stride) + 1, 1);
    const auto at = [&](std::int64_t i, std::int64_t j) -> T& { return t[i * row_stride + j * column_stride]; };
    for (std::int64_t i = 0; i < n; ++i)
      for (std::int64_t j = 0; j < n; ++j) {
        const bool inside = upper ? j >= i : j <= i;  // the other half is not read
        at(i, j) = i == j ? T(2) : inside ? at(i, j) / static_cast<T>(n) : std::numeric_limits<T>::quiet_NaN();
      }
    const std::vector<T> b = numbers<T>(n * columns, 2);
    TriangularTask task;
    task.dtype = dtype_of<T>;
    task.upper = upper;
    task.n = n, task.columns = columns;
    task.t_row_stride = row_stride, task.t_column_stride = column_stride;

    std::vector<T> wanted = b;
    task.t = t.data(), task.x = wanted.data();
    cpu_backend().tensor.solve_triangular(cpu(), task);

    const auto on_t = upload(t), first = upload(b), second = upload(b);
    task.t = on_t.data(), task.x = first.data();
    device_backend().tensor.solve_triangular(context(), task);
    task.x = second.data();
    device_backend().tensor.solve_triangular(context(), task);
    const std::vector<T> got = download(first);
    ASSERT_TRUE(same_bytes(got, download(second)));
    const double bound = 8 * static_cast<double>(std::numeric_limits<T>::epsilon());
    for (std::int64_t i = 0; i < n; ++i)
      for (std::int64_t c = 0; c < columns; ++c) {
        ASSERT_NEAR(got[i * columns + c], wanted[i * columns + c], bound) << i << ", " << c;
        double sum = 0;
        for (std::int64_t j = upper ? i : 0; j < (upper ? n : i + 1); ++j)
          sum += static_cast<double>(at(i, j)) * got[j * columns + c];
        ASSERT_NEAR(sum, static_cast<double>(b[i * columns + c]), bound) << i << ", " << c;
      }
  }
};

TEST_F(CudaSolveTriangular, SolvesForEveryStorageOrder) {
  for (const bool upper : {false, true})
    for (const std::int64_t n : {1, 2, 31, 32, 33, 64, 65, 100}) {
      compare<double>(n, 3, upper, n, 1);
      compare<float>(n, 1, upper, 1, n + 1);
      compare<double>(n, 1, upper, 2, 2 * n + 1);
    }
}

TEST_F(CudaSolveTriangular, SolvesForManyColumns) {
  for (const bool upper : {false, true})
    for (const std::int64_t columns : {31, 32, 33, 100}) compare<float>(70, columns, upper, 70, 1);
}

TEST_F(CudaSolveTriangular, TakesNothing) {
  for (const bool upper : {false, true}) {
    compare<double>(0, 3, upper, 1, 1);
    compare<float>(3, 0, upper, 3, 1);
  }
}

TEST_F(CudaSolveTriangular, CarriesInfinityAndNan) {
  const std::vector<double> t{2, 0, 0, 1, 0, 0, 1, 1, 1};  // a pivot of 0
  const auto on_t = upload(t), x = upload<double>({2, 5, 1});
  TriangularTask task;
  task.n = 3, task.columns = 1;
  task.t = on_t.data(), task.t_row_stride = 3, task.t_column_stride = 1;
  task.x = x.data();
  device_backend().tensor.solve_triangular(context(), task);
  const std::vector<double> got = download(x);
  EXPECT_EQ(got[0], 1);
  EXPECT_EQ(got[1], std::numeric_limits<double>::infinity());
  EXPECT_EQ(got[2], -std::numeric_limits<double>::infinity());
}

}  // namespace
}  // namespace linden::cuda_test
