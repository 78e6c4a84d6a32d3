// Isotonic regression: pooled adjacent violators over points sorted by x.
#include <algorithm>
#include <cmath>
#include <linden/calibration.hpp>
#include <numeric>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"

namespace linden {
namespace {

/// Points that have one value.
struct Pool {
  double low, high;  ///< their x
  double weight, mean;
};

void check_points(std::span<const double> x, std::span<const double> y, std::span<const double> weights) {
  if (x.size() != y.size() || (!weights.empty() && weights.size() != x.size()))
    fail<ArgumentError>("isotonic_regression: {} x, {} y and {} weights.", x.size(), y.size(), weights.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!std::isfinite(x[i]) || !std::isfinite(y[i]))
      fail<ArgumentError>("isotonic_regression: point {} is ({}, {}); both must be finite. Hint: leave it out.", i,
                          x[i], y[i]);
    if (!weights.empty() && !(weights[i] >= 0 && std::isfinite(weights[i])))
      fail<ArgumentError>("isotonic_regression: weight {} of point {}, but weights are finite and >= 0.", weights[i],
                          i);
  }
}

}  // namespace

double RisingLine::operator()(double at) const {
  if (x.empty() || std::isnan(at)) return at;
  const auto above = std::upper_bound(x.begin(), x.end(), at);
  if (above == x.begin()) return y.front();
  const auto i = static_cast<std::size_t>(above - x.begin());
  if (i == x.size()) return y.back();
  return y[i - 1] + (at - x[i - 1]) / (x[i] - x[i - 1]) * (y[i] - y[i - 1]);
}

RisingLine isotonic_regression(std::span<const double> x, std::span<const double> y,
                               std::span<const double> weights) try {
  check_points(x, y, weights);
  std::vector<std::size_t> order(x.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return x[a] < x[b]; });
  std::vector<Pool> pools;
  for (const std::size_t i : order) {
    const double weight = weights.empty() ? 1 : weights[i];
    if (!(weight > 0)) continue;
    if (!pools.empty() && pools.back().low == pools.back().high && pools.back().high == x[i]) {  // equal x: one point
      Pool& last = pools.back();
      last.mean += weight / (last.weight + weight) * (y[i] - last.mean);
      last.weight += weight;
    } else {
      pools.push_back({x[i], x[i], weight, y[i]});
    }
  }
  if (pools.empty()) fail<ArgumentError>("isotonic_regression: no point has a weight above 0.");
  std::vector<Pool> rising;
  for (Pool next : pools) {
    while (!rising.empty() && rising.back().mean >= next.mean) {
      const Pool& last = rising.back();
      const double weight = last.weight + next.weight;
      next = {last.low, next.high, weight, last.mean + next.weight / weight * (next.mean - last.mean)};
      rising.pop_back();
    }
    rising.push_back(next);
  }
  RisingLine line;
  for (const Pool& pool : rising) {
    line.x.push_back(pool.low);
    line.y.push_back(pool.mean);
    if (pool.high == pool.low) continue;
    line.x.push_back(pool.high);
    line.y.push_back(pool.mean);
  }
  return line;
} catch (const std::bad_alloc&) {
  fail_out_of_memory("isotonic_regression");
}

}  // namespace linden
