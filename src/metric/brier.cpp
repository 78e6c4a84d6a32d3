// Brier scores of survival curves, and Kaplan and Meier's estimates that they are weighted by.
#include <algorithm>
#include <cmath>
#include <linden/metric.hpp>
#include <linden/ops.hpp>
#include <numeric>
#include <string_view>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "metric/time_rows.hpp"

namespace linden {
namespace {

/// A curve that falls at some times, from 1.
class StepCurve {
 public:
  /// Of what ends at a time, `at_event` or else the others. Rows with an event are no longer at risk when others end at
  /// the same time.
  StepCurve(const TimeBounds& times, std::span<const double> weights, bool at_event) {
    const auto weight = [&](std::size_t row) { return weights.empty() ? 1.0 : weights[row]; };
    std::vector<std::size_t> order(times.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t row) { return times.lower[row]; });
    std::vector<double> at_risk(order.size() + 1);  // from this place on
    for (std::size_t i = order.size(); i-- > 0;) at_risk[i] = at_risk[i + 1] + weight(order[i]);
    double level = 1;
    for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
      double events = 0, others = 0;
      for (; end < order.size() && times.lower[order[end]] == times.lower[order[begin]]; ++end)
        (times.is_known(order[end]) ? events : others) += weight(order[end]);
      const double fall = at_event ? events : others, risk = at_risk[begin] - (at_event ? 0 : events);
      if (fall == 0) continue;
      // The last rows at risk, without what rounding left of the others.
      level *= end == order.size() ? (at_event ? others / (events + others) : 0) : 1 - fall / risk;
      times_.push_back(times.lower[order[begin]]);
      levels_.push_back(level);
    }
  }

  double at(double time) const { return after(std::ranges::upper_bound(times_, time)); }
  double before(double time) const { return after(std::ranges::lower_bound(times_, time)); }

 private:
  double after(std::vector<double>::const_iterator step) const {
    return step == times_.begin() ? 1 : levels_[static_cast<std::size_t>(step - times_.begin()) - 1];
  }
  std::vector<double> times_, levels_;
};

Tensor numbers(std::string_view where, const char* what, const Tensor& values) {
  if (values.device() != Device::cpu())
    fail<ArgumentError>("{}: {} is on {}. Hint: .to(Device::cpu()).", where, what, values.device().name());
  const Tensor all = values.dtype() == DType::f64 ? values.contiguous() : cast(values.detach(), DType::f64);
  const auto span = all.span<const double>();
  const auto bad = std::ranges::find_if(span, [](double value) { return std::isnan(value); });
  if (bad != span.end())
    fail<DataError>("{}: {} has nan at row {}.", where, what,
                    (bad - span.begin()) / (all.rank() == 2 ? all.size(1) : 1));
  return all;
}

/// Without rows whose time is an interval.
TimeBounds bounds_of(std::string_view where, const Tensor& label) {
  if (label.rank() != 1 && label.rank() != 2)
    fail<ArgumentError>("{}: labels have shape {}, but must be [rows] or [rows, 2].", where, label.shape().text());
  TimeBounds times(where, numbers(where, "the label", label));
  for (std::size_t row = 0; row < times.size(); ++row)
    if (!times.is_known(row) && std::isfinite(times.upper[row]))
      fail<DataError>(
          "{}: the time at row {} is from {} to {}, but it takes times that are known, or known to be above "
          "a bound.",
          where, row, times.lower[row], times.upper[row]);
  if (times.size() == 0) fail<UndefinedMetric>("{}: there are no rows.", where);
  return times;
}

std::vector<double> checked_times(std::string_view where, const NumberList& times) {
  const auto span = times.span();
  if (span.empty()) fail<ArgumentError>("{}: there are no times.", where);
  for (std::size_t t = 0; t < span.size(); ++t)
    if (!std::isfinite(span[t]) || (t > 0 && span[t] <= span[t - 1]))
      fail<ArgumentError>("{}: time {} is {}; times are finite and ascend.", where, t, span[t]);
  return {span.begin(), span.end()};
}

