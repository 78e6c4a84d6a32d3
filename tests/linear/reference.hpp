// Optima of small linear models in long double, of the references of losses and by code of its own: Newton steps whose
// quadratic models are solved by coordinate descent. Dense, slow, and exact to about 1e-17.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "loss/loss_references.hpp"

namespace linden::reference {

using Real = long double;

inline Real size_of(Real x) { return x < 0 ? -x : x; }

/// Minimise sum_i weight_i loss_i + sum_j l1_j |u_j| + l2_j / 2 u_j^2 over u [outputs, width] within bounds.
struct Problem {
  LossKind kind = kind_of<SquaredLoss>;
  Real parameter = 1;  ///< of the loss
  std::size_t rows = 0, width = 0, outputs = 1;
  std::vector<Real> a;             ///< [rows, width]
  std::vector<Real> label;         ///< [rows]
  std::vector<Real> weight;        ///< [rows], summing to one
  std::vector<Real> l1, l2;        ///< [width]
  std::vector<Real> lower, upper;  ///< [width], about 0; empty: none
  std::vector<Real> matrix;        ///< [width, width]: u' matrix u / 2 is added, for each output; empty: none

  Real clamped(Real u, std::size_t p) const {
    return lower.empty() ? u : std::clamp(u, lower[p % width], upper[p % width]);
  }

  std::size_t size() const { return outputs * width; }

  std::vector<Real> scores(std::size_t i, std::span<const Real> u) const {
    std::vector<Real> s(outputs);
    for (std::size_t k = 0; k < outputs; ++k)
      for (std::size_t j = 0; j < width; ++j) s[k] += a[i * width + j] * u[k * width + j];
    return s;
  }

  Real loss(std::span<const Real> s, Real y) const {
    const std::vector<Jet> at(s.begin(), s.end());
    return reference_value(kind, at, y, parameter).value;
  }

  /// Slopes [outputs] and second derivatives [outputs, outputs] of a row: along the scores, and along two of them at
  /// once, which gives the mixed ones.
  void derive(std::span<const Real> s, Real y, std::vector<Real>& slope, std::vector<Real>& bend) const {
    slope.assign(outputs, 0);
    bend.assign(outputs * outputs, 0);
    for (std::size_t k = 0; k < outputs; ++k) {
      std::vector<Jet> at(s.begin(), s.end());
      at[k].first = 1;
      const Jet along = reference_value(kind, at, y, parameter);
      slope[k] = along.first;
      bend[k * outputs + k] = outputs == 1 && along.second == 0 ? 1e-3L : along.second;  // not 0: steps stay short
      for (std::size_t l = 0; l < k; ++l) {
        at[l].first = 1;
        const Real both = reference_value(kind, at, y, parameter).second;
        at[l].first = 0;
        bend[k * outputs + l] = bend[l * outputs + k] = (both - bend[k * outputs + k] - bend[l * outputs + l]) / 2;
      }
    }
  }

  Real objective(std::span<const Real> u) const {
    Real sum = 0;
    for (std::size_t i = 0; i < rows; ++i)
      if (weight[i] > 0) sum += weight[i] * loss(scores(i, u), label[i]);
    for (std::size_t j = 0; j < u.size(); ++j) sum += l1[j % width] * size_of(u[j]) + l2[j % width] / 2 * u[j] * u[j];
    for (std::size_t k = 0; k < outputs && !matrix.empty(); ++k)
      for (std::size_t i = 0; i < width * width; ++i)
        sum += matrix[i] * u[k * width + i / width] * u[k * width + i % width] / 2;
    return sum;
  }
  Real objective(std::span<const double> u) const {
    const std::vector<Real> exact(u.begin(), u.end());
    return objective(std::span<const Real>(exact));
  }

