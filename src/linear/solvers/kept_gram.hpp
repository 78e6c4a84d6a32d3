// A squared loss under penalties of one strength after another: the Gram matrix is kept from fit to fit.
#pragma once

#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "linear/objective/objective.hpp"
#include "linear/solvers/solver.hpp"
#include "rows/by_column.hpp"

namespace linden {

/// The Gram matrix [width, width] of all columns of a loss with one output, under the rows' weights: symmetric, and
/// without penalties. Columns that are no parameters have 1 on its diagonal.
std::vector<double> gram_of_all(Objective& objective);

class KeptGram {
 public:
  /// Whether it is for such an objective: of a squared loss of one output.
  static bool takes(const Objective& whole) noexcept;

  /// Of the features that take part, or, where so many fits pay for it, of all. `whole` must outlive the object.
  KeptGram(Objective& whole, int fits);
  /// Of all, known beforehand: [width, width], symmetric, without penalties.
  KeptGram(Objective& whole, std::vector<double> gram);

  /// Whether a matrix of all features costs less than the passes over rows that it spares so many fits.
  static bool pays_for_all(const Objective& whole, int fits) noexcept;

  /// Coordinate descent on the matrix from a point of the whole, under the penalties that it has now, and a pass over
  /// the rows after each descent. `first` are the features that a rule expects to be enough, ascending.
  Solution solve(Point start, const Target& target, std::span<const int> first);

  /// How many fits are worth looking ahead for: 0 where the matrix is not of all features, or where one pass over the
  /// rows does not serve several points.
  std::size_t most_ahead() const noexcept;
  bool has_looked_ahead() const noexcept { return !ahead_.empty(); }
  /// Descends under one penalty after another, each time from where the last one ended, by the matrix alone, and passes
  /// over the rows once for all that was found. The next fits, under these penalties, begin there: what each of them
  /// proves is what the rows say of its point.
  void look_ahead(const Point& from, std::vector<Penalty> penalties, const Target& target);

 private:
  bool is_of_all() const noexcept { return static_cast<std::int64_t>(features_.size()) == whole_.width() - 1; }
  void form(std::vector<int> features);
  enum class Included { as_before, more, too_many };
  Included include(const Point& at, std::span<const int> first);
  struct Descended {
    std::vector<double> at;  ///< as parameters of the whole
    double decrease = 0;
  };
  struct Stand {
    std::span<const double> at, gradient;  ///< parameters of the whole, and of its smooth part
    double value;
  };
  /// `share` of the gap that is allowed is what it may leave.
  Descended descended(const Penalty& penalty, const Stand& from, const Target& target, double share);
  std::optional<Point> found_ahead();

  Objective& whole_;
  std::optional<ByColumn> by_column_;  // of sparse rows: columns are found there without a look at all entries
  std::vector<int> features_;          // ascending
  std::vector<double> gram_;           // of these and the intercept, [size, size]
  std::vector<double> diagonal_;       // of it, without penalties
  struct Ahead {
    Penalty penalty;
    LossPoint point;
  };
  std::deque<Ahead> ahead_;
  SeveralRoom room_;
};

}  // namespace linden
