// Metrics of distributions: of scores where these are known, else of mean and standard deviation.
#include <cmath>
#include <linden/metric.hpp>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "loss/distribution.hpp"
#include "metric/rows.hpp"

namespace linden::metric {
namespace {

/// A metric that is the mean of value(link, scores, label) over rows.
template <class Value>
Metric mean_of(std::string name, bool higher_is_better, Value value) try {
  return Metric(name, higher_is_better, [name, value](const MetricInput& input) {
    if (!input.link || !is_of_distribution(*input.link))
      fail<ArgumentError>(
          "metric::{}: it is one of distributions, and the predictions are of none. Hint: a model of "
          "loss::normal_distribution() or its like; with predictions at hand, .link says which.",
          name);
    const Link link = *input.link;
    const MetricRows rows(name, input, true);
    if (rows.columns != 2)
      fail<ArgumentError>("metric::{}: predictions have {} column(s), but a distribution has two.", name, rows.columns);
    return weighted_mean(rows, [&](std::size_t row) {
      if (rows.weight(row) == 0) return 0.0;
      const double* const p = rows.predictions.data() + 2 * row;
      const TwoScores scores = rows.scores.empty() ? scores_of(link, {p[0], p[1]})
                                                   : TwoScores{rows.scores[2 * row], rows.scores[2 * row + 1]};
      return value(link, scores, rows.labels[row]);
    });
  });
} catch (const std::bad_alloc&) {
  fail_out_of_memory(name);
}

}  // namespace

Metric nll() { return mean_of("nll", false, nll_of); }
Metric crps() { return mean_of("crps", false, crps_of); }

Metric coverage(CoverageOptions options) {
  const double level = options.level;
  if (!(level > 0 && level < 1)) fail<ArgumentError>("metric::coverage: level is {}, but it must be in (0, 1).", level);
  const double below = 0.5 * (1 - level);
  return mean_of(fmt::format("coverage_{}", level), true, [below](Link link, TwoScores scores, double label) {
    const double share = share_below(link, scores, label);
    return share >= below && share <= 1 - below ? 1.0 : 0.0;
  });
}

}  // namespace linden::metric