  /// Gradient and Hessian of all but l1.
  void derive(std::span<const Real> u, std::vector<Real>& gradient, std::vector<Real>& hessian) const {
    const std::size_t n = size();
    gradient.assign(n, 0);
    hessian.assign(n * n, 0);
    std::vector<Real> slope, bend;
    for (std::size_t i = 0; i < rows; ++i) {
      if (!(weight[i] > 0)) continue;
      derive(scores(i, u), label[i], slope, bend);
      for (std::size_t p = 0; p < n; ++p) {
        const Real x = weight[i] * a[i * width + p % width];
        gradient[p] += x * slope[p / width];
        for (std::size_t q = 0; q < n; ++q)
          hessian[p * n + q] += x * a[i * width + q % width] * bend[p / width * outputs + q / width];
      }
    }
    for (std::size_t p = 0; p < n; ++p) {
      gradient[p] += l2[p % width] * u[p];
      hessian[p * n + p] += l2[p % width];
      for (std::size_t j = 0; j < width && !matrix.empty(); ++j) {
        const std::size_t other = p / width * width + j;
        gradient[p] += matrix[p % width * width + j] * u[other];
        hessian[p * n + other] += matrix[p % width * width + j];
      }
    }
  }

  /// The largest entry of the least subgradient.
  Real violation(std::span<const Real> u) const {
    std::vector<Real> gradient, hessian;
    derive(u, gradient, hessian);
    Real largest = 0;
    for (std::size_t p = 0; p < size(); ++p) {
      const Real bound = l1[p % width];
      const Real up = gradient[p] + (u[p] < 0 ? -bound : bound), down = -(gradient[p] + (u[p] > 0 ? bound : -bound));
      const bool may_rise = lower.empty() || u[p] < upper[p % width];
      const bool may_fall = lower.empty() || u[p] > lower[p % width];
      largest = std::max({largest, may_rise ? -up : Real(0), may_fall ? -down : Real(0)});
    }
    return largest;
  }
};

/// The step to the lowest point of the quadratic model at u with l1. Columns of zeros do not move.
inline std::vector<Real> newton_step(const Problem& problem, std::span<const Real> u, std::span<const Real> gradient,
                                     std::span<const Real> hessian) {
  const std::size_t n = problem.size();
  std::vector<Real> step(n), slope(gradient.begin(), gradient.end());  // slope of the model's smooth part at the step
  for (int sweep = 0; sweep < 20000; ++sweep) {
    Real moved = 0;
    for (std::size_t p = 0; p < n; ++p) {
      const Real curvature = hessian[p * n + p];
      if (!(curvature > 1e-30L)) continue;
      const Real at = u[p] + step[p], wanted = curvature * at - slope[p], l1 = problem.l1[p % problem.width];
      const Real free = (wanted > l1 ? wanted - l1 : wanted < -l1 ? wanted + l1 : 0) / curvature;
      const Real next = problem.clamped(free, p), change = next == 0 ? -at : next - at;
      if (change == 0) continue;
      step[p] = next == 0 || next != free ? next - u[p] : step[p] + change;
      for (std::size_t q = 0; q < n; ++q) slope[q] += hessian[p * n + q] * change;
      moved = std::max(moved, size_of(change));
    }
    if (moved < 1e-19L) break;
  }
  return step;
}

inline std::vector<Real> minimise(const Problem& problem) {
  std::vector<Real> u(problem.size()), gradient, hessian;
  Real value = problem.objective(u);
  for (int iteration = 0; iteration < 200; ++iteration) {
    problem.derive(u, gradient, hessian);
    const std::vector<Real> step = newton_step(problem, u, gradient, hessian);
    bool is_better = false;
    for (Real t = 1; t > 1e-6L && !is_better; t /= 2) {
      std::vector<Real> next(u);
      for (std::size_t p = 0; p < u.size(); ++p)
        next[p] = problem.clamped(t == 1 && step[p] == -u[p] ? 0 : u[p] + t * step[p], p);
      const Real next_value = problem.objective(next);
      // At the end objectives are equal to the last digit, and gradients still tell.
      is_better = next_value < value ||
                  (next_value <= value * (1 + 1e-17L) && problem.violation(next) < problem.violation(u) / 2);
      if (!is_better) continue;
      u = next;
      value = next_value;
    }
    if (!is_better) break;
  }
  return u;
}

}  // namespace linden::reference
