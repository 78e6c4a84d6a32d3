// The rows' side of a Fenchel gap: what a dual point costs, and one that goes with a free intercept.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "linear/objective/objective.hpp"

namespace linden {

/// What it sums, it sums over all ranks; scores and bends are those of the rows here.
class DualRows {
 public:
  /// Rows with the scores of a point, whose objective must outlive the object.
  explicit DualRows(const Point& point);

  /// The weighted mean of the rows' divergences (conjugates.hpp) of the dual point factor * (slope - shift), where the
  /// slope is taken at scores that `move` is added to: [outputs] both, empty for none. Infinite where a row's point is
  /// outside its domain. Of Cox's loss, of which the rows together have one, shift and move are empty.
  double divergence(double factor, std::span<const double> shift, std::span<const double> move) const;

  struct Centre {
    std::vector<double> move;  ///< [outputs]
    double left = 0;           ///< half the squared Newton decrement there
  };
  /// What to add to the scores of each output so that the mean slope is zero: Newton steps, until half the squared
  /// decrement is at most `enough`. None if they do not get there. With one output they are kept between points whose
  /// slopes have opposite signs.
  std::optional<Centre> centre(double enough) const;

  /// The gradient [outputs, width] of the mean loss where `move` is added to the scores: one pass over the design of
  /// the host.
  std::vector<double> moved_gradient(std::span<const double> move) const;

  /// The gradient [outputs, width] of slopes [outputs, rows], without weights or with: likewise.
  std::vector<double> gradient_of(std::span<const double> slopes, bool with_weights) const;

  /// The scores of a step [outputs, width]: [outputs, rows].
  std::vector<double> scores_of(std::span<const double> step) const;
  /// The weighted mean of the rows' divergences of the dual point slope - bend * scores, for `scores` of a step. For
  /// softmax the bend is the matrix of second derivatives, and `bends` empty; and so for Cox's loss, of which it is
  /// bounded (CoxPoint).
  double newton_divergence(std::span<const double> bends, std::span<const double> scores) const;
  /// That dual point, [outputs, rows].
  std::vector<double> newton_point(std::span<const double> bends, std::span<const double> scores) const;
  /// The weighted mean of the rows' divergences of factor * theta, for a dual point theta [outputs, rows].
  double divergence_of(std::span<const double> theta, double factor) const;
  /// The second derivatives of a loss of one score, [rows]; empty for softmax and for Cox's loss.
  std::vector<double> bends() const;
  const std::vector<double>& scores() const noexcept { return scores_; }
  /// What the rows cost at least, whatever their scores: the weighted mean of least_loss().
  double least_mean() const;
  /// Sets those to 0 where the point above would leave the slopes that the loss has. False if it does nowhere.
  bool keep_inside(std::span<double> bends, std::span<const double> scores) const;

 private:
  struct Row;
  void newton_move(Row& row, std::span<const double> bends, std::span<const double> scores, std::size_t i) const;
  template <class Body>
  std::vector<double> means(std::size_t count, const Body& body) const;

  const Objective& objective_;
  const LossSpec loss_;
  const std::int64_t rows_;
  const std::size_t outputs_;
  const std::vector<double> scores_;
};

}  // namespace linden
