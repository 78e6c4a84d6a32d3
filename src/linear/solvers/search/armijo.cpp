#include "linear/solvers/search/armijo.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "linear/optimality/gap.hpp"
#include "linear/objective/inner_product.hpp"

namespace linden {
namespace {

constexpr double sufficient = 1e-4;
constexpr int newton_trials = 40, orthant_trials = 50, prox_trials = 50;
constexpr double shortest_prox = 0.1;  // beyond, the model is to change

}  // namespace

Armijo::Armijo(const Point& from, std::span<const double> direction, int most_trials)
    : SearchRule(from, direction, most_trials), noise_(rounding_of(from.value())) {}

bool Armijo::falls(const Point& there, double promised) const {
  return std::isfinite(there.value()) && there.value() <= from_.value() + sufficient * promised;
}

double Armijo::shorter(const Point& there, double promised) const {
  if (!std::isfinite(there.value())) return 0.1;
  return std::clamp(-promised / (2 * (there.value() - from_.value() - promised)), 0.1, 0.5);
}

NewtonStep::NewtonStep(const Point& from, std::span<const double> direction, double slope)
    : Armijo(from, direction, newton_trials), slope_(slope) {}

bool NewtonStep::move(double length, std::span<double> to) { return slope_ < 0 && SearchRule::move(length, to); }

Verdict NewtonStep::judge(const Point& there, double& length) {
  const double promised = length * slope_;
  if (falls(there, promised)) return Verdict::take;
  if (is_hidden(promised) && is_level(there))
    return std::abs(dot(there.gradient(), direction_)) < -slope_ ? Verdict::take : Verdict::nothing_left;
  // Where shorter() leads but for the last digit, which all points after this one inherit.
  const double rise = there.value() - from_.value() - promised;
  const double lowest = std::isfinite(rise) ? -promised * length / (2 * rise) : 0;
  length = std::clamp(lowest, length / 10, length / 2);
  return Verdict::again;
}

ProxStep::ProxStep(const Point& from, std::span<const double> direction, double slope)
    : Armijo(from, direction, prox_trials), slope_(slope) {}

bool ProxStep::move(double length, std::span<double> to) { return slope_ < 0 && SearchRule::move(length, to); }

Verdict ProxStep::judge(const Point& there, double& length) {
  const double promised = length * slope_;
  if (is_hidden(promised) && std::isfinite(there.value())) {
    const bool leads = is_level(there) && !(kkt_distance(there) >= kkt_distance(from_));
    return leads ? Verdict::take : Verdict::nothing_left;
  }
  if (falls(there, promised)) return Verdict::take;
  length *= shorter(there, promised);
  return length < shortest_prox ? Verdict::too_long : Verdict::again;
}

Verdict PolishingStep::judge(const Point& there, double&) {
  const bool leads = std::isfinite(there.value()) && is_level(there) && kkt_distance(there) < kkt_distance(from_);
  return leads ? Verdict::take : Verdict::nothing_left;
}

OrthantStep::OrthantStep(const Point& from, std::span<const double> direction, std::span<const double> subgradient)
    : Armijo(from, direction, orthant_trials), subgradient_(subgradient) {}

bool OrthantStep::move(double length, std::span<double> to) {
  promised_ = 0;
  for (std::size_t j = 0; j < to.size(); ++j) {
    const double from = from_.parameters()[j], side = from != 0 ? from : -subgradient_[j];
    const double there = from + length * direction_[j];
    to[j] = from_.objective().l1(static_cast<std::int64_t>(j)) > 0 && there * side <= 0 ? 0.0 : there;
    promised_ += subgradient_[j] * (to[j] - from);
  }
  // The whole step may be cut so much that it promises nothing, and a shorter one something.
  return std::exchange(is_first_, false) || promised_ < 0;
}

Verdict OrthantStep::judge(const Point& there, double& length) {
  if (std::isfinite(there.value()) && promised_ < 0) {
    if (falls(there, promised_)) return Verdict::take;
    const bool leads = is_hidden(promised_) && is_level(there) && kkt_distance(there) < kkt_distance(from_);
    if (leads) return Verdict::take;
    if (-promised_ <= 1e-3 * noise_) return Verdict::nothing_left;
  }
  length *= shorter(there, promised_);
  return Verdict::again;
}

}  // namespace linden
