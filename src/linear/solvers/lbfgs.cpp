// Liu and Nocedal (1989), with Hager and Zhang's (2005) test where rounding hides the fall; where there is l1, OWL-QN
// (Andrew and Gao 2007): the pseudo-gradient in place of the gradient, steps that end where a weight would change its
// sign. The quasi-Newton matrix is taken on the parameters that may move (weights of 0 that l1 holds are left out of
// its products), so that the rest converges as without l1.
//
// The gap is bounded where fenchel_gap() is known, else estimated: half of g . B g with the inverse B of L-BFGS.
//
// optim::Lbfgs has a loop of its own (optim/lbfgs.cpp), which follows PyTorch to the last digit.
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "linear/optimality/gap.hpp"
#include "linear/optimality/separation.hpp"
#include "linear/solvers/search/armijo.hpp"
#include "linear/objective/inner_product.hpp"
#include "linear/solvers/search/limited_memory.hpp"
#include "linear/solvers/search/wolfe.hpp"
#include "linear/solvers/solver.hpp"

namespace linden {
namespace {

constexpr int own_limit = 5000;
constexpr int bound_every = 10;      // iterations, where the estimate is large: bounds cost a pass over the rows
constexpr int separable_every = 10;  // iterations
constexpr int rescale_at = 5;        // the iteration after which the curvature of rows is asked again
constexpr int patience = 30;         // iterations that gain nothing beyond rounding
constexpr double exact = 1e-12;      // of the subgradients at the start: nothing is gained beyond

std::vector<double> inverse_curvatures(const Point& point) {
  const Objective& objective = point.objective();
  const double mean = point.mean_curvature();
  std::vector<double> inverse(static_cast<std::size_t>(objective.size()), 0.0);
  for (std::int64_t j = 0; j < objective.size(); ++j) {
    const double curvature = mean + objective.penalty_bend(j);
    if (objective.is_free(j))
      inverse[static_cast<std::size_t>(j)] = curvature > 0 && std::isfinite(curvature) ? 1 / curvature : 1;
  }
  return inverse;
}

double largest(std::span<const double> x) {
  double largest = 0;
  for (const double value : x) largest = std::max(largest, std::abs(value));
  return largest;
}

class QuasiNewton {
 public:
  QuasiNewton(Point start, const Target& target, SolverStates* states)
      : objective_(start.objective()),
        target_(target),
        limit_(target.max_iterations > 0 ? target.max_iterations : own_limit),
        size_(start.parameters().size()),
        point_(std::move(start)),
        subgradient_(size_),
        direction_(size_),
        moves_(objective_.has_l1() ? size_ : 0),
        memory_(inverse_curvatures(point_)),
        states_(states) {
    if (const SolverState* const state = states != nullptr ? states->begin() : nullptr) set_state(*state);
  }

  Solution run() {
    const bool watch = !objective_.is_penalised();
    const int begun = iterations_;
    int& last = last_;
    for (;; ++iterations_) {
      if (states_ != nullptr && iterations_ > begun && states_->is_due(iterations_)) states_->keep(state());
      aim();
      if (iterations_ == 0) scale_ = largest(subgradient_);
      if (last < 0 || !bounded_) last = !meets_target() ? -1 : last < 0 ? iterations_ + extra() : last;
      const bool there = largest(subgradient_) <= exact * scale_;
      if (last >= 0 && (iterations_ >= last || there)) return solution(FitStatus::converged);
      if (watch && iterations_ % separable_every == 0 && separates(point_)) return solution(FitStatus::separable);
      if (iterations_ >= limit_) return solution(last >= 0 ? FitStatus::converged : FitStatus::iteration_limit);
      if (iterations_ == rescale_at) memory_.set_diagonal(inverse_curvatures(point_));
      if (gains() && advance()) continue;
      // Rounding may have spoilt the memory: once more without it.
      if (last < 0 && idle_ < patience && !memory_.empty()) {
        memory_.clear();
        memory_.set_diagonal(inverse_curvatures(point_));
        aim();
        if (advance()) continue;
      }
      return solution(last >= 0 || meets_target(true) ? FitStatus::converged : FitStatus::stalled);
    }
  }

