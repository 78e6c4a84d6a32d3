// Elementwise ops on dual numbers, from the value and the slope that scalar_ops.hpp gives for each.
//
// What is constant has no derivative and takes no part, so that 0 * infinity never arises from it. What does not move
// at a point (a branch that is not taken, a gate that is shut) keeps its 0 there too: carried() of dual.hpp.
#pragma once

#include "backend/math/dual.hpp"
#include "backend/math/host_device.hpp"

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

template <class T>
inline constexpr bool is_gate = __is_same(T, Gate);

template <class Op>
LINDEN_HD Tangent lift(Tangent x) {
  const double y = Op::value(x.value);
  return {y, carried(Op::slope(x.value, y), x.first)};
}

template <class Op, DualNumber T>
LINDEN_HD Dual lift(T x) {
  const double y = Op::value(x.value);
  const auto slope = Op::slope(x.value, y);
  if constexpr (is_gate<decltype(Op::slope(x.value, y))>) {
    return chain(x, y, slope);
  } else {
    const Tangent bend = Op::slope(Tangent{x.value, 1.0}, Tangent{y, slope});
    return chain(x, y, slope, bend.first);
  }
}

template <class Op>
LINDEN_HD Tangent lift(Tangent a, Tangent b) {
  const double y = Op::value(a.value, b.value);
  return {y, carried(Op::slope_a(a.value, b.value, y), a.first) + carried(Op::slope_b(a.value, b.value, y), b.first)};
}
template <class Op>
LINDEN_HD Tangent lift(Tangent a, double b) {
  const double y = Op::value(a.value, b);
  return {y, carried(Op::slope_a(a.value, b, y), a.first)};
}
template <class Op>
LINDEN_HD Tangent lift(double a, Tangent b) {
  const double y = Op::value(a, b.value);
  return {y, carried(Op::slope_b(a, b.value, y), b.first)};
}

template <class Op, DualNumber T>
LINDEN_HD Dual lift(T a, double b) {
  const double y = Op::value(a.value, b);
  const auto slope = Op::slope_a(a.value, b, y);
  if constexpr (is_gate<decltype(Op::slope_a(a.value, b, y))>) {
    return chain(a, y, slope);
  } else {
    const Tangent bend = Op::slope_a(Tangent{a.value, 1.0}, b, Tangent{y, slope});
    return chain(a, y, slope, bend.first);
  }
}
template <class Op, DualNumber T>
LINDEN_HD Dual lift(double a, T b) {
  const double y = Op::value(a, b.value);
  const auto slope = Op::slope_b(a, b.value, y);
  if constexpr (is_gate<decltype(Op::slope_b(a, b.value, y))>) {
    return chain(b, y, slope);
  } else {
    const Tangent bend = Op::slope_b(a, Tangent{b.value, 1.0}, Tangent{y, slope});
    return chain(b, y, slope, bend.first);
  }
}
template <class Op, DualNumber T, DualNumber U>
LINDEN_HD Dual lift(T first, U second) {
  const Dual a = first, b = second;
  const double y = Op::value(a.value, b.value);
  const auto by_a = Op::slope_a(a.value, b.value, y);
  const auto by_b = Op::slope_b(a.value, b.value, y);
  const double moved = carried(by_a, a.first) + carried(by_b, b.first);
  const double bent = carried(by_a, a.second) + carried(by_b, b.second);
  if constexpr (is_gate<decltype(Op::slope_a(a.value, b.value, y))>) {
    return {y, moved, bent};
  } else {
    const Tangent ta{a.value, a.first}, tb{b.value, b.first}, ty{y, moved};
    const Tangent bend_a = Op::slope_a(ta, tb, ty), bend_b = Op::slope_b(ta, tb, ty);
    return {y, moved, bent + (carried(bend_a.first, a.first) + carried(bend_b.first, b.first))};
  }
}

LINDEN_LEVEL_END
}  // namespace linden
