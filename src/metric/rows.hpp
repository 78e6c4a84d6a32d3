// What a metric looks at, as plain memory, and the mean that most of them take.
#pragma once

#include <algorithm>
#include <cstdint>
#include <linden/tensor.hpp>
#include <span>

namespace linden {

/// Checked by Metric::evaluate: contiguous, sizes that fit, no NaN, weights not all zero.
struct MetricRows {
  MetricRows(const Tensor& prediction, const Tensor& label, const Tensor& weight)
      : predictions(prediction.span<const double>()),
        labels(label.span<const double>()),
        weights(weight.span<const double>()),
        columns(prediction.rank() == 2 ? static_cast<std::size_t>(prediction.size(1)) : 1) {}

  std::size_t size() const { return labels.size(); }
  double weight(std::size_t row) const { return weights.empty() ? 1.0 : weights[row]; }

  std::span<const double> predictions;  ///< row-major [size(), columns]
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
