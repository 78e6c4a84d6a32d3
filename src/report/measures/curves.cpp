#include "report/measures/curves.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace linden::reporting {
namespace {

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

// Calls step(weight of labels, weight of 1 - labels, weight) for the rows of each prediction, the highest first.
template <class Step>
void each_threshold(std::span<const double> predictions, std::span<const double> labels,
                    std::span<const double> weights, const Step& step) {
  std::vector<std::size_t> order(predictions.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, std::greater<>(), [&](std::size_t row) { return predictions[row]; });
  for (std::size_t i = 0; i < order.size();) {
    double positive = 0, all = 0;
    const double at = predictions[order[i]];
    for (; i < order.size() && predictions[order[i]] == at; ++i) {
      const double weight = weights.empty() ? 1 : weights[order[i]];
      positive += weight * labels[order[i]];
      all += weight;
    }
    step(positive, all - positive, all);
  }
}

struct Totals {
  double positive = 0, negative = 0, all = 0;
};

Totals totals(std::span<const double> labels, std::span<const double> weights) {
  Totals sums;
  for (std::size_t row = 0; row < labels.size(); ++row) {
    const double weight = weights.empty() ? 1 : weights[row];
    sums.positive += weight * labels[row];
    sums.negative += weight * (1 - labels[row]);
    sums.all += weight;
  }
  return sums;
}

}  // namespace

Curve roc(std::span<const double> predictions, std::span<const double> labels, std::span<const double> weights) {
  const Totals sums = totals(labels, weights);
  if (!(sums.positive > 0 && sums.negative > 0)) return {{}, undefined};
  Curve curve{{{0, 0}}, 0};
  double found = 0, wrong = 0;
  each_threshold(predictions, labels, weights, [&](double positive, double negative, double) {
    curve.area += negative / sums.negative * (found + positive / 2) / sums.positive;
    found += positive;
    wrong += negative;
    curve.points.push_back({wrong / sums.negative, found / sums.positive});
  });
  return curve;
}

Curve precision_recall(std::span<const double> predictions, std::span<const double> labels,
                       std::span<const double> weights) {
  const Totals sums = totals(labels, weights);
  if (!(sums.positive > 0)) return {{}, undefined};
  Curve curve;
  double found = 0, taken = 0;
  each_threshold(predictions, labels, weights, [&](double positive, double, double all) {
    found += positive;
    taken += all;
    if (!(taken > 0)) return;
    curve.area += positive / sums.positive * found / taken;
    if (curve.points.empty()) curve.points.push_back({0, found / taken});
    curve.points.push_back({found / sums.positive, found / taken});
  });
  return curve;
}

Curve cumulative_gain(std::span<const double> predictions, std::span<const double> labels,
                      std::span<const double> weights) {
  const Totals sums = totals(labels, weights);
  if (!(sums.positive > 0 && sums.all > 0)) return {{}, undefined};
  Curve curve{{{0, 0}}, 0};
  double found = 0, taken = 0;
  each_threshold(predictions, labels, weights, [&](double positive, double, double all) {
    curve.area += all / sums.all * (found + positive / 2) / sums.positive;
    found += positive;
    taken += all;
    curve.points.push_back({taken / sums.all, found / sums.positive});
  });
  return curve;
}

std::vector<Point> thinned(std::span<const Point> points, double step) {
  std::vector<Point> kept;
  for (std::size_t i = 0; i < points.size(); ++i)
    if (kept.empty() || i + 1 == points.size() ||
        std::hypot(points[i].x - kept.back().x, points[i].y - kept.back().y) >= step)
      kept.push_back(points[i]);
  return kept;
}

}  // namespace linden::reporting
