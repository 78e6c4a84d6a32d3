// Distributions of two scores against integrals over their densities, which are written here anew, in long double.
#include "loss/distribution.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <linden/loss.hpp>
#include <random>
#include <vector>

#include "backend/loss/row_losses.hpp"
#include "loss/definition.hpp"
#include "loss/initial_score.hpp"
#include "loss/quantile_functions.hpp"

namespace linden {
namespace {

using Long = long double;

constexpr Link links[] = {Link::normal, Link::log_normal, Link::gamma};
constexpr TwoScores some_scores[] = {{0.4, -0.7}, {-1.3, 0.2}, {2.0, -2.5}, {0.1, 1.1}};

Loss loss_of(Link link, bool natural = true) {
  if (link == Link::normal) return loss::normal_distribution({.natural_gradient = natural});
  if (link == Link::log_normal) return loss::log_normal_distribution({.natural_gradient = natural});
  return loss::gamma_distribution({.natural_gradient = natural});
}

Long log_density(Link link, Long first, Long second, Long y) {
  const Long pi = 3.14159265358979323846L;
  if (link == Link::gamma) {
    const Long shape = std::exp(second), rate = shape / std::exp(first);
    return shape * std::log(rate) - std::lgamma(shape) + (shape - 1) * std::log(y) - rate * y;
  }
  const Long at = link == Link::normal ? y : std::log(y), scale = std::exp(second), z = (at - first) / scale;
  return -std::log(scale) - std::log(2 * pi) / 2 - z * z / 2 - (link == Link::normal ? 0 : at);
}

// The mean of f(y), by the trapezoidal rule on a line that y is stretched to: it is exact to many digits for what is
// smooth and vanishes at both ends.
Long mean_of(Link link, TwoScores s, const std::function<Long(Long)>& f) {
  const bool is_normal = link == Link::normal;
  const Long scale = link == Link::gamma ? 1 : std::exp(Long(s.second));
  const Long step = scale / 64, reach = link == Link::gamma ? 60 : 14 * scale;
  Long sum = 0;
  for (Long t = s.first - (link == Link::gamma ? 700 : reach); t < s.first + reach; t += step) {
    const Long y = is_normal ? t : std::exp(t);
    const Long density = std::exp(log_density(link, s.first, s.second, y)) * (is_normal ? 1 : y);
    if (density > 0) sum += f(y) * density * step;
  }
  return sum;
}

// The slope of -log(density) in score k, by central differences.
Long slope(Link link, TwoScores s, int k, Long y) {
  const Long h = 1e-5L, a = k == 0 ? h : 0, b = k == 1 ? h : 0;
  return -(log_density(link, s.first + a, s.second + b, y) - log_density(link, s.first - a, s.second - b, y)) / (2 * h);
}

TEST(Distribution, LossIsMinusTheLogOfTheDensity) {
  for (const Link link : links)
    for (const TwoScores s : some_scores) {
      EXPECT_NEAR(static_cast<double>(mean_of(link, s, [](Long) { return 1.0L; })), 1, 1e-12);
      for (const double y : {0.3, 1.0, 4.5}) {
        const double want = static_cast<double>(-log_density(link, s.first, s.second, y));
        const double scores[] = {s.first, s.second};
        EXPECT_NEAR(loss_of(link).evaluate(scores, y), want, 1e-13 * (1 + std::abs(want)));
        EXPECT_NEAR(nll_of(link, s, y), want, 1e-13 * (1 + std::abs(want)));
      }
    }
  EXPECT_EQ(nll_of(Link::gamma, {0, 0}, -1), INFINITY);
}

// The Fisher information is the mean of the products of slopes; the natural gradient its inverse times the slopes.
TEST(Distribution, TreesGetTheNaturalGradient) {
  for (const Link link : links)
    for (const TwoScores s : some_scores) {
      const auto product = [&](int i, int j) {
        return mean_of(link, s, [&](Long y) { return slope(link, s, i, y) * slope(link, s, j, y); });
      };
      const Long a = product(0, 0), b = product(0, 1), c = product(1, 1), determinant = a * c - b * b;
      EXPECT_NEAR(static_cast<double>(b / std::sqrt(a * c)), 0, 1e-7);
      for (const double y : {0.3, 1.0, 4.5}) {
        const Long first = slope(link, s, 0, y), second = slope(link, s, 1, y);
        const Long natural[] = {(c * first - b * second) / determinant, (a * second - b * first) / determinant};
        for (const bool is_natural : {true, false})
          for (const int k : {0, 1}) {
            const auto got = visit_loss(loss_of(link, is_natural).definition().spec,
                                        [&]<class Functor>(const Functor& functor) -> SoftmaxLoss::Output {
                                          if constexpr (is_distribution<Functor>)
                                            return distribution_output(functor, s.first, s.second, y, k);
                                          return {};
                                        });
            const Long information = k == 0 ? a : c, h = 1e-4L;
            TwoScores more = s, less = s;
            (k == 0 ? more.first : more.second) += static_cast<double>(h);
            (k == 0 ? less.first : less.second) -= static_cast<double>(h);
            const Long bend = (slope(link, more, k, y) - slope(link, less, k, y)) / (2 * h);
            const Long want = is_natural ? natural[k] : k == 0 ? first : second;
            const Long curvature = std::max(bend, information) / (is_natural ? information : 1);
            EXPECT_NEAR(got.gradient / static_cast<double>(want), 1, 1e-5) << name_of(link) << k << y;
            EXPECT_NEAR(got.curvature / static_cast<double>(curvature), 1, 1e-5) << name_of(link) << k << y;
          }
      }
    }
}

TEST(Distribution, InformationOfLargeShapesGoesOverSmoothly) {
  for (const double k : {900.0, 1023.9, 1024.1, 3000.0}) {
    const Long x = k, exact = 0.5L + 1 / (6 * x) - 1 / (30 * x * x * x) + 1 / (42 * x * x * x * x * x);
    EXPECT_NEAR(GammaDistributionLoss::information(0, std::log(k), 1), static_cast<double>(exact), 1e-11) << k;
  }
  EXPECT_NEAR(GammaDistributionLoss::information(0, 30, 1), 0.5, 1e-12);
}

TEST(Distribution, MomentsAreIntegralsAndLeadBack) {
  for (const Link link : links)
    for (const TwoScores s : some_scores) {
      if (link == Link::log_normal && s.second > 1) continue;  // its moments lie beyond the reach of the integral
      const Moments got = moments_of(link, s);
      const Long mean = mean_of(link, s, [](Long y) { return y; });
      const Long variance = mean_of(link, s, [&](Long y) { return (y - mean) * (y - mean); });
      EXPECT_NEAR(got.mean, static_cast<double>(mean), 1e-9 * (1 + std::abs(got.mean)));
      EXPECT_NEAR(got.deviation, static_cast<double>(std::sqrt(variance)), 1e-9 * got.deviation);
      const TwoScores back = scores_of(link, got);
      EXPECT_NEAR(back.first, s.first, 1e-12 * (1 + std::abs(s.first)));
      EXPECT_NEAR(back.second, s.second, 1e-12);
    }
}

TEST(Distribution, QuantilesHaveTheirShareBelow) {
  for (const Link link : links)
    for (const TwoScores s : some_scores) {
      double before = -INFINITY;
      for (const double level : {1e-9, 0.001, 0.05, 0.3, 0.5, 0.9, 0.999, 1 - 1e-9}) {
        const double q = quantile_of(link, s, level);
        EXPECT_GT(q, before);
        before = q;
        EXPECT_NEAR(share_below(link, s, q), level, 1e-12 + 1e-10 * level) << name_of(link) << level;
      }
      for (const double y : {0.2, 1.0, 3.0}) {
        // The density times a step, from where there is none, by Simpson's rule in log(y), or y.
        Long sum = 0;
        const int steps = 6000;
        const bool is_normal = link == Link::normal;
        const Long low = link == Link::gamma ? -700 : s.first - 14 * std::exp(Long(s.second));
        const Long high = is_normal ? Long(y) : std::log(Long(y));
        if (low >= high) continue;
        for (int i = 0; i <= steps; ++i) {
          const Long t = low + (high - low) * i / steps, at = is_normal ? t : std::exp(t);
          const Long density = std::exp(log_density(link, s.first, s.second, at)) * (is_normal ? 1 : at);
          sum += (i == 0 || i == steps ? 1 : i % 2 == 1 ? 4 : 2) * density;
        }
        EXPECT_NEAR(share_below(link, s, y), static_cast<double>(sum * (high - low) / steps / 3), 1e-5);
      }
    }
}

TEST(Distribution, QuantileFunctionsAreThoseOfTables) {
  EXPECT_NEAR(normal_quantile(0.975), 1.959963984540054, 1e-15);
  EXPECT_NEAR(normal_quantile(1e-20), -9.262340089798408, 1e-14);
  EXPECT_EQ(normal_quantile(0.5), 0);
  EXPECT_NEAR(gamma_quantile(1, 0.5), std::log(2.0), 1e-14);
  EXPECT_NEAR(gamma_quantile(5, 0.05), 3.9402991361190605 / 2, 1e-12);
  EXPECT_EQ(gamma_quantile(1e-4, 0.01), 0);
  for (const double shape : {0.01, 0.7, 30.0, 5e4, 2e5, 1e9})
    for (const double level : {0.01, 0.5, 0.99}) {
      const double x = gamma_quantile(shape, level);
      EXPECT_NEAR(gamma_share(shape, x), x > 0 ? level : 0, 1e-9) << shape << " " << level;
    }
  // Both ways where they meet.
  EXPECT_NEAR(gamma_share(99999, 99999 + 200), gamma_share(100001, 100001 + 200), 1e-5);
}

TEST(Distribution, CrpsIsTheIntegralOfTheSquaredDistance) {
  for (const Link link : links)
    for (const TwoScores s : {TwoScores{0.4, -0.7}, TwoScores{-0.3, 0.2}, TwoScores{1.0, 1.0}})
      for (const double y : {0.3, 1.7}) {
        const double low = link == Link::normal ? -40 : 0, high = low + 400;
        const int steps = 40'000;
        Long sum = 0;
        for (int i = 0; i < steps; ++i) {
          const double t = low + (high - low) * (i + 0.5) / steps;
          const double f = share_below(link, s, t) - (t >= y ? 1 : 0);
          sum += f * f * (high - low) / steps;
        }
        if (link == Link::log_normal && s.second > 0.5) continue;  // its tail goes on
        EXPECT_NEAR(crps_of(link, s, y), static_cast<double>(sum), 1e-3) << name_of(link) << s.first << y;
      }
  EXPECT_NEAR(crps_of(Link::normal, {1, -800}, 3), 2, 1e-15);
}

TEST(Distribution, StartsAtTheMaximumOfTheLikelihood) {
  std::mt19937_64 random(5);
  std::gamma_distribution<double> draw(2.5, 1.7);
  std::vector<double> labels, weights, offsets;
  for (int i = 0; i < 3000; ++i) {
    labels.push_back(draw(random));
    weights.push_back(static_cast<double>(i % 3));
  }
  for (int k = 0; k < 2; ++k)
    for (int i = 0; i < 3000; ++i) offsets.push_back(k == 0 ? 0.1 * (i % 5) : -0.2 * (i % 2));
  Workers workers(2), one(1);
  for (const Link link : links)
    for (const bool beside : {false, true}) {
      const std::span<const double> moved = beside ? std::span<const double>(offsets) : std::span<const double>();
      const std::vector<double> start = initial_score(loss_of(link), labels, weights, workers, moved);
      EXPECT_EQ(initial_score(loss_of(link), labels, weights, one, moved), start);
      Long first = 0, second = 0, total = 0;
      for (std::size_t i = 0; i < labels.size(); ++i) {
        const TwoScores s{start[0] + (beside ? offsets[i] : 0), start[1] + (beside ? offsets[3000 + i] : 0)};
        first += weights[i] * slope(link, s, 0, labels[i]);
        second += weights[i] * slope(link, s, 1, labels[i]);
        total += weights[i];
      }
      EXPECT_NEAR(static_cast<double>(first / total), 0, 1e-8) << name_of(link);
      EXPECT_NEAR(static_cast<double>(second / total), 0, 1e-8) << name_of(link);
    }
  const std::vector<double> same(20, 8.0);
  const std::vector<double> start = initial_score(loss::normal_distribution(), same, {}, workers);
  EXPECT_EQ(start[0], 8);
  EXPECT_NEAR(start[1], std::log(8 * 0x1p-20), 1e-14);
}

}  // namespace
}  // namespace linden
