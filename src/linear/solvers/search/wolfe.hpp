// To where the weak Wolfe conditions hold, or those of Hager and Zhang (2005) where rounding hides the fall.
#pragma once

#include <limits>

#include "linear/solvers/search/line_search.hpp"

namespace linden {

/// For L-BFGS, on objectives without l1: the step may grow, and the slope must have become flat.
class WolfeStep : public SearchRule {
 public:
  /// `slope`: the gradient along the direction, negative.
  WolfeStep(const Point& from, std::span<const double> direction, double slope);
  Verdict judge(const Point& there, double& length) override;

 private:
  struct Trial {
    double length, value, slope;
  };
  static double lowest_between(const Trial& a, const Trial& b);

  const double slope_, noise_;
  Trial low_, high_{std::numeric_limits<double>::infinity(), 0, 0};
};

}  // namespace linden
