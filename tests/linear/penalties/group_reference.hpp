// Optima of small models with groups in long double: Newton steps whose quadratic models are solved by descent from
// group to group, of 1e-19 in the end. It shares no code with the library.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "linear/penalties/standardised.hpp"

namespace linden::reference {

/// A problem with  + sum_g weight |unit * u_g|_2  in its objective.
struct GroupedProblem {
  struct Group {
    std::vector<std::size_t> parameters;
    Real weight = 0;
  };
  Problem rest;
  std::vector<Real> unit;  ///< [width]
  std::vector<Group> groups;

  Real norm(const Group& g, const std::vector<Real>& u) const {
    Real sum = 0;
    for (const std::size_t p : g.parameters) {
      const Real z = unit[p % rest.width] * u[p];
      sum += z * z;
    }
    return std::sqrt(sum);
  }
  Real objective(const std::vector<Real>& u) const {
    Real sum = rest.objective(std::span<const Real>(u));
    for (const Group& g : groups) sum += g.weight * norm(g, u);
    return sum;
  }
};

inline Real shrunk(Real x, Real by) { return x > by ? x - by : x < -by ? x + by : 0; }

/// The lowest point of the quadratic model at u.
inline std::vector<Real> grouped_step(const GroupedProblem& problem, const std::vector<Real>& u,
                                      const std::vector<Real>& gradient, const std::vector<Real>& hessian) {
  const std::size_t n = u.size(), width = problem.rest.width;
  std::vector<GroupedProblem::Group> blocks = problem.groups;
  std::vector<bool> is_grouped(n, false);
  for (const auto& g : blocks)
    for (const std::size_t p : g.parameters) is_grouped[p] = true;
  for (std::size_t p = 0; p < n; ++p)
    if (!is_grouped[p] && hessian[p * n + p] > 0) blocks.push_back({{p}, 0});
  std::vector<Real> at = u, slope = gradient;
  for (int sweep = 0; sweep < 20000; ++sweep) {
    Real moved = 0, largest = 1;
    for (const auto& block : blocks) {
      const auto scale = [&](std::size_t p) { return is_grouped[p] ? problem.unit[p % width] : Real(1); };
      Real bend = 0;
      for (const std::size_t p : block.parameters) bend += hessian[p * n + p] / (scale(p) * scale(p));
      std::vector<Real> to;
      Real square = 0;
      for (const std::size_t p : block.parameters) {
        const Real l1 = problem.rest.l1[p % width] / scale(p);
        to.push_back(shrunk(at[p] * scale(p) - slope[p] / scale(p) / bend, l1 / bend));
        square += to.back() * to.back();
      }
      const Real size = std::sqrt(square), kept = size > block.weight / bend ? 1 - block.weight / bend / size : 0;
      for (std::size_t k = 0; k < to.size(); ++k) {
        const std::size_t p = block.parameters[k];
        const Real next = kept * to[k] / scale(p), change = next - at[p];
        at[p] = next;
        for (std::size_t q = 0; q < n; ++q) slope[q] += hessian[p * n + q] * change;
        moved = std::max(moved, size_of(change));
        largest = std::max(largest, size_of(next));
      }
    }
    if (moved < 2e-19L * largest) break;
  }
  return at;
}

inline std::vector<Real> minimise(const GroupedProblem& problem) {
  std::vector<Real> u(problem.rest.size()), gradient, hessian;
  Real value = problem.objective(u);
  for (int iteration = 0; iteration < 200; ++iteration) {
    problem.rest.derive(u, gradient, hessian);
    const std::vector<Real> to = grouped_step(problem, u, gradient, hessian);
    bool is_better = false;
    for (Real t = 1; t > 1e-9L && !is_better; t /= 2) {
      std::vector<Real> next(u);
      for (std::size_t p = 0; p < u.size(); ++p) next[p] = t == 1 ? to[p] : u[p] + t * (to[p] - u[p]);
      const Real next_value = problem.objective(next);
      is_better = next_value < value;
      if (!is_better) continue;
      u = next;
      value = next_value;
    }
    if (!is_better) break;
  }
  return u;
}

/// What fit_linear minimises where columns f0, f1, ... are in the groups of `config`.
inline GroupedProblem grouped(const Standardised& plain, const LinearConfig& config) {
  GroupedProblem problem{plain.problem, {}, {}};
  for (const Real deviation : plain.deviation) problem.unit.push_back(config.standardize ? 1 : 1 / deviation);
  problem.unit.push_back(1);
  for (const std::vector<std::string>& names : config.penalty.groups) {
    GroupedProblem::Group group;
    const std::size_t first = std::stoul(names.front().substr(1));
    group.weight = config.penalty.group * feature_value(config.penalty.factors, first, 1) *
                   std::sqrt(static_cast<Real>(names.size()));
    for (std::size_t k = 0; k < problem.rest.outputs; ++k)
      for (const std::string& name : names)
        group.parameters.push_back(k * problem.rest.width + std::stoul(name.substr(1)));
    problem.groups.push_back(group);
  }
  return problem;
}

}  // namespace linden::reference