 private:
  // All that an iteration begins with. A point is what its parameters say.
  SolverState state() const {
    SolverState state{point_.parameters(),
                      {static_cast<double>(iterations_), static_cast<double>(last_), scale_, best_value_,
                       best_violation_, static_cast<double>(idle_), bounded_ ? 1.0 : 0.0}};
    for (std::vector<double>& numbers : memory_.state()) state.push_back(std::move(numbers));
    return state;
  }
  void set_state(const SolverState& state) {
    point_ = point_.objective().evaluate(state[0]);
    const std::vector<double>& numbers = state[1];
    iterations_ = static_cast<int>(numbers[0]);
    last_ = static_cast<int>(numbers[1]);
    scale_ = numbers[2];
    best_value_ = numbers[3];
    best_violation_ = numbers[4];
    idle_ = static_cast<int>(numbers[5]);
    bounded_ = numbers[6] != 0;
    memory_.set_state(std::span(state).subspan(2));
  }

  // The direction from here, and the estimate of the gap.
  void aim() {
    const std::vector<double>& at = point_.parameters();
    least_subgradient(objective_, at, point_.gradient(), subgradient_);
    for (std::size_t j = 0; j < moves_.size(); ++j) moves_[j] = at[j] != 0 || subgradient_[j] != 0 ? 1 : 0;
    memory_.apply(subgradient_, moves_, direction_);
    estimate_ = 0.5 * inner_product(subgradient_, direction_);
    for (std::size_t j = 0; j < size_; ++j) {
      direction_[j] = -direction_[j];
      // A weight leaves 0 on the side to which the objective falls, or not at all.
      if (!moves_.empty() && at[j] == 0 && direction_[j] * subgradient_[j] > 0) direction_[j] = 0;
    }
  }

  bool meets_target(bool ask = false) {
    const double allowed = target_.gap(point_.value());
    const bool close = estimate_ <= allowed;
    if (!bounded_ || (!close && !ask && iterations_ % bound_every != 0)) return close;
    const std::optional<double> bound = fenchel_gap(point_, allowed);
    bounded_ = bound.has_value();
    return bounded_ ? *bound <= allowed : close;
  }

  // Iterations beyond the target: the last ones gain the most, and an estimate is not to be trusted at once.
  int extra() const { return std::max(3, iterations_ / 5); }

  // Where rounding hides the fall, the subgradient shows whether steps lead anywhere.
  bool gains() {
    const double violation = largest(subgradient_);
    if (point_.value() < best_value_ - rounding_of(point_.value()) || violation < 0.9 * best_violation_) {
      best_value_ = std::min(best_value_, point_.value());
      best_violation_ = std::min(best_violation_, violation);
      idle_ = 0;
    }
    return ++idle_ < patience;
  }

  bool advance() {
    std::vector<double> step = point_.parameters(), change = point_.gradient();
    const double slope = inner_product(subgradient_, direction_);
    if (!(slope < 0)) return false;
    if (!moves(slope)) return false;
    for (std::size_t j = 0; j < size_; ++j) {
      step[j] = point_.parameters()[j] - step[j];
      change[j] = point_.gradient()[j] - change[j];
    }
    memory_.add(std::move(step), std::move(change));
    return true;
  }

  bool moves(double slope) {
    if (moves_.empty()) {
      WolfeStep rule(point_, direction_, slope);
      return static_cast<bool>(search(point_, rule));
    }
    OrthantStep rule(point_, direction_, subgradient_);
    return static_cast<bool>(search(point_, rule));
  }

  Solution solution(FitStatus status) { return {std::move(point_), status, std::max(estimate_, 0.0), iterations_}; }

  const Objective& objective_;
  const Target& target_;
  int limit_;
  std::size_t size_;
  Point point_;
  std::vector<double> subgradient_, direction_;
  std::vector<std::uint8_t> moves_;  // with l1: parameters that may move
  LimitedMemory memory_;
  double estimate_ = 0;
  double best_value_ = std::numeric_limits<double>::infinity(), best_violation_ = best_value_;
  int idle_ = 0;
  bool bounded_ = true;  // until fenchel_gap says that there is no bound
  int iterations_ = 0;
  double scale_ = 0;  // of the subgradients at the start
  int last_ = -1;     // the iteration to end after; -1 while the target is not met
  SolverStates* states_;
};

}  // namespace

Solution lbfgs(Point start, const Target& target, SolverStates* states) {
  return QuasiNewton(std::move(start), target, states).run();
}

}  // namespace linden
