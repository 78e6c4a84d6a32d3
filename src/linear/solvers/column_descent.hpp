// The quadratic model of a step under l1 where rows are sparse and features many: coordinate descent that goes through
// the entries of a column, and forms no Hessian.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "rows/by_column.hpp"
#include "linear/solvers/gram_descent.hpp"
#include "linear/objective/objective.hpp"

namespace linden {

class ColumnDescent {
 public:
  /// For sparse rows of losses with one output. The objective must outlive the object.
  explicit ColumnDescent(const Objective& objective);

  /// Takes the Hessian at a point of the objective. Parameters without curvature have 1 in its place, as a step of
  /// their gradient for the line search to shorten.
  void update(const Point& point);
  /// The largest curvature of a free parameter.
  double largest() const noexcept { return largest_; }

  struct Model {
    std::span<const double> gradient, l1, start;  ///< [width], as GramProblem has them
    std::span<const std::uint8_t> held;           ///< [width]: those that stay
    double damping = 0;                           ///< added to the Hessian's diagonal
  };

  /// Minimises over d  gradient . d + d' (Hessian + damping) d / 2 + sum_j l1[j] |start[j] + d[j]|: ends when no
  /// subgradient that a look at all parameters meets is above `tolerance`, or after some rounds.
  GramStep minimise(const Model& model, double tolerance);

 private:
  /// (Hessian d) of a column, where d has these scores.
  double product(std::size_t parameter) const;
  void move(std::size_t parameter, double by);
  /// The model's slope at `at`, whose scores are there.
  double slope(const Model& model, std::span<const double> at, std::size_t parameter) const;
  /// Returns the subgradient that it found.
  double settle(const Model& model, std::span<double> at, std::size_t parameter);

  const Objective& objective_;
  ByColumn by_column_;
  std::vector<double> values_;     // entries, column by column
  std::vector<double> h_;          // [rows] weight times curvature
  std::vector<double> mean_;       // [columns] sum of h x
  std::vector<double> curvature_;  // [width] the Hessian's diagonal
  double total_ = 0, largest_ = 0;
  std::vector<double> scores_;  // [rows] of d, without their common part
  double common_ = 0;           // which all rows have
  double weighted_ = 0;         // sum of h times the scores, with their common part
};

}  // namespace linden