std::vector<double> checked_weights(std::string_view where, const Tensor& weight, std::size_t rows) {
  if (weight.elements() == 0) return {};
  const Tensor all = numbers(where, "the weight", weight);
  if (all.shape() != Shape{static_cast<std::int64_t>(rows)})
    fail<ArgumentError>("{}: weights have shape {}, but there are {} rows.", where, weight.shape().text(), rows);
  const auto span = all.span<const double>();
  for (std::size_t row = 0; row < span.size(); ++row)
    if (!(span[row] >= 0 && std::isfinite(span[row])))
      fail<DataError>("{}: weight {} at row {}, but weights are finite and >= 0.", where, span[row], row);
  if (std::ranges::all_of(span, [](double w) { return w == 0; }))
    fail<UndefinedMetric>("{}: all weights are zero.", where);
  return {span.begin(), span.end()};
}

std::vector<double> scores_of(std::string_view where, const Tensor& survival, const std::vector<double>& times,
                              const Tensor& label, const BrierOptions& options) {
  const TimeBounds rows = bounds_of(where, label);
  const Tensor curves = numbers(where, "survival", survival);
  const auto columns = static_cast<std::int64_t>(times.size()), count = static_cast<std::int64_t>(rows.size());
  if (curves.shape() != Shape{count, columns} && !(columns == 1 && curves.shape() == Shape{count}))
    fail<ArgumentError>("{}: survival has shape {}, but there are {} rows and {} times.", where,
                        survival.shape().text(), count, columns);
  const std::vector<double> weights = checked_weights(where, options.weight, rows.size());
  const bool own = options.censoring_label.elements() == 0;
  const StepCurve in_sight(own ? rows : bounds_of(where, options.censoring_label),
                           own ? std::span<const double>(weights) : std::span<const double>(), false);
  const double* const values = curves.data<const double>();
  std::vector<double> scores;
  for (std::size_t t = 0; t < times.size(); ++t) {
    double sum = 0, total = 0;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      const double weight = weights.empty() ? 1.0 : weights[row];
      const double alive = values[row * times.size() + t];
      if (!(alive >= 0 && alive <= 1))
        fail<DataError>("{}: survival is {} at row {}, but probabilities are from 0 to 1.", where, alive, row);
      total += weight;
      const bool is_over = rows.lower[row] <= times[t];
      if (weight == 0 || (is_over && !rows.is_known(row))) continue;
      const double seen = is_over ? in_sight.before(rows.lower[row]) : in_sight.at(times[t]);
      if (seen <= 0)
        fail<UndefinedMetric>(
            "{}: by time {} all rows were lost from sight, so that nothing is known of those after it. Hint: earlier "
            "times.",
            where, is_over ? rows.lower[row] : times[t]);
      sum += weight * (is_over ? alive * alive : (1 - alive) * (1 - alive)) / seen;
    }
    scores.push_back(sum / total);
  }
  return scores;
}

}  // namespace

std::vector<double> brier_scores(const Tensor& survival, const NumberList& times, const Tensor& label,
                                 const BrierOptions& options) try {
  constexpr std::string_view where = "brier_scores";
  return scores_of(where, survival, checked_times(where, times), label, options);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("brier_scores");
}

double integrated_brier_score(const Tensor& survival, const NumberList& times, const Tensor& label,
                              const BrierOptions& options) try {
  constexpr std::string_view where = "integrated_brier_score";
  const std::vector<double> at = checked_times(where, times);
  const std::vector<double> scores = scores_of(where, survival, at, label, options);
  if (scores.size() == 1) return scores[0];
  double sum = 0;
  for (std::size_t t = 1; t < at.size(); ++t) sum += 0.5 * (scores[t] + scores[t - 1]) * (at[t] - at[t - 1]);
  return sum / (at.back() - at.front());
} catch (const std::bad_alloc&) {
  fail_out_of_memory("integrated_brier_score");
}

std::vector<double> kaplan_meier(const Tensor& label, const NumberList& times, const Tensor& weight) try {
  constexpr std::string_view where = "kaplan_meier";
  const TimeBounds rows = bounds_of(where, label);
  const std::vector<double> weights = checked_weights(where, weight, rows.size());
  const StepCurve curve(rows, weights, true);
  std::vector<double> survival;
  for (const double time : checked_times(where, times)) survival.push_back(curve.at(time));
  return survival;
} catch (const std::bad_alloc&) {
  fail_out_of_memory("kaplan_meier");
}

}  // namespace linden
