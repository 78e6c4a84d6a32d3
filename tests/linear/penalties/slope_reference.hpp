// Optima under SLOPE in long double: accelerated proximal gradients, with pools found by their definition. It shares no
// code with the library.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

#include "linear/penalties/standardised.hpp"

namespace linden::reference {

struct SlopeProblem {
  Problem rest;
  std::vector<Real> unit;            ///< [width - 1]
  std::vector<std::size_t> columns;  ///< that take part
  std::vector<Real> strengths;       ///< one of each

  Real objective(const std::vector<Real>& u) const {
    Real sum = rest.objective(std::span<const Real>(u));
    for (std::size_t k = 0; k < rest.outputs; ++k) {
      std::vector<Real> sizes;
      for (const std::size_t j : columns) sizes.push_back(size_of(unit[j] * u[k * rest.width + j]));
      std::sort(sizes.rbegin(), sizes.rend());
      for (std::size_t i = 0; i < sizes.size(); ++i) sum += strengths[i] * sizes[i];
    }
    return sum;
  }
};

/// What fit_linear minimises; columns of factor 0 have no part.
inline SlopeProblem sloped(const Standardised& plain, const LinearConfig& config) {
  SlopeProblem problem{plain.problem, plain.unit, {}, {}};
  const std::vector<double>& s = config.penalty.sequence;
  for (std::size_t j = 0; j < plain.unit.size(); ++j) {
    if (feature_value(config.penalty.factors, j, 1) == 0) continue;
    const std::size_t place = problem.columns.size();
    problem.columns.push_back(j);
    problem.strengths.push_back(config.penalty.slope * (s.empty() ? Real(1) : Real(s[std::min(place, s.size() - 1)])));
  }
  return problem;
}

/// The proximal point: of sorted sizes less the strengths, the i-th is the least over a <= i of the largest over b >= i
/// of the mean from a to b.
inline std::vector<Real> proximal(const std::vector<Real>& v, const std::vector<Real>& strengths) {
  const std::size_t n = v.size();
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return size_of(v[a]) > size_of(v[b]); });
  std::vector<Real> x(n);
  for (std::size_t i = 0; i < n; ++i) {
    Real least = 0;
    for (std::size_t a = 0; a <= i; ++a) {
      Real largest = 0;
      for (std::size_t b = i; b < n; ++b) {
        Real sum = 0;
        for (std::size_t k = a; k <= b; ++k) sum += size_of(v[order[k]]) - strengths[k];
        const Real mean = sum / static_cast<Real>(b - a + 1);
        if (b == i || mean > largest) largest = mean;
      }
      if (a == 0 || largest < least) least = largest;
    }
    x[order[i]] = least <= 0 ? 0 : v[order[i]] < 0 ? -least : least;
  }
  return x;
}

inline std::vector<Real> minimise(const SlopeProblem& problem) {
  const Problem& rest = problem.rest;
  std::vector<Real> u(rest.size()), ahead = u, gradient, hessian;
  Real bend = 1e-6L, momentum = 1, value = problem.objective(u);
  const auto smooth = [&](const std::vector<Real>& at) { return rest.objective(std::span<const Real>(at)); };
  int still = 0;
  for (int step = 0; step < 20000 && still < 30; ++step) {
    rest.derive(ahead, gradient, hessian);
    const Real from = smooth(ahead);
    std::vector<Real> next;
    for (;; bend *= 2) {
      next = ahead;
      for (std::size_t p = 0; p < u.size(); ++p) next[p] -= gradient[p] / bend;
      for (std::size_t k = 0; k < rest.outputs; ++k) {
        std::vector<Real> v, shares;
        // One bend for all: units are alike, or the step is one of the penalised weights.
        for (std::size_t i = 0; i < problem.columns.size(); ++i) {
          const std::size_t p = k * rest.width + problem.columns[i];
          const Real unit = problem.unit[problem.columns[i]];
          v.push_back(unit * ahead[p] - gradient[p] / unit / bend);
          shares.push_back(problem.strengths[i] / bend);
        }
        const std::vector<Real> x = proximal(v, shares);
        for (std::size_t i = 0; i < x.size(); ++i)
          next[k * rest.width + problem.columns[i]] = x[i] / problem.unit[problem.columns[i]];
      }
      Real above = from;
      for (std::size_t p = 0; p < u.size(); ++p) {
        const std::size_t j = p % rest.width;
        const bool is_in = std::ranges::find(problem.columns, j) != problem.columns.end();
        const Real unit = is_in ? problem.unit[j] : 1, by = next[p] - ahead[p];
        above += gradient[p] * by + bend / 2 * unit * unit * by * by;
      }
      if (smooth(next) <= above + 1e-18L * size_of(from) || bend > 1e12L) break;
    }
    const Real there = problem.objective(next);
    still = there < value - 1e-18L * size_of(value) ? 0 : still + 1;
    if (there > value) {  // again from where it stands
      ahead = u;
      momentum = 1;
      continue;
    }
    const Real grown = (1 + std::sqrt(1 + 4 * momentum * momentum)) / 2;
    for (std::size_t p = 0; p < u.size(); ++p) ahead[p] = next[p] + (momentum - 1) / grown * (next[p] - u[p]);
    momentum = grown;
    u = next;
    value = there;
  }
  return u;
}

}  // namespace linden::reference
