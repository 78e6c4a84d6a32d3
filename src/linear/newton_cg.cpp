// Newton's method with conjugate gradients on Hessian products in place of a factor (Dembo, Eisenstat and Steihaug
// 1982): the system is solved the more accurately the nearer the optimum is.
//
// The preconditioner is the Hessian's diagonal as it is about: columns have variance 1, so that of the loss is the mean
// curvature in all places, and the penalty is known.
#include <algorithm>
#include <cmath>

#include "linear/gap.hpp"
#include "linear/newton.hpp"
#include "loss/definition.hpp"

namespace linden {
namespace {

constexpr int default_limit = 200;
constexpr double last_accuracy = 1e-4;  // of the last step's system, relative

class ConjugateGradients {
 public:
  explicit ConjugateGradients(Objective& objective)
      : objective_(objective),
        size_(static_cast<std::size_t>(objective.size())),
        most_(std::max<std::int64_t>(objective.size(), 20)) {}

  /// step = -Hessian^-1 gradient, until the residual's size is `accuracy` times the gradient's, both in the norm of the
  /// preconditioner. Returns the gradient along the step.
  double solve(const std::vector<double>& gradient, double accuracy, std::vector<double>& step) {
    const double curvature = std::max(objective_.mean_curvature(), 1e-300);
    std::vector<double> residual(size_), scaled(size_), direction(size_), product(size_), inverse(size_);
    for (std::size_t i = 0; i < size_; ++i) {
      residual[i] = -gradient[i];
      inverse[i] = 1 / (curvature + objective_.l2(static_cast<std::int64_t>(i)));
      scaled[i] = inverse[i] * residual[i];
    }
    step.assign(size_, 0.0);
    direction = scaled;
    double square = dot(residual, scaled);
    const double enough = accuracy * accuracy * square;
    for (std::int64_t k = 0; k < most_ && square > enough; ++k) {
      objective_.hessian_product(direction, product);
      const double bend = dot(direction, product);
      if (!(bend > 0)) {  // flat, or no Hessian of a convex function: the gradient's direction is one at least
        if (k == 0) step = direction;
        break;
      }
      const double length = square / bend;
      for (std::size_t i = 0; i < size_; ++i) {
        step[i] += length * direction[i];
        residual[i] -= length * product[i];
        scaled[i] = inverse[i] * residual[i];
      }
      const double next = dot(residual, scaled);
      for (std::size_t i = 0; i < size_; ++i) direction[i] = scaled[i] + next / square * direction[i];
      square = next;
    }
    return dot(gradient, step);
  }

  /// The gradient's size in the norm of the preconditioner.
  double size_of(const std::vector<double>& gradient) const {
    const double curvature = std::max(objective_.mean_curvature(), 1e-300);
    double sum = 0;
    for (std::size_t i = 0; i < size_; ++i)
      sum += gradient[i] * gradient[i] / (curvature + objective_.l2(static_cast<std::int64_t>(i)));
    return std::sqrt(sum);
  }

 private:
  Objective& objective_;
  std::size_t size_;
  std::int64_t most_;
};

}  // namespace

Solution newton_cg(Objective& objective, const Target& target, std::span<const double> start) {
  const bool is_constant = objective.rows().loss.definition().spec.kind == LossKind::squared;
  const int limit = target.max_iterations > 0 ? target.max_iterations : default_limit;
  LinearPoint point(objective, start);
  SeparationWatch watch(objective);
  ConjugateGradients system(objective);
  const double first_size = system.size_of(point.gradient);
  std::vector<double> step;
  double estimate = 0;
  bool is_last = first_size == 0;
  for (int iterations = 0;; ++iterations) {
    if (watch.is_separable()) return finished(std::move(point), FitStatus::separable, estimate, iterations);
    if (first_size == 0) return finished(std::move(point), FitStatus::converged, 0, iterations);
    if (is_last && is_near_enough(objective, point, HUGE_VAL, target))
      return finished(std::move(point), FitStatus::converged, estimate, iterations);  // proven: no system need say so
    const double ratio = system.size_of(point.gradient) / first_size;
    const double accuracy = is_constant ? 1e-9 : is_last ? last_accuracy : std::min(0.25, std::sqrt(ratio) / 2);
    const double slope = system.solve(point.gradient, accuracy, step);
    estimate = -slope / 2;
    const bool was_last = is_last;
    is_last = is_near_enough(objective, point, estimate, target) && !watch.is_moving();
    // A point whose gap is small enough gets one more step, and the next one is where the fit ends.
    if (was_last && is_last) return finished(std::move(point), FitStatus::converged, estimate, iterations);
    if (iterations == limit) return finished(std::move(point), FitStatus::iteration_limit, estimate, iterations);
    const double length = step_along(objective, point, step, slope);
    if (length == 0)
      return finished(std::move(point), is_last ? FitStatus::converged : FitStatus::stalled, estimate, iterations);
    watch.after_step(length);
  }
}

}  // namespace linden
