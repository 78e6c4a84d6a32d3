// matmul on the device against the CPU's: storage orders, strides, batches, vectors, and products on two streams.
#include <cmath>
#include <random>

#include "cuda/device.hpp"

namespace linden::cuda_test {
namespace {

enum class Layout { rows, columns, gaps, broadcast };
constexpr Layout all_layouts[] = {Layout::rows, Layout::columns, Layout::gaps, Layout::broadcast};

MatmulTask::Matrix strides_of(Layout layout, std::int64_t rows, std::int64_t columns) {
  switch (layout) {
    case Layout::rows: return {nullptr, rows * columns, columns, 1};
    case Layout::columns: return {nullptr, rows * columns, 1, rows};
    case Layout::gaps: return {nullptr, 2, 3, 3 * rows + 2};
    case Layout::broadcast: return {nullptr, rows * columns, 0, 1};
  }
  return {};
}

std::int64_t extent(const MatmulTask::Matrix& matrix, std::int64_t batch, std::int64_t rows, std::int64_t columns) {
  if (batch == 0 || rows == 0 || columns == 0) return 0;
  return (batch - 1) * matrix.batch_stride + (rows - 1) * matrix.row_stride + (columns - 1) * matrix.column_stride + 1;
}

template <class T>
std::vector<T> numbers(std::int64_t count, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<T> values(static_cast<std::size_t>(count));
  for (T& value : values) value = static_cast<T>(static_cast<int>(random() % 2001) - 1000) / T(1000);
  return values;
}

class CudaMatmul : public DeviceTest {
 protected:
  /// The product of the task, whose matrices stand in a and b, on the device.
  template <class T>
  std::vector<T> on_device(MatmulTask task, const std::vector<T>& a, const std::vector<T>& b) {
    const auto on_a = upload(a), on_b = upload(b), c = room<T>(task.batch * task.m * task.n);
    task.a.data = on_a.data(), task.b.data = on_b.data(), task.c.data = c.data();
    device_backend().tensor.matmul(context(), task);
    return download(c);
  }

  template <class T>
  std::vector<T> on_cpu(MatmulTask task, std::vector<T> a, std::vector<T> b) {
    std::vector<T> c(static_cast<std::size_t>(task.batch * task.m * task.n));
    task.a.data = a.data(), task.b.data = b.data(), task.c.data = c.data();
    cpu_backend().tensor.matmul(cpu(), task);
    return c;
  }

  /// |difference| <= bound eps sum |a b|.
  template <class T>
  void compare(const MatmulTask& task) {
    SCOPED_TRACE(testing::Message() << task.batch << " x " << task.m << " x " << task.n << " x " << task.k);
    const std::vector<T> a = numbers<T>(extent(task.a, task.batch, task.m, task.k), 1),
                         b = numbers<T>(extent(task.b, task.batch, task.k, task.n), 2);
    const std::vector<T> got = on_device(task, a, b), wanted = on_cpu(task, a, b);
    ASSERT_TRUE(same_bytes(got, on_device(task, a, b)));
    std::vector<T> sizes_a = a, sizes_b = b;
    for (T& value : sizes_a) value = std::abs(value);
    for (T& value : sizes_b) value = std::abs(value);
    const std::vector<T> scale = on_cpu(task, sizes_a, sizes_b);
    const T bound = std::numeric_limits<T>::epsilon() * (4 + static_cast<T>(task.k) / 16);
    for (std::size_t i = 0; i < got.size(); ++i) ASSERT_LE(std::abs(got[i] - wanted[i]), bound * scale[i]) << i;
  }

