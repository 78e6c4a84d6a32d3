// Newton steps for objectives with l1: the quadratic model by gram_descent(), then a line search.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "linear/solvers/column_descent.hpp"
#include "linear/solvers/gram_descent.hpp"
#include "linear/objective/objective.hpp"

namespace linden {

/// A descent that stands at a point which the objective evaluated last.
class ProxNewton {
 public:
  /// Begins at `start`. The objective must outlive the object, and evaluate nothing else. `damping` is that of another
  /// descent nearby. `by_columns` forms no Hessian, for sparse rows of one output: column_descent.hpp.
  ProxNewton(Objective& objective, std::span<const double> start, double damping = 0, bool by_columns = false);

  const std::vector<double>& at() const noexcept { return at_; }
  const std::vector<double>& gradient() const noexcept { return gradient_; }
  double smooth() const noexcept { return smooth_; }
  double value() const noexcept { return value_; }  ///< smooth + l1
  double violation() const noexcept { return violation_; }
  /// What the model of the last step promised: about the gap where it began. Infinite for a damped model.
  double promised() const noexcept { return damping_ > 0 ? std::numeric_limits<double>::infinity() : step_.decrease; }
  int steps() const noexcept { return steps_; }
  double damping() const noexcept { return damping_; }

  /// The gap at this point, at most, where there is a bound; infinite where it is soon seen to be above `target`.
  std::optional<double> bound(double target);

  /// Prepares a step: forms the Hessian here and minimises the model.
  void prepare();
  /// Goes along the step that was prepared, as far as the objective falls enough. False, staying where it is, where it
  /// does not fall.
  bool advance();
  /// A whole step or two with the Hessian of the last one, each of which costs one evaluation: the distance shrinks
  /// by about itself. Stays where it is if the objective rises or the subgradient grows. Nothing where the point is
  /// exact already.
  void polish();
  /// What another step with the Hessian of the last one would gain: an estimate of the gap, without an evaluation.
  double estimate();

 private:
  enum class Outcome { whole, part, too_long, nothing_left };

  void minimise_model(double accuracy, double damping);
  Outcome search();
  bool polish_once();
  bool try_step(double length);
  void accept(double violation);
  void go_back();
  void form_hessian();

  Objective& objective_;
  bool quadratic_;
  std::optional<ColumnDescent> columns_;
  bool has_hessian_ = false;
  std::vector<double> at_, gradient_, trial_, trial_gradient_, l1_, hessian_, diagonal_;
  std::vector<std::uint8_t> held_;
  double smooth_ = 0, value_ = 0, violation_ = 0, scale_ = 0, first_violation_ = 0;
  double trial_smooth_ = 0, trial_value_ = 0;
  double largest_ = 0;                 // of the diagonal
  double damping_ = 0, accuracy_ = 0;  // of the model
  GramStep step_;
  int steps_ = 0;
};

}  // namespace linden
