// A number in long double with its first and second derivative, for references: plain, with code of its own.
#pragma once

#include <cmath>

namespace linden {

struct Jet {
  using Long = long double;

  Long value = 0, first = 0, second = 0;

  Jet() = default;
  Jet(Long v, Long d1 = 0, Long d2 = 0) : value(v), first(d1), second(d2) {}  // NOLINT: numbers are jets

  friend Jet operator-(const Jet& a) { return {-a.value, -a.first, -a.second}; }
  friend Jet operator+(const Jet& a, const Jet& b) {
    return {a.value + b.value, a.first + b.first, a.second + b.second};
  }
  friend Jet operator-(const Jet& a, const Jet& b) { return a + -b; }
  friend Jet operator*(const Jet& a, const Jet& b) {
    return {a.value * b.value, a.first * b.value + a.value * b.first,
            a.second * b.value + 2 * a.first * b.first + a.value * b.second};
  }
  friend Jet operator/(const Jet& a, const Jet& b) {
    return a * b.through(1 / b.value, -1 / (b.value * b.value), 2 / (b.value * b.value * b.value));
  }
  friend bool operator<(const Jet& a, const Jet& b) { return a.value < b.value; }
  friend bool operator>(const Jet& a, const Jet& b) { return b < a; }

  /// f of this, for f and its derivatives there.
  Jet through(Long f, Long f1, Long f2) const { return {f, f1 * first, f2 * first * first + f1 * second}; }
};

inline Jet exp(const Jet& x) {
  const Jet::Long e = std::exp(x.value);
  return x.through(e, e, e);
}
inline Jet log(const Jet& x) { return x.through(std::log(x.value), 1 / x.value, -1 / (x.value * x.value)); }
inline Jet log1p(const Jet& x) {
  const Jet::Long slope = 1 / (1 + x.value);
  return x.through(std::log1p(x.value), slope, -slope * slope);
}
inline Jet sqrt(const Jet& x) {
  const Jet::Long root = std::sqrt(x.value);
  return x.through(root, 1 / (2 * root), -1 / (4 * root * root * root));
}
inline Jet pow(const Jet& x, Jet::Long power) {
  return x.through(std::pow(x.value, power), power * std::pow(x.value, power - 1),
                   power * (power - 1) * std::pow(x.value, power - 2));
}
/// The derivatives of log Gamma from its value ten and more up, where the asymptotic series is exact.
inline Jet lgamma(const Jet& x) {
  Jet::Long up = x.value, first = 0, second = 0;
  for (; up < 40; ++up) {
    first -= 1 / up;
    second += 1 / (up * up);
  }
  const Jet::Long w = 1 / (up * up);
  first +=
      std::log(up) - 1 / (2 * up) - w * (1 / 12.0L - w * (1 / 120.0L - w * (1 / 252.0L - w * (1 / 240.0L - w / 132))));
  second += 1 / up + w / 2 + w / up * (1 / 6.0L - w * (1 / 30.0L - w * (1 / 42.0L - w * (1 / 30.0L - 5 * w / 66))));
  return x.through(std::lgamma(x.value), first, second);
}
/// 0 has the slope 0.
inline Jet abs(const Jet& x) { return x.value < 0 ? -x : x.value > 0 ? x : Jet(0); }

}  // namespace linden
