// The power of a Tweedie regression by profile likelihood. A label is a sum of Poisson many gamma amounts; its density
// is a series over how many, whose terms have one peak (Dunn and Smyth 2005).
#include <algorithm>
#include <cmath>
#include <functional>
#include <linden/statistics.hpp>
#include <vector>

#include "backend/math/special.hpp"
#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "base/parallel.hpp"
#include "linear/config.hpp"
#include "linear/plain_fit.hpp"
#include "model/training_data.hpp"
#include "statistics/tweedie_power.hpp"

namespace linden {

double tweedie_log_density(double label, double mean, double power, double dispersion) noexcept {
  const double rise = 2 - power, fall = power - 1;
  const double rate = std::pow(mean, rise) / (dispersion * rise);
  if (label == 0) return -rate;
  const double shape = rise / fall, scale = dispersion * fall * std::pow(mean, fall);
  const double each = std::log(rate) + shape * std::log(label / scale);
  // Of so many amounts, but for what all terms have in common.
  const auto term = [&](double count) { return count * each - math::lgamma(count + 1) - math::lgamma(count * shape); };
  const double peak = std::max(1.0, std::round(std::pow(label, rise) / (dispersion * rise)));
  const double top = term(peak);
  constexpr double least = -37;  // exp of it is a sixteenth digit
  double sum = 1;
  for (double count = peak + 1;; ++count) {
    const double next = term(count) - top;
    if (next < least) break;
    sum += std::exp(next);
  }
  for (double count = peak - 1; count >= 1; --count) {
    const double next = term(count) - top;
    if (next < least) break;
    sum += std::exp(next);
  }
  return top + std::log(sum) - rate - label / scale - std::log(label);
}

namespace {

constexpr const char* tweedie_where = "fit_tweedie";
constexpr double golden_share = 0.6180339887498949;

/// Where a function of one peak is highest, within a width: by golden section.
double highest(double low, double high, double width, const std::function<double(double)>& f) {
  double a = high - golden_share * (high - low), b = low + golden_share * (high - low), of_a = f(a), of_b = f(b);
  while (high - low > width) {
    if (of_a > of_b) {
      high = b;
      b = a;
      of_b = of_a;
      a = high - golden_share * (high - low);
      of_a = f(a);
    } else {
      low = a;
      a = b;
      of_a = of_b;
      b = low + golden_share * (high - low);
      of_b = f(b);
    }
  }
  return of_a > of_b ? a : b;
}

class TweedieProfile {
 public:
  TweedieProfile(const Dataset& train, LinearConfig config, const LinearOptions& options)
      : train_(train), config_(std::move(config)), options_(options), workers_(options.threads) {}

  /// The fit of this power, with the log-likelihood of its best dispersion.
  double at(double power) {
    config_.loss = loss::tweedie({.variance_power = power});
    model_ = fit_linear(train_, config_, options_);
    const Tensor labels = model_.labels_of(train_), means = model_.predict(train_, {.threads = options_.threads});
    const auto y = labels.span<const double>(), m = means.span<const double>();
    const std::span<const double> weights = weights_of(train_);
    double squares = 0, total = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
      const double weight = weights.empty() ? 1 : weights[i];
      squares += weight * (y[i] - m[i]) * (y[i] - m[i]) / std::pow(m[i], power);
      total += weight;
    }
    if (std::isnan(log_dispersion_)) log_dispersion_ = std::log(squares / total);  // Pearson's
    return best_likelihood([&](double t) { return likelihood(y, m, weights, power, std::exp(t)); });
  }

  LinearModel take() { return std::move(model_); }

 private:
  /// Over the logarithm of the dispersion, from that of the last power: Newton's method by differences.
  double best_likelihood(const std::function<double(double)>& f) {
    constexpr double reach = 1e-3, longest = 0.5, still = 1e-4;
    double best = 0;
    for (int i = 0; i < 100; ++i) {
      const double here = f(log_dispersion_), above = f(log_dispersion_ + reach), below = f(log_dispersion_ - reach);
      const double slope = (above - below) / (2 * reach), bend = (above - 2 * here + below) / (reach * reach);
      const double step = bend < 0 ? std::clamp(-slope / bend, -longest, longest) : std::copysign(longest, slope);
      log_dispersion_ += step;
      best = here + 0.5 * slope * step;
      if (std::abs(step) < still) break;
    }
    return best;
  }

  double likelihood(std::span<const double> y, std::span<const double> m, std::span<const double> weights, double power,
                    double dispersion) {
    constexpr std::int64_t chunk = 512;
    const auto rows = static_cast<std::int64_t>(y.size());
    std::vector<double> sums(static_cast<std::size_t>((rows + chunk - 1) / chunk));
    workers_.chunks(rows, chunk, [&](std::int64_t begin, std::int64_t end, std::int64_t number, int) {
      for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
        const double weight = weights.empty() ? 1 : weights[i];
        if (weight > 0)
          sums[static_cast<std::size_t>(number)] += weight * tweedie_log_density(y[i], m[i], power, dispersion);
      }
    });
    double sum = 0;
    for (const double part : sums) sum += part;
    return sum;
  }

  const Dataset& train_;
  LinearConfig config_;
  const LinearOptions& options_;
  Workers workers_;
  LinearModel model_;
  double log_dispersion_ = std::nan("");
};

}  // namespace

LinearModel fit_tweedie(const Dataset& train, const LinearConfig& config, const LinearOptions& options) try {
  if (is_penalised(config))
    fail<ArgumentError>("{}: {}; the power of maximum likelihood wants fits without penalties.", tweedie_where,
                        penalties_text(config));
  if (is_bounded(config) || has_equations(config))
    fail<ArgumentError>("{}: there are constraints; the power of maximum likelihood wants fits without.",
                        tweedie_where);
  if (has_several_ranks(options))
    fail<ArgumentError>("{}: rows on several machines have no profile. Hint: all rows on one.", tweedie_where);
  constexpr double lowest = 1.01, highest_power = 1.99, width = 1e-4;
  TweedieProfile profile(train, config, options);
  const double power = highest(lowest, highest_power, width, [&](double p) { return profile.at(p); });
  if (power < lowest + 2 * width || power > highest_power - 2 * width)
    fail<DataError>("{}: the likelihood is highest at a power of {}. Hint: {}.", tweedie_where,
                    power < 1.5 ? "1 or below" : "2 or above",
                    power < 1.5 ? "loss::poisson() or loss::squared()" : "loss::gamma() or loss::inverse_gaussian()");
  profile.at(power);
  return profile.take();
} catch (const std::bad_alloc&) {
  fail_out_of_memory("fit_tweedie");
}

}  // namespace linden
