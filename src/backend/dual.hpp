// Second-order dual numbers in one variable: a value with its first and second derivative, carried through arithmetic.
//
//     Dual d = exp(variable(s)) - label * variable(s);   // d.value, d.first, d.second
//
// Two types share the work. A Line is known to have no second derivative (the variable itself, and what is affine in
// it), so that no term 0 * x is ever computed: a loss of the variable compiles to its plain derivatives, and stays
// finite where only a factor that multiplies zero is infinite. Functions are named as in math.hpp and found by their
// argument.
#pragma once

#include "backend/host_device.hpp"
#include "backend/math.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

struct Line {
  double value = 0;
  double first = 0;
};

struct Dual {
  double value = 0;
  double first = 0;
  double second = 0;

  Dual() = default;
  LINDEN_HD Dual(double v, double d1, double d2) : value(v), first(d1), second(d2) {}
  LINDEN_HD Dual(Line a) : value(a.value), first(a.first) {}  // NOLINT: a Line is a Dual
};

/// The variable: derivative 1.
LINDEN_HD Line variable(double value) { return {value, 1.0}; }

/// f(x) for a function with the value f and the derivatives f1, f2 at x: the chain rule.
LINDEN_HD Dual chain(Line x, double f, double f1, double f2) { return {f, f1 * x.first, f2 * (x.first * x.first)}; }
LINDEN_HD Dual chain(Dual x, double f, double f1, double f2) {
  return {f, f1 * x.first, f2 * (x.first * x.first) + f1 * x.second};
}

LINDEN_HD Line operator-(Line a) { return {-a.value, -a.first}; }
LINDEN_HD Line operator+(Line a, double c) { return {a.value + c, a.first}; }
LINDEN_HD Line operator+(double c, Line a) { return {c + a.value, a.first}; }
LINDEN_HD Line operator-(Line a, double c) { return {a.value - c, a.first}; }
LINDEN_HD Line operator-(double c, Line a) { return {c - a.value, -a.first}; }
LINDEN_HD Line operator*(Line a, double c) { return {a.value * c, a.first * c}; }
LINDEN_HD Line operator*(double c, Line a) { return {c * a.value, c * a.first}; }
LINDEN_HD Line operator/(Line a, double c) { return {a.value / c, a.first / c}; }
LINDEN_HD Line operator+(Line a, Line b) { return {a.value + b.value, a.first + b.first}; }
LINDEN_HD Line operator-(Line a, Line b) { return {a.value - b.value, a.first - b.first}; }
LINDEN_HD Dual operator*(Line a, Line b) {
  return {a.value * b.value, a.first * b.value + a.value * b.first, 2.0 * (a.first * b.first)};
}

LINDEN_HD Dual operator-(Dual a) { return {-a.value, -a.first, -a.second}; }
LINDEN_HD Dual operator+(Dual a, double c) { return {a.value + c, a.first, a.second}; }
LINDEN_HD Dual operator+(double c, Dual a) { return {c + a.value, a.first, a.second}; }
LINDEN_HD Dual operator-(Dual a, double c) { return {a.value - c, a.first, a.second}; }
LINDEN_HD Dual operator-(double c, Dual a) { return {c - a.value, -a.first, -a.second}; }
LINDEN_HD Dual operator*(Dual a, double c) { return {a.value * c, a.first * c, a.second * c}; }
LINDEN_HD Dual operator*(double c, Dual a) { return {c * a.value, c * a.first, c * a.second}; }
LINDEN_HD Dual operator/(Dual a, double c) { return {a.value / c, a.first / c, a.second / c}; }
LINDEN_HD Dual operator+(Dual a, Dual b) { return {a.value + b.value, a.first + b.first, a.second + b.second}; }
LINDEN_HD Dual operator-(Dual a, Dual b) { return {a.value - b.value, a.first - b.first, a.second - b.second}; }
LINDEN_HD Dual operator+(Dual a, Line b) { return {a.value + b.value, a.first + b.first, a.second}; }
LINDEN_HD Dual operator+(Line a, Dual b) { return {a.value + b.value, a.first + b.first, b.second}; }
LINDEN_HD Dual operator-(Dual a, Line b) { return {a.value - b.value, a.first - b.first, a.second}; }
LINDEN_HD Dual operator-(Line a, Dual b) { return {a.value - b.value, a.first - b.first, -b.second}; }
LINDEN_HD Dual operator*(Dual a, Dual b) {
  return {a.value * b.value, a.first * b.value + a.value * b.first,
          (a.second * b.value + a.value * b.second) + 2.0 * (a.first * b.first)};
}
LINDEN_HD Dual operator/(Dual a, Dual b) {
  // q = a / b, from a = q b differentiated once and twice.
  const double q = a.value / b.value;
  const double q1 = (a.first - q * b.first) / b.value;
  return {q, q1, (a.second - 2.0 * (q1 * b.first) - q * b.second) / b.value};
}
LINDEN_HD Dual operator/(double c, Dual b) { return Dual(c, 0.0, 0.0) / b; }

