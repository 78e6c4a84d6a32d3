#include "report/measures/bins.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace linden::reporting {

double mean_of(std::span<const double> values, std::span<const double> weights) {
  double mean = 0, total = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double weight = weights.empty() ? 1 : weights[i];
    if (weight == 0) continue;
    total += weight;
    mean += weight / total * (values[i] - mean);
  }
  return mean;
}

double deviation_of(std::span<const double> values, std::span<const double> weights, double mean) {
  double largest = 0, sum = 0, total = 0;
  for (const double value : values) largest = std::max(largest, std::abs(value - mean));
  if (!(largest > 0)) return 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double weight = weights.empty() ? 1 : weights[i], apart = (values[i] - mean) / largest;
    sum += weight * apart * apart;
    total += weight;
  }
  return largest * std::sqrt(sum / total);
}

std::vector<PredictionBin> by_prediction(std::span<const double> predictions, std::span<const double> labels,
                                         std::span<const double> weights, int count) {
  std::vector<std::size_t> order(predictions.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t row) { return predictions[row]; });
  const auto weight_of = [&](std::size_t row) { return weights.empty() ? 1 : weights[row]; };
  double total = 0, behind = 0;
  for (const std::size_t row : order) total += weight_of(row);
  std::vector<PredictionBin> bins;
  std::vector<double> own_predictions, own_labels, own_weights;  // of the last bin
  const auto close = [&] {
    PredictionBin& bin = bins.back();
    double squares = 0;
    for (const double weight : own_weights) squares += weight * weight;
    bin.prediction = mean_of(own_predictions, own_weights);
    bin.label = mean_of(own_labels, own_weights);
    bin.error = deviation_of(own_labels, own_weights, bin.label) * std::sqrt(squares) / bin.weight;
    for (auto* own : {&own_predictions, &own_labels, &own_weights}) own->clear();
  };
  for (std::size_t i = 0; i < order.size(); ++i) {
    const std::size_t row = order[i];
    const double weight = weight_of(row);
    if (weight == 0) continue;
    const bool is_tied = i > 0 && predictions[row] == predictions[order[i - 1]];
    const bool is_full = behind >= total * static_cast<double>(bins.size()) / count * (1 - 1e-12);
    if (bins.empty() || (is_full && !is_tied && bins.back().weight > 0)) {
      if (!bins.empty()) close();
      bins.emplace_back();
    }
    PredictionBin& bin = bins.back();
    own_predictions.push_back(predictions[row]);
    own_labels.push_back(labels[row]);
    own_weights.push_back(weight);
    bin.weight += weight;
    behind += weight;
  }
  if (!bins.empty()) close();
  return bins;
}

double calibration_error(std::span<const PredictionBin> bins) {
  double error = 0, total = 0;
  for (const PredictionBin& bin : bins) {
    error += bin.weight * std::abs(bin.prediction - bin.label);
    total += bin.weight;
  }
  return error / total;
}

double sorted_quantile(std::span<const double> sorted, double level) {
  const double at = level * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  const double share = at - static_cast<double>(below);
  if (share == 0 || sorted[below] == sorted[above]) return sorted[below];  // infinite ones, too
  return (1 - share) * sorted[below] + share * sorted[above];
}

Histogram histogram(std::span<const double> values, std::span<const double> weights, int bins, bool tails) {
  std::vector<double> sorted;
  std::ranges::copy_if(values, std::back_inserter(sorted), [](double value) { return std::isfinite(value); });
  if (sorted.empty()) return {};
  std::ranges::sort(sorted);
  double low = sorted.front(), high = sorted.back();
  constexpr double most_whole = 0x1p50;  // beyond, halves are no neighbours
  const bool is_whole = high - low < bins && std::max(-low, high) < most_whole &&
                        std::ranges::all_of(sorted, [](double v) { return v == std::round(v); });
  if (is_whole) {
    bins = static_cast<int>(high - low) + 1;
    low -= 0.5;
    high += 0.5;
  } else if (tails && sorted.size() > 200) {
    const double from = sorted_quantile(sorted, 0.005), to = sorted_quantile(sorted, 0.995);
    if (from < to) low = from, high = to;
  }
  if (!(low < high)) {
    const double room = std::max(0.5, std::abs(low) * 0x1p-20);
    low -= room;
    high += room;
  }
  Histogram found;
  const double width = high / bins - low / bins;  // high - low may be too large for a double
  for (int i = 0; i <= bins; ++i) found.edges.push_back(std::lerp(low, high, static_cast<double>(i) / bins));
  found.shares.resize(static_cast<std::size_t>(bins));
  double total = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) continue;
    const double weight = weights.empty() ? 1 : weights[i];
    const double at =
        std::clamp(std::floor((values[i] / 2 - low / 2) / (width / 2)), 0.0, static_cast<double>(bins - 1));
    found.shares[static_cast<std::size_t>(at)] += weight;
    total += weight;
  }
  for (double& share : found.shares) share /= total > 0 ? total : 1;
  return found;
}

}  // namespace linden::reporting
