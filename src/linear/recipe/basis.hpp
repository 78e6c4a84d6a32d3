// Bases of one number: natural cubic splines, B-splines with a difference penalty, orthogonal polynomials.
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace linden {

/// The most columns of a basis; their tables are of the square of it.
inline constexpr int largest_basis = 200;

/// What a number becomes. Plain data: `points` is all that files have.
class ScalarBasis {
 public:
  enum class Kind { natural, bspline, poly };

  ScalarBasis() = default;
  /// Of `points` as they stand below, which fit the kind.
  ScalarBasis(Kind kind, std::vector<double> points);

  /// Natural cubic splines by their values at knots: the least value, quantiles (of linear interpolation, R's type 7)
  /// and the largest value, `columns` + 1 in all. Column j is the curve that is 1 at knot j + 1 and 0 at the other
  /// knots, so that its weight is how far the curve is above that of the least knot there. With a constant it spans
  /// what R's ns(x, df = columns) does. It is linear beyond the ends. Empty where knots coincide; `values` ascend.
  static ScalarBasis natural(std::span<const double> values, int columns);

  /// Cubic B-splines over equal intervals from the least value to the largest, so many, by their differences (Eilers
  /// and Marx 1996): column 0 is the straight line from 0 at the least value to 1 at the largest; the others are such
  /// that the sum of squares of their weights is that of the second differences of the splines' coefficients. With a
  /// constant these `functions` - 1 columns span all splines. Linear beyond the ends. Empty where no value differs.
  static ScalarBasis bspline(double least, double largest, int functions);

  /// Orthonormal polynomials over the values, as R's poly(x, degree), by their recurrence. Empty where there are not
  /// more distinct values than `degree`.
  static ScalarBasis poly(std::span<const double> values, int degree);

  Kind kind() const noexcept { return kind_; }
  bool empty() const noexcept { return points_.empty(); }
  int columns() const noexcept { return columns_of(kind_, points_); }
  static int columns_of(Kind kind, std::span<const double> points) noexcept;
  /// natural: the knots, ascending. bspline: least, largest, functions. poly: [degree] of the recurrence's shifts, then
  /// [degree + 2] of norms, as R's coefs.
  const std::vector<double>& points() const noexcept { return points_; }
  /// Whether points could be of such a basis.
  static bool fit(Kind kind, std::span<const double> points);

  void evaluate(double x, std::span<double> out) const;

 private:
  void prepare();

  Kind kind_ = Kind::natural;
  std::vector<double> points_;
  std::vector<double> table_;  // natural: second derivatives [knots, knots]; bspline: [functions, functions - 2]
};

std::string_view name_of(ScalarBasis::Kind kind) noexcept;

}  // namespace linden
