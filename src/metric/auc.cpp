// The share of pairs (one row of class 1, one of class 0) that the predictions put in order: one sort, one sweep.
#include <vector>

#include "base/fail.hpp"
#include "metric/rows.hpp"

namespace linden {

double area_under_roc(const MetricRows& rows) {
  struct Entry {
    double prediction;
    std::size_t row;
  };
  std::vector<Entry> entries(rows.size());
  for (std::size_t row = 0; row < rows.size(); ++row) entries[row] = {rows.predictions[row], row};
  // Ties by row, so that sums of weights have one order.
  std::ranges::sort(entries, [](const Entry& a, const Entry& b) {
    return a.prediction < b.prediction || (a.prediction == b.prediction && a.row < b.row);
  });

  double pairs = 0, below = 0, positive = 0;  // `below`: the weight of class 0 with smaller predictions
  for (std::size_t i = 0; i < entries.size();) {
    double tied[2] = {0, 0};
    const double prediction = entries[i].prediction;
    for (; i < entries.size() && entries[i].prediction == prediction; ++i)
      tied[rows.labels[entries[i].row] == 1] += rows.weight(entries[i].row);
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
