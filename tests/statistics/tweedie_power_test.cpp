// Tweedie regression whose power is estimated.
#include "statistics/tweedie_power.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <linden/statistics.hpp>
#include <random>

#include "refusal.hpp"

namespace linden {
namespace {

TEST(TweedieDensity, IsThatOfTheSumOfPoissonManyGammaAmounts) {
  for (const double power : {1.1, 1.5, 1.9})
    for (const double dispersion : {0.3, 1.0, 4.0})
      for (const double mean : {0.2, 3.0}) {
        const long double p = power, phi = dispersion, m = mean;
        const long double rate = std::pow(m, 2 - p) / (phi * (2 - p)), shape = (2 - p) / (p - 1),
                          scale = phi * (p - 1) * std::pow(m, p - 1);
        EXPECT_NEAR(tweedie_log_density(0, mean, power, dispersion), static_cast<double>(-rate), 1e-13 * (1 + rate));
        for (const double label : {0.01, 0.7, 5.0}) {
          long double sum = 0;  // over the number of amounts
          for (int n = 1; n < 400; ++n)
            sum += std::exp(-rate + n * std::log(rate) - std::lgamma(n + 1.0L) +
                            (n * shape - 1) * std::log(label / scale) - label / scale - std::lgamma(n * shape) -
                            std::log(scale));
          EXPECT_NEAR(tweedie_log_density(label, mean, power, dispersion), static_cast<double>(std::log(sum)), 1e-10)
              << power << " " << dispersion << " " << mean << " " << label;
        }
      }
}

/// Claims of a portfolio: log mean 0.5 + x, power 1.6, dispersion 1.5.
Dataset claims(int rows) {
  std::mt19937_64 random(3);
  std::vector<double> x, y;
  for (int i = 0; i < rows; ++i) {
    x.push_back(i % 10 / 10.0);
    const double mean = std::exp(0.5 + x.back()), power = 1.6, dispersion = 1.5;
    std::poisson_distribution<int> count(std::pow(mean, 2 - power) / (dispersion * (2 - power)));
    std::gamma_distribution<double> amount((2 - power) / (power - 1),
                                           dispersion * (power - 1) * std::pow(mean, power - 1));
    double sum = 0;
    for (int n = count(random); n > 0; --n) sum += amount(random);
    y.push_back(sum);
  }
  return Dataset().with_column("x", x).with_label(y);
}

TEST(TweediePower, IsNearTheOneThatRowsWereDrawnWith) {
  const Dataset data = claims(600);
  const LinearModel model = fit_tweedie(data, {}, {.threads = 2});
  EXPECT_EQ(model.loss().name(), "tweedie");
  const double power = model.loss().parameters()[0].value;
  EXPECT_NEAR(power, 1.6, 0.06);
  EXPECT_NEAR(model.weight(0), 1, 0.3);
  // It is the fit of that power.
  EXPECT_EQ(model.weights(), fit_linear(data, {.loss = loss::tweedie({.variance_power = power})}).weights());
  // Neighbours are not more likely, each with a dispersion of its own.
  const auto likelihood = [&](double p) {
    const Tensor means = fit_linear(data, {.loss = loss::tweedie({.variance_power = p})}).predict(data);
    double best = -HUGE_VAL;
    for (double t = -0.5; t < 1.5; t += 0.1) {
      double sum = 0;
      for (std::size_t i = 0; i < 600; ++i)
        sum += tweedie_log_density(data.label().span<const double>()[i], means.span<const double>()[i], p, std::exp(t));
      best = std::max(best, sum);
    }
    return best;
  };
  const double here = likelihood(power);
  EXPECT_GT(here, likelihood(power - 0.06));
  EXPECT_GT(here, likelihood(power + 0.06));
}

TEST(TweediePower, RefusesWhatHasNone) {
  const Dataset data = claims(50);
  EXPECT_EQ(refusal<ArgumentError>([&] { fit_tweedie(data, {.l2 = 1}); }),
            "fit_tweedie: l1 = 0 and l2 = 1; the power of maximum likelihood wants fits without penalties.");
  EXPECT_EQ(refusal<ArgumentError>([&] { fit_tweedie(data, {.constraints = {.nonnegative = true}}); }),
            "fit_tweedie: there are constraints; the power of maximum likelihood wants fits without.");
  // Counts of Poisson: amounts that are all alike.
  std::vector<double> counts, x;
  std::mt19937_64 random(5);
  std::poisson_distribution<int> count(2);
  for (int i = 0; i < 200; ++i) {
    counts.push_back(count(random));
    x.push_back(i % 7);
  }
  EXPECT_EQ(refusal<DataError>([&] { fit_tweedie(Dataset().with_column("x", x).with_label(counts)); }),
            "fit_tweedie: the likelihood is highest at a power of 1 or below. Hint: loss::poisson() or "
            "loss::squared().");
}

}  // namespace
}  // namespace linden
