// Formulas: the columns of a linear model in words, as R and patsy write them.
//
//     auto clicks = Dataset::from_csv("clicks.csv");
//     LinearModel model = fit_linear(clicks, {.formula = "click ~ age * town + log1p(age)"});
//
//     a + b            the columns a and b; text is a column of zeros and ones for each category
//     a:b              products of the columns of a and of b
//     a * b            a + b + a:b
//     (a + b + c)^2    these and all products of two of them; -a and - a:b take a term away
//     -1, +0           no intercept
//     .                all columns that have no term of their own
//     log(a), log1p(a), exp(a), sqrt(a), abs(a), a^2, I(a^2)     functions of a column; a^2 is the square
//     poly(a, 2)       orthogonal polynomials up to that degree, as R's
//     spline(a, 5)     natural cubic splines of so many columns, with knots at quantiles: what R's ns(a, df = 5) spans
//     bspline(a, 20)   cubic B-splines, so many, over equal intervals, with a penalty on their second differences
//                      (Eilers and Marx 1996): l2 / 2 times the sum of their squares, whatever `standardize` and
//                      without l1; bspline(a, 20, 0.5) has the l2 0.5 of its own
//                      (bases have 200 columns at most)
//     offset(a), offset(log(a))    is added to scores
//     `two words`      a column whose name is no word of letters, digits, "_" and "."
//
// What stands left of ~ is the label; a feature of that name is it where the data has no label. Terms come in the order
// of their numbers of factors, as in R. Knots, ranges and polynomials are of the training rows and kept in the model.
// Where nothing penalises them, categories are coded as patsy codes them, so that no column is a sum of others.
#pragma once

#include <linden/export.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace linden {

struct ParsedFormula;

/// A formula that has been read, to be looked at before there are rows for it.
class LINDEN_API Formula {
 public:
  /// Throws ArgumentError for what is no formula: what is wrong, and the place below the text, which is two lines more.
  explicit Formula(std::string_view text);

  const std::string& text() const noexcept;
  /// The column left of ~, or "".
  const std::string& label() const noexcept;
  bool intercept() const noexcept;
  /// The terms as written, "a", "a:b", "spline(d, 5)"; without those that "." stands for.
  std::vector<std::string> terms() const;
  /// The columns that are named, each once, without the label; those of offsets too.
  std::vector<std::string> columns() const;

 private:
  std::shared_ptr<const ParsedFormula> parsed_;
};

}  // namespace linden
