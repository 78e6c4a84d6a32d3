// Losses behind links: values and slopes against the log-likelihoods in long double, second derivatives against the
// observed or the expected information, divergences against their definition, and which links go with which loss.
#include <gtest/gtest.h>

#include <cmath>
#include <linden/linear.hpp>
#include <linden/loss.hpp>
#include <string>
#include <vector>

#include "linear/objective/conjugates.hpp"
#include "loss/linked.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

using Long = long double;

/// 1 less the mean, of shares: it has digits of its own.
struct ExactMean {
  Long mean, rest;
};

ExactMean exact_mean(Link link, Long s) {
  switch (link) {
    case Link::exp: return {std::exp(s), -std::expm1(s)};
    case Link::sigmoid: return {1 / (1 + std::exp(-s)), 1 / (1 + std::exp(s))};
    case Link::probit: return {std::erfc(-s / std::sqrt(2.0L)) / 2, std::erfc(s / std::sqrt(2.0L)) / 2};
    case Link::cloglog: return {-std::expm1(-std::exp(s)), std::exp(-std::exp(s))};
    case Link::sqrt: return {s * s, 1 - s * s};
    case Link::inverse: return {1 / s, 1 - 1 / s};
    case Link::inverse_square: return {1 / std::sqrt(s), 1 - 1 / std::sqrt(s)};
    default: return {s, 1 - s};
  }
}

/// Minus the log-likelihood, but for what the label alone adds.
Long exact_loss(const std::string& name, ExactMean of, Long y, Long p) {
  const auto [m, rest] = of;
  if (name == "squared") return (y - m) * (y - m) / 2;
  if (name == "poisson") return m - y * std::log(m);
  if (name == "gamma") return std::log(m) + y / m;
  if (name == "tweedie") return std::pow(m, 2 - p) / (2 - p) + y * std::pow(m, 1 - p) / (p - 1);
  if (name == "negative_binomial") return (y + 1 / p) * std::log1p(p * m) - y * std::log(m);
  if (name == "inverse_gaussian") return y / (2 * m * m) - 1 / m;
  return (y > 0 ? -y * std::log(m) : 0) - (y < 1 ? (1 - y) * std::log(rest) : 0);
}

struct Pair {
  Loss listed;
  Link link;
  std::vector<double> scores, labels;
  bool is_convex;
};

std::vector<Pair> pairs() {
  const std::vector<double> above{0.02, 0.4, 1.3, 7}, shares{0.03, 0.3, 0.7, 0.98}, below{-6, -1.2, -0.3, -0.01},
      all{-3, -0.7, 0.2, 2.1}, counts{0, 1, 4}, amounts{0.3, 2, 5}, parts{0, 0.25, 1};
  return {{loss::squared(), Link::exp, all, {-1, 0.5, 3}, false},
          {loss::squared(), Link::inverse, all, {-1, 0.5, 3}, false},
          {loss::logistic(), Link::probit, {-9, -3, -0.4, 0.9, 8}, {0, 1}, true},
          {loss::logistic(), Link::cloglog, {-12, -3, -0.4, 0.9, 2.5}, {0, 1}, true},
          {loss::cross_entropy(), Link::probit, all, parts, true},
          {loss::cross_entropy(), Link::cloglog, {-3, -0.7, 0.2, 1.4}, parts, true},
          {loss::cross_entropy(), Link::exp, below, parts, true},
          {loss::cross_entropy(), Link::identity, shares, parts, true},
          {loss::poisson(), Link::identity, above, counts, true},
          {loss::poisson(), Link::sqrt, above, counts, true},
          {loss::gamma(), Link::inverse, above, amounts, true},
          {loss::gamma(), Link::identity, above, amounts, false},
          {loss::inverse_gaussian(), Link::inverse_square, above, amounts, true},
          {loss::inverse_gaussian(), Link::inverse, above, amounts, true},
          {loss::inverse_gaussian(), Link::identity, above, amounts, false},
          {loss::tweedie({.variance_power = 1.3}), Link::identity, above, counts, false},
          {loss::tweedie({.variance_power = 1.7}), Link::sqrt, above, counts, false},
          {loss::tweedie(), Link::inverse, above, counts, false},
          {loss::negative_binomial({.dispersion = 0.4}), Link::identity, above, counts, false},
          {loss::negative_binomial(), Link::sqrt, above, counts, false}};
}

/// Calls visit(loss, pair, score, label, exact loss as a function of score and label).
template <class Visit>
void each_row(const Visit& visit) {
  for (const Pair& pair : pairs()) {
    const Loss loss = with_link("test", pair.listed, pair.link);
    const std::vector<LossParameter> parameters = loss.parameters();
    const Long p = parameters.empty() ? 0 : parameters[0].value;
    const auto exact = [&](Long s, Long y) { return exact_loss(loss.name(), exact_mean(pair.link, s), y, p); };
    for (const double score : pair.scores)
      for (const double label : pair.labels) {
        SCOPED_TRACE(loss.name() + " behind " + name_of(pair.link) + " at " + std::to_string(score) + ", label " +
                     std::to_string(label));
        visit(loss, pair, score, label, exact);
      }
  }
}

