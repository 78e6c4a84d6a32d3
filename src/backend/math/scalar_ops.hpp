// The elementwise ops: one struct each, with the value and the derivative generic in the scalar.
//
//     struct Exp {
//       info          its name, what dtypes it takes and gives, where tests draw arguments
//       value(x)      on float and double (whole numbers too, by its kind): what the kernels loop over
//       slope(x, y)   the derivative where y = value(x), on double, Tangent (dual.hpp) or Tensor; two for two operands
//     };
//
// From these come the CPU loop, the CUDA kernel, the second derivative in losses (lift.hpp: the slope evaluated on
// Tangents), the tape's rule for every order (the slope evaluated on Tensors), and the tests, which fold over UnaryOps
// and BinaryOps. A new op is a struct and an entry of its list here, and a public function in ops.hpp.
//
// Slopes use arithmetic and functions of this file only, found by their argument. At a kink they take one side: 0 for
// abs at 0, the left operand for maximum and minimum. The slopes of what has kinks are gates: what they shut out is
// gone, were it infinite or NaN. Everywhere else a derivative that is 0 stays 0 whatever slope it meets (carried() of
// dual.hpp; ChainProduct on the tape), but a slope that is 0 does not hide one that is not finite.
#pragma once

#include <cstdint>

#include "backend/math/dual.hpp"
#include "backend/math/host_device.hpp"
#include "backend/math/lift.hpp"
#include "backend/math/math.hpp"
#include "backend/math/math_float.hpp"
#include "backend/math/special.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// What dtypes an op takes and gives.
enum class OpKind : std::uint8_t {
  floating,    ///< f32, f64; whole numbers are taken as f64
  rounding,    ///< as floating; the derivative is 0 everywhere
  arithmetic,  ///< f32, f64, i32, i64, each to itself; u8 and boolean are taken as i32
  predicate,   ///< f32, f64, i32, i64 to boolean; no derivative; u8 and boolean are taken as i32
};

struct OpInfo {
  const char* name;
  OpKind kind;
  double low, high;  ///< an interval within which the op is smooth: where tests draw their arguments
};

namespace math {
LINDEN_HD std::int32_t abs(std::int32_t x) { return x < 0 ? -x : x; }
LINDEN_HD std::int64_t abs(std::int64_t x) { return x < 0 ? -x : x; }
}  // namespace math

// On plain numbers a slope calls these.
using math::abs;
using math::ceil;
using math::digamma;
using math::erf;
using math::exp;
using math::expm1;
using math::floor;
using math::lgamma;
using math::log;
using math::log1p;
using math::log_sigmoid;
using math::polygamma;
using math::pow;
using math::sigmoid;
using math::sign;
using math::softplus;
using math::sqrt;
using math::square;
using math::tanh;

/// Open (1) where a > b.
LINDEN_HD Gate open_above(double a, double b) { return {a > b ? 1.0 : 0.0}; }
LINDEN_HD Gate open_above(Tangent a, Tangent b) { return open_above(a.value, b.value); }
/// Open but where a > b.
LINDEN_HD Gate shut_above(double a, double b) { return {a > b ? 0.0 : 1.0}; }
LINDEN_HD Gate shut_above(Tangent a, Tangent b) { return shut_above(a.value, b.value); }
/// The sign of x.
LINDEN_HD Gate sign_gate(double x) { return {math::sign(x)}; }
LINDEN_HD Gate sign_gate(Tangent x) { return sign_gate(x.value); }

/// 0 where x is 0, else y: keeps 0 * infinity out of slopes.
LINDEN_HD double zero_at_zero(double x, double y) { return x == 0.0 ? 0.0 : y; }
LINDEN_HD Tangent zero_at_zero(Tangent x, Tangent y) { return x.value == 0.0 ? Tangent(0.0) : y; }

struct Neg {
  static constexpr OpInfo info{"neg", OpKind::arithmetic, -3, 3};
  LINDEN_HD static auto value(auto x) { return -x; }
  LINDEN_HD static auto slope(const auto&, const auto&) { return -1.0; }
};

struct Abs {
  static constexpr OpInfo info{"abs", OpKind::arithmetic, 0.1, 3};
  LINDEN_HD static auto value(auto x) { return math::abs(x); }
  LINDEN_HD static auto slope(const auto& x, const auto&) { return sign_gate(x); }
};
LINDEN_HD auto abs(Lifted auto x) { return lift<Abs>(x); }

