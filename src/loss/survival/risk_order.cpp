#include "loss/survival/risk_order.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace linden {
namespace {

double weight_of(std::span<const double> weights, std::uint32_t row) { return weights.empty() ? 1.0 : weights[row]; }

/// By place, the sum of exp(score - largest) of all rows at risk from there on, and of those with an event.
struct AtRisk {
  double largest;
  std::vector<double> all, own;  // [rows + 1]
};

AtRisk at_risk(const RiskSets& sets, std::span<const double> scores, std::span<const double> weights) {
  AtRisk sums{*std::ranges::max_element(scores), std::vector<double>(scores.size() + 1),
              std::vector<double>(scores.size() + 1)};
  for (std::size_t i = scores.size(); i-- > 0;) {
    const std::uint32_t row = sets.order[i];
    const double hazard = weight_of(weights, row) * cox_hazard(scores[row], sums.largest);
    sums.all[i] = sums.all[i + 1] + hazard;
    sums.own[i] = sums.own[i + 1] + (sets.has_event(static_cast<std::int64_t>(i)) ? hazard : 0.0);
  }
  return sums;
}

}  // namespace

RiskOrder::RiskOrder(std::span<const double> lower, std::span<const double> upper, std::span<const double> weights)
    : order_(lower.size()),
      begins_(lower.size()),
      ends_(lower.size()),
      earlier_(lower.size(), -1),
      event_weights_(lower.size()) {
  std::iota(order_.begin(), order_.end(), std::uint32_t{0});
  const auto has_event = [&](std::uint32_t row) { return lower[row] == upper[row]; };
  std::ranges::sort(order_, [&](std::uint32_t a, std::uint32_t b) {
    if (lower[a] != lower[b]) return lower[a] < lower[b];
    return has_event(a) != has_event(b) ? has_event(a) : a < b;
  });
  for (std::size_t begin = 0, end = 0; begin < order_.size(); begin = end) {
    std::size_t events = 0;
    double weight = 0;
    for (; end < order_.size() && lower[order_[end]] == lower[order_[begin]]; ++end) {
      if (!has_event(order_[end])) continue;
      ++events;
      weight += weight_of(weights, order_[end]);
    }
    event_weight_ += weight;
    for (std::size_t i = begin; i < end; ++i) {
      begins_[i] = static_cast<std::uint32_t>(begin);
      ends_[i] = static_cast<std::uint32_t>(end);
      if (i - begin >= events) continue;
      earlier_[i] = static_cast<double>(i - begin) / static_cast<double>(events);
      event_weights_[i] = weight / static_cast<double>(events);
    }
  }
}

RiskSets RiskOrder::sets() const noexcept {
  return {std::ssize(order_), order_.data(), begins_.data(), ends_.data(), earlier_.data(), event_weights_.data()};
}

double cox_value(const RiskOrder& order, std::span<const double> scores, std::span<const double> weights, bool efron) {
  const RiskSets sets = order.sets();
  const AtRisk sums = at_risk(sets, scores, weights);
  double value = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (!sets.has_event(static_cast<std::int64_t>(i))) continue;
    const std::size_t begin = sets.begins[i], end = sets.ends[i];
    const double own = efron ? sets.earlier[i] * (sums.own[begin] - sums.own[end]) : 0;
    const std::uint32_t row = sets.order[i];
    value += sets.event_weights[i] * std::log(sums.all[begin] - own) -
             weight_of(weights, row) * (scores[row] - sums.largest);
  }
  return value / order.event_weight();
}

double BaselineHazard::at(double time) const noexcept {
  const auto after = std::ranges::upper_bound(times, time) - times.begin();
  return after == 0 ? 0 : hazards[static_cast<std::size_t>(after) - 1];
}

BaselineHazard breslow_hazard(const RiskOrder& order, std::span<const double> lower, std::span<const double> scores,
                              std::span<const double> weights) {
  const RiskSets sets = order.sets();
  const AtRisk sums = at_risk(sets, scores, weights);
  BaselineHazard baseline;
  double hazard = 0;
  for (std::size_t begin = 0; begin < scores.size(); begin = sets.ends[begin]) {
    double weight = 0;
    for (std::size_t i = begin; i < sets.ends[begin]; ++i) weight += sets.event_weights[i];
    if (weight == 0) continue;
    hazard += weight / sums.all[begin];
    baseline.times.push_back(lower[sets.order[begin]]);
    baseline.hazards.push_back(hazard * std::exp(-sums.largest));
  }
  return baseline;
}

}  // namespace linden
