// Newton's method between bounds, on the whole loss, which is convex; sums over rows are exact.
#include "loss/survival/first_score.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "backend/loss/survival_losses.hpp"
#include "loss/definition.hpp"
#include "loss/exact_sum.hpp"

namespace linden {
namespace {

constexpr std::int64_t chunk_rows = 16384;
constexpr int most_steps = 200;
constexpr double tolerance = 0x1p-42;

struct TimeRows {
  std::span<const double> lower, upper, weights, offsets;

  double weight(std::size_t row) const { return weights.empty() ? 1.0 : weights[row]; }
  double offset(std::size_t row) const { return offsets.empty() ? 0.0 : offsets[row]; }
};

struct Sums {
  ExactSum slope, bend;
};

template <class Loss>
std::pair<double, double> slope_at(const Loss& loss, double score, const TimeRows& rows, Workers& workers) {
  std::vector<Sums> partial(static_cast<std::size_t>(workers.threads()));
  workers.chunks(std::ssize(rows.lower), chunk_rows,
                 [&](std::int64_t begin, std::int64_t end, std::int64_t, int worker) {
                   Sums& sums = partial[static_cast<std::size_t>(worker)];
                   for (auto row = static_cast<std::size_t>(begin); row < static_cast<std::size_t>(end); ++row) {
                     const Dual d = loss(score + rows.offset(row), TimeInterval{rows.lower[row], rows.upper[row]});
                     sums.slope.add(rows.weight(row) * d.first);
                     sums.bend.add(rows.weight(row) * d.second);
                   }
                 });
  for (std::size_t i = 1; i < partial.size(); ++i) {
    partial[0].slope.add(partial[i].slope);
    partial[0].bend.add(partial[i].bend);
  }
  return {partial[0].slope.value(), partial[0].bend.value()};
}

template <class Times>
double minimise(const AftLoss<Times>& loss, const TimeRows& rows, Workers& workers) {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  bool has_upper = false, has_lower = false;
  for (std::size_t row = 0; row < rows.lower.size(); ++row) {
    const auto reach = [&](double time) {
      low = std::min(low, std::log(time) - rows.offset(row));
      high = std::max(high, std::log(time) - rows.offset(row));
    };
    if (rows.lower[row] > 0) reach(rows.lower[row]), has_lower = true;
    if (std::isfinite(rows.upper[row])) reach(rows.upper[row]), has_upper = true;
  }
  if (!has_upper) return high;
  if (!has_lower) return low;
  // Beyond, all rows agree on where to go; censored ones pull farther the more of them there are.
  low -= 40 * loss.scale, high += 40 * loss.scale;
  double score = 0.5 * (low + high);
  for (int i = 0; i < most_steps; ++i) {
    const auto [slope, bend] = slope_at(loss, score, rows, workers);
    if (slope == 0 || !std::isfinite(slope)) break;
    (slope > 0 ? high : low) = score;
    double next = bend > 0 ? score - slope / bend : std::numeric_limits<double>::quiet_NaN();
    if (!(next > low && next < high)) next = 0.5 * (low + high);
    const bool done = std::abs(next - score) <= tolerance * std::max(1.0, std::abs(score));
    score = next;
    if (done) break;
  }
  return score;
}

}  // namespace

double first_score(const Loss& loss, std::span<const double> lower, std::span<const double> upper,
                   std::span<const double> weights, std::span<const double> offsets, Workers& workers) {
  return visit_survival_loss(loss.definition().spec, [&]<class Functor>(const Functor& functor) -> double {
    if constexpr (is_cox<Functor>)
      return 0;
    else
      return minimise(functor, TimeRows{lower, upper, weights, offsets}, workers);
  });
}

}  // namespace linden