struct Sign {
  static constexpr OpInfo info{"sign", OpKind::rounding, 0.1, 3};
  LINDEN_HD static auto value(auto x) { return math::sign(x); }
  LINDEN_HD static auto slope(const auto&, const auto&) { return Gate(); }
};
LINDEN_HD auto sign(Lifted auto x) { return lift<Sign>(x); }

struct Floor {
  static constexpr OpInfo info{"floor", OpKind::rounding, 0.1, 0.9};
  LINDEN_HD static auto value(auto x) { return math::floor(x); }
  LINDEN_HD static auto slope(const auto&, const auto&) { return Gate(); }
};
LINDEN_HD auto floor(Lifted auto x) { return lift<Floor>(x); }

struct Ceil {
  static constexpr OpInfo info{"ceil", OpKind::rounding, 0.1, 0.9};
  LINDEN_HD static auto value(auto x) { return math::ceil(x); }
  LINDEN_HD static auto slope(const auto&, const auto&) { return Gate(); }
};
LINDEN_HD auto ceil(Lifted auto x) { return lift<Ceil>(x); }

/// Half to even.
struct RoundHalfEven {
  static constexpr OpInfo info{"round", OpKind::rounding, 0.6, 1.4};
  LINDEN_HD static auto value(auto x) { return math::round_even(x); }
  LINDEN_HD static auto slope(const auto&, const auto&) { return Gate(); }
};
LINDEN_HD auto round(Lifted auto x) { return lift<RoundHalfEven>(x); }

/// Towards zero.
struct Trunc {
  static constexpr OpInfo info{"trunc", OpKind::rounding, 0.1, 0.9};
  LINDEN_HD static auto value(auto x) { return x < 0 ? math::ceil(x) : math::floor(x); }
  LINDEN_HD static auto slope(const auto&, const auto&) { return Gate(); }
};
LINDEN_HD auto trunc(Lifted auto x) { return lift<Trunc>(x); }

struct Square {
  static constexpr OpInfo info{"square", OpKind::arithmetic, -3, 3};
  LINDEN_HD static auto value(auto x) { return x * x; }
  LINDEN_HD static auto slope(const auto& x, const auto&) { return 2.0 * x; }
};
LINDEN_HD auto square(Lifted auto x) { return lift<Square>(x); }

struct Reciprocal {
  static constexpr OpInfo info{"reciprocal", OpKind::floating, 0.3, 3};
  LINDEN_HD static auto value(auto x) { return 1 / x; }
  LINDEN_HD static auto slope(const auto&, const auto& y) { return -(y * y); }
};
LINDEN_HD auto reciprocal(Lifted auto x) { return lift<Reciprocal>(x); }

struct Sqrt {
  static constexpr OpInfo info{"sqrt", OpKind::floating, 0.1, 4};
  LINDEN_HD static auto value(auto x) { return math::sqrt(x); }
  LINDEN_HD static auto slope(const auto&, const auto& y) { return 0.5 / y; }
};
LINDEN_HD auto sqrt(Lifted auto x) { return lift<Sqrt>(x); }

struct Exp {
  static constexpr OpInfo info{"exp", OpKind::floating, -3, 3};
  LINDEN_HD static auto value(auto x) { return math::exp(x); }
  LINDEN_HD static auto slope(const auto&, const auto& y) { return y; }
};
LINDEN_HD auto exp(Lifted auto x) { return lift<Exp>(x); }

struct Expm1 {
  static constexpr OpInfo info{"expm1", OpKind::floating, -3, 3};
  LINDEN_HD static auto value(auto x) { return math::expm1(x); }
  LINDEN_HD static auto slope(const auto& x, const auto&) { return exp(x); }
};
LINDEN_HD auto expm1(Lifted auto x) { return lift<Expm1>(x); }

struct Log {
  static constexpr OpInfo info{"log", OpKind::floating, 0.1, 4};
  LINDEN_HD static auto value(auto x) { return math::log(x); }
  LINDEN_HD static auto slope(const auto& x, const auto&) { return 1.0 / x; }
};
LINDEN_HD auto log(Lifted auto x) { return lift<Log>(x); }

