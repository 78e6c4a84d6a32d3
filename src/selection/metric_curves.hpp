// The metrics of folds, round by round, and their spread.
#pragma once

#include <linden/cross_validation.hpp>
#include <span>
#include <vector>

namespace linden {

class MetricCurves {
 public:
  explicit MetricCurves(std::size_t folds) : folds_(folds) {}

  /// What a fold has after a round. All folds have the same metrics, and rounds come in order.
  void add(std::size_t round, std::size_t fold, std::span<const MetricValue> metrics);
  /// The means over the folds after a round, when every fold has been added.
  std::vector<MetricValue> means(std::size_t round) const;
  /// With the spread of each round.
  std::vector<MetricCurve> curves() &&;

 private:
  std::size_t folds_;
  std::vector<MetricCurve> curves_;
};

FoldSpread spread_of(std::span<const double> values);

}  // namespace linden
