// Newton's method with conjugate gradients on Hessian products in place of a factor (Dembo, Eisenstat and Steihaug
// 1982): the system is solved the more accurately the nearer the optimum is. The squared loss is one system, which is
// solved until the gap is a tenth of what is asked for.
#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "linear/objective/row_sample.hpp"
#include "linear/solvers/newton.hpp"
#include "linear/solvers/search/armijo.hpp"
#include "linear/optimality/conjugate_gradients.hpp"
#include "loss/definition.hpp"

namespace linden {
namespace {

constexpr int default_limit = 200;
constexpr double last_accuracy = 1e-4;     // of the last step's system, relative
constexpr double only_accuracy = 1e-9;     // of the squared loss's only system, at most
constexpr double only_margin = 0.8;        // likewise, of the gap asked for
constexpr double sampled_rate = 1.0 / 16;  // of the residual's square, in a step with a sample of the rows
constexpr int patience = 2;                // steps before a sample is taken

/// About the Hessian at a point: a diagonal, and once that proves slow the Hessian of a sample of the
/// rows. Columns have variance 1, so the diagonal of the loss is the mean curvature in all places; the penalty is
/// known.
class Preconditioner {
 public:
  explicit Preconditioner(const Objective& objective) : objective_(objective) {}

  void prepare(const Point& point) {
    curvature_ = std::max(point.mean_curvature(), 1e-300);
    has_factor_ = sample_ && sample_->factor(point, curvature_);
  }

  /// At the point that was prepared. False where there is none, or it is there already.
  bool take_sample(const Point& point) {
    if (sample_ || RowSample::rows_for(objective_) == 0) return false;
    sample_.emplace(objective_);
    has_factor_ = sample_->factor(point, curvature_);
    return has_factor_;
  }

  void apply(const std::vector<double>& x, std::vector<double>& out) {
    out = x;
    if (has_factor_) return sample_->solve(out);
    for (std::size_t i = 0; i < x.size(); ++i) out[i] /= diagonal(i);
  }

  double diagonal(std::size_t i) const { return curvature_ + objective_.penalty_bend(static_cast<std::int64_t>(i)); }

 private:
  const Objective& objective_;
  std::optional<RowSample> sample_;
  double curvature_ = 1;
  bool has_factor_ = false;
};

class ConjugateGradients {
 public:
  explicit ConjugateGradients(const Objective& objective)
      : size_(static_cast<std::size_t>(objective.size())),
        most_(std::max<std::int64_t>(objective.size(), 20)),
        preconditioner_(objective) {}

  /// For systems at a point. Returns the gradient's size in the norm of the diagonal.
  double prepare(const Point& point) {
    const std::vector<double>& gradient = point.gradient();
    preconditioner_.prepare(point);
    double square = 0;
    for (std::size_t i = 0; i < size_; ++i) square += gradient[i] * gradient[i] / preconditioner_.diagonal(i);
    return std::sqrt(square);
  }

  /// step = -Hessian^-1 gradient, until the residual's size is `accuracy` times the gradient's, both in the norm of the
  /// preconditioner, or is_enough(residual, square): minus the gradient there and its squared size, which is about
  /// twice what the quadratic has yet to fall. Returns the gradient along the step.
  template <class IsEnough>
  double solve(const Point& point, double accuracy, std::vector<double>& step, const IsEnough& is_enough) {
    const std::vector<double>& gradient = point.gradient();
    std::vector<double> residual(size_), scaled(size_);
    for (std::size_t i = 0; i < size_; ++i) residual[i] = -gradient[i];
    step.assign(size_, 0.0);
    const auto product = [&](const auto& x, auto& out) { point.hessian_product(x, out); };
    const auto precondition = [&](const auto& x, auto& out) { preconditioner_.apply(x, out); };
    bool is_slow = true;
    while (is_slow) {
      is_slow = false;
      precondition(gradient, scaled);
      const double first = dot(gradient, scaled);
      const auto is_done = [&](double square, std::int64_t steps) {
        if (steps >= most_ || square <= accuracy * accuracy * first || is_enough(residual, square)) return true;
        is_slow =
            steps >= patience && square > first * std::pow(sampled_rate, steps) && preconditioner_.take_sample(point);
        return is_slow;
      };
      const bool is_convex = conjugate_gradients(step, residual, product, precondition, is_done);
      // Flat, or no Hessian of a convex function: the gradient's direction is one at least.
      if (!is_convex && dot(step, step) == 0) precondition(residual, step);
    }
    return dot(gradient, step);
  }

 private:
  std::size_t size_;
  std::int64_t most_;
  Preconditioner preconditioner_;
};

/// Of the squared loss where its gradient is -residual: Fenchel's bound, which is |gradient|^2 / (2 l2), or without a
/// penalty on all weights about what is left.
double gap_left(const Objective& objective, const std::vector<double>& residual, double square) {
  if (!objective.is_penalised()) return square / 2;
  double gap = 0;
  for (std::size_t i = 0; i < residual.size(); ++i) {
    const double l2 = objective.l2(static_cast<std::int64_t>(i));
    gap += residual[i] * residual[i] / (2 * (l2 > 0 ? l2 : 1));  // the intercept's curvature is 1
  }
  return gap;
}

}  // namespace

Solution newton_cg(Point start, const Target& target) {
  const Objective& objective = start.objective();
  const bool is_constant = objective.rows().is_quadratic();
  const int limit = target.max_iterations > 0 ? target.max_iterations : default_limit;
  Solution s{.point = std::move(start)};
  const Point& point = s.point;
  SeparationWatch watch(point);
  ConjugateGradients system(objective);
  std::vector<double> step;
  double first_size = 0;
  bool was_near = false;
  const auto ended = [&](FitStatus status) {
    s.status = status;
    return std::move(s);
  };
  for (;; ++s.iterations) {
    if (watch.is_separable()) return ended(FitStatus::separable);
    // A point whose gap is small enough gets one more step, and the next one is where the fit ends.
    const bool may_end = s.iterations > 0 && (was_near || is_constant);
    if (may_end && is_near_enough(point, HUGE_VAL, target))
      return ended(FitStatus::converged);  // proven: no system need say so
    const double size = system.prepare(point);
    if (s.iterations == 0) first_size = size;
    if (first_size == 0) return ended(FitStatus::converged);
    const bool is_only = is_constant && s.iterations == 0;
    const double accuracy = is_only   ? only_accuracy
                            : may_end ? last_accuracy
                                      : std::min(0.25, std::sqrt(size / first_size) / 2);
    const auto is_enough = [&](const std::vector<double>& residual, double square) {
      if (!is_only) return false;
      double objective_there = point.value();
      for (std::size_t i = 0; i < step.size(); ++i)
        objective_there += step[i] * (point.gradient()[i] - residual[i]) / 2;
      return gap_left(objective, residual, square) <= only_margin * target.gap(objective_there);
    };
    const double slope = system.solve(point, accuracy, step, is_enough);
    s.estimate = -slope / 2;
    was_near = is_near_enough(point, s.estimate, target) && !watch.is_moving();
    if (may_end && was_near) return ended(FitStatus::converged);
    if (s.iterations == limit) return ended(FitStatus::iteration_limit);
    NewtonStep rule(point, step, slope);
    const Searched searched = search(s.point, rule);
    if (!searched) return ended(was_near ? FitStatus::converged : FitStatus::stalled);
    watch.after_step(point, searched.length);
  }
}

}  // namespace linden
