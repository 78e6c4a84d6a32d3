// Newton steps for objectives with l1 or groups: the quadratic model by gram_descent() or group_descent(), then a line
// search.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "linear/objective/objective.hpp"
#include "linear/solvers/column_descent.hpp"
#include "linear/solvers/gram_descent.hpp"
#include "linear/solvers/models/group_descent.hpp"
#include "linear/solvers/search/line_search.hpp"

namespace linden {

/// A descent, and the point where it stands.
class ProxNewton {
 public:
  /// `damping` is that of another descent nearby. `by_columns` forms no Hessian, for sparse rows of one output:
  /// column_descent.hpp.
  explicit ProxNewton(Point start, double damping = 0, bool by_columns = false);

  const Point& point() const noexcept { return point_; }
  Point take() && { return std::move(point_); }
  double violation() const noexcept { return violation_; }
  /// What the model of the last step promised: about the gap where it began. Infinite for a damped model.
  double promised() const noexcept { return damping_ > 0 ? std::numeric_limits<double>::infinity() : step_.decrease; }
  int steps() const noexcept { return steps_; }
  double damping() const noexcept { return damping_; }

  /// Prepares a step: forms the Hessian here and minimises the model.
  void prepare();
  /// Goes along the step that was prepared, as far as the objective falls enough. False, staying where it is, where it
  /// does not fall.
  bool advance();
  /// A whole step or two with the Hessian of the last one, each of which costs one evaluation: the distance shrinks
  /// by about itself. Stays where it is if the objective rises or the subgradient grows. Nothing where the point is
  /// exact already. Here the model knows how concave penalties bend, too, which the steps that lead here leave out, so
  /// that each of their models is convex.
  void polish();
  /// What another step with the Hessian of the last one would gain: an estimate of the gap, without an evaluation.
  double estimate();

 private:
  /// What of the model is not the loss's: `damping`, of the largest curvature, and whether concave penalties bend it.
  struct Curvature {
    double damping = 0;
    bool bends = false;
  };
  void minimise_model(double accuracy, Curvature curvature);
  Searched go(SearchRule& rule);
  void form_hessian();

  Point point_;
  bool quadratic_;
  std::optional<ColumnDescent> columns_;
  std::optional<Groups> groups_;
  std::optional<Hessian> room_;
  bool has_hessian_ = false;
  std::vector<double> l1_, lower_, upper_, hessian_, diagonal_;  // no bounds: empty
  std::vector<std::uint8_t> held_;
  double violation_ = 0, scale_ = 0, first_violation_ = 0;
  double largest_ = 0;                 // of the diagonal
  double damping_ = 0, accuracy_ = 0;  // of the model
  GramStep step_;
  int steps_ = 0;
};

}  // namespace linden
