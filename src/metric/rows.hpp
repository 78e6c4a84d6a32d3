// What a metric looks at, as plain memory, and the mean that most of them take.
#pragma once

#include <algorithm>
#include <cstdint>
#include <linden/metric.hpp>
#include <span>
#include <string_view>
#include <vector>

#include "base/fail.hpp"
#include "loss/distribution.hpp"

namespace linden {

/// Checked by Metric::evaluate: contiguous, sizes that fit, no NaN, weights not all zero.
class MetricRows {
 public:
  /// For the metric of this name. Several labels a row, each with a prediction, are as many rows. Of a distribution the
  /// mean is looked at, or `of_distributions` both columns. Throws ArgumentError where predictions are not one a label.
  MetricRows(std::string_view name, const MetricInput& input, bool of_distributions = false)
      : predictions(input.prediction.span<const double>()),
        scores(input.score.span<const double>()),
        labels(input.label.span<const double>()),
        weights(input.weight.span<const double>()),
        columns(input.prediction.rank() == 2 ? static_cast<std::size_t>(input.prediction.size(1)) : 1) {
    if (input.label.rank() == 1) {
      if (columns == 2 && !of_distributions && input.link && is_of_distribution(*input.link)) keep_means();
      return;
    }
    if (input.label.size(1) != static_cast<std::int64_t>(columns))
      fail<ArgumentError>("metric::{}: there are {} labels a row, but {} predictions.", name, input.label.size(1),
                          columns);
    for (const double weight : weights) repeated_.insert(repeated_.end(), columns, weight);
    weights = repeated_;
    columns = 1;
  }
  MetricRows(const MetricRows&) = delete;
  MetricRows& operator=(const MetricRows&) = delete;

  std::size_t size() const { return labels.size(); }
  double weight(std::size_t row) const { return weights.empty() ? 1.0 : weights[row]; }

  std::span<const double> predictions;  ///< row-major [size(), columns]
  std::span<const double> scores;       ///< likewise; empty where predictions alone are known
  std::span<const double> labels;
  std::span<const double> weights;  ///< empty for all one
  std::size_t columns;

 private:
  void keep_means() {
    for (std::size_t row = 0; row < size(); ++row) means_.push_back(predictions[2 * row]);
    predictions = means_;
    scores = {};
    columns = 1;
  }

  std::vector<double> repeated_, means_;
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

/// The same of tensors on a GPU, to the bit.
double area_under_roc_on_gpu(const MetricInput& input);

}  // namespace linden