TEST(LinkedLoss, ValueSlopeAndSecondDerivativeAreThoseOfTheLikelihood) {
  each_row([](const Loss& loss, const Pair& pair, double score, double label, const auto& exact) {
    double slope = 0, curvature = 0;
    const double value = loss.evaluate({&score, 1}, label, {&slope, 1}, {&curvature, 1});
    const Long wanted = exact(score, label), step = 1e-5L * std::min(1.0, std::abs(score));
    EXPECT_NEAR(value, static_cast<double>(wanted), 4e-14 * (1 + std::abs(value)));
    const auto first = [&](Long y) { return (exact(score + step, y) - exact(score - step, y)) / (2 * step); };
    const auto second = [&](Long y) {
      return (exact(score + step, y) - 2 * exact(score, y) + exact(score - step, y)) / (step * step);
    };
    EXPECT_NEAR(slope, static_cast<double>(first(label)), 1e-7 * (1 + std::abs(slope)));
    // Where the loss is not convex the expected one: it is linear in the label.
    const Long y = pair.is_convex ? static_cast<Long>(label) : exact_mean(pair.link, score).mean;
    EXPECT_NEAR(curvature, static_cast<double>(second(y)), 1e-6 * (1 + std::abs(curvature)));
    EXPECT_GE(curvature, 0);
    EXPECT_EQ(traits_of(loss.definition().spec)->is_convex(), pair.is_convex);
  });
}

constexpr Long far = 60;

/// The largest of target s - f(s) over the scores that the link takes: golden section, which wants one peak. One that
/// is far out is none.
template <class F>
Long conjugate(const F& f, Long target, Long low, Long high) {
  const Long ratio = (std::sqrt(5.0L) - 1) / 2;
  for (int i = 0; i < 300; ++i) {
    const Long a = high - ratio * (high - low), b = low + ratio * (high - low);
    if (target * a - f(a) > target * b - f(b))
      high = b;
    else
      low = a;
  }
  if (std::abs(low) > far - 1) return HUGE_VALL;
  return target * (low + high) / 2 - f((low + high) / 2);
}

TEST(LinkedLoss, DivergencesAreThoseOfTheConjugate) {
  int finite = 0;
  each_row([&](const Loss& loss, const Pair& pair, double score, double label, const auto& exact) {
    if (!pair.is_convex || std::abs(score) > 5) return;
    const LossSpec& spec = loss.definition().spec;
    const ScoreRange range = scores_of_link(loss);
    const Long low = std::isinf(range.low) ? -far : range.low, high = std::isinf(range.high) ? far : range.high;
    const auto f = [&](Long s) { return exact(s, label); };
    const Long slope = slope_of(spec, score, label);
    for (const double d : {0.3, -0.3, 1e-3, -1e-3, 0.05, -0.05}) {
      const double found = divergence(spec, score, label, d);
      const Long target = slope + d, wanted = f(score) + conjugate(f, target, low, high) - score * target;
      if (wanted == HUGE_VALL) {
        EXPECT_EQ(found, no_dual_point) << d;
        continue;
      }
      ++finite;
      EXPECT_NEAR(found, static_cast<double>(wanted), 1e-6 * std::abs(found) + 1e-12) << d;
    }
    EXPECT_EQ(divergence(spec, score, label, 0), 0);
    // Far beyond the least a row can cost.
    EXPECT_LE(least_loss(spec, label), static_cast<double>(f(score)) + 1e-12);
  });
  EXPECT_GT(finite, 200);
}

TEST(LinkedLoss, SmallDivergencesAreHalfASquareOverTheCurvature) {
  for (const Pair& pair : pairs()) {
    if (!pair.is_convex) continue;
    const Loss loss = with_link("test", pair.listed, pair.link);
    const double score = pair.scores[1], label = pair.labels[1], d = 1e-7;
    const double bend = bend_of(loss.definition().spec, score, label);
    EXPECT_NEAR(divergence(loss.definition().spec, score, label, d * bend) / (0.5 * d * d * bend), 1, 1e-5)
        << loss.name() << " " << name_of(pair.link);
  }
}

TEST(LinkedLoss, OutsideTheScoresOfALinkARowCostsWithoutEnd) {
  const Loss loss = with_link("test", loss::poisson(), Link::identity);
  double score = -0.5, slope = 1, curvature = 1;
  EXPECT_EQ(loss.evaluate({&score, 1}, 2, {&slope, 1}, {&curvature, 1}), std::numeric_limits<double>::infinity());
  EXPECT_EQ(slope, 0);
  EXPECT_EQ(curvature, 0);
}

TEST(LinkedLoss, LinksThatDoNotGoTogetherAreNamed) {
  const auto refused = [](const Loss& loss, Link link) {
    return refusal<ArgumentError>([&] { LinearConfig{.loss = loss, .link = link}.check(); });
  };
  EXPECT_EQ(refused(loss::poisson(), Link::probit),
            "LinearConfig.link is probit, which does not go with loss \"poisson\". Hint: it takes log, identity, sqrt, "
            "of which log is its own.");
  EXPECT_EQ(refused(loss::huber(), Link::exp),
            "LinearConfig.link is log, which does not go with loss \"huber\". Hint: it has the link identity and no "
            "other.");
  EXPECT_EQ(refused(loss::softmax(), Link::probit),
            "LinearConfig.link is probit, which does not go with loss \"softmax\". Hint: it has the link softmax and "
            "no other.");
  EXPECT_EQ(refusal<ArgumentError>(
                [] { LinearConfig{.loss = loss::squared(), .link = Link::exp, .solver = Solver::qr}.check(); }),
            "LinearConfig.solver is qr, which is for the squared loss, and the loss is squared with link log. Hint: "
            "newton_cholesky, or leave the choice to automatic.");
  EXPECT_EQ(refusal<ArgumentError>([] {
              LinearConfig config;
              set_field(config, "link", "cauchit");
            }),
            "LinearConfig.link is \"cauchit\"; it must be automatic, identity, log, logit, probit, cloglog, sqrt, "
            "inverse or inverse_square.");
  EXPECT_NO_THROW((LinearConfig{.loss = loss::poisson(), .link = Link::exp}.check()));
}

}  // namespace
}  // namespace linden
