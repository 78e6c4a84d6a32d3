// Backwards from the whole step until the objective falls by 1e-4 of what was promised (Armijo 1966); the next length
// is where the parabola through what is known is lowest, within 0.1 to 0.5 of the last one. Where rounding hides the
// fall, each rule has its own sign that the step leads somewhere.
#pragma once

#include "linear/solvers/search/line_search.hpp"

namespace linden {

class Armijo : public SearchRule {
 protected:
  Armijo(const Point& from, std::span<const double> direction, int most_trials);

  /// Of a step that promises to change the objective by `promised`, which is negative:
  bool falls(const Point& there, double promised) const;
  bool is_hidden(double promised) const { return -promised <= noise_; }
  bool is_level(const Point& there) const { return there.value() <= from_.value() + noise_; }
  /// A share of the length, to try next.
  double shorter(const Point& there, double promised) const;

  const double noise_;  ///< of the objective
};

/// For Newton's steps, without l1: where the fall is hidden, the slope must shrink.
class NewtonStep : public Armijo {
 public:
  /// `slope`: the gradient along the direction.
  NewtonStep(const Point& from, std::span<const double> direction, double slope);
  bool move(double length, std::span<double> to) override;
  Verdict judge(const Point& there, double& length) override;

 private:
  double slope_;
};

/// For steps of a model with l1, which end after a few trials: a step that needs more is one of a bad model. Where the
/// fall is hidden, the largest subgradient must shrink.
class ProxStep : public Armijo {
 public:
  /// `slope`: of the smooth part and l1, that the model promises.
  ProxStep(const Point& from, std::span<const double> direction, double slope);
  bool move(double length, std::span<double> to) override;
  Verdict judge(const Point& there, double& length) override;

 private:
  double slope_;
};

/// The whole step, or none: the objective must not rise, and the largest subgradient must shrink.
class PolishingStep : public Armijo {
 public:
  PolishingStep(const Point& from, std::span<const double> direction) : Armijo(from, direction, 1) {}
  Verdict judge(const Point& there, double& length) override;
};

/// For OWL-QN: weights that would change their sign are set to 0. Where the fall is hidden, the largest subgradient
/// must shrink.
class OrthantStep : public Armijo {
 public:
  /// `subgradient`: the least one at the point.
  OrthantStep(const Point& from, std::span<const double> direction, std::span<const double> subgradient);
  bool move(double length, std::span<double> to) override;
  Verdict judge(const Point& there, double& length) override;

 private:
  std::span<const double> subgradient_;
  double promised_ = 0;
  bool is_first_ = true;
};

}  // namespace linden
