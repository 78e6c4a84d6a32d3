// Transformed functions against closed forms.
#include <gtest/gtest.h>

#include <cmath>
#include <linden/autograd.hpp>
#include <linden/error.hpp>
#include <linden/linalg.hpp>
#include <linden/ops.hpp>

#include "refusal.hpp"

namespace linden {
namespace {

Tensor vector(std::vector<double> values) {
  return Tensor::copy_of(std::span<const double>(values), {static_cast<std::int64_t>(values.size())});
}

double at(const Tensor& t, std::int64_t i) { return t.to_vector<double>()[static_cast<std::size_t>(i)]; }

// x^T A x / 2 + sum(exp(x)): gradient A x + exp(x), Hessian A + diag(exp(x)) for a symmetric A.
const std::vector<double> entries{4, 1, 0.5, 1, 3, -1, 0.5, -1, 5};

Tensor quadratic(const Tensor& x) {
  const Tensor a = Tensor::copy_of(std::span<const double>(entries), {3, 3});
  return 0.5 * sum(x * matmul(a, x)) + sum(exp(x));
}

TEST(Functional, ValueAndGradient) {
  const Tensor x = vector({0.1, -0.2, 0.3});
  const auto [value, gradient] = value_and_grad(quadratic, x);
  EXPECT_NEAR(value.item(), quadratic(x).item(), 1e-15);
  for (int i = 0; i < 3; ++i) {
    double expected = std::exp(at(x, i));
    for (int j = 0; j < 3; ++j) expected += entries[static_cast<std::size_t>(3 * i + j)] * at(x, j);
    EXPECT_NEAR(at(gradient, i), expected, 1e-14);
  }
  EXPECT_FALSE(x.requires_grad());
  const auto [constant, zero] = value_and_grad([](const Tensor&) { return Tensor(2.0); }, x);
  EXPECT_EQ(constant.item(), 2);
  EXPECT_EQ(at(zero, 1), 0);
}

TEST(Functional, HessianTimesAVector) {
  const Tensor x = vector({0.1, -0.2, 0.3}), v = vector({1, 2, -1});
  const Tensor product = hvp(quadratic, x, v);
  for (int i = 0; i < 3; ++i) {
    double expected = std::exp(at(x, i)) * at(v, i);
    for (int j = 0; j < 3; ++j) expected += entries[static_cast<std::size_t>(3 * i + j)] * at(v, j);
    EXPECT_NEAR(at(product, i), expected, 1e-13);
  }
  const Tensor linear = hvp([](const Tensor& t) { return sum(3.0 * t); }, x, v);
  EXPECT_EQ(at(linear, 0), 0);
}

TEST(Functional, JacobiansOnEitherSide) {
  // f(x) = [x0 x1, sin-like exp(x2)]: J = [[x1, x0, 0], [0, 0, exp(x2)]].
  const Function f = [](const Tensor& x) { return stack({x.select(0, 0) * x.select(0, 1), exp(x.select(0, 2))}); };
  const Tensor x = vector({2, 3, 0.5});
  const auto [value, forward] = jvp(f, x, vector({1, 10, 100}));
  EXPECT_NEAR(at(value, 0), 6, 1e-15);
  EXPECT_NEAR(at(forward, 0), 3 + 20, 1e-13);
  EXPECT_NEAR(at(forward, 1), 100 * std::exp(0.5), 1e-12);
  const auto [same, back] = vjp(f, x, vector({1, 2}));
  EXPECT_NEAR(at(same, 0), 6, 1e-15);
  EXPECT_NEAR(at(back, 0), 3, 1e-15);
  EXPECT_NEAR(at(back, 1), 2, 1e-15);
  EXPECT_NEAR(at(back, 2), 2 * std::exp(0.5), 1e-14);
  EXPECT_STREQ(refusal<ShapeError>([&] { jvp(f, x, vector({1})); }).c_str(),
               "jvp: v has shape [1], but it must have [3].");
  EXPECT_STREQ(refusal<ShapeError>([&] { vjp(f, x, vector({1})); }).c_str(),
               "vjp: v has shape [1], but it must have [2].");
}

TEST(Functional, NestWithinOneAnother) {
  // The derivative of a function that itself takes a derivative.
  const Function inner = [](const Tensor& x) {
    return sum(square(value_and_grad([](const Tensor& t) { return sum(t * t * t); }, x).second));
  };
  EXPECT_EQ(value_and_grad(inner, vector({2})).first.item(), 144);
}

TEST(Functional, EmptyFunctionsAreRefused) {
  const Tensor x = vector({1});
  const std::string refused = ": the function is empty.";
  EXPECT_EQ(refusal<ArgumentError>([&] { value_and_grad(Function(), x); }), "value_and_grad" + refused);
  EXPECT_EQ(refusal<ArgumentError>([&] { value_and_grad(FunctionOfMany(), {x}); }), "value_and_grad" + refused);
  EXPECT_EQ(refusal<ArgumentError>([&] { vjp(nullptr, x, x); }), "vjp" + refused);
  EXPECT_EQ(refusal<ArgumentError>([&] { jvp(nullptr, x, x); }), "jvp" + refused);
  EXPECT_EQ(refusal<ArgumentError>([&] { hvp(nullptr, x, x); }), "hvp" + refused);
  EXPECT_EQ(refusal<ArgumentError>([&] { check_gradients(nullptr, {x}); }), "check_gradients" + refused);
}

// Where values are known on both sides of 0, so are two derivatives.
TEST(Functional, SecondDerivativesOfGammaFunctionsAreKnownBelowZero) {
  const Tensor x = vector({-0.5, -1.5, -2.3, 0.4, 2.5});
  const std::vector<FunctionOfMany> functions{
      [](const std::vector<Tensor>& v) { return lgamma(v[0]); },
      [](const std::vector<Tensor>& v) { return digamma(v[0]); },
      [](const std::vector<Tensor>& v) { return polygamma(1, v[0]); },
      [](const std::vector<Tensor>& v) { return polygamma(2, v[0]); },
  };
  for (const FunctionOfMany& f : functions) {
    const GradientCheck check = check_gradients(f, {x}, {.step = 1e-5, .tolerance = 1e-5});
    EXPECT_TRUE(check.passed) << check.message;
  }
}

}  // namespace
}  // namespace linden
