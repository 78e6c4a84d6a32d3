// The strong Wolfe search: steps grow until a minimum is enclosed, then the interval around it shrinks.
#include "optim/line_search.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <tuple>
#include <utility>

#include "backend/math/cubic.hpp"

namespace linden::optim {
namespace {

constexpr double enough_decrease = 1e-4;  // of what the slope at the start promises
constexpr double flat_enough = 0.9;       // the slope, relative to that at the start
constexpr int most_refinements = 25;      // evaluations after the first

/// Where the cubic through both points (values and slopes) is lowest, within [low, high]; the middle when it has no
/// minimum.
double cubic_minimum(const Trial& a, const Trial& b, double low, double high) {
  const auto& [left, right] = a.step <= b.step ? std::tie(a, b) : std::tie(b, a);
  const double mixed = left.slope + right.slope - 3 * (left.loss - right.loss) / (left.step - right.step);
  const double lowest = right.step - (right.step - left.step) * share_from_end(mixed, left.slope, right.slope);
  return std::isfinite(lowest) ? std::min(std::max(lowest, low), high) : (low + high) / 2;
}

class Search {
 public:
  Search(const std::function<Trial(double)>& evaluate, const Trial& start, double reach, double change_tolerance)
      : evaluate_(evaluate), start_(start), reach_(reach), change_tolerance_(change_tolerance) {}

  SearchResult run(double first_step) {
    Trial before = start_, trial = at(first_step);
    int refinements = 0;
    while (refinements < most_refinements && !too_high(trial) && !(refinements > 1 && trial.loss >= before.loss)) {
      if (is_flat(trial)) return {std::move(trial), saw_limits_};
      if (trial.slope >= 0) break;
      const double next = cubic_minimum(before, trial, trial.step + 0.01 * (trial.step - before.step), trial.step * 10);
      before = std::move(trial);
      trial = at(next);
      ++refinements;
    }
    if (refinements == most_refinements) before = start_;
    return {shrink({std::move(before), std::move(trial)}, most_refinements - refinements), saw_limits_};
  }

 private:
  Trial at(double step) {
    Trial trial = evaluate_(step);
    trial.step = step;
    if (!trial.is_finite()) {
      trial.loss = std::numeric_limits<double>::infinity();
      saw_limits_ = true;
    }
    return trial;
  }
  bool too_high(const Trial& t) const { return t.loss > start_.loss + enough_decrease * t.step * start_.slope; }
  bool is_flat(const Trial& t) const { return std::abs(t.slope) <= -flat_enough * start_.slope; }

  /// A step within the interval, but not thrice in a row near the same end.
  double next_within(const std::array<Trial, 2>& ends, bool& hesitated) const {
    const auto [left, right] = std::minmax({ends[0].step, ends[1].step});
    const double step = cubic_minimum(ends[0], ends[1], left, right);
    const double margin = 0.1 * (right - left);
    if (std::min(right - step, step - left) >= margin) {
      hesitated = false;
      return step;
    }
    if (!hesitated && step < right && step > left) {
      hesitated = true;
      return step;
    }
    hesitated = false;
    return std::abs(step - right) < std::abs(step - left) ? right - margin : left + margin;
  }

  /// The lower end of the interval when it is done.
  Trial shrink(std::array<Trial, 2> ends, int refinements) {
    const auto lower = [&] { return ends[0].loss <= ends[1].loss ? std::size_t{0} : std::size_t{1}; };
    std::size_t low = lower();
    bool hesitated = false;
    for (; refinements > 0; --refinements) {
      if (std::abs(ends[1].step - ends[0].step) * reach_ < change_tolerance_) break;
      Trial trial = at(next_within(ends, hesitated));
      Trial& high_end = ends[1 - low];
      if (too_high(trial) || trial.loss >= ends[low].loss) {
        high_end = std::move(trial);
        low = lower();
        continue;
      }
      const bool done = is_flat(trial);
      if (!done && trial.slope * (high_end.step - ends[low].step) >= 0) high_end = std::move(ends[low]);
      ends[low] = std::move(trial);
      if (done) break;
    }
    return std::move(ends[low]);
  }

  const std::function<Trial(double)>& evaluate_;
  const Trial& start_;
  double reach_, change_tolerance_;
  bool saw_limits_ = false;
};

}  // namespace

bool Trial::is_finite() const { return std::isfinite(loss) && std::isfinite(slope); }

SearchResult search_strong_wolfe(const std::function<Trial(double)>& evaluate, const Trial& start, double first_step,
                                 double reach, double change_tolerance) {
  return Search(evaluate, start, reach, change_tolerance).run(first_step);
}

}  // namespace linden::optim
