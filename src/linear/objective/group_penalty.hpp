// The penalty of a group of weights that go to 0 together, asked the questions of penalty.hpp: the group lasso (Yuan
// and Lin 2006), with l1 the sparse group lasso (Simon, Friedman, Hastie and Tibshirani 2013). Weights here are in the
// units that are penalised.
#pragma once

#include <span>

namespace linden {

/// P(z) = group |z|_2 + l1 |z|_1 + l2 / 2 |z|_2^2, group > 0.
struct GroupPenalty {
  double group = 0, l1 = 0, l2 = 0;

  // Where the smooth part of an objective, l2 with it, has a slope in z:

  /// The subgradient of least size.
  void least_subgradient(std::span<const double> z, std::span<const double> slope, std::span<double> out) const;
  /// By how much the slope at z = 0 exceeds what holds it there, in the unit of l1: below 0 where it stays.
  double excess_at_zero(std::span<const double> slope) const;
  /// The lowest point of curvature / 2 |x - z|^2 + slope . x + group |x|_2 + l1 |x|_1: l2 is in slope and curvature.
  void settle(std::span<const double> z, std::span<const double> slope, double curvature, std::span<double> out) const;

  // Of the conjugate, at -q:

  /// The largest t <= 1 for which the conjugate is finite at -t v.
  double factor(std::span<const double> v) const;
  /// P(z) + P*(-q) + z . q >= 0.
  double gap(std::span<const double> z, std::span<const double> q) const;
};

/// |z|_2, without the overflow of squares.
double euclidean_norm(std::span<const double> z) noexcept;

}  // namespace linden
