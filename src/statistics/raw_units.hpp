// From parameters of standardised columns to weights in the units of the data, in the order of a table of coefficients.
#pragma once

#include <vector>

#include "statistics/fitted_rows.hpp"

namespace linden {

class RawUnits {
 public:
  explicit RawUnits(const FittedRows& rows);

  /// [size, size] over all coefficients, from a covariance over free outputs and places: with intercepts where all
  /// columns are 0, or (not `at_zero`) at the centre.
  std::vector<double> covariance(const std::vector<double>& standardised, bool at_zero) const;
  /// The same of A A', for A [places, places], with the digits that columns far from 0 take from products.
  std::vector<double> covariance_of_root(std::vector<double> root) const;
  /// A value for each of the model's features.
  std::vector<double> centre() const;
  /// Which coefficient each parameter is.
  const std::vector<std::size_t>& places() const noexcept { return places_; }

 private:
  /// Of a parameter: what its column is multiplied by and, before that, lessened by (-1: an intercept).
  double factor(std::size_t i) const;
  double shift(std::size_t i) const;
  bool is_intercept(std::size_t i) const { return rows_.has_intercept() && (i + 1) % rows_.rank() == 0; }
  std::vector<double> spread(const std::vector<double>& values) const;

  const FittedRows& rows_;
  std::vector<std::size_t> places_;
  std::size_t size_;
};

double deviance_residual(const FittedRows& rows, std::size_t row);
/// How many errors an interval of this level reaches to both sides, of the normal distribution.
double normal_reach(double level);

}  // namespace linden
