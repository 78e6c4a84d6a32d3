// Metrics of survival: concordance by a sweep over times that keeps the weights of earlier rows by their predictions in
// a tree of sums (Fenwick 1994), O(n log n); the others row by row.
#include "metric/survival.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "backend/loss/survival_losses.hpp"
#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "loss/definition.hpp"
#include "loss/survival/risk_order.hpp"
#include "metric/time_rows.hpp"

namespace linden {
namespace {

/// Sums of weights by rank, of all ranks below one.
class RankSums {
 public:
  explicit RankSums(std::size_t ranks) : sums_(ranks + 1) {}

  void add(std::size_t rank, double weight) {
    for (std::size_t i = rank + 1; i < sums_.size(); i += i & (~i + 1)) sums_[i] += weight;
  }
  double below(std::size_t rank) const {
    double sum = 0;
    for (std::size_t i = rank; i > 0; i -= i & (~i + 1)) sum += sums_[i];
    return sum;
  }

 private:
  std::vector<double> sums_;
};

std::vector<std::size_t> ordered(std::size_t rows, const auto& key) {
  std::vector<std::size_t> order(rows);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, key);
  return order;
}

/// Of each row the number of its prediction among the distinct ones.
std::vector<std::size_t> ranks_of(std::span<const double> predictions) {
  std::vector<double> distinct(predictions.begin(), predictions.end());
  std::ranges::sort(distinct);
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  std::vector<std::size_t> ranks;
  for (const double prediction : predictions)
    ranks.push_back(static_cast<std::size_t>(std::ranges::lower_bound(distinct, prediction) - distinct.begin()));
  return ranks;
}

/// The share of pairs, one row of which is known to come before the other, whose predictions say so: the larger one
/// that of the later row or, of risks, of the earlier one.
double concordance_of(const std::string& name, const TimeRows& rows, bool of_risks) {
  const std::vector<std::size_t> ranks = ranks_of(rows.predictions);
  const TimeBounds& times = rows.times;
  const std::vector<std::size_t> by_end = ordered(rows.size(), [&](std::size_t row) { return times.upper[row]; });
  // Before a row whose time is known come those that end before it; before one that is only known to be above a bound
  // also those that end there.
  const std::vector<std::size_t> by_begin =
      ordered(rows.size(), [&](std::size_t row) { return std::pair(times.lower[row], times.is_known(row) ? 0 : 1); });
  RankSums earlier(rows.size());
  std::size_t next = 0;
  double weight_of_earlier = 0, pairs = 0, right = 0;
  for (const std::size_t row : by_begin) {
    const auto is_before = [&](std::size_t other) {
      return times.upper[other] < times.lower[row] || (times.upper[other] == times.lower[row] && !times.is_known(row));
    };
    for (; next < by_end.size() && is_before(by_end[next]); ++next) {
      earlier.add(ranks[by_end[next]], rows.weight(by_end[next]));
      weight_of_earlier += rows.weight(by_end[next]);
    }
    const double smaller = earlier.below(ranks[row]), not_larger = earlier.below(ranks[row] + 1);
    const double agree = of_risks ? weight_of_earlier - not_larger : smaller;
    pairs += rows.weight(row) * weight_of_earlier;
    right += rows.weight(row) * (agree + 0.5 * (not_larger - smaller));
  }
  if (pairs == 0) fail<UndefinedMetric>("metric::{}: of no two rows it is known that one came before the other.", name);
  return right / pairs;
}

Metric concordance_metric(const char* name, bool of_risks) {
  return Metric(name, true, [name, of_risks](const MetricInput& input) {
    return concordance_of(name, TimeRows(name, input), of_risks);
  });
}

/// Those that are given, or of which the predictions are exponentials.
std::vector<double> scores_of(const TimeRows& rows) {
  if (!rows.scores.empty()) return {rows.scores.begin(), rows.scores.end()};
  std::vector<double> scores;
  for (const double prediction : rows.predictions)
    scores.push_back(std::log(std::max(prediction, std::numeric_limits<double>::min())));
  return scores;
}

double value_of(const std::string& name, const CoxLoss& loss, const TimeRows& rows) {
  const TimeBounds& times = rows.times;
  std::vector<double> lower, upper, scores, weights;  // of rows that have a weight
  const std::vector<double> all = scores_of(rows);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (!times.is_known(row) && std::isfinite(times.upper[row]))
      fail<DataError>(
          "metric::{}: the time at row {} is from {} to {}, but it takes times that are known, or known to be above a "
          "bound.",
          name, row, times.lower[row], times.upper[row]);
    if (rows.weight(row) == 0) continue;
    lower.push_back(times.lower[row]);
    upper.push_back(times.upper[row]);
    scores.push_back(all[row]);
    weights.push_back(rows.weight(row));
  }
  const RiskOrder order(lower, upper, weights);
  if (order.event_weight() == 0) fail<UndefinedMetric>("metric::{}: no row has an event.", name);
  return cox_value(order, scores, weights, loss.efron);
}

template <class Times>
double value_of(const std::string&, const AftLoss<Times>& loss, const TimeRows& rows) {
  const std::vector<double> scores = scores_of(rows);
  double sum = 0, total = 0;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (rows.weight(row) == 0) continue;
    sum += rows.weight(row) * loss(scores[row], {rows.times.lower[row], rows.times.upper[row]}).value;
    total += rows.weight(row);
  }
  return sum / total;
}

}  // namespace

Metric survival_loss_metric(const Loss& loss) {
  return Metric(loss.name(), false, [loss](const MetricInput& input) {
    const TimeRows rows(loss.name(), input);
    return visit_survival_loss(loss.definition().spec,
                               [&](const auto& functor) { return value_of(loss.name(), functor, rows); });
  });
}

namespace metric {

Metric concordance() try { return concordance_metric("concordance", false); } catch (const std::bad_alloc&) {
  fail_out_of_memory("metric::concordance");
}

Metric risk_concordance() try { return concordance_metric("risk_concordance", true); } catch (const std::bad_alloc&) {
  fail_out_of_memory("metric::risk_concordance");
}

Metric interval_accuracy() try {
  return Metric("interval_accuracy", true, [](const MetricInput& input) {
    const TimeRows rows("interval_accuracy", input);
    double sum = 0, total = 0;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      const double time = rows.predictions[row];
      sum += rows.times.lower[row] <= time && time <= rows.times.upper[row] ? rows.weight(row) : 0;
      total += rows.weight(row);
    }
    return sum / total;
  });
} catch (const std::bad_alloc&) {
  fail_out_of_memory("metric::interval_accuracy");
}

}  // namespace metric
}  // namespace linden
