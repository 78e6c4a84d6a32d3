// Second-order dual numbers in one variable: a value with its first and second derivative, carried through arithmetic.
//
//     Dual d = exp(variable(s)) - label * variable(s);   // d.value, d.first, d.second
//
// Two types share the work. A Line is known to have no second derivative (the variable itself, and what is affine in
// it), so that no term 0 * x is ever computed: a loss of the variable compiles to its plain derivatives, and stays
// finite where only a factor that multiplies zero is infinite. A third, Tangent, stops at the first derivative: on it
// scalar_ops.hpp evaluates slopes, whose derivative is the second one wanted here. Functions (exp, pow, ...) are lifted
// there, from one text for value and slope.
#pragma once

#include "backend/math/host_device.hpp"

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

/// x, or 0 where the condition does not hold. By its bits: a choice would make branches of what computes x, and loops
/// of those are not vectorised.
LINDEN_HD double only_if(bool condition, double x) {
  using Bits = unsigned long long;
  return __builtin_bit_cast(double, __builtin_bit_cast(Bits, x) & (Bits{0} - static_cast<Bits>(condition)));
}

/// A slope times a derivative that arrives: what does not move stays at 0, whatever slope it meets. (A branch that is
/// not taken may have an infinite slope, or none.)
LINDEN_HD double carried(double slope, double moved) { return only_if(moved != 0.0, slope) * moved; }
/// A number times a derivative: 0 is a mask, too.
LINDEN_HD double masked(double number, double moved) { return number * only_if(number != 0.0, moved); }

/// A slope of -1, 0 or 1 that is a switch: where it is 0 nothing passes, infinity and NaN neither.
struct Gate {
  double factor = 0;
};
LINDEN_HD double carried(Gate gate, double moved) { return masked(gate.factor, moved); }

/// The variable: derivative 1.
LINDEN_HD Line variable(double value) { return {value, 1.0}; }

/// f(x) for a function with the value f and the derivatives f1, f2 at x: the chain rule.
LINDEN_HD Dual chain(Line x, double f, double f1, double f2) {
  return {f, carried(f1, x.first), carried(f2, x.first * x.first)};
}
LINDEN_HD Dual chain(Dual x, double f, double f1, double f2) {
  return {f, carried(f1, x.first), carried(f2, x.first * x.first) + carried(f1, x.second)};
}
/// The same where f has a kink and no curvature.
LINDEN_HD Dual chain(Line x, double f, Gate f1) { return {f, carried(f1, x.first), 0.0}; }
LINDEN_HD Dual chain(Dual x, double f, Gate f1) { return {f, carried(f1, x.first), carried(f1, x.second)}; }

LINDEN_HD Line operator-(Line a) { return {-a.value, -a.first}; }
LINDEN_HD Line operator+(Line a, double c) { return {a.value + c, a.first}; }
LINDEN_HD Line operator+(double c, Line a) { return {c + a.value, a.first}; }
LINDEN_HD Line operator-(Line a, double c) { return {a.value - c, a.first}; }
LINDEN_HD Line operator-(double c, Line a) { return {c - a.value, -a.first}; }
LINDEN_HD Line operator*(Line a, double c) { return {a.value * c, masked(c, a.first)}; }
LINDEN_HD Line operator*(double c, Line a) { return {c * a.value, masked(c, a.first)}; }
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
LINDEN_HD Dual operator*(Dual a, double c) { return {a.value * c, masked(c, a.first), masked(c, a.second)}; }
LINDEN_HD Dual operator*(double c, Dual a) { return {c * a.value, masked(c, a.first), masked(c, a.second)}; }
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
LINDEN_HD Dual operator*(Dual a, Line b) {
  return {a.value * b.value, a.first * b.value + a.value * b.first, a.second * b.value + 2.0 * (a.first * b.first)};
}
LINDEN_HD Dual operator*(Line a, Dual b) {
  return {a.value * b.value, a.first * b.value + a.value * b.first, a.value * b.second + 2.0 * (a.first * b.first)};
}
LINDEN_HD Dual operator/(Dual a, Dual b) {
  // q = a / b, from a = q b differentiated once and twice.
  const double q = a.value / b.value;
  const double q1 = (a.first - q * b.first) / b.value;
  return {q, q1, (a.second - 2.0 * (q1 * b.first) - q * b.second) / b.value};
}
LINDEN_HD Dual operator/(double c, Dual b) {
  const double q = c / b.value;
  const double q1 = -(q * b.first) / b.value;
  return {q, q1, (-2.0 * (q1 * b.first) - q * b.second) / b.value};
}

/// A value and its first derivative. A number is a Tangent that does not move.
struct Tangent {
  double value = 0;
  double first = 0;

  Tangent() = default;
  LINDEN_HD Tangent(double v) : value(v) {}  // NOLINT: meant to be implicit
  LINDEN_HD Tangent(double v, double d) : value(v), first(d) {}
};

LINDEN_HD Tangent operator-(Tangent a) { return {-a.value, -a.first}; }
LINDEN_HD Tangent operator+(Tangent a, double c) { return {a.value + c, a.first}; }
LINDEN_HD Tangent operator+(double c, Tangent a) { return {c + a.value, a.first}; }
LINDEN_HD Tangent operator-(Tangent a, double c) { return {a.value - c, a.first}; }
LINDEN_HD Tangent operator-(double c, Tangent a) { return {c - a.value, -a.first}; }
LINDEN_HD Tangent operator*(Tangent a, double c) { return {a.value * c, a.first * c}; }
LINDEN_HD Tangent operator*(double c, Tangent a) { return {c * a.value, c * a.first}; }
LINDEN_HD Tangent operator+(Tangent a, Tangent b) { return {a.value + b.value, a.first + b.first}; }
LINDEN_HD Tangent operator-(Tangent a, Tangent b) { return {a.value - b.value, a.first - b.first}; }
LINDEN_HD Tangent operator*(Tangent a, Tangent b) { return {a.value * b.value, a.first * b.value + a.value * b.first}; }
LINDEN_HD Tangent operator/(Tangent a, Tangent b) {
  const double q = a.value / b.value;
  return {q, (a.first - q * b.first) / b.value};
}
LINDEN_HD Tangent operator/(double c, Tangent b) {
  const double q = c / b.value;
  return {q, -(q * b.first) / b.value};
}

/// Line or Dual. (Spelt out: the standard library's templates would be shared between instruction levels.)
template <class T>
inline constexpr bool is_dual_number = false;
template <>
inline constexpr bool is_dual_number<Line> = true;
template <>
inline constexpr bool is_dual_number<Dual> = true;
template <class T>
concept DualNumber = is_dual_number<T>;

LINDEN_LEVEL_END
}  // namespace linden
