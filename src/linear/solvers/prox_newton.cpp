// Lee, Sun and Saunders (2014), "Proximal Newton-type methods for minimizing composite functions": with
// D = g . d + l1(w + d) - l1(w), a step t d is taken when the objective falls by at least 1e-4 t |D|. Where that
// takes a small t, curvature is added to all parameters instead (Levenberg): a feature of saturated rows has nearly
// none of its own, and its step would be all that t goes by.
#include "linear/solvers/prox_newton.hpp"

#include <algorithm>
#include <cmath>

#include "linear/optimality/gap.hpp"

namespace linden {
namespace {

constexpr double sufficient = 1e-4;
constexpr double rough = 0.01;    // of the violation, that the model is minimised to far from the optimum
constexpr double exact = 1e-10;   // and where the model is the objective
constexpr double shortest = 0.1;  // part of a step; beyond, the model is damped
constexpr double least_damping = 1e-2, most_damping = 1e60;  // relative to the largest curvature
constexpr int most_polish = 2;                               // steps
constexpr double polished = 1e-9;                            // of the largest gradient at the start, that needs none
constexpr double rounding = 1e-15;                           // of gradients, relative to the largest

std::size_t at_index(std::int64_t i) { return static_cast<std::size_t>(i); }

}  // namespace

ProxNewton::ProxNewton(Objective& objective, std::span<const double> start, double damping, bool by_columns)
    : objective_(objective),
      quadratic_(objective.rows().spec().kind == LossKind::squared),
      at_(start.begin(), start.end()),
      gradient_(start.size()),
      trial_(start.size()),
      trial_gradient_(start.size()),
      l1_(start.size()),
      held_(start.size(), 0),
      damping_(damping) {
  if (by_columns) columns_.emplace(objective);
  for (std::int64_t j = 0; j < objective.size(); ++j) {
    l1_[at_index(j)] = objective.l1(j);
    if (!objective.is_free(j)) held_[at_index(j)] = 1;
  }
  smooth_ = objective.evaluate(at_, gradient_);
  value_ = smooth_ + objective.l1_term(at_);
  violation_ = first_violation_ = kkt_distance(objective, at_, gradient_);
  for (std::size_t j = 0; j < at_.size(); ++j)
    if (held_[j] == 0) scale_ = std::max(scale_, std::abs(gradient_[j]));
}

std::optional<double> ProxNewton::bound(double target) { return fenchel_gap(objective_, at_, gradient_, target); }

void ProxNewton::form_hessian() {
  has_hessian_ = true;
  const double before = largest_;
  largest_ = 0;
  if (columns_) {
    columns_->update();
    largest_ = columns_->largest();
  } else {
    hessian_ = objective_.hessian();
    // Where a loss has no curvature at all, a step of its gradient for the line search to shorten.
    const std::size_t n = at_.size();
    diagonal_.resize(n);
    for (std::size_t j = 0; j < n; ++j) {
      if (held_[j] == 0 && !(hessian_[j * n + j] > 0)) hessian_[j * n + j] = 1;
      diagonal_[j] = hessian_[j * n + j];
      if (held_[j] == 0) largest_ = std::max(largest_, diagonal_[j]);
    }
  }
  // Damping is relative to the largest curvature: where that has leapt up, what was needed before would hold all still.
  if (before < 1e-6 * largest_) damping_ *= before / largest_;
}

void ProxNewton::minimise_model(double accuracy, double damping) {
  const double tolerance = std::max(accuracy * violation_, rounding * scale_);
  if (columns_) {
    step_ = columns_->minimise({gradient_, l1_, at_, held_, damping * largest_}, tolerance);
    return;
  }
  for (std::size_t j = 0; j < at_.size(); ++j) hessian_[j * at_.size() + j] = diagonal_[j] + damping * largest_;
  step_ = gram_descent({.hessian = hessian_, .gradient = gradient_, .l1 = l1_, .start = at_, .held = held_}, tolerance);
}

void ProxNewton::prepare() {
  if (!has_hessian_ || !quadratic_) form_hessian();
  const double progress = first_violation_ > 0 ? violation_ / first_violation_ : 1.0;
  accuracy_ = quadratic_ ? exact : std::min(rough, progress);
  minimise_model(accuracy_, damping_);
}

bool ProxNewton::try_step(double length) {
  for (std::size_t j = 0; j < at_.size(); ++j) trial_[j] = at_[j] + length * step_.step[j];
  trial_smooth_ = objective_.evaluate(trial_, trial_gradient_);
  trial_value_ = trial_smooth_ + objective_.l1_term(trial_);
  return std::isfinite(trial_value_);
}

void ProxNewton::go_back() { smooth_ = objective_.evaluate(at_, gradient_); }

void ProxNewton::accept(double violation) {
  at_.swap(trial_);
  gradient_.swap(trial_gradient_);
  smooth_ = trial_smooth_;
  value_ = trial_value_;
  violation_ = violation;
}

// The lengths 1 to `shortest` of the step that is prepared.
ProxNewton::Outcome ProxNewton::search() {
  const double noise = rounding_of(value_);
  double length = 1;
  while (step_.slope < 0 && length >= shortest) {
    const bool finite = try_step(length);
    const double asked = sufficient * length * step_.slope;
    // Of a fall that rounding hides, the subgradient tells.
    const bool hidden = finite && -length * step_.slope <= noise;
    if (finite && (trial_value_ <= value_ + asked || (hidden && trial_value_ <= value_ + noise))) {
      const double violation = kkt_distance(objective_, trial_, trial_gradient_);
      if (hidden && violation >= violation_) return Outcome::nothing_left;
      accept(violation);
      return length == 1 ? Outcome::whole : Outcome::part;
    }
    if (hidden) return Outcome::nothing_left;
    double shorter = 0.1;
    if (finite) {  // the lowest point of the parabola through both values, with this slope
      const double excess = trial_value_ - value_ - length * step_.slope;
      shorter = std::clamp(-length * step_.slope / (2 * excess), 0.1, 0.5);
    }
    length *= shorter;
  }
  return step_.slope < 0 ? Outcome::too_long : Outcome::nothing_left;
}

bool ProxNewton::advance() {
  ++steps_;
  for (;;) {
    const Outcome outcome = search();
    if (outcome == Outcome::whole) damping_ = damping_ > least_damping ? 0.1 * damping_ : 0.0;
    if (outcome == Outcome::whole || outcome == Outcome::part) return true;
    if (outcome == Outcome::nothing_left || damping_ > most_damping) break;
    damping_ = std::max(10 * damping_, least_damping);
    minimise_model(accuracy_, damping_);
  }
  go_back();
  return false;
}

bool ProxNewton::polish_once() {
  if (!has_hessian_) form_hessian();
  minimise_model(1e-8, 0);
  ++steps_;
  if (try_step(1) && trial_value_ <= value_ + rounding_of(value_)) {
    const double violation = kkt_distance(objective_, trial_, trial_gradient_);
    if (violation < violation_) {
      accept(violation);
      return true;
    }
  }
  go_back();
  return false;
}

void ProxNewton::polish() {
  for (int i = 0; i < most_polish && violation_ > polished * scale_; ++i)
    if (!polish_once()) return;
}

double ProxNewton::estimate() {
  if (!has_hessian_) form_hessian();
  minimise_model(rough, 0);
  return std::max(step_.decrease, 0.0);
}

}  // namespace linden