/// Line or Dual. (Spelt out: the standard library's templates would be shared between instruction levels.)
template <class T>
inline constexpr bool is_dual_number = false;
template <>
inline constexpr bool is_dual_number<Line> = true;
template <>
inline constexpr bool is_dual_number<Dual> = true;
template <class T>
concept DualNumber = is_dual_number<T>;

template <DualNumber T>
LINDEN_HD Dual square(T x) {
  return chain(x, math::square(x.value), 2.0 * x.value, 2.0);
}

template <DualNumber T>
LINDEN_HD Dual sqrt(T x) {
  const double root = math::sqrt(x.value);
  const double slope = 0.5 / root;
  return chain(x, root, slope, -0.5 * slope / x.value);
}

/// At 0 the slope is taken as 0.
template <DualNumber T>
LINDEN_HD Dual abs(T x) {
  return chain(x, math::abs(x.value), x.value > 0.0 ? 1.0 : x.value < 0.0 ? -1.0 : 0.0, 0.0);
}

template <DualNumber T>
LINDEN_HD Dual exp(T x) {
  const double e = math::exp(x.value);
  return chain(x, e, e, e);
}

template <DualNumber T>
LINDEN_HD Dual expm1(T x) {
  const double e = math::exp(x.value);
  return chain(x, math::expm1(x.value), e, e);
}

template <DualNumber T>
LINDEN_HD Dual log(T x) {
  const double slope = 1.0 / x.value;
  return chain(x, math::log(x.value), slope, -slope * slope);
}

template <DualNumber T>
LINDEN_HD Dual log1p(T x) {
  const double slope = 1.0 / (1.0 + x.value);
  return chain(x, math::log1p(x.value), slope, -slope * slope);
}

template <DualNumber T>
LINDEN_HD Dual sigmoid(T x) {
  const double p = math::sigmoid(x.value), q = math::sigmoid(-x.value);
  return chain(x, p, p * q, p * q * (q - p));
}

template <DualNumber T>
LINDEN_HD Dual softplus(T x) {
  const double p = math::sigmoid(x.value), q = math::sigmoid(-x.value);
  return chain(x, math::softplus(x.value), p, p * q);
}

template <DualNumber T>
LINDEN_HD Dual log_sigmoid(T x) {
  return -softplus(-x);
}

template <DualNumber T>
LINDEN_HD Dual tanh(T x) {
  // 1 - tanh(x)^2 = 4 p q with p = sigmoid(2 x), q = 1 - p: no cancellation for large |x|.
  const double t = math::tanh(x.value);
  const double slope = 4.0 * (math::sigmoid(2.0 * x.value) * math::sigmoid(-2.0 * x.value));
  return chain(x, t, slope, -2.0 * t * slope);
}

/// x^exponent for x >= 0.
template <DualNumber T>
LINDEN_HD Dual pow(T x, double exponent) {
  return chain(x, math::pow(x.value, exponent), exponent * math::pow(x.value, exponent - 1.0),
               exponent * (exponent - 1.0) * math::pow(x.value, exponent - 2.0));
}

LINDEN_LEVEL_END
}  // namespace linden
