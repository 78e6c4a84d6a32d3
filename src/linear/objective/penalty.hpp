// The penalties that go parameter by parameter, each asked the same questions: solvers ask where to go, certificates
// what the conjugate says. Nothing else asks which penalty a parameter has.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "linear/objective/group_penalty.hpp"
#include "linear/objective/sorted_weights.hpp"
#include "linear/objective/weight_sums.hpp"

namespace linden {

/// What makes of l1 |u| a penalty that grows ever slower, and from l1 / bend beyond `straight` on no more: smooth, and
/// concave. With straight = 0 that is MCP (Zhang 2010), with straight = l1 in the unit that is penalised SCAD (Fan and
/// Li 2001).
struct Concave {
  double bend = 0, straight = 0;  ///< bend 0: none

  double value(double u, double l1) const noexcept {
    const double beyond = std::max(std::abs(u) - straight, 0.0), reach = bend * beyond;
    return reach <= l1 ? -0.5 * reach * beyond : -l1 * (beyond - 0.5 * l1 / bend);
  }
  double slope(double u, double l1) const noexcept {
    const double size = std::min(bend * std::max(std::abs(u) - straight, 0.0), l1);
    return u > 0 ? -size : size;
  }
  /// By how much it bends down at u.
  double bend_at(double u, double l1) const noexcept {
    const double beyond = std::abs(u) - straight;
    return beyond > 0 && bend * beyond < l1 ? bend : 0;
  }
};

/// P(u) = l1 |u| + l2 / 2 u^2 for lower <= u <= upper, and infinite outside. 0 lies within. A concave part is none of
/// it: as it is smooth it is taken with the loss.
struct ColumnPenalty {
  static constexpr double no_bound = std::numeric_limits<double>::infinity();

  double l1 = 0, l2 = 0, lower = -no_bound, upper = no_bound;

  bool is_bounded() const noexcept { return lower > -no_bound || upper < no_bound; }
  bool is_at_bound(double u) const noexcept { return u == lower || u == upper; }
  /// Whether P grows without end on both sides, so that a minimum exists whatever the rows are and the conjugate is
  /// finite about 0.
  bool is_coercive() const noexcept { return l1 > 0 || l2 > 0 || (lower > -no_bound && upper < no_bound); }
  double clamp(double u) const noexcept { return std::clamp(u, lower, upper); }

  // Where the smooth part of an objective, l2 with it, has a slope in u:

  /// The subgradient of least size: 0 where u is lowest.
  double least_subgradient(double u, double slope) const noexcept {
    const double left = u == lower ? -no_bound : slope + (u > 0 ? l1 : -l1);
    const double right = u == upper ? no_bound : slope + (u < 0 ? -l1 : l1);
    return left > 0 ? left : right < 0 ? right : std::isnan(slope) ? slope : 0;
  }
  /// By how much the slope at u = 0 exceeds what holds it there: below 0 where it stays.
  double excess_at_zero(double slope) const noexcept {
    return std::max(lower < 0 ? slope : -no_bound, upper > 0 ? -slope : -no_bound) - l1;
  }
  /// The lowest point of curvature / 2 (x - u)^2 + slope x + l1 |x| within the bounds: l2 is in slope and curvature.
  double settle(double u, double slope, double curvature) const noexcept {
    return clamp(shrink(curvature * u - slope, l1) / curvature);
  }
  /// The next place from u in a direction where P has a corner or ends: where the sign of u, and so the slope of P,
  /// changes. Infinite if there is none.
  double next_corner(double u, double direction) const noexcept {
    if (l1 > 0 && u * direction < 0) return 0;
    return direction < 0 ? lower : upper;
  }

  // Of the conjugate, at -q:

  /// The largest t <= 1 for which the conjugate is finite at -t v.
  double factor(double v) const noexcept {
    const bool is_open = v > 0 ? lower == -no_bound : upper == no_bound;
    return l2 > 0 || !is_open || !(std::abs(v) > l1) ? 1 : l1 / std::abs(v);
  }
  /// Where q x + P(x) is least; |q| <= l1 on a side that is open and has no l2.
  double lowest(double q) const noexcept {
    const double pull = -shrink(q, l1);
    if (pull == 0) return 0;
    if (l2 > 0) return clamp(pull / l2);
    const double end = pull > 0 ? upper : lower;
    return std::isfinite(end) ? end : 0;
  }
  /// P(u) + P*(-q) + u q >= 0: how far q u + P(u) is above its least value.
  double gap(double u, double q) const noexcept {
    if (!is_bounded()) {  // closer to rounding than the difference of two points
      if (l2 > 0 && std::abs(q) > l1) {
        const double off = l2 * u + (q > 0 ? q - l1 : q + l1);
        return l1 * (std::abs(u) + (q > 0 ? u : -u)) + off / l2 * (0.5 * off);
      }
      return std::max(l1 * std::abs(u) + u * q, 0.0) + 0.5 * l2 * u * u;
    }
    // From 0 to each of the two, on whichever side: no difference of large numbers where they are the same point.
    const double x = lowest(q);
    if ((u < 0) != (x < 0) && u != 0 && x != 0) return std::max(rise(0, u, q) - rise(0, x, q), 0.0);
    return std::max(rise(x, u, q), 0.0);
  }

 private:
  static double shrink(double x, double by) noexcept { return x > by ? x - by : x < -by ? x + by : 0.0; }
  /// q u + P(u) from x to u, which lie on one side of 0.
  double rise(double x, double u, double q) const noexcept {
    const double side = u > 0 || x > 0 ? l1 : u < 0 || x < 0 ? -l1 : 0;
    return (u - x) * (q + side + 0.5 * l2 * (u + x));
  }
};

/// Of each parameter of one output, [width], in the units of standardised columns; 0 and without bounds for the
/// intercept. Bounds are empty where no parameter has one.
struct Penalty {
  /// Of columns whose weights go to 0 together. Its penalty is in the units that are penalised, and its l1 and l2 are
  /// those of the columns.
  struct Group {
    std::vector<int> columns;
    GroupPenalty penalty;
  };

  std::vector<double> l1, l2;
  std::vector<double> lower = {}, upper = {};
  std::vector<Concave> concave = {};  ///< [width], or empty
  std::vector<Group> groups = {};
  std::vector<int> group_of = {};  ///< [width], -1: none; empty without groups
  std::vector<double> unit = {};   ///< [width], by which weights are multiplied to be penalised; empty without groups
  SquaredSums squares = {};        ///< of ridge with a matrix
  Equations equations = {};
  SortedWeights sorted = {};  ///< SLOPE

  ColumnPenalty at(std::size_t column) const noexcept {
    if (lower.empty()) return {l1[column], l2[column]};
    return {l1[column], l2[column], lower[column], upper[column]};
  }
};

}  // namespace linden