struct Log1p {
  static constexpr OpInfo info{"log1p", OpKind::floating, -0.8, 4};
  LINDEN_HD static auto value(auto x) { return math::log1p(x); }
  LINDEN_HD static auto slope(const auto& x, const auto&) { return 1.0 / (1.0 + x); }
};
LINDEN_HD auto log1p(Lifted auto x) { return lift<Log1p>(x); }

/// The slope is not y (1 - y): 1 - y loses all digits as y nears 1.
struct Sigmoid {
  static constexpr OpInfo info{"sigmoid", OpKind::floating, -4, 4};
  LINDEN_HD static auto value(auto x) { return math::sigmoid(x); }
  LINDEN_HD static auto slope(const auto& x, const auto& y) { return y * sigmoid(-x); }
};
LINDEN_HD auto sigmoid(Lifted auto x) { return lift<Sigmoid>(x); }

struct Softplus {
  static constexpr OpInfo info{"softplus", OpKind::floating, -4, 4};
  LINDEN_HD static auto value(auto x) { return math::softplus(x); }
  LINDEN_HD static auto slope(const auto& x, const auto&) { return sigmoid(x); }
};
LINDEN_HD auto softplus(Lifted auto x) { return lift<Softplus>(x); }

struct LogSigmoid {
  static constexpr OpInfo info{"log_sigmoid", OpKind::floating, -4, 4};
  LINDEN_HD static auto value(auto x) { return math::log_sigmoid(x); }
  LINDEN_HD static auto slope(const auto& x, const auto&) { return sigmoid(-x); }
};
LINDEN_HD auto log_sigmoid(Lifted auto x) { return lift<LogSigmoid>(x); }

/// The slope is 1 - y^2, without its cancellation.
struct Tanh {
  static constexpr OpInfo info{"tanh", OpKind::floating, -2, 2};
  LINDEN_HD static auto value(auto x) { return math::tanh(x); }
  LINDEN_HD static auto slope(const auto& x, const auto&) { return 4.0 * (sigmoid(2.0 * x) * sigmoid(-2.0 * x)); }
};
LINDEN_HD auto tanh(Lifted auto x) { return lift<Tanh>(x); }

struct Relu {
  static constexpr OpInfo info{"relu", OpKind::arithmetic, 0.1, 3};
  LINDEN_HD static auto value(auto x) { return x < 0 ? decltype(x)(0) : x; }
  LINDEN_HD static auto slope(const auto& x, const auto&) { return open_above(x, 0.0); }
};
LINDEN_HD auto relu(Lifted auto x) { return lift<Relu>(x); }

/// The slope is 2 / sqrt(pi) exp(-x^2).
struct Erf {
  static constexpr OpInfo info{"erf", OpKind::floating, -2, 2};
  LINDEN_HD static auto value(auto x) { return math::erf(x); }
  LINDEN_HD static auto slope(const auto& x, const auto&) { return 1.1283791670955126 * exp(-square(x)); }
};
LINDEN_HD auto erf(Lifted auto x) { return lift<Erf>(x); }

struct Lgamma {
  static constexpr OpInfo info{"lgamma", OpKind::floating, 0.3, 5};
  LINDEN_HD static auto value(auto x) { return math::lgamma(x); }
  LINDEN_HD static auto slope(const auto& x, const auto&) { return digamma(x); }
};
LINDEN_HD auto lgamma(Lifted auto x) { return lift<Lgamma>(x); }

struct Digamma {
  static constexpr OpInfo info{"digamma", OpKind::floating, 0.3, 5};
  LINDEN_HD static auto value(auto x) { return math::digamma(x); }
  LINDEN_HD static auto slope(const auto& x, const auto&) { return polygamma(1.0, x); }
};
LINDEN_HD auto digamma(Lifted auto x) { return lift<Digamma>(x); }

struct IsNan {
  static constexpr OpInfo info{"is_nan", OpKind::predicate, -3, 3};
  LINDEN_HD static auto value(auto x) { return x != x; }
};

struct LogicalNot {
  static constexpr OpInfo info{"logical_not", OpKind::predicate, -3, 3};
  LINDEN_HD static auto value(auto x) { return x == 0; }
};

