// math_float.hpp against the functions for double (which have tests of their own): errors in units of the last place
// over the bit patterns of float, limits, and the same bits on every instruction level.
#include "backend/math/math_float.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "backend/math/special_levels.hpp"
#include "cpu/levels.hpp"

namespace linden {
namespace {

constexpr float inf = std::numeric_limits<float>::infinity();
constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr float smallest = std::numeric_limits<float>::denorm_min();

/// The largest error over every `step`-th bit pattern, all exponents and signs; limits must be met exactly.
template <class Function, class Exact>
double worst_error(Function function, Exact exact, std::uint64_t step) {
  double worst = 0;
  std::uint64_t wrong = 0;
  for (std::uint64_t bits = 0; bits < (std::uint64_t(1) << 32); bits += step) {
    const float x = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    const float y = function(x);
    const double want = exact(static_cast<double>(x));
    const auto rounded = static_cast<float>(want);
    if (std::isnan(rounded) || std::isinf(rounded) || !std::isfinite(y)) {
      wrong += std::isnan(rounded) ? !std::isnan(y) : y != rounded;
      continue;
    }
    // The distance between floats at `want`, from its exponent.
    const int exponent = static_cast<int>((std::bit_cast<std::uint64_t>(want) >> 52) & 2047) - 1023;
    const double unit = std::bit_cast<double>(static_cast<std::uint64_t>(std::max(exponent, -126) - 23 + 1023) << 52);
    worst = std::max(worst, std::abs(y - want) / unit);
  }
  EXPECT_EQ(wrong, 0u);
  return worst;
}

constexpr std::uint64_t dense = 509, sparse = 20011;

TEST(MathFloat, ExpFamilyIsWithinOneUnitInTheLastPlace) {
  // Every 4099th pattern against long double found 0.82, 0.86, 0.85 and 0.77.
  EXPECT_LE(worst_error([](float x) { return math::exp(x); }, [](double x) { return math::exp(x); }, dense), 0.9);
  EXPECT_LE(worst_error([](float x) { return math::expm1(x); }, [](double x) { return math::expm1(x); }, dense), 0.9);
  EXPECT_LE(worst_error([](float x) { return math::log(x); }, [](double x) { return math::log(x); }, dense), 0.9);
  EXPECT_LE(worst_error([](float x) { return math::log1p(x); }, [](double x) { return math::log1p(x); }, dense), 0.9);
}

TEST(MathFloat, DerivedFunctionsAreWithinOneUnitAndSigmoidWithinThree) {
  EXPECT_LE(worst_error([](float x) { return math::sigmoid(x); }, [](double x) { return math::sigmoid(x); }, dense),
            3.0);
  EXPECT_LE(worst_error([](float x) { return math::softplus(x); }, [](double x) { return math::softplus(x); }, dense),
            0.9);
  EXPECT_LE(
      worst_error([](float x) { return math::log_sigmoid(x); }, [](double x) { return math::log_sigmoid(x); }, dense),
      0.9);
  EXPECT_LE(worst_error([](float x) { return math::tanh(x); }, [](double x) { return math::tanh(x); }, dense), 0.9);
}

TEST(MathFloat, PowIsRoundedAlmostCorrectly) {
  for (const float exponent :
       {0.0f, 1e-30f, 0.01f, 0.5f, 1.0f, 2.3f, 3.0f, 17.3f, -0.7f, -2.0f, -3.0f, 1e10f, inf, -inf})
    EXPECT_LE(worst_error([&](float x) { return math::pow(x, exponent); },
                          [&](double x) { return std::pow(x, static_cast<double>(exponent)); }, sparse),
              0.51)
        << exponent;
  EXPECT_TRUE(std::isnan(math::pow(2.0f, nan)));
  EXPECT_EQ(math::pow(1.0f, nan), 1);
  EXPECT_EQ(math::pow(nan, 0.0f), 1);
}

TEST(MathFloat, RareFunctionsAreTheDoubleOnes) {
  EXPECT_LE(worst_error([](float x) { return math::erf(x); }, [](double x) { return math::erf(x); }, sparse), 0.5);
  EXPECT_LE(worst_error([](float x) { return math::lgamma(x); }, [](double x) { return math::lgamma(x); }, sparse),
            0.5);
  EXPECT_LE(worst_error([](float x) { return math::digamma(x); }, [](double x) { return math::digamma(x); }, sparse),
            0.5);
  EXPECT_EQ(math::polygamma(2.0f, 3.5f), static_cast<float>(math::polygamma(2.0, 3.5)));
  EXPECT_EQ(math::sqrt(2.0f), std::sqrt(2.0f));
  EXPECT_EQ(math::square(3.0f), 9);
  EXPECT_EQ(math::abs(-0.0f), 0);
}

TEST(MathFloat, RoundingIsThatOfTheLibrary) {
  for (std::uint64_t bits = 0; bits < (std::uint64_t(1) << 32); bits += 4999) {
    const float x = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    if (std::isnan(x)) continue;
    ASSERT_EQ(math::bits_of(math::floor(x)), math::bits_of(std::floor(x))) << x;
    ASSERT_EQ(math::bits_of(math::ceil(x)), math::bits_of(std::ceil(x))) << x;
    ASSERT_EQ(math::bits_of(math::round_even(x)), math::bits_of(std::nearbyint(x))) << x;
  }
  for (const float x : {0.5f, 1.5f, 2.5f, -0.5f, -1.5f, 8388607.5f, -8388607.5f, 0.49999997f, smallest, -smallest}) {
    EXPECT_EQ(math::bits_of(math::floor(x)), math::bits_of(std::floor(x))) << x;
    EXPECT_EQ(math::bits_of(math::ceil(x)), math::bits_of(std::ceil(x))) << x;
    EXPECT_EQ(math::bits_of(math::round_even(x)), math::bits_of(std::nearbyint(x))) << x;
  }
}

TEST(MathFloat, LimitsAreExact) {
  EXPECT_EQ(math::exp(-inf), 0);
  EXPECT_EQ(math::exp(inf), inf);
  EXPECT_EQ(math::exp(88.72283f), 0x1.ffff08p+127f);
  EXPECT_EQ(math::exp(88.72284f), inf);
  EXPECT_EQ(math::exp(-103.97209f), 0);
  EXPECT_EQ(math::exp(-103.97208f), smallest);
  EXPECT_EQ(math::expm1(-inf), -1);
  EXPECT_EQ(math::expm1(inf), inf);
  EXPECT_EQ(math::log(0.0f), -inf);
  EXPECT_EQ(math::log(-0.0f), -inf);
  EXPECT_EQ(math::log(1.0f), 0);
  EXPECT_TRUE(std::isnan(math::log(-smallest)));
  EXPECT_EQ(math::log1p(-1.0f), -inf);
  EXPECT_TRUE(std::isnan(math::log1p(-1.0000001f)));
  EXPECT_EQ(math::sigmoid(inf), 1);
  EXPECT_EQ(math::sigmoid(-inf), 0);
  EXPECT_EQ(math::softplus(inf), inf);
  EXPECT_EQ(math::softplus(-inf), 0);
  EXPECT_EQ(math::tanh(inf), 1);
  EXPECT_EQ(math::tanh(-inf), -1);
  EXPECT_EQ(math::sign(-3.0f), -1);
  EXPECT_EQ(math::maximum(1.0f, 2.0f), 2);
  EXPECT_EQ(math::minimum(1.0f, 2.0f), 1);
  for (float (*f)(float) : {static_cast<float (*)(float)>(math::expm1), static_cast<float (*)(float)>(math::log1p),
                            static_cast<float (*)(float)>(math::tanh), static_cast<float (*)(float)>(math::sign)}) {
    EXPECT_EQ(math::bits_of(f(0.0f)), math::bits_of(0.0f));
    EXPECT_EQ(math::bits_of(f(-0.0f)), math::bits_of(-0.0f));
  }
}

#if defined(__x86_64__)
template <int number = 0>
float scalar(int function, float x) {
  if (function == number) return float_function<number>(x);
  if constexpr (number + 1 < float_functions) return scalar<number + 1>(function, x);
  return nan;
}

TEST(MathFloat, VectorsOfEveryLevelGiveTheScalarBits) {
  const int level = machine_level();
  std::vector<float> xs{0.0f, -0.0f, inf, -inf, nan, smallest, -smallest, 1.0f, -1.0f, 2.0f};
  for (std::uint64_t bits = 0; bits < (std::uint64_t(1) << 32); bits += 99991)
    xs.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
  for (int i = 0; i < 20000; ++i) xs.push_back(-110 + 0.011f * static_cast<float>(i));
  std::vector<float> ys(xs.size());
  const auto check = [&](const char* name, auto apply) {
    for (int f = 0; f < float_functions; ++f) {
      apply(f, xs.data(), ys.data(), static_cast<std::int64_t>(xs.size()));
      std::size_t different = 0;
      for (std::size_t i = 0; i < xs.size(); ++i) {
        const float want = scalar(f, xs[i]);
        different += std::isnan(want) ? !std::isnan(ys[i]) : math::bits_of(want) != math::bits_of(ys[i]);
      }
      EXPECT_EQ(different, 0u) << "function " << f << " at " << name;
    }
  };
  check("v2", v2::apply_float);
  if (level >= 3) check("v3", v3::apply_float);
  if (level >= 4) check("v4", v4::apply_float);
}
#endif

}  // namespace
}  // namespace linden
