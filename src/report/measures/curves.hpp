// Curves of ranked rows: ROC, precision and recall, cumulative gain. Rows of equal predictions are one step.
#pragma once

#include <span>
#include <vector>

#include "report/svg/chart.hpp"

namespace linden::reporting {

/// A curve and what it amounts to.
struct Curve {
  std::vector<Point> points;
  double area = 0;
};

/// x: the share of negative rows that a threshold lets through, y: that of positive ones, from (0, 0) to (1, 1). The
/// area is what metric::auc gives. `labels` are 1 for positive rows and 0 for others; no weights: all 1. Empty, with an
/// area of NaN, where either kind has no weight.
Curve roc(std::span<const double> predictions, std::span<const double> labels, std::span<const double> weights);

/// x: recall, y: precision, from the highest threshold down. The area is the average precision, sum of precision times
/// step of recall.
Curve precision_recall(std::span<const double> predictions, std::span<const double> labels,
                       std::span<const double> weights);

/// x: the share of the rows, those of the highest predictions first, y: their share of the sum of labels, which are >=
/// 0. The area is that below the curve. Empty, with an area of NaN, where labels add up to nothing.
Curve cumulative_gain(std::span<const double> predictions, std::span<const double> labels,
                      std::span<const double> weights);

/// The points of a curve in [0, 1] x [0, 1] that are at least `step` away from the last one that was kept, and both
/// ends.
std::vector<Point> thinned(std::span<const Point> points, double step);

}  // namespace linden::reporting