struct Add {
  static constexpr OpInfo info{"add", OpKind::arithmetic, -3, 3};
  template <class S>
  LINDEN_HD static auto value(S a, S b) {
    return a + b;
  }
  LINDEN_HD static auto slope_a(const auto&, const auto&, const auto&) { return 1.0; }
  LINDEN_HD static auto slope_b(const auto&, const auto&, const auto&) { return 1.0; }
};

struct Sub {
  static constexpr OpInfo info{"sub", OpKind::arithmetic, -3, 3};
  template <class S>
  LINDEN_HD static auto value(S a, S b) {
    return a - b;
  }
  LINDEN_HD static auto slope_a(const auto&, const auto&, const auto&) { return 1.0; }
  LINDEN_HD static auto slope_b(const auto&, const auto&, const auto&) { return -1.0; }
};

struct Mul {
  static constexpr OpInfo info{"mul", OpKind::arithmetic, -3, 3};
  template <class S>
  LINDEN_HD static auto value(S a, S b) {
    return a * b;
  }
  LINDEN_HD static auto slope_a(const auto&, const auto& b, const auto&) { return b; }
  LINDEN_HD static auto slope_b(const auto& a, const auto&, const auto&) { return a; }
};

struct Div {
  static constexpr OpInfo info{"div", OpKind::floating, 0.3, 3};
  template <class S>
  LINDEN_HD static auto value(S a, S b) {
    return a / b;
  }
  LINDEN_HD static auto slope_a(const auto&, const auto& b, const auto&) { return 1.0 / b; }
  LINDEN_HD static auto slope_b(const auto&, const auto& b, const auto& y) { return -(y / b); }
};

struct Pow {
  static constexpr OpInfo info{"pow", OpKind::floating, 0.3, 3};
  template <class S>
  LINDEN_HD static auto value(S a, S b) {
    return math::pow(a, b);
  }
  LINDEN_HD static auto slope_a(const auto& a, const auto& b, const auto&) {
    return zero_at_zero(b, b * pow(a, b - 1.0));
  }
  LINDEN_HD static auto slope_b(const auto& a, const auto&, const auto& y) { return zero_at_zero(a, y * log(a)); }
};
template <class A, class B>
requires LiftedPair<A, B> LINDEN_HD auto pow(A a, B b) { return lift<Pow>(a, b); }

struct Maximum {
  static constexpr OpInfo info{"maximum", OpKind::arithmetic, -3, 3};
  template <class S>
  LINDEN_HD static auto value(S a, S b) {
    return a > b || a != a ? a : b;
  }
  LINDEN_HD static auto slope_a(const auto& a, const auto& b, const auto&) { return shut_above(b, a); }
  LINDEN_HD static auto slope_b(const auto& a, const auto& b, const auto&) { return open_above(b, a); }
};
template <class A, class B>
requires LiftedPair<A, B> LINDEN_HD auto maximum(A a, B b) { return lift<Maximum>(a, b); }

struct Minimum {
  static constexpr OpInfo info{"minimum", OpKind::arithmetic, -3, 3};
  template <class S>
  LINDEN_HD static auto value(S a, S b) {
    return a < b || a != a ? a : b;
  }
  LINDEN_HD static auto slope_a(const auto& a, const auto& b, const auto&) { return shut_above(a, b); }
  LINDEN_HD static auto slope_b(const auto& a, const auto& b, const auto&) { return open_above(a, b); }
};
template <class A, class B>
requires LiftedPair<A, B> LINDEN_HD auto minimum(A a, B b) { return lift<Minimum>(a, b); }

/// The derivative of order a (1, 2, ...) of digamma at b.
struct Polygamma {
  static constexpr OpInfo info{"polygamma", OpKind::floating, 1, 5};
  template <class S>
  LINDEN_HD static auto value(S a, S b) {
    return math::polygamma(a, b);
  }
  LINDEN_HD static auto slope_a(const auto&, const auto&, const auto&) { return 0.0; }
  LINDEN_HD static auto slope_b(const auto& a, const auto& b, const auto&) { return polygamma(a + 1.0, b); }
};
template <class A, class B>
requires LiftedPair<A, B> LINDEN_HD auto polygamma(A a, B b) { return lift<Polygamma>(a, b); }

