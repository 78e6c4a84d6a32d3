#include "statistics/raw_units.hpp"

#include <algorithm>
#include <cmath>

#include "loss/quantile_functions.hpp"

namespace linden {

RawUnits::RawUnits(const FittedRows& rows) : rows_(rows) {
  const std::size_t features = rows.model().feature_names().size(), first = rows.has_intercept() ? 1 : 0;
  const auto outputs = static_cast<std::size_t>(rows.free_outputs());
  size_ = outputs * (features + first);
  for (std::size_t k = 0; k < outputs; ++k)
    for (const int column : rows.places()) {
      const bool is_last = column == rows.design().columns();
      places_.push_back(k * (features + first) +
                        (is_last ? 0 : first + static_cast<std::size_t>(rows.feature_of(column))));
    }
}

double RawUnits::factor(std::size_t i) const {
  const auto column = static_cast<std::size_t>(rows_.places()[i % rows_.rank()]);
  return is_intercept(i) ? 1 : rows_.design().factor()[column];
}

double RawUnits::shift(std::size_t i) const {
  const auto column = static_cast<std::size_t>(rows_.places()[i % rows_.rank()]);
  return is_intercept(i) ? -1 : rows_.design().shift()[column];
}

std::vector<double> RawUnits::spread(const std::vector<double>& values) const {
  const std::size_t n = places_.size();
  std::vector<double> result(size_ * size_);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) result[places_[i] * size_ + places_[j]] = values[i * n + j];
  return result;
}

// An intercept where columns are 0 is that at their means less shift times weight, column by column.
std::vector<double> RawUnits::covariance(const std::vector<double>& standardised, bool at_zero) const {
  const std::size_t n = places_.size(), rank = rows_.rank();
  std::vector<double> scaled = standardised;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) scaled[i * n + j] *= factor(i) * factor(j);
  if (!at_zero) return spread(scaled);
  std::vector<double> half = scaled;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n && is_intercept(i); ++j) {
      long double sum = 0;
      for (std::size_t k = i + 1 - rank; k <= i; ++k) sum -= static_cast<long double>(shift(k)) * scaled[k * n + j];
      half[i * n + j] = static_cast<double>(sum);
    }
  scaled = half;
  for (std::size_t j = 0; j < n; ++j)
    for (std::size_t i = 0; i < n && is_intercept(j); ++i) {
      long double sum = 0;
      for (std::size_t k = j + 1 - rank; k <= j; ++k) sum -= static_cast<long double>(shift(k)) * half[i * n + k];
      scaled[i * n + j] = static_cast<double>(sum);
    }
  return spread(scaled);
}

std::vector<double> RawUnits::covariance_of_root(std::vector<double> root) const {
  const std::size_t n = places_.size();
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) root[i * n + j] *= factor(i);
  if (rows_.has_intercept())
    for (std::size_t j = 0; j < n; ++j) {
      long double sum = 0;
      for (std::size_t k = 0; k < n; ++k) sum -= static_cast<long double>(shift(k)) * root[k * n + j];
      root[(n - 1) * n + j] = static_cast<double>(sum);
    }
  std::vector<double> product(n * n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      for (std::size_t k = 0; k < n; ++k) product[i * n + j] += root[i * n + k] * root[j * n + k];
  return spread(product);
}

std::vector<double> RawUnits::centre() const {
  std::vector<double> result(rows_.model().feature_names().size());
  for (const int column : rows_.places())
    if (column != rows_.design().columns())
      result[static_cast<std::size_t>(rows_.feature_of(column))] =
          rows_.design().shift()[static_cast<std::size_t>(column)];
  return result;
}

double deviance_residual(const FittedRows& rows, std::size_t row) {
  const double mean = rows.mean(row), label = rows.label(row);
  const double size = std::sqrt(std::max(0.0, rows.weight(row) * rows.family().unit_deviance(label, mean)));
  return label < mean ? -size : size;
}

double normal_reach(double level) { return normal_quantile(0.5 + level / 2); }

}  // namespace linden
