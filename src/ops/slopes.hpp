// The slopes of scalar_ops.hpp on tensors, and which of their arguments a slope reads: only those are saved.
#pragma once

#include <linden/ops.hpp>
#include <type_traits>

#include "backend/math/scalar_ops.hpp"

namespace linden {

// Gates (dual.hpp) as tensors: the mask that opens one, the mask that shuts one, and signs.
struct OpenWhere {
  Tensor mask;
};
struct ShutWhere {
  Tensor mask;
};
struct SignGate {
  Tensor sign;
};
inline OpenWhere open_above(const Tensor& a, const Tensor& b) { return {a > b}; }
inline ShutWhere shut_above(const Tensor& a, const Tensor& b) { return {a > b}; }
inline SignGate sign_gate(const Tensor& x) { return {sign(x)}; }

inline Tensor zero_at_zero(const Tensor& x, const Tensor& y) { return where(x == 0.0, 0.0, y); }

/// Stands for an argument in an expression whose type then tells which arguments it reads.
template <bool reads_a, bool reads_b, bool reads_y>
struct Reads {
  static constexpr bool a = reads_a, b = reads_b, y = reads_y;
};
template <class T>
struct ReadsOf {
  using type = Reads<false, false, false>;  // a number
};
template <bool a, bool b, bool y>
struct ReadsOf<Reads<a, b, y>> {
  using type = Reads<a, b, y>;
};
template <class T>
inline constexpr bool is_reads = false;
template <bool a, bool b, bool y>
inline constexpr bool is_reads<Reads<a, b, y>> = true;

template <class... T>
using AllReads = Reads<(ReadsOf<T>::type::a || ...), (ReadsOf<T>::type::b || ...), (ReadsOf<T>::type::y || ...)>;

template <class T, class U>
requires(is_reads<T> || is_reads<U>) AllReads<T, U>
operator+(T, U);
template <class T, class U>
requires(is_reads<T> || is_reads<U>) AllReads<T, U>
operator-(T, U);
template <class T, class U>
requires(is_reads<T> || is_reads<U>) AllReads<T, U>
operator*(T, U);
template <class T, class U>
requires(is_reads<T> || is_reads<U>) AllReads<T, U>
operator/(T, U);
template <class T>
requires is_reads<T> T operator-(T);

template <class... T>
requires(is_reads<T> || ...) AllReads<T...> open_above(T...);
template <class... T>
requires(is_reads<T> || ...) AllReads<T...> shut_above(T...);
template <class... T>
requires(is_reads<T> || ...) AllReads<T...> zero_at_zero(T...);
template <class... T>
requires(is_reads<T> || ...) AllReads<T...> pow(T...);
template <class... T>
requires(is_reads<T> || ...) AllReads<T...> polygamma(T...);
template <class T>
requires is_reads<T> T sign_gate(T);
template <class T>
requires is_reads<T> T sigmoid(T);
template <class T>
requires is_reads<T> T exp(T);
template <class T>
requires is_reads<T> T log(T);
template <class T>
requires is_reads<T> T square(T);
template <class T>
requires is_reads<T> T digamma(T);

using OperandA = Reads<true, false, false>;
using OperandB = Reads<false, true, false>;
using Result = Reads<false, false, true>;

template <class Op>
using UnaryReads = typename ReadsOf<decltype(Op::slope(OperandA(), Result()))>::type;
template <class Op>
using ReadsForA = typename ReadsOf<decltype(Op::slope_a(OperandA(), OperandB(), Result()))>::type;
template <class Op>
using ReadsForB = typename ReadsOf<decltype(Op::slope_b(OperandA(), OperandB(), Result()))>::type;

}  // namespace linden
