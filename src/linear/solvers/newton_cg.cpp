// Newton's method with conjugate gradients on Hessian products in place of a factor (Dembo, Eisenstat and Steihaug
// 1982): the system is solved the more accurately the nearer the optimum is. The squared loss is one system, which is
// solved until the gap is a tenth of what is asked for.
#include <algorithm>
#include <cmath>
#include <optional>

#include "linear/optimality/conjugate_gradients.hpp"
#include "linear/optimality/gap.hpp"
#include "linear/solvers/newton.hpp"
#include "linear/objective/row_sample.hpp"
#include "loss/definition.hpp"

namespace linden {
namespace {

constexpr int default_limit = 200;
constexpr double last_accuracy = 1e-4;     // of the last step's system, relative
constexpr double only_accuracy = 1e-9;     // of the squared loss's only system, at most
constexpr double only_margin = 0.1;        // likewise, of the gap asked for
constexpr double sampled_rate = 1.0 / 16;  // of the residual's square, in a step with a sample of the rows
constexpr int patience = 2;                // steps before a sample is taken

/// About the Hessian of the point evaluated last: a diagonal, and once that proves slow the Hessian of a sample of the
/// rows. Columns have variance 1, so the diagonal of the loss is the mean curvature in all places; the penalty is
/// known.
class Preconditioner {
 public:
  explicit Preconditioner(const Objective& objective) : objective_(objective) {}

  void prepare() {
    curvature_ = std::max(objective_.mean_curvature(), 1e-300);
    has_factor_ = sample_ && sample_->factor(curvature_);
  }

  /// False where there is none, or it is there already.
  bool take_sample() {
    if (sample_ || RowSample::rows_for(objective_) == 0) return false;
    sample_.emplace(objective_);
    has_factor_ = sample_->factor(curvature_);
    return has_factor_;
  }

  void apply(const std::vector<double>& x, std::vector<double>& out) {
    out = x;
    if (has_factor_) return sample_->solve(out);
    for (std::size_t i = 0; i < x.size(); ++i) out[i] /= diagonal(i);
  }

  double diagonal(std::size_t i) const { return curvature_ + objective_.l2(static_cast<std::int64_t>(i)); }

 private:
  const Objective& objective_;
  std::optional<RowSample> sample_;
  double curvature_ = 1;
  bool has_factor_ = false;
};

class ConjugateGradients {
 public:
  explicit ConjugateGradients(Objective& objective)
      : objective_(objective),
        size_(static_cast<std::size_t>(objective.size())),
        most_(std::max<std::int64_t>(objective.size(), 20)),
        preconditioner_(objective) {}

  /// Of the point that the objective evaluated last. Returns the gradient's size in the norm of the diagonal.
  double prepare(const std::vector<double>& gradient) {
    preconditioner_.prepare();
    double square = 0;
    for (std::size_t i = 0; i < size_; ++i) square += gradient[i] * gradient[i] / preconditioner_.diagonal(i);
    return std::sqrt(square);
  }

  /// step = -Hessian^-1 gradient, until the residual's size is `accuracy` times the gradient's, both in the norm of the
  /// preconditioner, or is_enough(residual, square): minus the gradient there and its squared size, which is about
  /// twice what the quadratic has yet to fall. Returns the gradient along the step.
  template <class IsEnough>
  double solve(const std::vector<double>& gradient, double accuracy, std::vector<double>& step,
               const IsEnough& is_enough) {
    std::vector<double> residual(size_), scaled(size_);
    for (std::size_t i = 0; i < size_; ++i) residual[i] = -gradient[i];
    step.assign(size_, 0.0);
    const auto product = [&](const auto& x, auto& out) { objective_.hessian_product(x, out); };
    const auto precondition = [&](const auto& x, auto& out) { preconditioner_.apply(x, out); };
    bool is_slow = true;
    while (is_slow) {
      is_slow = false;
      precondition(gradient, scaled);
      const double first = dot(gradient, scaled);
      const auto is_done = [&](double square, std::int64_t steps) {
        if (steps >= most_ || square <= accuracy * accuracy * first || is_enough(residual, square)) return true;
        is_slow = steps >= patience && square > first * std::pow(sampled_rate, steps) && preconditioner_.take_sample();
        return is_slow;
      };
      const bool is_convex = conjugate_gradients(step, residual, product, precondition, is_done);
      // Flat, or no Hessian of a convex function: the gradient's direction is one at least.
      if (!is_convex && dot(step, step) == 0) precondition(residual, step);
    }
    return dot(gradient, step);
  }

 private:
  Objective& objective_;
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

Solution newton_cg(Objective& objective, const Target& target, std::span<const double> start) {
  const bool is_constant = objective.rows().loss.definition().spec.kind == LossKind::squared;
  const int limit = target.max_iterations > 0 ? target.max_iterations : default_limit;
  LinearPoint point(objective, start);
  SeparationWatch watch(objective);
  ConjugateGradients system(objective);
  std::vector<double> step;
  double estimate = 0, first_size = 0;
  bool was_near = false;
  for (int iterations = 0;; ++iterations) {
    if (watch.is_separable()) return finished(std::move(point), FitStatus::separable, estimate, iterations);
    // A point whose gap is small enough gets one more step, and the next one is where the fit ends.
    const bool may_end = iterations > 0 && (was_near || is_constant);
    if (may_end && is_near_enough(objective, point, HUGE_VAL, target))
      return finished(std::move(point), FitStatus::converged, estimate, iterations);  // proven: no system need say so
    const double size = system.prepare(point.gradient);
    if (iterations == 0) first_size = size;
    if (first_size == 0) return finished(std::move(point), FitStatus::converged, 0, iterations);
    const bool is_only = is_constant && iterations == 0;
    const double accuracy = is_only   ? only_accuracy
                            : may_end ? last_accuracy
                                      : std::min(0.25, std::sqrt(size / first_size) / 2);
    const auto is_enough = [&](const std::vector<double>& residual, double square) {
      if (!is_only) return false;
      double objective_there = point.value;
      for (std::size_t i = 0; i < step.size(); ++i) objective_there += step[i] * (point.gradient[i] - residual[i]) / 2;
      return gap_left(objective, residual, square) <= only_margin * target.gap(objective_there);
    };
    const double slope = system.solve(point.gradient, accuracy, step, is_enough);
    estimate = -slope / 2;
    was_near = is_near_enough(objective, point, estimate, target) && !watch.is_moving();
    if (may_end && was_near) return finished(std::move(point), FitStatus::converged, estimate, iterations);
    if (iterations == limit) return finished(std::move(point), FitStatus::iteration_limit, estimate, iterations);
    const double length = step_along(objective, point, step, slope);
    if (length == 0)
      return finished(std::move(point), was_near ? FitStatus::converged : FitStatus::stalled, estimate, iterations);
    watch.after_step(length);
  }
}

}  // namespace linden
