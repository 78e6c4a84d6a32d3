// The share of pairs (one row of class 1, one of class 0) that the predictions put in order: one sort, one sweep.
#include <linden/ops.hpp>

#include "base/fail.hpp"
#include "metric/rows.hpp"

namespace linden {

double area_under_roc(const MetricRows& rows) {
  // Ties by row, so that sums of weights have one order.
  const Tensor rows_in_order =
      sort(Tensor::view_of(rows.predictions, {static_cast<std::int64_t>(rows.size())})).indices;
  const auto order = rows_in_order.span<const std::int64_t>();

  double pairs = 0, below = 0, positive = 0;  // `below`: the weight of class 0 with smaller predictions
  for (std::size_t i = 0; i < order.size();) {
    double tied[2] = {0, 0};
    const double prediction = rows.predictions[order[i]];
    for (; i < order.size() && rows.predictions[order[i]] == prediction; ++i)
      tied[rows.labels[order[i]] == 1] += rows.weight(static_cast<std::size_t>(order[i]));
    pairs += tied[1] * (below + 0.5 * tied[0]);
    below += tied[0];
    positive += tied[1];
  }
  if (below == 0 || positive == 0)
    fail<UndefinedMetric>("metric::auc: all rows with a weight have label {}. Hint: it takes rows of both classes.",
                          below == 0 ? 1 : 0);
  return pairs / (positive * below);
}

}  // namespace linden
