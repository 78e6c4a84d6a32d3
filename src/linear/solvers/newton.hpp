// What both of Newton's methods do at a point where they might stop.
#pragma once

#include <vector>

#include "linear/solvers/solver.hpp"

namespace linden {

/// Watches a fit whose weights are not all penalised for a loss that falls for ever: all rows are classified right, or
/// Newton's steps go on moving scores although the objective hardly changes.
class SeparationWatch {
 public:
  explicit SeparationWatch(const Point& start);

  /// After a step of this length to a point.
  void after_step(const Point& point, double length);
  bool is_separable() const noexcept { return is_separable_; }
  /// Whether the last step moved some score by more than a tenth: no sign of a minimum, however small the gap.
  bool is_moving() const noexcept { return is_moving_; }

 private:
  bool is_on_, is_separable_ = false, is_moving_ = false;
  int moves_ = 0;  // full steps in a row that moved some score by half or more
  std::vector<double> scores_;
};

/// Whether the gap at a point, the bound where there is one and else the estimate, is what the target asks for, or as
/// small as rounding lets it be.
bool is_near_enough(const Point& point, double estimate, const Target& target);

}  // namespace linden
