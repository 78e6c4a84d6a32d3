#include "linear/solvers/search/wolfe.hpp"

#include <algorithm>
#include <cmath>

#include "backend/math/cubic.hpp"
#include "linear/optimality/gap.hpp"
#include "linear/objective/inner_product.hpp"

namespace linden {
namespace {

constexpr double sufficient = 1e-4;  // of the fall that the slope promises
constexpr double flat = 0.9;         // of the slope, that is flat enough
constexpr int wolfe_trials = 50;
constexpr double infinite = std::numeric_limits<double>::infinity();

}  // namespace

WolfeStep::WolfeStep(const Point& from, std::span<const double> direction, double slope)
    : SearchRule(from, direction, wolfe_trials),
      slope_(slope),
      noise_(rounding_of(from.value())),
      low_{0, from.value(), slope} {}

// Kept away from both; the middle where the cubic has no minimum.
double WolfeStep::lowest_between(const Trial& a, const Trial& b) {
  const double width = b.length - a.length;
  const double mixed = 3 * (a.value - b.value) / width + a.slope + b.slope;
  const double share = 1 - share_from_end(mixed, a.slope, b.slope);
  return a.length + (std::isfinite(share) ? std::clamp(share, 0.1, 0.9) : 0.5) * width;
}

Verdict WolfeStep::judge(const Point& there, double& length) {
  const Trial trial{length, there.value(), inner_product(there.gradient(), direction_)};
  if (!std::isfinite(trial.value) || !std::isfinite(trial.slope)) {
    high_ = {length, infinite, 0};
    length = low_.length + 0.2 * (length - low_.length);
    return Verdict::again;
  }
  const bool hidden = trial.value <= from_.value() + noise_ && trial.slope <= (2 * sufficient - 1) * slope_;
  const bool falls = trial.value <= from_.value() + sufficient * length * slope_ || hidden;
  if (falls && trial.slope >= flat * slope_) return Verdict::take;
  (falls ? low_ : high_) = trial;
  if (std::isinf(high_.length)) {
    length *= 4;
  } else if (std::isinf(high_.value)) {
    length = 0.5 * (low_.length + high_.length);
  } else {
    length = lowest_between(low_, high_);
  }
  return Verdict::again;
}

}  // namespace linden
