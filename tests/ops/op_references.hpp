// An independent reference for every elementwise op: the test that folds over the op list does not compile without one.
#pragma once

#include <cmath>
#include <linden/ops.hpp>

#include "backend/math/scalar_ops.hpp"
#include "ops/elementwise.hpp"

namespace linden {

using Long = long double;

/// value: in long double, from the C library or a series; op: the public function.
template <class Op>
struct Reference;

inline Long psi(int n, Long x) {  // digamma (n = 0) and its derivatives: recurrence up, then Stirling's series
  const auto factorial = [](int k) { return std::tgamma(static_cast<Long>(k) + 1); };
  Long sum = 0;
  const Long sign = n % 2 == 0 ? 1 : -1;
  while (x < 40) {
    sum -= sign * factorial(n) / std::pow(x, static_cast<Long>(n + 1));
    x += 1;
  }
  constexpr Long bernoulli[] = {1.0L / 6, -1.0L / 30, 1.0L / 42, -1.0L / 30, 5.0L / 66, -691.0L / 2730, 7.0L / 6};
  if (n == 0) {
    sum += std::log(x) - 0.5L / x;
    for (int k = 1; k <= 7; ++k) sum -= bernoulli[k - 1] / (2 * k * std::pow(x, 2.0L * k));
    return sum;
  }
  Long tail = factorial(n - 1) / std::pow(x, static_cast<Long>(n)) + factorial(n) / (2 * std::pow(x, n + 1.0L));
  for (int k = 1; k <= 7; ++k)
    tail += bernoulli[k - 1] * factorial(2 * k + n - 1) / (factorial(2 * k) * std::pow(x, 2.0L * k + n));
  return sum - sign * tail;
}

#define LINDEN_UNARY(Op, function, expression)             \
  template <>                                              \
  struct Reference<Op> {                                   \
    static Long value(Long x) { return expression; }       \
    static Tensor op(const Tensor& x) { return function; } \
  };

LINDEN_UNARY(Neg, -x, -x)
LINDEN_UNARY(Abs, abs(x), std::fabs(x))
LINDEN_UNARY(Sign, sign(x), std::isnan(x) ? x : static_cast<Long>((x > 0) - (x < 0)))
LINDEN_UNARY(Floor, floor(x), std::floor(x))
LINDEN_UNARY(Ceil, ceil(x), std::ceil(x))
LINDEN_UNARY(RoundHalfEven, round(x), std::nearbyint(x))
LINDEN_UNARY(Trunc, trunc(x), std::trunc(x))
LINDEN_UNARY(Square, square(x), x* x)
LINDEN_UNARY(Reciprocal, reciprocal(x), 1 / x)
LINDEN_UNARY(Sqrt, sqrt(x), std::sqrt(x))
LINDEN_UNARY(Exp, exp(x), std::exp(x))
LINDEN_UNARY(Expm1, expm1(x), std::expm1(x))
LINDEN_UNARY(Log, log(x), std::log(x))
LINDEN_UNARY(Log1p, log1p(x), std::log1p(x))
LINDEN_UNARY(Sigmoid, sigmoid(x), 1 / (1 + std::exp(-x)))
LINDEN_UNARY(Softplus, softplus(x), x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)))
LINDEN_UNARY(LogSigmoid, log_sigmoid(x), x < 0 ? x - std::log1p(std::exp(x)) : -std::log1p(std::exp(-x)))
LINDEN_UNARY(Tanh, tanh(x), std::tanh(x))
LINDEN_UNARY(Relu, relu(x), std::isnan(x) || x > 0 ? x : 0)
LINDEN_UNARY(Erf, erf(x), std::erf(x))
LINDEN_UNARY(Lgamma, lgamma(x), std::lgamma(x))
LINDEN_UNARY(Digamma, digamma(x), psi(0, x))
LINDEN_UNARY(IsNan, is_nan(x), std::isnan(x))
LINDEN_UNARY(LogicalNot, logical_not(x), x == 0)

#undef LINDEN_UNARY
#define LINDEN_BINARY(Op, function, expression)                             \
  template <>                                                               \
  struct Reference<Op> {                                                    \
    static Long value(Long a, Long b) { return expression; }                \
    static Tensor op(const Tensor& a, const Tensor& b) { return function; } \
  };

LINDEN_BINARY(Add, a + b, a + b)
LINDEN_BINARY(Sub, a - b, a - b)
LINDEN_BINARY(Mul, a* b, a* b)
LINDEN_BINARY(Div, a / b, a / b)
LINDEN_BINARY(Pow, pow(a, b), std::pow(a, b))
LINDEN_BINARY(Maximum, maximum(a, b), std::isnan(a) || a > b ? a : b)
LINDEN_BINARY(Minimum, minimum(a, b), std::isnan(a) || a < b ? a : b)
LINDEN_BINARY(Polygamma, polygamma(a, b), psi(static_cast<int>(a), b))
LINDEN_BINARY(Equal, a == b, a == b)
LINDEN_BINARY(NotEqual, a != b, a != b)
LINDEN_BINARY(Less, a < b, a < b)
LINDEN_BINARY(LessEqual, a <= b, a <= b)
LINDEN_BINARY(Greater, a > b, a > b)
LINDEN_BINARY(GreaterEqual, a >= b, a >= b)
LINDEN_BINARY(LogicalAnd, logical_and(a, b), a != 0 && b != 0)
LINDEN_BINARY(LogicalOr, logical_or(a, b), a != 0 || b != 0)
LINDEN_BINARY(ChainProduct, chain_product(a, b), a == 0 ? 0 : a * b)
LINDEN_BINARY(GatedProduct, gated_product(a, b), a == 0 || b == 0 ? 0 : a * b)

#undef LINDEN_BINARY

}  // namespace linden
