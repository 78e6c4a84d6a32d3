// The steps of an online learner: two sums for each weight, and the weight that they make.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <linden/online.hpp>
#include <vector>

namespace linden {

/// A configuration's constants, as the arithmetic takes them.
struct StepRule {
  double rate, beta, l1, l2, proximity;  // rate: 1 / alpha

  StepRule(const OnlineConfig& config, bool is_penalised)
      : rate(1 / config.alpha),
        beta(config.beta),
        l1(is_penalised ? config.l1 : 0),
        l2(is_penalised ? config.l2 : 0),
        proximity(config.method == OnlineMethod::ftrl ? rate : 0) {}

  /// Written without branches, for loops that take several at a time.
  double weight_of(double z, double root) const {
    const double left = std::max(std::abs(z) - l1, 0.0), steepness = (beta + root) * rate + l2;
    return 0.0 - std::copysign(left, z) / (steepness > 0 ? steepness : 1.0);  // it is 0 before the first slope alone
  }
  void step(double& weight, double& z, double& n, double& root, double slope) const {
    const double sum = n + slope * slope, new_root = std::sqrt(sum);
    z += slope - (new_root - root) * proximity * weight;
    n = sum;
    root = new_root;
    weight = weight_of(z, new_root);
  }
};

/// Some weights, each with its sums; root is that of n.
struct Coordinates {
  std::vector<double> weight, z, n, root;

  std::size_t size() const noexcept { return weight.size(); }
  void resize(std::size_t count) {
    for (std::vector<double>* const list : {&weight, &z, &n, &root}) list->resize(count);
  }
  /// A step of one along a slope. One of 0 changes nothing.
  void learn(const StepRule& rule, std::size_t at, double slope) {
    rule.step(weight[at], z[at], n[at], root[at], slope);
  }
  /// Of the first so many, along slope * values[i].
  void learn_first(const StepRule& rule, std::size_t count, double slope, const double* values) {
    double *const w = weight.data(), *const sums = z.data(), *const squares = n.data(), *const roots = root.data();
    for (std::size_t i = 0; i < count; ++i) rule.step(w[i], sums[i], squares[i], roots[i], slope * values[i]);
  }
  /// What z and n say, as from a file.
  void settle(const StepRule& rule) {
    resize(z.size());
    for (std::size_t i = 0; i < z.size(); ++i) {
      root[i] = std::sqrt(n[i]);
      weight[i] = rule.weight_of(z[i], root[i]);
    }
  }
};

}  // namespace linden
