// Lee, Sun and Saunders (2014), "Proximal Newton-type methods for minimizing composite functions": with
// D = g . d + l1(w + d) - l1(w), a step t d is taken when the objective falls by at least 1e-4 t |D|. Where that
// takes a small t, curvature is added to all parameters instead (Levenberg): a feature of saturated rows has nearly
// none of its own, and its step would be all that t goes by.
#include "linear/solvers/prox_newton.hpp"

#include <algorithm>
#include <cmath>

#include "linear/optimality/gap.hpp"
#include "linear/solvers/models/sorted_descent.hpp"
#include "linear/solvers/search/armijo.hpp"

namespace linden {
namespace {

constexpr double rough = 0.01;   // of the violation, that the model is minimised to far from the optimum
constexpr double exact = 1e-10;  // and where the model is the objective
constexpr double least_damping = 1e-2, most_damping = 1e60;  // relative to the largest curvature
constexpr int most_polish = 2;                               // steps
constexpr double polished = 1e-9;                            // of the largest gradient at the start, that needs none
constexpr double rounding = 1e-15;                           // of gradients, relative to the largest
constexpr double least_bent = 1e-3;                          // of a curvature, that concave penalties leave of it

std::size_t at_index(std::int64_t i) { return static_cast<std::size_t>(i); }

}  // namespace

ProxNewton::ProxNewton(Point start, double damping, bool by_columns)
    : point_(std::move(start)),
      quadratic_(point_.objective().rows().is_quadratic()),
      l1_(point_.parameters().size()),
      held_(point_.parameters().size(), 0),
      damping_(damping) {
  const Objective& objective = point_.objective();
  if (by_columns) columns_.emplace(objective);
  if (objective.has_groups()) groups_.emplace(objective);
  for (std::int64_t j = 0; j < objective.size(); ++j) {
    l1_[at_index(j)] = objective.l1(j);
    if (objective.has_bounds()) {
      lower_.push_back(objective.column_penalty(j).lower);
      upper_.push_back(objective.column_penalty(j).upper);
    }
    if (!objective.is_free(j)) held_[at_index(j)] = 1;
  }
  violation_ = first_violation_ = kkt_distance(point_);
  for (std::size_t j = 0; j < held_.size(); ++j)
    if (held_[j] == 0) scale_ = std::max(scale_, std::abs(point_.gradient()[j]));
}

void ProxNewton::form_hessian() {
  has_hessian_ = true;
  const double before = largest_;
  largest_ = 0;
  if (columns_) {
    columns_->update(point_);
    largest_ = columns_->largest();
  } else {
    if (!room_) room_.emplace(point_.objective().hessian_room());
    hessian_ = point_.hessian(*room_);
    // Where a loss has no curvature at all, a step of its gradient for the line search to shorten.
    const std::size_t n = held_.size();
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

void ProxNewton::minimise_model(double accuracy, Curvature curvature) {
  const double tolerance = std::max(accuracy * violation_, rounding * scale_);
  const Objective& objective = point_.objective();
  const std::vector<double>&at = point_.parameters(), &gradient = point_.gradient();
  const double more = curvature.damping * largest_;
  if (columns_) {
    step_ = columns_->minimise({gradient, l1_, at, held_, more}, tolerance);
    return;
  }
  for (std::size_t j = 0; j < at.size(); ++j) {
    double& of_j = hessian_[j * at.size() + j];
    of_j = diagonal_[j] + more;
    if (!curvature.bends || !objective.has_concave()) continue;
    const Concave& concave = objective.penalty().concave[j % static_cast<std::size_t>(objective.width())];
    of_j = std::max(of_j - concave.bend_at(at[j], l1_[j]), least_bent * of_j);
  }
  if (groups_) {
    step_ = group_descent({hessian_, gradient, l1_, at, held_, *groups_}, tolerance);
    return;
  }
  if (objective.has_sorted()) {
    step_ = sorted_descent({hessian_, gradient, at, held_, objective.penalty().sorted}, tolerance);
    return;
  }
  step_ = gram_descent({.hessian = hessian_,
                        .gradient = gradient,
                        .l1 = l1_,
                        .start = at,
                        .held = held_,
                        .lower = lower_,
                        .upper = upper_},
                       tolerance);
}

void ProxNewton::prepare() {
  if (!has_hessian_ || !quadratic_) form_hessian();
  const double progress = first_violation_ > 0 ? violation_ / first_violation_ : 1.0;
  accuracy_ = quadratic_ ? exact : std::min(rough, progress);
  minimise_model(accuracy_, {damping_});
}

Searched ProxNewton::go(SearchRule& rule) {
  const Searched searched = search(point_, rule);
  if (searched) violation_ = kkt_distance(point_);
  return searched;
}

bool ProxNewton::advance() {
  ++steps_;
  for (;;) {
    ProxStep rule(point_, step_.step, step_.slope);
    const Searched searched = go(rule);
    if (searched) {
      if (searched.length == 1) damping_ = damping_ > least_damping ? 0.1 * damping_ : 0.0;
      return true;
    }
    if (searched.end == Verdict::nothing_left || damping_ > most_damping) return false;
    damping_ = std::max(10 * damping_, least_damping);
    minimise_model(accuracy_, {damping_});
  }
}

void ProxNewton::polish() {
  for (int i = 0; i < most_polish && violation_ > polished * scale_; ++i) {
    if (!has_hessian_) form_hessian();
    minimise_model(1e-8, {.bends = true});
    ++steps_;
    PolishingStep rule(point_, step_.step);
    if (!go(rule)) return;
  }
}

double ProxNewton::estimate() {
  if (!has_hessian_) form_hessian();
  minimise_model(rough, {});
  return std::max(step_.decrease, 0.0);
}

}  // namespace linden
