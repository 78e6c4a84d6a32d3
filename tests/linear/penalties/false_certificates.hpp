// Random small problems over all convex losses and penalties, each by its number: the gap of the certificate against
// the distance from the optimum in long double, by code that shares nothing with the library.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "linear/penalties/corner_problem.hpp"
#include "linear/penalties/equations_reference.hpp"
#include "linear/penalties/group_reference.hpp"
#include "linear/penalties/slope_reference.hpp"
#include "loss/loss_references.hpp"

namespace linden {

struct RandomProblem {
  LinearConfig config;
  RandomRows rows;
};

/// A matrix, and for every second problem equations, which go with l2 alone.
inline void add_sums(LinearConfig& config, std::mt19937 random, int features) {
  const auto number = [&] { return std::round(std::normal_distribution<double>()(random) * 8) / 4 + 0.125; };
  config.penalty.tikhonov = std::pow(10.0, -2.0 + static_cast<double>(random() % 200) / 100);
  if (random() % 2 == 0) {
    config.penalty.matrix = {{"f0", "f1"}, {2, -1, -1, 1}};
  } else {
    for (int row = 0; row < 2; ++row)
      config.penalty.differences.push_back(
          {{"f0", number()}, {"f" + std::to_string(1 + random() % static_cast<unsigned>(features - 1)), number()}});
  }
  if (random() % 2 == 0) return;
  config.l1 = 0;
  config.l2 = 0.05;
  if (random() % 2 == 0) config.penalty.tikhonov = 0;
  config.penalty.groups = {};
  config.penalty.group = 0;
  config.penalty.factors = {};
  config.constraints = {.equal = {{.sum = {{"f0", number()}, {"f1", number()}}, .value = number() / 4}}};
  if (features > 3) config.constraints.equal.push_back({{{"f2", number()}, {"f3", number()}}, 0});
}

inline RandomProblem random_problem_of(unsigned number) {
  static const std::vector<Loss> losses = convex_losses();
  std::mt19937 random(number);
  const auto below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
  const auto size = [&] { return std::pow(10.0, -3 + 2.7 * below(1000) / 1000); };
  const Loss& loss = losses[number % losses.size()];
  LinearConfig config{.loss = loss};
  config.intercept = below(3) > 0;
  config.standardize = below(2) == 0;
  config.tolerance = std::pow(10.0, -2 - 2.0 * below(6));
  if (below(4) == 0) config.max_iterations = 1 + static_cast<int>(below(4));
  const bool corners = has_corners(loss);
  const bool has_minimum = loss.label_kind() == LabelKind::real;  // without a penalty, whatever the rows
  const int features = corners ? (config.intercept ? 1 : 2) : 2 + static_cast<int>(below(4));
  const std::string first = "f0", second = features > 1 ? "f1" : "f0";
  switch (below(corners ? 5 : 8)) {
    case 0: config.l1 = size(); break;
    case 1: config.l2 = size(); break;
    case 2: config.l1 = size(), config.l2 = size(); break;
    case 3:
      config.l1 = size(), config.l2 = below(2) == 0 ? 0 : size();
      config.penalty.factors = {{first, below(2) == 0 && has_minimum ? 0 : 0.5}};
      break;
    case 4:
      config.l2 = below(2) == 0 && has_minimum ? 0 : size();
      if (below(2) == 0)
        config.constraints.nonnegative = true;
      else
        config.constraints = {.lower = {{first, -size()}}, .upper = {{second, size()}}};
      break;
    case 5: config.penalty = {.groups = {{first, second}}, .group = size()}; break;
    case 6:
      config.l1 = size();
      config.penalty = {.groups = {{first, second}}, .group = size()};
      break;
    default:
      config.l2 = size(), config.l1 = below(2) == 0 ? 0 : size();
      config.penalty = {.groups = {{first, second}}, .group = size()};
      if (features > 3) config.penalty.groups.push_back({"f2", "f3"});
  }
  if (number % 4 == 3 && !corners) add_sums(config, random, features);
  if (number % 8 == 5 && !corners) {  // SLOPE, with l2 or alone
    config.penalty = {.slope = size(), .sequence = {3, 1.5, 1}};
    config.constraints = {};
    config.l1 = 0;
  }
  const int count = 12 + static_cast<int>(below(30));
  return {config, RandomRows(loss,
                             {.rows = count,
                              .features = features,
                              .weighted = below(3) == 0,
                              .common = below(3) == 0 ? 0.7 : 0.0,
                              .informative = features},
                             number)};
}

/// False where nothing can be said: the loss has no minimum, or the reference did not get to it.
inline bool expect_true_certificate(unsigned number) {
  using reference::Real;
  const auto [config, rows] = random_problem_of(number);
  const LinearModel model = fit_linear(rows.dataset(), config, {.threads = 1});
  const Certificate& c = model.certificate();
  if (c.status == FitStatus::separable) return false;
  Real distance = 0;
  if (has_corners(config.loss)) {
    const reference::CornerProblem problem = problem_of(rows, config);
    const Real slope = rows.features == 2 ? model.weight(1) : model.intercept()[0];
    distance = problem.objective({model.weight(0), slope}) - problem.least(200);
  } else {
    const Standardised plain = standardised(rows, config);
    const std::vector<Real> found = parameters_of(model, plain);
    if (config.penalty.group > 0) {
      const reference::GroupedProblem problem = reference::grouped(plain, config);
      distance = problem.objective(found) - problem.objective(reference::minimise(problem));
    } else if (config.penalty.slope > 0) {
      const reference::SlopeProblem problem = reference::sloped(plain, config);
      distance = problem.objective(found) - problem.objective(reference::minimise(problem));
    } else if (!config.constraints.equal.empty()) {
      const std::vector<Real> optimum = reference::minimise(plain.problem, reference::equations(plain, config));
      distance = plain.problem.objective(std::span<const Real>(found)) -
                 plain.problem.objective(std::span<const Real>(optimum));
    } else {
      const std::vector<Real> optimum = reference::minimise(plain.problem);
      if (plain.problem.violation(optimum) > 1e-13L) return false;
      distance = plain.problem.objective(std::span<const Real>(found)) -
                 plain.problem.objective(std::span<const Real>(optimum));
    }
  }
  // An estimate is one of where Newton's step leads: of a fit that was stopped it says nothing.
  if (c.gap_kind == GapKind::estimate && !c.is_optimal()) return true;
  std::ostringstream what;
  what << number << ": " << config << '\n' << c;
  EXPECT_LE(distance, c.gap) << what.str();
  return true;
}

/// Numbers from `from` on, `step` apart. Most of them must be such that something can be said.
inline void expect_true_certificates(unsigned from, unsigned to, unsigned step) {
  unsigned said = 0, all = 0;
  for (unsigned number = from; number < to; number += step) {
    said += expect_true_certificate(number) ? 1 : 0;
    ++all;
  }
  EXPECT_GE(said, all - all / 10);
}

}  // namespace linden
