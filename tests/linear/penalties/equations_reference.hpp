// Optima under equations of weights in long double: Newton's steps by the system of Karush, Kuhn and Tucker.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "linear/penalties/standardised.hpp"

namespace linden::reference {

/// x = a^-1 x for a [n, n], by elimination with the largest pivot; directions of zeros stay 0.
inline void solve_system(std::vector<Real> a, std::vector<Real>& x) {
  const std::size_t n = x.size();
  Real largest = 0;
  for (const Real value : a) largest = std::max(largest, size_of(value));
  std::vector<bool> is_used(n, false);
  std::vector<std::size_t> row_of(n, n);
  for (std::size_t j = 0; j < n; ++j) {
    std::size_t pivot = n;
    for (std::size_t i = 0; i < n; ++i)
      if (!is_used[i] && (pivot == n || size_of(a[i * n + j]) > size_of(a[pivot * n + j]))) pivot = i;
    if (pivot == n || size_of(a[pivot * n + j]) < 1e-15L * largest) continue;
    is_used[pivot] = true;
    row_of[j] = pivot;
    for (std::size_t i = 0; i < n; ++i) {
      if (i == pivot) continue;
      const Real by = a[i * n + j] / a[pivot * n + j];
      for (std::size_t k = 0; k < n; ++k) a[i * n + k] -= by * a[pivot * n + k];
      x[i] -= by * x[pivot];
    }
  }
  std::vector<Real> solution(n);
  for (std::size_t j = 0; j < n; ++j)
    if (row_of[j] < n) solution[j] = x[row_of[j]] / a[row_of[j] * n + j];
  x = solution;
}

struct LinearEquations {
  std::vector<std::vector<Real>> rows;  ///< each [width], of the weights of standardised columns
  std::vector<Real> values;
};

inline LinearEquations equations(const Standardised& plain, const LinearConfig& config) {
  LinearEquations result;
  for (const auto& [sum, value] : config.constraints.equal) {
    std::vector<Real> row(plain.mean.size() + 1);
    for (const auto& [name, number] : sum) row[column_of(name)] = number / plain.deviation[column_of(name)];
    result.rows.push_back(row);
    result.values.push_back(value);
  }
  return result;
}

/// The step that leads to the lowest point of the quadratic at u on the equations.
inline std::vector<Real> step_along(const Problem& problem, const LinearEquations& of, const std::vector<Real>& u) {
  std::vector<Real> gradient, hessian;
  problem.derive(u, gradient, hessian);
  const std::size_t n = u.size(), m = of.rows.size() * problem.outputs, size = n + m;
  std::vector<Real> a(size * size), x(size);
  for (std::size_t i = 0; i < n; ++i) {
    x[i] = -gradient[i];
    for (std::size_t j = 0; j < n; ++j) a[i * size + j] = hessian[i * n + j];
  }
  for (std::size_t e = 0; e < m; ++e) {
    const std::size_t k = e % problem.outputs * problem.width;
    x[n + e] = of.values[e / problem.outputs];
    for (std::size_t j = 0; j < problem.width; ++j) {
      const Real number = of.rows[e / problem.outputs][j];
      a[(n + e) * size + k + j] = a[(k + j) * size + n + e] = number;
      x[n + e] -= number * u[k + j];
    }
  }
  solve_system(std::move(a), x);
  x.resize(n);
  return x;
}

inline std::vector<Real> minimise(const Problem& problem, const LinearEquations& of) {
  std::vector<Real> u(problem.size());
  // To the equations first, by the step of a quadratic whose Hessian is that at 0.
  const std::vector<Real> first = step_along(problem, of, u);
  for (std::size_t i = 0; i < u.size(); ++i) u[i] += first[i];
  Real value = problem.objective(std::span<const Real>(u));
  for (int iteration = 0; iteration < 300; ++iteration) {
    const std::vector<Real> step = step_along(problem, of, u);
    bool is_better = false;
    for (Real t = 1; t > 1e-9L && !is_better; t /= 2) {
      std::vector<Real> next(u);
      for (std::size_t i = 0; i < u.size(); ++i) next[i] += t * step[i];
      const Real there = problem.objective(std::span<const Real>(next));
      is_better = there < value;
      if (!is_better) continue;
      u = next;
      value = there;
    }
    if (!is_better) break;
  }
  return u;
}

}  // namespace linden::reference
