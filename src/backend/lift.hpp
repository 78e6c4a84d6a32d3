// Elementwise ops on dual numbers, from the value and the slope that scalar_ops.hpp gives for each.
//
// What is constant has no derivative and takes no part, so that 0 * infinity never arises from it.
#pragma once

#include "backend/dual.hpp"
#include "backend/host_device.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// Tangent, Line or Dual.
template <class T>
inline constexpr bool is_lifted = is_dual_number<T>;
template <>
inline constexpr bool is_lifted<Tangent> = true;
template <class T>
concept Lifted = is_lifted<T>;
template <class T, class U>
concept LiftedPair = (is_lifted<T> && (is_lifted<U> || __is_same(U, double))) || (__is_same(T, double) && is_lifted<U>);

template <class Op>
LINDEN_HD Tangent lift(Tangent x) {
  const double y = Op::value(x.value);
  return {y, Op::slope(x.value, y) * x.first};
}

template <class Op, DualNumber T>
LINDEN_HD Dual lift(T x) {
  const double y = Op::value(x.value);
  const double slope = Op::slope(x.value, y);
  const Tangent bend = Op::slope(Tangent{x.value, 1.0}, Tangent{y, slope});
  return chain(x, y, slope, bend.first);
}

template <class Op>
LINDEN_HD Tangent lift(Tangent a, Tangent b) {
  const double y = Op::value(a.value, b.value);
  return {y, Op::slope_a(a.value, b.value, y) * a.first + Op::slope_b(a.value, b.value, y) * b.first};
}
template <class Op>
LINDEN_HD Tangent lift(Tangent a, double b) {
  const double y = Op::value(a.value, b);
  return {y, Op::slope_a(a.value, b, y) * a.first};
}
template <class Op>
LINDEN_HD Tangent lift(double a, Tangent b) {
  const double y = Op::value(a, b.value);
  return {y, Op::slope_b(a, b.value, y) * b.first};
}

template <class Op, DualNumber T>
LINDEN_HD Dual lift(T a, double b) {
  const double y = Op::value(a.value, b);
  const double slope = Op::slope_a(a.value, b, y);
  const Tangent bend = Op::slope_a(Tangent{a.value, 1.0}, b, Tangent{y, slope});
  return chain(a, y, slope, bend.first);
}
template <class Op, DualNumber T>
LINDEN_HD Dual lift(double a, T b) {
  const double y = Op::value(a, b.value);
  const double slope = Op::slope_b(a, b.value, y);
  const Tangent bend = Op::slope_b(a, Tangent{b.value, 1.0}, Tangent{y, slope});
  return chain(b, y, slope, bend.first);
}
template <class Op, DualNumber T, DualNumber U>
LINDEN_HD Dual lift(T first, U second) {
  const Dual a = first, b = second;
  const double y = Op::value(a.value, b.value);
  const double by_a = Op::slope_a(a.value, b.value, y), by_b = Op::slope_b(a.value, b.value, y);
  const Tangent ta{a.value, a.first}, tb{b.value, b.first}, ty{y, by_a * a.first + by_b * b.first};
  const Tangent bend_a = Op::slope_a(ta, tb, ty), bend_b = Op::slope_b(ta, tb, ty);
  return {y, ty.first, (by_a * a.second + by_b * b.second) + (bend_a.first * a.first + bend_b.first * b.first)};
}

LINDEN_LEVEL_END
}  // namespace linden