  void compare_both(std::int64_t batch, std::int64_t m, std::int64_t n, std::int64_t k, Layout a = Layout::rows,
                    Layout b = Layout::rows) {
    MatmulTask task;
    task.batch = batch, task.m = m, task.n = n, task.k = k;
    task.c = {nullptr, m * n, n, 1};
    task.a = strides_of(a, m, k), task.b = strides_of(b, k, n);
    for (const DType dtype : {DType::f32, DType::f64}) {
      task.dtype = dtype;
      dtype == DType::f32 ? compare<float>(task) : compare<double>(task);
    }
  }
};

TEST_F(CudaMatmul, MultipliesMatrices) {
  for (const std::int64_t n : {2, 3, 17, 33})
    for (const std::int64_t k : {1, 2, 7, 40}) compare_both(1, n + 1, n, k);
}

TEST_F(CudaMatmul, TakesEveryStorageOrder) {
  for (const Layout a : all_layouts)
    for (const Layout b : all_layouts) {
      compare_both(1, 5, 6, 7, a, b);
      compare_both(3, 4, 2, 9, a, b);
      compare_both(2, 11, 1, 13, a, b);
      compare_both(2, 1, 11, 13, a, b);
    }
}

TEST_F(CudaMatmul, MultipliesMatrixAndVector) {
  for (const Layout layout : {Layout::rows, Layout::columns}) {
    for (const std::int64_t k : {1, 2, 5, 31, 32, 33, 100, 1500}) {
      compare_both(1, 7, 1, k, layout);
      compare_both(1, 1, 7, k, Layout::rows, layout);
    }
    compare_both(1, 300, 1, 28, layout);
    compare_both(1, 70, 1, 70, layout);
    compare_both(3, 40, 1, 600, layout, Layout::gaps);
  }
  compare_both(1, 1, 1, 3000);
  compare_both(4, 1, 1, 1);
}

TEST_F(CudaMatmul, MultipliesBatches) {
  compare_both(70, 2, 2, 2);
  compare_both(9, 5, 6, 4, Layout::rows, Layout::columns);
  compare_both(66000, 2, 2, 1);
}

TEST_F(CudaMatmul, RepeatsAMatrixOfBatchStrideZero) {
  MatmulTask task;
  task.batch = 2, task.m = task.n = task.k = 2;
  task.c = {nullptr, 4, 2, 1};
  task.a = {nullptr, 0, 2, 1};
  task.b = {nullptr, 4, 2, 1};
  EXPECT_EQ(on_device<double>(task, {1, 2, 3, 4}, {1, 1, 0, 1, 2, 0, 0, 2}),
            (std::vector<double>{1, 3, 3, 7, 2, 4, 6, 8}));
  task.a = {nullptr, 0, 2, 2};  // needs a copy: one will do
  EXPECT_EQ(on_device<double>(task, {1, 9, 2, 9, 3}, {1, 1, 0, 1, 2, 0, 0, 2}),
            on_cpu<double>(task, {1, 9, 2, 9, 3}, {1, 1, 0, 1, 2, 0, 0, 2}));
}

TEST_F(CudaMatmul, GivesZerosWhereThereIsNothingToAdd) {
  MatmulTask task;
  task.dtype = DType::f32;
  task.batch = 2, task.m = 2, task.n = 3;
  task.c = {nullptr, 6, 3, 1};
  EXPECT_EQ(on_device<float>(task, {}, {}), std::vector<float>(12, 0.0f));
  task.n = 1;
  EXPECT_EQ(on_device<float>(task, {}, {}), std::vector<float>(4, 0.0f));
  task.m = 0, task.k = 4;
  EXPECT_TRUE(on_device<float>(task, {}, {1, 2, 3, 4}).empty());
  task.m = 2, task.batch = 0;
  EXPECT_TRUE(on_device<float>(task, {1}, {1}).empty());
}

TEST_F(CudaMatmul, CarriesNanAndInfinity) {
  for (const std::int64_t n : {1, 2}) {
    MatmulTask task;
    task.m = 3, task.n = n, task.k = 20;
    task.c = {nullptr, 0, n, 1};
    task.a = {nullptr, 0, 20, 1};
    task.b = {nullptr, 0, n, 1};
    std::vector<double> a(60, 1.0), b(static_cast<std::size_t>(20 * n), 0.0);
    a[5] = std::numeric_limits<double>::infinity();  // times 0 is NaN
    a[39] = 7;
    b[static_cast<std::size_t>(19 * n)] = 1;
    const std::vector<double> c = on_device(task, a, b);
    EXPECT_TRUE(std::isnan(c[0]));
    EXPECT_EQ(c[static_cast<std::size_t>(n)], 7);
    EXPECT_EQ(c[static_cast<std::size_t>(2 * n)], 1);
  }
}

// They share the device's handle; each product goes into its own stream.
TEST_F(CudaMatmul, ServesTwoQueues) {
  MatmulTask task;
  task.m = task.n = task.k = 2;
  task.c = {nullptr, 4, 2, 1};
  task.a = task.b = {nullptr, 0, 2, 1};
  Workers workers(1);
  DeviceContext other(Device::cuda(0), workers);
  const auto a = upload<double>({1, 2, 3, 4}), b = upload<double>({0, 1, 1, 0});
  const auto first = room<double>(4), second = room<double>(4);
  download(a);  // the other stream may read them now
  task.a.data = a.data(), task.b.data = b.data(), task.c.data = first.data();
  device_backend().tensor.matmul(context(), task);
  task.c.data = second.data();
  device_backend().tensor.matmul(other, task);
  std::vector<double> got(4);
  device_backend().memory.download(other, got.data(), second.data(), 32);
  EXPECT_EQ(got, (std::vector<double>{2, 1, 4, 3}));
  EXPECT_EQ(download(first), got);
}

}  // namespace
}  // namespace linden::cuda_test
