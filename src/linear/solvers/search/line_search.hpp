// From a point along a direction to one that is better: one search for all solvers. What they ask of a trial, and which
// length they try next, is a rule of each (armijo.hpp, wolfe.hpp).
#pragma once

#include <span>

#include "linear/objective/objective.hpp"

namespace linden {

/// What a rule makes of a trial, and how a search ended.
enum class Verdict {
  take,          ///< the point moves there
  again,         ///< at another length
  too_long,      ///< the direction leads so far that it is not worth another trial
  nothing_left,  ///< what there is to gain is lost in rounding
};

class SearchRule {
 public:
  /// For steps from `from`, which stays where it is until the search has ended, as does `direction`.
  SearchRule(const Point& from, std::span<const double> direction, int most_trials)
      : from_(from), direction_(direction), most_trials_(most_trials) {}
  virtual ~SearchRule() = default;
  SearchRule(const SearchRule&) = delete;
  SearchRule& operator=(const SearchRule&) = delete;

  int most_trials() const noexcept { return most_trials_; }
  /// Fills in the parameters of a trial of this length. False if it is not worth one.
  virtual bool move(double length, std::span<double> to);
  /// Sets the length to try next where the verdict is `again`.
  virtual Verdict judge(const Point& there, double& length) = 0;

 protected:
  const Point& from_;
  const std::span<const double> direction_;

 private:
  const int most_trials_;
};

struct Searched {
  Verdict end = Verdict::nothing_left;  ///< `again` where the trials ran out
  double length = 0;                    ///< of the step that was taken; 0 if the point stayed

  explicit operator bool() const noexcept { return end == Verdict::take; }
};

/// Tries length 1 first. `point` is the rule's `from`, and moves if a trial is taken. One pass over the rows for each
/// trial, but none for a trial at `point` itself or at the trial before it.
Searched search(Point& point, SearchRule& rule);

}  // namespace linden
