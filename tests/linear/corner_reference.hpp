// Optima of losses with corners in long double, by a way that knows nothing of them: nested golden sections over two
// parameters. An objective that is convex, however it is bent, has no other minimum than the one they close in on.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

namespace linden::reference {

struct CornerProblem {
  using Real = long double;
  struct Row {
    std::array<Real, 2> a;
    Real at, low, high, weight;
  };
  std::vector<Row> rows;
  std::array<Real, 2> l2{};

  Real objective(const std::array<Real, 2>& u) const {
    Real sum = l2[0] / 2 * u[0] * u[0] + l2[1] / 2 * u[1] * u[1];
    for (const Row& row : rows) {
      const Real z = row.a[0] * u[0] + row.a[1] * u[1] - row.at;
      sum += row.weight * (z < 0 ? row.low : row.high) * z;
    }
    return sum;
  }

  /// Over parameters up to `reach` in size.
  Real least(Real reach) const {
    return golden(reach, [&](Real x) { return golden(reach, [&](Real y) { return objective({x, y}); }); });
  }

 private:
  template <class F>
  static Real golden(Real reach, const F& f) {
    const Real ratio = (std::sqrt(5.0L) - 1) / 2;
    Real low = -reach, high = reach, left = high - ratio * (high - low), right = low + ratio * (high - low);
    Real at_left = f(left), at_right = f(right);
    for (int i = 0; i < 105; ++i) {
      if (at_left <= at_right) {
        high = right;
        right = left;
        at_right = at_left;
        left = high - ratio * (high - low);
        at_left = f(left);
      } else {
        low = left;
        left = right;
        at_left = at_right;
        right = low + ratio * (high - low);
        at_right = f(right);
      }
    }
    return std::min(at_left, at_right);
  }
};

}  // namespace linden::reference
