#include "linear/solvers/search/wolfe_search.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "linear/optimality/gap.hpp"
#include "linear/solvers/search/limited_memory.hpp"

namespace linden {
namespace {

constexpr double sufficient = 1e-4;  // of the fall that the slope promises
constexpr double flat = 0.9;         // of the slope, that is flat enough
constexpr int most_trials = 50;

struct Trial {
  double length, value, slope;
};

// Where the cubic through two points and their slopes is lowest, kept away from both; the middle where there is none.
double lowest_between(const Trial& a, const Trial& b) {
  const double width = b.length - a.length, middle = a.length + 0.5 * width;
  const double theta = 3 * (a.value - b.value) / width + a.slope + b.slope;
  const double under = theta * theta - a.slope * b.slope;
  if (!(under >= 0)) return middle;
  const double root = std::sqrt(under);
  const double share = 1 - (b.slope + root - theta) / (b.slope - a.slope + 2 * root);
  return std::isfinite(share) ? a.length + std::clamp(share, 0.1, 0.9) * width : middle;
}

}  // namespace

void LinePoint::evaluate(Objective& objective) {
  smooth = objective.evaluate(at, gradient);
  value = smooth + objective.l1_term(at);
}

bool wolfe_search(Objective& objective, LinePoint& point, std::span<const double> direction, double slope) {
  const double noise = rounding_of(point.value);
  LinePoint next{.at = std::vector<double>(point.at.size()), .gradient = std::vector<double>(point.at.size())};
  Trial low{0, point.value, slope}, high{std::numeric_limits<double>::infinity(), 0, 0};
  double length = 1;
  for (int i = 0; i < most_trials; ++i) {
    for (std::size_t j = 0; j < next.at.size(); ++j) next.at[j] = point.at[j] + length * direction[j];
    next.evaluate(objective);
    const Trial trial{length, next.value, inner_product(next.gradient, direction)};
    if (!std::isfinite(trial.value) || !std::isfinite(trial.slope)) {
      high = {length, std::numeric_limits<double>::infinity(), 0};
      length = low.length + 0.2 * (length - low.length);
      continue;
    }
    const bool hidden = trial.value <= point.value + noise && trial.slope <= (2 * sufficient - 1) * slope;
    const bool falls = trial.value <= point.value + sufficient * length * slope || hidden;
    if (falls && trial.slope >= flat * slope) {
      std::swap(point, next);
      return true;
    }
    if (falls) {
      low = trial;
    } else {
      high = trial;
    }
    if (std::isinf(high.length)) {
      length *= 4;
    } else if (std::isinf(high.value)) {
      length = 0.5 * (low.length + high.length);
    } else {
      length = lowest_between(low, high);
    }
  }
  point.evaluate(objective);
  return false;
}

bool orthant_search(Objective& objective, LinePoint& point, std::span<const double> direction,
                    std::span<const double> subgradient) {
  const double noise = rounding_of(point.value);
  LinePoint next{.at = std::vector<double>(point.at.size()), .gradient = std::vector<double>(point.at.size())};
  double length = 1;
  for (int i = 0; i < most_trials; ++i) {
    double fall = 0;  // that the subgradient promises, negative
    for (std::size_t j = 0; j < next.at.size(); ++j) {
      const double from = point.at[j], side = from != 0 ? from : -subgradient[j];
      const double to = from + length * direction[j];
      next.at[j] = objective.l1(static_cast<std::int64_t>(j)) > 0 && to * side <= 0 ? 0.0 : to;
      fall += subgradient[j] * (next.at[j] - from);
    }
    if (!(fall < 0) && i > 0) break;
    next.evaluate(objective);
    const bool finite = std::isfinite(next.value);
    if (finite && fall < 0) {
      const bool hidden = -fall <= noise && next.value <= point.value + noise;
      if (next.value <= point.value + sufficient * fall ||
          (hidden &&
           kkt_distance(objective, next.at, next.gradient) < kkt_distance(objective, point.at, point.gradient))) {
        std::swap(point, next);
        return true;
      }
      if (-fall <= 1e-3 * noise) break;
    }
    double shorter = 0.1;
    if (finite) shorter = std::clamp(-fall / (2 * (next.value - point.value - fall)), 0.1, 0.5);
    length *= shorter;
  }
  point.evaluate(objective);
  return false;
}

}  // namespace linden
