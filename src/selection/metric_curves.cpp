#include "selection/metric_curves.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace linden {

FoldSpread spread_of(std::span<const double> values) {
  const auto count = static_cast<double>(values.size());
  FoldSpread spread{.mean = std::accumulate(values.begin(), values.end(), 0.0) / count};
  const auto add_square = [&](double sum, double value) { return sum + (value - spread.mean) * (value - spread.mean); };
  const double squares = std::accumulate(values.begin(), values.end(), 0.0, add_square);
  spread.standard_deviation = values.size() > 1 ? std::sqrt(squares / (count - 1)) : 0;
  spread.standard_error = spread.standard_deviation / std::sqrt(count);
  return spread;
}

void MetricCurves::add(std::size_t round, std::size_t fold, std::span<const MetricValue> metrics) {
  for (std::size_t m = 0; m < metrics.size(); ++m) {
    if (m == curves_.size())
      curves_.push_back(
          {.name = metrics[m].name, .higher_is_better = metrics[m].higher_is_better, .values = {}, .spread = {}});
    std::vector<std::vector<double>>& values = curves_[m].values;
    if (round == values.size()) values.emplace_back(folds_, std::numeric_limits<double>::quiet_NaN());
    values[round][fold] = metrics[m].value;
  }
}

std::vector<MetricValue> MetricCurves::means(std::size_t round) const {
  std::vector<MetricValue> means;
  for (const MetricCurve& curve : curves_)
    means.push_back({curve.name, spread_of(curve.values[round]).mean, curve.higher_is_better});
  return means;
}

std::vector<MetricCurve> MetricCurves::curves() && {
  for (MetricCurve& curve : curves_)
    for (const std::vector<double>& values : curve.values) curve.spread.push_back(spread_of(values));
  return std::move(curves_);
}

int MetricCurve::best_rounds() const {
  int best = 0;
  for (std::size_t round = 0; round < spread.size(); ++round) {
    const double mean = spread[round].mean;
    if (std::isnan(mean)) continue;
    const double best_mean = best > 0 ? spread[static_cast<std::size_t>(best) - 1].mean : 0;
    if (best == 0 || (higher_is_better ? mean > best_mean : mean < best_mean)) best = static_cast<int>(round) + 1;
  }
  return best;
}

}  // namespace linden