struct Equal {
  static constexpr OpInfo info{"equal", OpKind::predicate, -3, 3};
  template <class S>
  LINDEN_HD static auto value(S a, S b) {
    return a == b;
  }
};

struct NotEqual {
  static constexpr OpInfo info{"not_equal", OpKind::predicate, -3, 3};
  template <class S>
  LINDEN_HD static auto value(S a, S b) {
    return a != b;
  }
};

struct Less {
  static constexpr OpInfo info{"less", OpKind::predicate, -3, 3};
  template <class S>
  LINDEN_HD static auto value(S a, S b) {
    return a < b;
  }
};

struct LessEqual {
  static constexpr OpInfo info{"less_equal", OpKind::predicate, -3, 3};
  template <class S>
  LINDEN_HD static auto value(S a, S b) {
    return a <= b;
  }
};

struct Greater {
  static constexpr OpInfo info{"greater", OpKind::predicate, -3, 3};
  template <class S>
  LINDEN_HD static auto value(S a, S b) {
    return a > b;
  }
};

struct GreaterEqual {
  static constexpr OpInfo info{"greater_equal", OpKind::predicate, -3, 3};
  template <class S>
  LINDEN_HD static auto value(S a, S b) {
    return a >= b;
  }
};

struct LogicalAnd {
  static constexpr OpInfo info{"logical_and", OpKind::predicate, -3, 3};
  template <class S>
  LINDEN_HD static auto value(S a, S b) {
    return a != 0 && b != 0;
  }
};

struct LogicalOr {
  static constexpr OpInfo info{"logical_or", OpKind::predicate, -3, 3};
  template <class S>
  LINDEN_HD static auto value(S a, S b) {
    return a != 0 || b != 0;
  }
};

/// A gradient times a slope, on the tape: 0 where the gradient is.
struct ChainProduct {
  static constexpr OpInfo info{"chain_product", OpKind::floating, -3, 3};
  template <class S>
  LINDEN_HD static auto value(S gradient, S slope) {
    return gradient == S(0) ? S(0) : gradient * slope;
  }
  LINDEN_HD static auto slope_a(const auto&, const auto& b, const auto&) { return b; }
  LINDEN_HD static auto slope_b(const auto& a, const auto&, const auto&) { return a; }
};

/// Two gradients, or a gradient and a gate: 0 where either is.
struct GatedProduct {
  static constexpr OpInfo info{"gated_product", OpKind::floating, -3, 3};
  template <class S>
  LINDEN_HD static auto value(S a, S b) {
    return a == S(0) || b == S(0) ? S(0) : a * b;
  }
  LINDEN_HD static auto slope_a(const auto&, const auto& b, const auto&) { return b; }
  LINDEN_HD static auto slope_b(const auto& a, const auto&, const auto&) { return a; }
};

template <class... Ops>
struct OpList {
  static constexpr std::int32_t size = sizeof...(Ops);
};

using UnaryOps = OpList<Neg, Abs, Sign, Floor, Ceil, RoundHalfEven, Trunc, Square, Reciprocal, Sqrt, Exp, Expm1, Log,
                        Log1p, Sigmoid, Softplus, LogSigmoid, Tanh, Relu, Erf, Lgamma, Digamma, IsNan, LogicalNot>;
using BinaryOps = OpList<Add, Sub, Mul, Div, Pow, Maximum, Minimum, Polygamma, Equal, NotEqual, Less, LessEqual,
                         Greater, GreaterEqual, LogicalAnd, LogicalOr, ChainProduct, GatedProduct>;

/// The number of an op in its list: how tasks, tapes and row programs name it.
template <class Op, class... Ops>
constexpr std::int32_t op_number(OpList<Ops...>) {
  std::int32_t number = 0;
  const bool found = ((__is_same(Op, Ops) ? true : (++number, false)) || ...);
  return found ? number : -1;
}

/// Calls visitor(Op()) for the op of this number.
template <class Visitor, class... Ops>
LINDEN_HD void visit_op(OpList<Ops...>, std::int32_t number, const Visitor& visitor) {
  std::int32_t i = 0;
  (void)((i++ == number ? (visitor(Ops()), true) : false) || ...);
}

LINDEN_LEVEL_END
}  // namespace linden
