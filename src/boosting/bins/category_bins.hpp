// The bins of categories: which of them get bins of their own, which share one, and from how many rows on a category is
// trusted to speak for itself.
//
// What a category of n rows tells is its mean; chance moves that by noise / n. How far the means of all categories lie
// apart beyond chance is estimated once, from the slopes of the rows at the first scores (a weighted analysis of
// variance, as in random effects models): with noise / spread rows, a category's mean and that of all are equally good
// guesses. A category is trusted from some times as many rows on. Labels that the category decides need a row or two,
// labels that it hardly sways need many.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "backend/comms.hpp"
#include "boosting/bins/cuts.hpp"

namespace linden {

/// Slopes of the loss at the first scores, of one output.
class RowSlopes {
 public:
  /// Of the rows of this rank; units are those of all ranks' rows.
  RowSlopes(std::span<const float> gradients, std::span<const float> curvatures, const Ranks& ranks = {});

  /// What some rows add up to, exactly, whatever their order.
  struct Sums {
    std::int64_t gradient = 0, curvature = 0;  ///< in units
    std::int64_t square = 0;                   ///< of gradient^2 / curvature
    std::int64_t rows = 0, curved_rows = 0;    ///< all, and those with a curvature
  };
  void add(std::size_t row, Sums& sums) const;
  double gradient(const Sums& sums) const { return static_cast<double>(sums.gradient) * gradient_unit_; }
  double curvature(const Sums& sums) const { return static_cast<double>(sums.curvature) * curvature_unit_; }
  double square(const Sums& sums) const { return static_cast<double>(sums.square) * square_unit_; }
  /// Of each row.
  std::span<const float> gradients() const noexcept { return gradients_; }

 private:
  std::span<const float> gradients_, curvatures_;
  double gradient_unit_ = 1, curvature_unit_ = 1, square_unit_ = 1;
};

/// What the categories of a column add up to, block by block.
class CategoryCounts {
 public:
  /// One list of slopes an output, of all rows.
  CategoryCounts(std::int32_t categories, std::span<const RowSlopes> slopes);
  /// Rows of the column, the first of which is row `first` of the slopes.
  void add(const ColumnView& column, std::int64_t rows, std::int64_t first);
  /// What the column adds up to on all ranks.
  void add_ranks(const Ranks& ranks);
  /// The bins of the column. Where there are more categories than bins: those that are trusted keep bins of their own,
  /// neighbours by their mean sharing one where that loses least, and the rest share the last; unless there are not
  /// even so many trusted ones, and the most frequent have bins of their own.
  Cuts cuts(int max_bins) const;

 private:
  std::span<const RowSlopes> slopes_;
  std::vector<std::vector<RowSlopes::Sums>> sums_;  // [outputs][categories]
  std::int64_t missing_ = 0;
};

}  // namespace linden
