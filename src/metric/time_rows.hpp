// What metrics of survival look at: times that labels know, in either of their forms.
#pragma once

#include <linden/metric.hpp>
#include <span>
#include <string_view>
#include <vector>

namespace linden {

/// The bounds of the times of these labels, f64 and without NaN, [rows] or [rows, 2]. Throws DataError, opening with
/// `where`, for what is no time, ArgumentError for another shape.
struct TimeBounds {
  TimeBounds(std::string_view where, const Tensor& label);

  std::size_t size() const { return lower.size(); }
  bool is_known(std::size_t row) const { return lower[row] == upper[row]; }

  std::vector<double> lower, upper;
};

/// Checked by Metric::evaluate: contiguous, sizes that fit, no NaN, weights not all zero.
struct TimeRows {
  /// For the metric of this name. Throws ArgumentError unless there is one prediction a row.
  TimeRows(std::string_view name, const MetricInput& input);

  std::size_t size() const { return times.size(); }
  double weight(std::size_t row) const { return weights.empty() ? 1.0 : weights[row]; }

  TimeBounds times;
  std::span<const double> predictions;
  std::span<const double> scores;   ///< empty where predictions alone are known
  std::span<const double> weights;  ///< empty for all one
};

}  // namespace linden
