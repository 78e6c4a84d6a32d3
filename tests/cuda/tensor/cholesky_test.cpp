// cholesky on the device against the CPU's: the factor, the residual, and the pivot that is not positive.
#include <cmath>
#include <random>

#include "cuda/device.hpp"

namespace linden::cuda_test {
namespace {

/// x x^T / n + I / 4.
template <class T>
std::vector<T> positive_definite(std::int64_t n) {
  std::mt19937 random(7);
  std::vector<double> x(static_cast<std::size_t>(n * n));
  for (double& value : x) value = static_cast<double>(random() % 2001) / 1000 - 1;
  std::vector<T> a(x.size());
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j < n; ++j) {
      double sum = 0;
      for (std::int64_t k = 0; k < n; ++k) sum += x[i * n + k] * x[j * n + k];
      a[i * n + j] = static_cast<T>(sum / static_cast<double>(n) + (i == j ? 0.25 : 0.0));
    }
  return a;
}

class CudaCholesky : public DeviceTest {
 protected:
  template <class T>
  struct Factor {
    std::int64_t bad;
    std::vector<T> l;
  };
  template <class T>
  Factor<T> on_device(const std::vector<T>& a, std::int64_t n) {
    const auto l = upload(a);
    const std::int64_t bad = device_backend().tensor.cholesky(context(), dtype_of<T>, l.data(), n);
    return {bad, download(l)};
  }
  template <class T>
  Factor<T> on_cpu(std::vector<T> a, std::int64_t n) {
    const std::int64_t bad = cpu_backend().tensor.cholesky(cpu(), dtype_of<T>, a.data(), n);
    return {bad, std::move(a)};
  }

  template <class T>
  void compare(std::int64_t n) {
    SCOPED_TRACE(testing::Message() << name_of(dtype_of<T>) << " " << n);
    const std::vector<T> full = positive_definite<T>(n);
    std::vector<T> a = full;
    for (std::int64_t i = 0; i < n; ++i)  // the upper half is not read
      for (std::int64_t j = i + 1; j < n; ++j) a[i * n + j] = std::numeric_limits<T>::quiet_NaN();
    const Factor<T> got = on_device(a, n), wanted = on_cpu(a, n);
    ASSERT_EQ(got.bad, -1);
    ASSERT_TRUE(same_bytes(got.l, on_device(a, n).l));
    const double epsilon = static_cast<double>(std::numeric_limits<T>::epsilon());
    for (std::int64_t i = 0; i < n; ++i)
      for (std::int64_t j = 0; j < n; ++j) {
        if (j > i) {
          ASSERT_EQ(got.l[i * n + j], T(0));
          continue;
        }
        ASSERT_NEAR(got.l[i * n + j], wanted.l[i * n + j], 32 * epsilon) << i << ", " << j;
        double sum = 0;
        for (std::int64_t k = 0; k <= j; ++k) sum += static_cast<double>(got.l[i * n + k]) * got.l[j * n + k];
        ASSERT_NEAR(sum, static_cast<double>(full[i * n + j]), 4 * epsilon) << i << ", " << j;
      }
  }

  template <class T>
  void refuse(T bad) {
    for (const std::int64_t n : {1, 3, 64, 65, 140})
      for (const std::int64_t pivot : {std::int64_t{0}, n / 2, n - 1}) {
        std::vector<T> a = positive_definite<T>(n);
        a[pivot * n + pivot] = bad;
        EXPECT_EQ(on_device(a, n).bad, pivot) << n << " " << bad;
        EXPECT_EQ(on_cpu(a, n).bad, pivot) << n << " " << bad;
      }
  }
};

TEST_F(CudaCholesky, FactorsPositiveDefiniteMatrices) {
  for (const std::int64_t n : {0, 1, 2, 31, 32, 33, 63, 64, 65, 100, 150}) {
    compare<float>(n);
    compare<double>(n);
  }
}

TEST_F(CudaCholesky, NamesAPivotThatIsNegative) { refuse<double>(-1); }
TEST_F(CudaCholesky, NamesAPivotThatIsZero) { refuse<float>(0); }
TEST_F(CudaCholesky, NamesAPivotThatIsNan) {
  refuse<double>(std::numeric_limits<double>::quiet_NaN());
  refuse<float>(std::numeric_limits<float>::quiet_NaN());
}

TEST_F(CudaCholesky, NamesTheFirstOfSeveralPivots) {
  std::vector<double> a = positive_definite<double>(140);
  for (const std::int64_t pivot : {30, 31, 70, 139}) a[pivot * 140 + pivot] = -1;
  EXPECT_EQ(on_device(a, 140).bad, 30);
}

TEST_F(CudaCholesky, NanBelowTheDiagonalSpoilsItsRow) {
  std::vector<double> a = positive_definite<double>(100);
  a[90 * 100 + 3] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(on_cpu(a, 100).bad, 90);
  EXPECT_EQ(on_device(a, 100).bad, 90);
}

}  // namespace
}  // namespace linden::cuda_test
