// Dual numbers against finite differences in long double and against known derivatives.
#include "backend/math/dual.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "backend/math/scalar_ops.hpp"

namespace linden {
namespace {

using Long = long double;

/// Checks f on a Line and on a Dual against central differences of the same function in long double.
template <class F, class G>
void expect_derivatives(const char* name, const F& f, const G& reference, double x) {
  const Long h = 1e-4L;
  const auto g = [&](Long d) { return reference(static_cast<Long>(x) + d * h); };
  // Five points: the error is h^4.
  const Long first = (g(-2) - 8 * g(-1) + 8 * g(1) - g(2)) / (12 * h);
  const Long second = (-g(-2) + 16 * g(-1) - 30 * g(0) + 16 * g(1) - g(2)) / (12 * h * h);
  const Dual from_line = f(variable(x));
  const Dual from_dual = f(Dual(x, 1, 0));
  EXPECT_NEAR(from_line.value, static_cast<double>(g(0)), 1e-13 * (1 + std::abs(from_line.value))) << name << x;
  EXPECT_NEAR(from_line.first, static_cast<double>(first), 1e-10 * (1 + std::abs(from_line.first))) << name << x;
  EXPECT_NEAR(from_line.second, static_cast<double>(second), 1e-8 * (1 + std::abs(from_line.second))) << name << x;
  EXPECT_EQ(from_line.value, from_dual.value) << name << x;
  EXPECT_EQ(from_line.first, from_dual.first) << name << x;
  EXPECT_EQ(from_line.second, from_dual.second) << name << x;
}

Long sigmoid_l(Long x) { return 1 / (1 + std::exp(-x)); }
Long softplus_l(Long x) { return std::log1p(std::exp(x)); }

TEST(Dual, FunctionsHaveTheirDerivatives) {
  for (const double x : {0.1, 0.7, 1.3, 3.0}) {
    expect_derivatives(
        "square", [](auto s) { return square(s); }, [](Long s) { return s * s; }, x);
    expect_derivatives(
        "sqrt", [](auto s) { return sqrt(s); }, [](Long s) { return std::sqrt(s); }, x);
    expect_derivatives(
        "log", [](auto s) { return log(s); }, [](Long s) { return std::log(s); }, x);
    expect_derivatives(
        "pow", [](auto s) { return pow(s, 1.7); }, [](Long s) { return std::pow(s, 1.7L); }, x + 1);
  }
  for (const double x : {-3.0, -0.4, 0.2, 2.5}) {
    expect_derivatives(
        "abs", [](auto s) { return abs(s); }, [](Long s) { return std::abs(s); }, x);
    expect_derivatives(
        "exp", [](auto s) { return exp(s); }, [](Long s) { return std::exp(s); }, x);
    expect_derivatives(
        "expm1", [](auto s) { return expm1(s); }, [](Long s) { return std::expm1(s); }, x);
    expect_derivatives(
        "log1p", [](auto s) { return log1p(s); }, [](Long s) { return std::log1p(s); }, std::abs(x));
    expect_derivatives(
        "sigmoid", [](auto s) { return sigmoid(s); }, sigmoid_l, x);
    expect_derivatives(
        "softplus", [](auto s) { return softplus(s); }, softplus_l, x);
    expect_derivatives(
        "log_sigmoid", [](auto s) { return log_sigmoid(s); }, [](Long s) { return -softplus_l(-s); }, x);
    expect_derivatives(
        "tanh", [](auto s) { return tanh(s); }, [](Long s) { return std::tanh(s); }, x);
  }
}

TEST(Dual, ArithmeticHasItsDerivatives) {
  for (const double x : {-1.7, -0.3, 0.4, 2.1}) {
    expect_derivatives(
        "lines", [](auto s) { return square((2.0 - s * 3.0) / 4.0 + (s + 1.0) - (-s)); },
        [](Long s) {
          const Long t = (2 - s * 3) / 4 + (s + 1) + s;
          return t * t;
        },
        x);
    expect_derivatives(
        "products", [](auto s) { return exp(s) * tanh(s) * s + s * (s - 2.0); },
        [](Long s) { return std::exp(s) * std::tanh(s) * s + s * (s - 2); }, x);
    expect_derivatives(
        "quotients", [](auto s) { return (1.0 + exp(s)) / (2.0 + square(s)) - 3.0 / exp(s); },
        [](Long s) { return (1 + std::exp(s)) / (2 + s * s) - 3 / std::exp(s); }, x);
    expect_derivatives(
        "nested", [](auto s) { return log1p(exp(square(s) - s)) + sqrt(1.0 + square(s)); },
        [](Long s) { return std::log1p(std::exp(s * s - s)) + std::sqrt(1 + s * s); }, x);
    expect_derivatives(
        "focal",
        [](auto s) {
          return -0.7 * square(1.0 - sigmoid(s)) * log_sigmoid(s) - 0.3 * square(sigmoid(s)) * log_sigmoid(-s);
        },
        [](Long s) {
          const Long p = sigmoid_l(s);
          return 0.7L * (1 - p) * (1 - p) * softplus_l(-s) + 0.3L * p * p * softplus_l(s);
        },
        x);
  }
}

TEST(Dual, DerivativesStayAccurateInTheTails) {
  // 1 - p cancels where sigmoid(-s) does not.
  EXPECT_NEAR(softplus(variable(40)).second / std::exp(-40.0), 1, 1e-14);
  EXPECT_NEAR(softplus(variable(-700)).first / std::exp(-700.0), 1, 1e-14);
  EXPECT_NEAR(log_sigmoid(variable(50)).first / std::exp(-50.0), 1, 1e-14);
  EXPECT_NEAR(sigmoid(variable(60)).first / std::exp(-60.0), 1, 1e-14);
  EXPECT_NEAR(tanh(variable(30)).first / (4 * std::exp(-60.0)), 1, 1e-14);
}

TEST(Dual, ALineNeverMultipliesInfinityByZero) {
  const Dual e = exp(variable(1000)) - 3.0 * variable(1000);
  EXPECT_EQ(e.first, std::numeric_limits<double>::infinity());
  EXPECT_EQ(e.second, std::numeric_limits<double>::infinity());
}

TEST(Dual, WhatIsShutOutStaysOut) {
  const double infinity = std::numeric_limits<double>::infinity(), nan = std::nan("");
  const auto expect_still = [](const Dual& d) {
    EXPECT_EQ(d.first, 0);
    EXPECT_EQ(d.second, 0);
  };
  expect_still(relu(log(variable(0))));
  expect_still(sqrt(relu(variable(-1))));
  expect_still(maximum(sqrt(variable(0)), 1.0));
  expect_still(maximum(sqrt(variable(0)), Dual(1, 0, 0)));
  expect_still(minimum(1.0 / square(variable(0)), 5.0));
  expect_still(abs(Dual(0, infinity, nan)));
  expect_still(0.0 * sqrt(variable(0)));
  expect_still(pow(relu(variable(-1)), 0.5));
  // A slope of 0 is no gate.
  EXPECT_TRUE(std::isnan(square(sqrt(variable(0))).second));
}

}  // namespace
}  // namespace linden
