// special.hpp against 113-bit functions of the C library, and against series of this file where it has none.
#include "backend/math/special.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <utility>
#include <vector>

#include "backend/math/special_levels.hpp"
#include "quad.hpp"
#include "cpu/levels.hpp"

namespace linden {
namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
const Quad pi = acosf128(-1);

std::vector<double> between(double a, double b, int count) {
  std::mt19937_64 random(11);
  std::vector<double> xs{a, b};
  for (int i = 0; i < count; ++i) xs.push_back(a + (b - a) * static_cast<double>(random() >> 11) * 0x1p-53);
  return xs;
}

/// 2^a to 2^b, every exponent as often.
std::vector<double> powers_between(double a, double b, int count) {
  std::vector<double> xs = between(a, b, count);
  for (double& x : xs) x = std::exp2(x);
  return xs;
}

double last_place(Quad exact) {
  int exponent = 0;
  frexpf128(exact, &exponent);
  return std::ldexp(1.0, std::clamp(exponent, -1021, 1024) - 53);
}

double erf_of(double x) { return math::erf(x); }
double lgamma_of(double x) { return math::lgamma(x); }
double digamma_of(double x) { return math::digamma(x); }

/// The largest error in units, where one is `absolute` at least.
template <class Function, class Exact>
double worst_error(Function function, Exact exact, const std::vector<double>& xs, double absolute = 0) {
  double worst = 0;
  for (const double x : xs) {
    const double y = function(x);
    const Quad want = exact(x);
    const auto rounded = static_cast<double>(want);
    if (std::isinf(rounded) || !std::isfinite(y))
      EXPECT_EQ(y, rounded) << x;
    else
      worst = std::max(worst, static_cast<double>(fabsf128(y - want)) / std::max(absolute, last_place(want)));
  }
  return worst;
}

/// Derivatives of log Gamma for x > 0: the recurrence up to 50 + n, then Euler and Maclaurin.
Quad exact_polygamma(int n, Quad x) {
  const Quad bernoulli[] = {Quad(1) / 6,       Quad(-1) / 30,       Quad(1) / 42,      Quad(-1) / 30,
                            Quad(5) / 66,      Quad(-691) / 2730,   Quad(7) / 6,       Quad(-3617) / 510,
                            Quad(43867) / 798, Quad(-174611) / 330, Quad(854513) / 138};
  Quad sum = 0;
  if (n == 0) {
    for (; x < 50; x += 1) sum -= 1 / x;
    Quad power = 1;
    sum += logf128(x) - 1 / (2 * x);
    for (int j = 1; j <= 11; ++j) sum -= bernoulli[j - 1] / (2 * j) * (power /= x * x);
    return sum;
  }
  for (; x < 50 + n; x += 1) sum += powf128(x, -(n + 1));
  sum += powf128(x, -n) / n + powf128(x, -(n + 1)) / 2;
  Quad term = (n + 1) * powf128(x, -(n + 2)) / 2;
  for (int j = 1; j <= 11; ++j) {
    sum += bernoulli[j - 1] * term;
    term *= Quad(n + 2 * j) * (n + 2 * j + 1) / (Quad(2 * j + 1) * (2 * j + 2)) / (x * x);
  }
  for (int i = 2; i <= n; ++i) sum *= i;
  return n % 2 == 1 ? sum : -sum;
}

Quad exact_digamma(Quad x) {
  return x > 0 ? exact_polygamma(0, x) : exact_polygamma(0, 1 - x) - pi / tanf128(pi * (x - roundevenf128(x)));
}

Quad exact_digamma_of(double x) { return exact_digamma(x); }
Quad exact_erf(double x) { return erff128(x); }
Quad exact_lgamma(double x) { return lgammaf128(x); }

TEST(Special, ErfIsWithinAboutOneUnitInTheLastPlace) {
  EXPECT_LE(worst_error(erf_of, exact_erf, between(-0.9999999, 0.9999999, 20000)), 1);
  EXPECT_LE(worst_error(erf_of, exact_erf, between(1, 1.15, 20000)), 1.1);
  EXPECT_LE(worst_error(erf_of, exact_erf, between(1.15, 6.5, 20000)), 1);
  EXPECT_LE(worst_error(erf_of, exact_erf, powers_between(-1074, -0.001, 20000)), 1);
}

TEST(Special, LgammaIsWithinOneUnitOr1em16ForPositiveNumbers) {
  for (const auto& [a, b] : {std::pair{1e-3, 0.5}, {0.5, 1.5}, {1.5, 2.5}, {2.5, 8.0}, {8.0, 200.0}})
    EXPECT_LE(worst_error(lgamma_of, exact_lgamma, between(a, b, 5000), 1e-16), 1) << a;
  EXPECT_LE(worst_error(lgamma_of, exact_lgamma, powers_between(-1074, 1024, 5000), 1e-16), 1);
  for (const double zero : {1.0, 2.0})
    EXPECT_LE(worst_error(lgamma_of, exact_lgamma, between(zero - 0.4, zero + 0.4, 5000)), 3) << zero;
}

TEST(Special, LgammaOfNegativeNumbersHasASmallAbsoluteError) {
  const auto check = [](const std::vector<double>& xs) {
    for (const double x : xs) {
      const Quad want = exact_lgamma(x);
      if (isinf(static_cast<double>(want))) continue;
      EXPECT_LE(static_cast<double>(fabsf128(math::lgamma(x) - want)),
                1e-15 * (1 + std::abs(static_cast<double>(want))))
          << x;
    }
  };
  check(between(-1, -1e-9, 3000));
  check(between(-5, -1, 3000));
  check(between(-200, -5, 3000));
  check({-1e-300, -1e-20, -1e-17, -1e-10, -1e5 - 0.25, -1e12 - 0.5});
}

TEST(Special, DigammaIsWithinOneUnitOr1Point1em16ForPositiveNumbers) {
  for (const auto& [a, b] : {std::pair{1e-3, 1.0}, {1.0, 2.0}, {2.0, 3.0}, {3.0, 60.0}})
    EXPECT_LE(worst_error(digamma_of, exact_digamma_of, between(a, b, 3000), 1.1e-16), 1) << a;
  EXPECT_LE(worst_error(digamma_of, exact_digamma_of, powers_between(-1022, 1023, 3000)), 1);
  const double zero = 1.4616321449683623;
  EXPECT_LE(worst_error(digamma_of, exact_digamma_of, between(zero - 1e-3, zero + 1e-3, 500)), 1.5);
}

TEST(Special, DigammaOfNegativeNumbersIsAsExactAsItsTerms) {
  std::vector<double> xs = between(-30, -1e-6, 5000);
  xs.insert(xs.end(), {-1e-300, -1e-20, -0.5, -1.5, -1e6 - 0.25});
  for (const double x : xs) {
    if (x == std::floor(x)) continue;
    const double cotangent = std::abs(static_cast<double>(pi / tanf128(pi * (Quad(x) - roundevenf128(x)))));
    const double scale = std::max({cotangent, std::abs(math::digamma(-x)), -1 / x});
    EXPECT_LE(static_cast<double>(fabsf128(math::digamma(x) - exact_digamma(x))), 0x1p-50 * scale) << x;
  }
}

TEST(Special, PolygammaIsWithinSixUnits) {
  for (const int n : {1, 2, 3, 4, 5, 8, 13, 30}) {
    const auto function = [n](double x) { return math::polygamma(static_cast<double>(n), x); };
    const auto exact = [n](double x) { return exact_polygamma(n, x); };
    EXPECT_LE(worst_error(function, exact, between(0.01, 40, 300)), 6) << n;
    EXPECT_LE(worst_error(function, exact, powers_between(-8, 30, 300)), 6) << n;
  }
  // pi^2 / 6 and -2 zeta(3).
  EXPECT_DOUBLE_EQ(math::polygamma(1.0, 1.0), 1.6449340668482264);
  EXPECT_DOUBLE_EQ(math::polygamma(2.0, 1.0), -2.4041138063191886);
  // 1 / x + 1 / (2 x^2) + ...: far from overflow although x^-2 is 0.
  EXPECT_DOUBLE_EQ(math::polygamma(1.0, 1e200), 1e-200);
}

TEST(Special, PolygammaOfNegativeNumbersIsAsExactAsItsTerms) {
  std::vector<double> xs = between(-30, -1e-3, 500);
  xs.insert(xs.end(), {-1e-20, -0.5, -1.5, -2.3, -1e4 - 0.25});
  for (int n = 1; n <= 4; ++n) {
    for (const double x : xs) {
      if (x == std::floor(x)) continue;
      const Quad want = exact_polygamma(n, x);
      const double term = std::abs(static_cast<double>(exact_polygamma(n, 1 - Quad(x))));
      const double scale = std::max(term, std::abs(static_cast<double>(want)));
      EXPECT_LE(static_cast<double>(fabsf128(math::polygamma(n, x) - want)), 0x1p-48 * scale) << n << ' ' << x;
    }
  }
  EXPECT_DOUBLE_EQ(math::polygamma(1.0, -0.5), 8.934802200544679);  // pi^2 / 2 + 4
}

TEST(Special, LimitsAreExact) {
  EXPECT_TRUE(std::signbit(math::erf(-0.0)));
  EXPECT_FALSE(std::signbit(math::erf(0.0)));
  EXPECT_EQ(math::erf(inf), 1);
  EXPECT_EQ(math::erf(-inf), -1);
  EXPECT_EQ(math::lgamma(1.0), 0);
  EXPECT_EQ(math::lgamma(2.0), 0);
  for (const double pole : {0.0, -0.0, -1.0, -2.0, -1e17, inf, -inf, 0x1.fffffffffffffp+1023})
    EXPECT_EQ(math::lgamma(pole), inf) << pole;
  EXPECT_EQ(math::digamma(inf), inf);
  EXPECT_EQ(math::digamma(1e-310), -inf);
  EXPECT_EQ(math::digamma(-1e-310), inf);
  for (const double pole : {0.0, -0.0, -1.0, -2.0, -1e17, -inf}) EXPECT_TRUE(std::isnan(math::digamma(pole))) << pole;
  EXPECT_EQ(math::polygamma(1.0, inf), 0);
  EXPECT_EQ(math::polygamma(1.0, 1e-200), inf);
  EXPECT_EQ(math::polygamma(2.0, 1e-200), -inf);
  for (const double x : {0.0, -0.0, -1.0, -7.0, -1e17, -inf})
    for (const double n : {1.0, 2.0, 3.0, 4.0}) EXPECT_TRUE(std::isnan(math::polygamma(n, x))) << x;
  EXPECT_TRUE(std::isnan(math::polygamma(5.0, -0.5)));
  EXPECT_EQ(math::polygamma(1.0, -1e-200), inf);
  for (const double n : {0.0, -1.0, 1.5, nan}) EXPECT_TRUE(std::isnan(math::polygamma(n, 1.0))) << n;
}

TEST(Special, NotANumberStaysOne) {
  for (double (*f)(double) : {erf_of, lgamma_of, digamma_of}) EXPECT_TRUE(std::isnan(f(nan)));
  EXPECT_TRUE(std::isnan(math::polygamma(1.0, nan)));
}

#if defined(__x86_64__)
template <int number = 0>
double scalar(int function, double x) {
  if (function == number) return special_function<number>(x);
  if constexpr (number + 1 < special_functions) return scalar<number + 1>(function, x);
  return nan;
}

TEST(Special, VectorsOfEveryLevelGiveTheScalarBits) {
  const int level = machine_level();
  std::vector<double> xs{0.0, -0.0, inf, -inf, nan, 0.5, -0.5, 1.5, 2.5, -1.0, -2.0, 1e-310, -1e-310, 0x1p52, 1e300};
  for (const auto& [a, b] : {std::pair{-3.0, 3.0}, {-50.0, 50.0}, {0.0, 1000.0}})
    for (const double x : between(a, b, 3000)) xs.push_back(x);
  std::vector<double> ys(xs.size());
  const auto check = [&](const char* name, auto apply) {
    for (int f = 0; f < special_functions; ++f) {
      apply(f, xs.data(), ys.data(), static_cast<std::int64_t>(xs.size()));
      std::size_t different = 0;
      for (std::size_t i = 0; i < xs.size(); ++i) {
        const double want = scalar(f, xs[i]);
        different += std::isnan(want) ? !std::isnan(ys[i]) : math::bits_of(want) != math::bits_of(ys[i]);
      }
      EXPECT_EQ(different, 0u) << "function " << f << " at " << name;
    }
  };
  check("v2", v2::apply_special);
  if (level >= 3) check("v3", v3::apply_special);
  if (level >= 4) check("v4", v4::apply_special);
}
#endif

}  // namespace
}  // namespace linden
