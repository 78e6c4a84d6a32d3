// math.hpp against 113-bit functions of the C library: errors in units of the last place, limits, order, and the same
// bits on every instruction level.
#include "backend/math/math.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "backend/math/math_levels.hpp"
#include "quad.hpp"
#include "cpu/levels.hpp"

namespace linden {
namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double smallest = std::numeric_limits<double>::denorm_min();
constexpr double largest = std::numeric_limits<double>::max();

/// Arguments of all sizes, and many near the places where the functions change their ways.
std::vector<double> arguments(int count) {
  std::mt19937_64 random(7);
  const auto uniform = [&](double a, double b) { return a + (b - a) * static_cast<double>(random() >> 11) * 0x1p-53; };
  std::vector<double> xs{0.0,       -0.0,       inf,     -inf,     nan, smallest, -smallest,
                         0x1p-1022, -0x1p-1022, largest, -largest, 1,   -1};
  for (const double x : {709.782712893384, 709.7827128933841, -745.1332191019411, -745.1332191019412,
                         -708.3964185322641, -37.42994775023704, -36.7, 36.7})
    for (const double y : {x, -x}) xs.insert(xs.end(), {std::nextafter(y, -inf), y, std::nextafter(y, inf)});
  for (int i = 0; i < count; ++i) {
    xs.push_back(std::bit_cast<double>(random()));  // any double
    xs.push_back(uniform(-2, 2));
    xs.push_back(uniform(-0.5, 0.5));
    xs.push_back(uniform(0.6, 1.5));
    xs.push_back(uniform(-40, 40));
    xs.push_back(uniform(-746, 711));
    xs.push_back(std::ldexp(uniform(-1, 1), -static_cast<int>(random() % 60)));
    xs.push_back(-1 + std::ldexp(uniform(0, 1), -static_cast<int>(random() % 55)));
    xs.push_back(std::ldexp(uniform(0, 1), -1022));  // denormal
  }
  // Where the reduced argument is largest: (k + 1/2) ln 2 for exp, 2^k sqrt(1/2) for log.
  for (int k = -1080; k < 1030; ++k)
    for (int j = -3; j <= 3; ++j) {
      xs.push_back((k + 0.5) * 0.6931471805599453 * (1 + j * 0x1p-50));
      xs.push_back(std::ldexp(0.7071067811865476 * (1 + j * 0x1p-50), k));
      xs.push_back(std::ldexp(0.7071067811865476, k) * (1 + j * 0x1p-50) - 1);
    }
  return xs;
}

/// The distance between doubles at `exact`.
Quad last_place(Quad exact) {
  int exponent = 0;
  frexpf128(exact, &exponent);
  return ldexpf128(1, std::clamp(exponent, -1021, 1024) - 53);
}

/// The largest error over all arguments; what is infinite or not a number must be exactly that.
double worst_error(double (*function)(double), Quad (*exact)(Quad), const std::vector<double>& xs) {
  double worst = 0;
  for (const double x : xs) {
    const double y = function(x);
    const Quad want = exact(x);
    const auto rounded = static_cast<double>(want);
    if (std::isnan(rounded))
      EXPECT_TRUE(std::isnan(y)) << x;
    else if (std::isinf(rounded) || std::isinf(y))
      EXPECT_EQ(y, rounded) << x;
    else
      worst = std::max(worst, static_cast<double>(fabsf128(y - want) / last_place(want)));
  }
  return worst;
}

Quad exact_softplus(Quad x) { return x > 0 ? x + log1pf128(expf128(-x)) : log1pf128(expf128(x)); }

TEST(Math, ExpFamilyIsWithinOneUnitInTheLastPlace) {
  const std::vector<double> xs = arguments(20000);
  // A wider run (2e6 arguments of each kind) found 0.83, 0.90, 0.85 and 0.86.
  EXPECT_LE(worst_error(math::exp, expf128, xs), 0.95);
  EXPECT_LE(worst_error(math::expm1, expm1f128, xs), 0.95);
  EXPECT_LE(worst_error(math::log, logf128, xs), 0.95);
  EXPECT_LE(worst_error(math::log1p, log1pf128, xs), 0.95);
}

TEST(Math, DerivedFunctionsAreWithinThreeUnits) {
  const std::vector<double> xs = arguments(5000);
  EXPECT_LE(worst_error(
                math::sigmoid, [](Quad x) { return 1 / (1 + expf128(-x)); }, xs),
            3);
  EXPECT_LE(worst_error(math::softplus, exact_softplus, xs), 2);
  EXPECT_LE(worst_error(
                math::log_sigmoid, [](Quad x) { return -exact_softplus(-x); }, xs),
            2);
  EXPECT_LE(worst_error(math::tanh, tanhf128, xs), 3);
}

TEST(Math, LimitsAreExact) {
  EXPECT_EQ(math::exp(0), 1);
  EXPECT_EQ(math::exp(-0.0), 1);
  EXPECT_EQ(math::exp(-inf), 0);
  EXPECT_EQ(math::exp(inf), inf);
  EXPECT_EQ(math::exp(709.782712893384), 0x1.fffffffffff2ap+1023);
  EXPECT_EQ(math::exp(709.7827128933841), inf);
  EXPECT_EQ(math::exp(-745.1332191019411), smallest);
  EXPECT_EQ(math::exp(-745.1332191019412), 0);
  EXPECT_EQ(math::expm1(-inf), -1);
  EXPECT_EQ(math::expm1(inf), inf);
  EXPECT_EQ(math::expm1(smallest), smallest);
  EXPECT_EQ(math::log(1), 0);
  EXPECT_EQ(math::log(0), -inf);
  EXPECT_EQ(math::log(-0.0), -inf);
  EXPECT_EQ(math::log(inf), inf);
  EXPECT_TRUE(std::isnan(math::log(-smallest)));
  EXPECT_TRUE(std::isnan(math::log(-inf)));
  EXPECT_EQ(math::log1p(-1), -inf);
  EXPECT_EQ(math::log1p(inf), inf);
  EXPECT_EQ(math::log1p(-smallest), -smallest);
  EXPECT_TRUE(std::isnan(math::log1p(std::nextafter(-1.0, -2.0))));
  EXPECT_EQ(math::sigmoid(0), 0.5);
  EXPECT_EQ(math::sigmoid(inf), 1);
  EXPECT_EQ(math::sigmoid(-inf), 0);
  EXPECT_EQ(math::softplus(inf), inf);
  EXPECT_EQ(math::softplus(-inf), 0);
  EXPECT_EQ(math::log_sigmoid(-1000), -1000);
  EXPECT_EQ(math::tanh(inf), 1);
  EXPECT_EQ(math::tanh(-50), -1);
  EXPECT_EQ(math::pow(0, 0), 1);
  EXPECT_EQ(math::pow(0, 2), 0);
  EXPECT_NEAR(math::pow(3, 2.5), std::pow(3, 2.5), 1e-14);
  for (double (*f)(double) : {math::expm1, math::log1p, math::tanh}) {
    EXPECT_FALSE(std::signbit(f(0.0)));
    EXPECT_TRUE(std::signbit(f(-0.0)));
  }
}

TEST(Math, PowIsThatOfCForEverySign) {
  const std::vector<double> values{0.0,   -0.0,     1,         -1,     2,           -2,    0.5,    -0.5,
                                   3,     -3,       inf,       -inf,   nan,         1e308, 1e-308, 1e17,
                                   -1e17, smallest, -smallest, 0x1p53, -0x1p53 + 1, 2.5,   -2.5};
  for (const double x : values)
    for (const double y : values) {
      const double want = std::pow(x, y), got = math::pow(x, y);
      if (std::isnan(want)) {
        EXPECT_TRUE(std::isnan(got)) << x << " ^ " << y;
      } else if (want == 0 || std::isinf(want)) {
        EXPECT_EQ(math::bits_of(got), math::bits_of(want)) << x << " ^ " << y;
      } else {
        EXPECT_NEAR(got / want, 1, 2e-13) << x << " ^ " << y;
      }
    }
  for (const double x : arguments(500))
    for (const double y : {-3.0, -0.7, 0.3, 2.0, 5.0}) {
      const double want = std::pow(x, y), got = math::pow(x, y);
      if (std::isnan(want)) {
        EXPECT_TRUE(std::isnan(got)) << x << " ^ " << y;
      } else if (std::isnormal(want)) {
        EXPECT_LE(std::abs(got / want - 1), 0x1p-52 * (1 + std::abs(y * std::log(std::abs(x))))) << x << " ^ " << y;
      }
    }
  for (const double x : {0.3, 7.0, 1e-310}) EXPECT_EQ(math::pow(x, 1.7), math::exp(1.7 * math::log(x)));
}

TEST(Math, RoundingIsThatOfTheLibrary) {
  std::vector<double> xs = arguments(5000);
  for (int i = -20; i <= 20; ++i) xs.insert(xs.end(), {i * 0.5, i + 0x1p52, i * 0.5 + 0x1p51, -0x1p52 + i * 0.5});
  xs.insert(xs.end(), {0.49999999999999994, -0.49999999999999994, 1.4999999999999998});
  for (const double x : xs) {
    if (std::isnan(x)) continue;
    ASSERT_EQ(math::bits_of(math::floor(x)), math::bits_of(std::floor(x))) << x;
    ASSERT_EQ(math::bits_of(math::ceil(x)), math::bits_of(std::ceil(x))) << x;
    ASSERT_EQ(math::bits_of(math::round_even(x)), math::bits_of(std::nearbyint(x))) << x;
  }
  for (double (*f)(double) : {math::floor, math::ceil, math::round_even, math::sign}) EXPECT_TRUE(std::isnan(f(nan)));
}

TEST(Math, SignAndExtremes) {
  EXPECT_EQ(math::sign(3), 1);
  EXPECT_EQ(math::sign(-smallest), -1);
  EXPECT_EQ(math::bits_of(math::sign(-0.0)), math::bits_of(-0.0));
  EXPECT_EQ(math::maximum(-inf, 2), 2);
  EXPECT_EQ(math::minimum(-inf, 2), -inf);
  for (double (*f)(double, double) : {math::maximum, math::minimum}) {
    EXPECT_TRUE(std::isnan(f(nan, 1)));
    EXPECT_TRUE(std::isnan(f(1, nan)));
    EXPECT_EQ(f(4, 4), 4);
  }
  EXPECT_TRUE(math::is_nan(nan));
  EXPECT_FALSE(math::is_nan(inf));
}

TEST(Math, NotANumberStaysOne) {
  for (double (*f)(double) :
       {math::exp, math::expm1, math::log, math::log1p, math::sigmoid, math::softplus, math::log_sigmoid, math::tanh})
    EXPECT_TRUE(std::isnan(f(nan)));
}

TEST(Math, NeighboursKeepTheirOrder) {
  // Runs of neighbouring doubles across the seams of the range reduction and near the limits.
  const auto check = [](double (*f)(double), double start) {
    double x = start, y = f(x);
    for (int i = 0; i < 2000; ++i) {
      const double next = std::nextafter(x, inf), value = f(next);
      ASSERT_LE(y, value) << "between " << x << " and " << next;
      x = next;
      y = value;
    }
  };
  for (int k = -20; k <= 20; ++k) {
    const double seam = (k + 0.5) * 0.6931471805599453;
    check(math::exp, seam - 1000 * std::abs(seam) * 0x1p-53);
    check(math::expm1, seam - 1000 * std::abs(seam) * 0x1p-53);
    check(math::log, std::ldexp(0.7071067811865476, k) * (1 - 1000 * 0x1p-53));
  }
  for (const double x : {-745.2, -708.4, 709.78, -1e-300, 1e-300}) check(math::exp, x);
  for (const double x : {smallest, 0x1p-1023, 1 - 0x1p-43, largest * (1 - 0x1p-42)}) check(math::log, x);
}

#if defined(__x86_64__)
TEST(Math, VectorsOfEveryLevelGiveTheScalarBits) {
  const int level = machine_level();
  double (*const scalar[math_functions])(double) = {math::exp,     math::expm1,    math::log,         math::log1p,
                                                    math::sigmoid, math::softplus, math::log_sigmoid, math::tanh};
  const std::vector<double> xs = arguments(20000);
  std::vector<double> ys(xs.size());
  const auto count = static_cast<std::int64_t>(xs.size());
  const auto check = [&](const char* name, auto apply) {
    for (int f = 0; f < math_functions; ++f) {
      apply(f, xs.data(), ys.data(), count);
      std::size_t different = 0;
      for (std::size_t i = 0; i < xs.size(); ++i) {
        const double want = scalar[f](xs[i]);
        different += std::isnan(want) ? !std::isnan(ys[i]) : math::bits_of(want) != math::bits_of(ys[i]);
      }
      EXPECT_EQ(different, 0u) << "function " << f << " at " << name;
    }
  };
  check("v2", v2::apply_math);
  if (level >= 3) check("v3", v3::apply_math);
  if (level >= 4) check("v4", v4::apply_math);
}
#endif

}  // namespace
}  // namespace linden
