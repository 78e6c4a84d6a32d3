// cholesky: the factor times its transpose is the matrix; what is not positive definite is found.
#include <map>

#include "cpu/tasks.hpp"

namespace linden {
namespace {

using test::everywhere;
using test::numbers;

/// x x^T / n + I / 4.
template <class T>
std::vector<T> positive_definite(std::int64_t n) {
  const std::vector<double> x = numbers<double>(static_cast<std::size_t>(n * n), -1, 1);
  std::vector<T> a(static_cast<std::size_t>(n * n));
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j < n; ++j) {
      double sum = 0;
      for (std::int64_t k = 0; k < n; ++k) sum += x[i * n + k] * x[j * n + k];
      a[i * n + j] = static_cast<T>(sum / static_cast<double>(n) + (i == j ? 0.25 : 0.0));
    }
  return a;
}

template <class T>
void check(std::int64_t n) {
  SCOPED_TRACE(std::string(name_of(dtype_of<T>)) + " " + std::to_string(n));
  const std::vector<T> a = positive_definite<T>(n);
  std::map<const TensorKernels*, std::vector<T>> first;
  everywhere([&](const TensorKernels& kernels, Context& context) {
    std::vector<T> l = a;
    for (std::int64_t i = 0; i < n; ++i)  // the upper half is not read
      for (std::int64_t j = i + 1; j < n; ++j) l[i * n + j] = std::numeric_limits<T>::quiet_NaN();
    ASSERT_EQ(kernels.cholesky(context, dtype_of<T>, l.data(), n), -1);
    const auto [seen, fresh] = first.try_emplace(&kernels, l);
    if (!fresh) return test::expect_same(l, seen->second);
    for (std::int64_t i = 0; i < n; ++i)
      for (std::int64_t j = 0; j < n; ++j) {
        if (j > i) {
          ASSERT_EQ(l[i * n + j], T(0));
          continue;
        }
        double sum = 0;
        for (std::int64_t k = 0; k <= j; ++k) sum += static_cast<double>(l[i * n + k]) * l[j * n + k];
        ASSERT_NEAR(sum, static_cast<double>(a[i * n + j]), 4 * static_cast<double>(std::numeric_limits<T>::epsilon()));
      }
  });
}

TEST(CholeskyKernel, FactorsPositiveDefiniteMatrices) {
  for (const std::int64_t n : {0, 1, 2, 3, 10, 31, 64, 127, 128, 129, 200, 300}) {
    check<float>(n);
    check<double>(n);
  }
}

template <class T>
void check_refused(T bad) {
  for (const std::int64_t n : {1, 3, 130, 300})
    for (const std::int64_t pivot : {std::int64_t{0}, n / 2, n - 1}) {
      const std::vector<T> a = positive_definite<T>(n);
      everywhere([&](const TensorKernels& kernels, Context& context) {
        std::vector<T> l = a;
        l[pivot * n + pivot] = bad;
        EXPECT_EQ(kernels.cholesky(context, dtype_of<T>, l.data(), n), pivot) << n << " " << bad;
      });
    }
}

TEST(CholeskyKernel, NamesTheFirstPivotThatIsNotPositive) {
  check_refused<double>(-1);
  check_refused<float>(0);
  check_refused<double>(std::numeric_limits<double>::quiet_NaN());
  check_refused<float>(std::numeric_limits<float>::quiet_NaN());
}

}  // namespace
}  // namespace linden
