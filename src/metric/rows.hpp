// What a metric looks at, as plain memory, and the mean that most of them take.
#pragma once

#include <algorithm>
#include <cstdint>
#include <linden/metric.hpp>
#include <span>
#include <string_view>

#include "base/fail.hpp"

namespace linden {

/// Checked by Metric::evaluate: contiguous, sizes that fit, no NaN, weights not all zero.
struct MetricRows {
  /// For the metric of this name. Throws ArgumentError where rows have several labels.
  MetricRows(std::string_view name, const MetricInput& input)
      : predictions(input.prediction.span<const double>()),
        scores(input.score.span<const double>()),
        labels(input.label.span<const double>()),
        weights(input.weight.span<const double>()),
        columns(input.prediction.rank() == 2 ? static_cast<std::size_t>(input.prediction.size(1)) : 1) {
    if (input.label.rank() != 1)
      fail<ArgumentError>("metric::{}: there are {} labels a row, but it takes one.", name, input.label.size(1));
  }

  std::size_t size() const { return labels.size(); }
  double weight(std::size_t row) const { return weights.empty() ? 1.0 : weights[row]; }

  std::span<const double> predictions;  ///< row-major [size(), columns]
  std::span<const double> scores;       ///< likewise; empty where predictions alone are known
  std::span<const double> labels;
  std::span<const double> weights;  ///< empty for all one
  std::size_t columns;
};

/// Sums of `term` over chunks of 512 rows, added up in order: the same on every machine, and closer than one long sum.
template <class Term>
double chunked_sum(const MetricRows& rows, const Term& term) {
  constexpr std::size_t chunk = 512;
  double sum = 0;
  for (std::size_t begin = 0; begin < rows.size(); begin += chunk) {
    double part = 0;
    for (std::size_t row = begin; row < std::min(rows.size(), begin + chunk); ++row) part += term(row);
    sum += part;
  }
  return sum;
}

template <class Term>
double weighted_mean(const MetricRows& rows, const Term& term) {
  const double total = chunked_sum(rows, [&](std::size_t row) { return rows.weight(row) * term(row); });
  return total / chunked_sum(rows, [&](std::size_t row) { return rows.weight(row); });
}

/// Area under the ROC curve for labels 0 and 1 and predictions of one column; tied predictions count half.
double area_under_roc(const MetricRows& rows);

}  // namespace linden
