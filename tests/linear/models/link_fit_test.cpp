// Fits behind links. Where two groups have a column of their own the best means are the groups', whatever the link: so
// weights and errors are known.
#include <gtest/gtest.h>

#include <cmath>
#include <linden/boosting.hpp>
#include <linden/metric.hpp>
#include <linden/statistics.hpp>
#include <numeric>
#include <random>

#include "refusal.hpp"

namespace linden {
namespace {

struct Pair {
  Loss loss;
  Link link;
};
const std::vector<Pair>& pairs() {
  static const std::vector<Pair> all{{loss::squared(), Link::exp},
                                     {loss::squared(), Link::inverse},
                                     {loss::logistic(), Link::probit},
                                     {loss::logistic(), Link::cloglog},
                                     {loss::logistic(), Link::exp},
                                     {loss::logistic(), Link::identity},
                                     {loss::poisson(), Link::identity},
                                     {loss::poisson(), Link::sqrt},
                                     {loss::gamma(), Link::inverse},
                                     {loss::gamma(), Link::identity},
                                     {loss::inverse_gaussian(), Link::exp},
                                     {loss::inverse_gaussian(), Link::inverse_square},
                                     {loss::inverse_gaussian(), Link::inverse},
                                     {loss::inverse_gaussian(), Link::identity},
                                     {loss::tweedie(), Link::identity},
                                     {loss::tweedie(), Link::sqrt},
                                     {loss::tweedie(), Link::inverse},
                                     {loss::negative_binomial(), Link::identity},
                                     {loss::negative_binomial(), Link::sqrt}};
  return all;
}

bool is_convex(const std::string& loss, Link link) {
  if (loss == "logistic") return true;
  if (loss == "poisson") return link != Link::exp;
  if (loss == "gamma") return link == Link::inverse;
  return loss == "inverse_gaussian" && (link == Link::inverse_square || link == Link::inverse);
}

struct Drawn {
  std::vector<double> x, labels;
};

/// Of two groups of unlike size, x is which.
Drawn two_groups(const Loss& loss) {
  std::mt19937_64 random(7);
  Drawn drawn;
  for (int i = 0; i < 60; ++i) {
    const bool second = i % 3 == 0;
    const double u = static_cast<double>(random() >> 11) * 0x1p-53;
    drawn.x.push_back(second ? 1 : 0);
    double label = 0.2 + (second ? 1.4 : 0.6) * (0.3 + u);
    if (loss.label_kind() == LabelKind::classes) label = u < (second ? 0.7 : 0.3) ? 1 : 0;
    if (loss.label_kind() == LabelKind::nonnegative) label = std::floor(label * 4);
    drawn.labels.push_back(label);
  }
  return drawn;
}

double mean_of_group(const Drawn& drawn, double group) {
  double sum = 0, count = 0;
  for (std::size_t i = 0; i < drawn.x.size(); ++i)
    if (drawn.x[i] == group) {
      sum += drawn.labels[i];
      ++count;
    }
  return sum / count;
}

/// The link as textbooks write it, and its slope.
double score_of(Link link, double m) {
  switch (link) {
    case Link::exp: return std::log(m);
    case Link::cloglog: return std::log(-std::log(1 - m));
    case Link::sqrt: return std::sqrt(m);
    case Link::inverse: return 1 / m;
    case Link::inverse_square: return 1 / (m * m);
    case Link::probit: {
      double low = -10, high = 10;
      for (int i = 0; i < 200; ++i)
        (std::erfc(-(low + high) / 2 / std::sqrt(2)) / 2 < m ? low : high) = (low + high) / 2;
      return low;
    }
    default: return m;
  }
}
double slope_of_link(Link link, double m) {
  const double h = 1e-5 * m;
  return (score_of(link, m + h) - score_of(link, m - h)) / (2 * h);
}
double variance_of(const std::string& loss, double m) {
  if (loss == "logistic") return m * (1 - m);
  if (loss == "poisson") return m;
  if (loss == "gamma") return m * m;
  if (loss == "tweedie") return std::pow(m, 1.5);
  if (loss == "negative_binomial") return m + m * m;
  return loss == "inverse_gaussian" ? m * m * m : 1;
}

TEST(LinkFit, GroupsHaveTheirMeansAndTheErrorsOfThem) {
  for (const auto& [loss, link] : pairs()) {
    SCOPED_TRACE(loss.name() + " behind " + name_of(link));
    const Drawn drawn = two_groups(loss);
    const Dataset data = Dataset().with_column("x", drawn.x).with_label(drawn.labels);
    const LinearModel model = fit_linear(data, {.loss = loss, .link = link, .tolerance = 1e-14});
    EXPECT_EQ(model.certificate().status, FitStatus::converged) << model.certificate();
    EXPECT_TRUE(model.warnings().empty());
    const double first = mean_of_group(drawn, 0), second = mean_of_group(drawn, 1);
    const double a = score_of(link, first), b = score_of(link, second);
    EXPECT_NEAR(model.intercept()[0], a, 1e-7 * std::max(1.0, std::abs(a)));
    EXPECT_NEAR(model.weight(0), b - a, 1e-7 * std::max(1.0, std::abs(b - a)));
    const Tensor means = model.predict(data);
    for (std::size_t i = 0; i < 2; ++i)
      EXPECT_NEAR(means.span<const double>()[i], drawn.x[i] == 1 ? second : first, 1e-7);

    const FitStatistics fit = statistics(model, data, {.dispersion = Dispersion::one});
    const auto error = [&, &name = loss.name(), l = link](double mean, double rows) {
      const double slope = slope_of_link(l, mean);
      return variance_of(name, mean) * slope * slope / rows;
    };
    EXPECT_NEAR(fit.coefficients[0].standard_error, std::sqrt(error(first, 40)), 1e-6);
    EXPECT_NEAR(fit.coefficients[1].standard_error, std::sqrt(error(first, 40) + error(second, 20)), 1e-6);
    EXPECT_GT(fit.null_deviance, fit.deviance);
    EXPECT_EQ(fit.link, link == Link::exp ? "log" : name_of(link));
    EXPECT_FALSE(fit.is_normal);
  }
}

std::vector<double> random_numbers(std::size_t count, unsigned seed) {
  std::mt19937_64 random(seed);
  std::vector<double> numbers(count);
  for (double& x : numbers) x = static_cast<double>(random() >> 11) * 0x1p-53;
  return numbers;
}

TEST(LinkFit, PenalisedFitsHaveABoundWhereTheLossIsConvexAndAnEstimateElsewhere) {
  for (const auto& [loss, link] : pairs()) {
    SCOPED_TRACE(loss.name() + " behind " + name_of(link));
    const Drawn drawn = two_groups(loss);
    const Dataset data = Dataset()
                             .with_column("x", drawn.x)
                             .with_column("u", random_numbers(drawn.x.size(), 3))
                             .with_label(drawn.labels);
    for (const double l1 : {0.0, 0.01}) {
      const LinearModel model = fit_linear(data, {.loss = loss, .link = link, .l1 = l1, .l2 = 0.02});
      const Certificate& c = model.certificate();
      EXPECT_TRUE(c.is_optimal()) << c;
      // The gap is no less than what a much closer fit is below.
      const LinearModel closer = fit_linear(
          data, {.loss = loss, .link = link, .l1 = l1, .l2 = 0.02, .solver = Solver::lbfgs, .tolerance = 1e-13});
      EXPECT_LE(c.objective - closer.certificate().objective, c.gap + 1e-14 * (1 + std::abs(c.objective)));
      EXPECT_EQ(c.gap_kind, is_convex(loss.name(), link) ? GapKind::bound : GapKind::estimate) << c;
    }
  }
}

TEST(LinkFit, ModelFilesKeepTheLink) {
  for (const auto& [loss, link] : pairs()) {
    SCOPED_TRACE(loss.name() + " behind " + name_of(link));
    const Drawn drawn = two_groups(loss);
    const Dataset data = Dataset().with_column("x", drawn.x).with_label(drawn.labels);
    const LinearModel model = fit_linear(data, {.loss = loss, .link = link});
    const LinearModel loaded = LinearModel::from_string(model.to_string());
    EXPECT_EQ(loaded.to_string(), model.to_string());
    EXPECT_EQ(loaded.loss().link(), link);
    EXPECT_EQ(loaded.config().link, link);
    const Tensor here = model.predict(data), there = loaded.predict(data);
    for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(here.span<const double>()[i], there.span<const double>()[i]);
    // The loss of a model is one to fit with.
    EXPECT_EQ(fit_linear(data, {.loss = loaded.loss()}).weights(), model.weights());
  }
}

TEST(LinkFit, OffsetsWeightsAndFitsWithoutAnIntercept) {
  const std::vector<double> x = random_numbers(80, 1), o = random_numbers(80, 2), u = random_numbers(80, 3);
  std::vector<double> labels, weights, twice_x, twice_y, twice_o;
  for (std::size_t i = 0; i < x.size(); ++i) {
    labels.push_back(std::floor(6 * u[i] * (0.5 + x[i])));
    weights.push_back(i % 4 == 0 ? 2 : 1);
    for (int copy = 0; copy < weights.back(); ++copy) {
      twice_x.push_back(x[i]);
      twice_y.push_back(labels[i]);
      twice_o.push_back(o[i]);
    }
  }
  for (const bool intercept : {true, false}) {
    const LinearConfig config{
        .loss = loss::poisson(), .link = Link::identity, .intercept = intercept, .tolerance = 1e-13};
    const LinearModel weighted =
        fit_linear(Dataset().with_column("x", x).with_label(labels).with_weight(weights).with_offset(o), config);
    const LinearModel copies =
        fit_linear(Dataset().with_column("x", twice_x).with_label(twice_y).with_offset(twice_o), config);
    EXPECT_TRUE(weighted.certificate().is_optimal()) << weighted.certificate();
    EXPECT_NEAR(weighted.weight(0), copies.weight(0), 1e-7);
    // At the optimum of sum m - y log m the rows' (1 - y / m) x sum to 0, with m = o + b + x w.
    double slope = 0, of_constant = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double mean = o[i] + weighted.intercept()[0] + x[i] * weighted.weight(0);
      slope += weights[i] * (1 - labels[i] / mean) * x[i];
      of_constant += weights[i] * (1 - labels[i] / mean);
    }
    EXPECT_NEAR(slope, 0, 1e-5);
    EXPECT_NEAR(intercept ? of_constant : 0, 0, 1e-5);
  }
}

TEST(LinkFit, WithoutAnInterceptFitsBeginWithLeastSquares) {
  const std::vector<double> x{1, 2, 3, 4, 6}, y{0.9, 0.52, 0.31, 0.26, 0.17};
  const LinearModel model = fit_linear(Dataset().with_column("x", x).with_label(y),
                                       {.loss = loss::squared(), .link = Link::inverse, .intercept = false});
  EXPECT_TRUE(model.certificate().is_optimal()) << model.certificate();
  double slope = 0;  // of sum (y - 1 / (x w))^2 / 2
  for (std::size_t i = 0; i < x.size(); ++i)
    slope += (y[i] - 1 / (x[i] * model.weight(0))) / (x[i] * model.weight(0) * model.weight(0));
  EXPECT_NEAR(slope, 0, 1e-4);
}

TEST(LinkFit, TheEdgeOfWhatALinkTakesIsSaid) {
  // The line that fits best would have means below 0 at the zeros.
  const Dataset data =
      Dataset().with_column("x", NumberList{0, 1, 2, 3, 4, 5, 6}).with_label(NumberList{0, 0, 0, 0, 1, 6, 16});
  const LinearModel model = fit_linear(data, {.loss = loss::poisson(), .link = Link::identity});
  EXPECT_FALSE(model.certificate().is_optimal());
  ASSERT_EQ(model.warnings().size(), 1u);
  EXPECT_EQ(model.warnings()[0],
            "the fit stands at the edge of what link identity takes (scores above 0), where the likelihood may still "
            "rise: weights are no optimum, and have no errors. Hint: another link, or fewer columns.");
  EXPECT_EQ(refusal<DataError>([] {
              fit_linear(Dataset().with_column("x", NumberList{1, 2, 3}).with_label(NumberList{0, 0, 0}),
                         {.loss = loss::poisson(), .link = Link::identity});
            }),
            "fit_linear: the link identity does not take the scores that the fit starts with: the mean of the labels "
            "is at the end of its range. Hint: another link.");
  EXPECT_EQ(refusal<DataError>([] {
              fit_linear(Dataset().with_column("x", NumberList{-1, 1, 2}).with_label(NumberList{1, 2, 3}),
                         {.loss = loss::gamma(), .link = Link::identity, .intercept = false});
            }),
            "fit_linear: the link identity does not take the scores that the fit starts with: those of least squares, "
            "without an intercept, give some row a mean out of range. Hint: an intercept, or another link.");
}

TEST(LinkFit, IntervalsOfPredictionsEndWhereMeansDo) {
  const Dataset data =
      Dataset().with_column("x", NumberList{0, 1, 2, 3, 4, 5, 6, 7}).with_label(NumberList{1, 1.2, 3, 2, 3, 7, 4, 12});
  const Dataset far = Dataset().with_column("x", NumberList{3, 7});
  for (const Link link : {Link::inverse, Link::identity}) {
    const LinearModel model = fit_linear(data, {.loss = loss::gamma(), .link = link, .tolerance = 1e-12});
    const FitStatistics fit = statistics(model, data);
    const std::vector<Interval> intervals = predict_intervals(model, fit, far, {.level = 0.9999999});
    for (const Interval& interval : intervals) {
      EXPECT_LT(interval.lower, interval.value);
      EXPECT_LT(interval.value, interval.upper);
      EXPECT_GE(interval.lower, 0);
    }
    EXPECT_EQ(std::isinf(intervals[1].upper), link == Link::inverse);  // scores of 0 lie within it
  }
  EXPECT_EQ(refusal<ArgumentError>([&] {
              const LinearModel model = fit_linear(data, {.loss = loss::squared(), .link = Link::exp});
              predict_intervals(model, statistics(model, data), far, {.observation = true});
            }),
            "predict_intervals: intervals of new labels are of the squared loss, and this is \"squared\" with link "
            "log. Hint: those of means.");
}

TEST(LinkFit, TreesTakeTheLossAsItIsAlone) {
  const Dataset data = Dataset().with_column("x", NumberList{1, 2, 3}).with_label(NumberList{1, 2, 3});
  const LinearModel model = fit_linear(data, {.loss = loss::poisson(), .link = Link::sqrt});
  EXPECT_EQ(refusal<ArgumentError>([&] { fit_boosted(data, {.loss = model.loss()}); }),
            "BoostingConfig.loss is poisson with link sqrt, which linear models alone take. Hint: loss \"poisson\" as "
            "it is.");
  EXPECT_EQ(refusal<ArgumentError>([] {
              fit_firth(Dataset().with_column("x", NumberList{1, 2, 3}).with_label(NumberList{0, 1, 0}),
                        {.loss = loss::logistic(), .link = Link::probit});
            }),
            "fit_firth: link probit; the correction is of logistic regression. Hint: leave the link out.");
}

TEST(LinkFit, TheMetricOfTheLossGoesBackThroughTheLink) {
  const Drawn drawn = two_groups(loss::inverse_gaussian());
  const Dataset data = Dataset().with_column("x", drawn.x).with_label(drawn.labels);
  for (const Link link : {Link::exp, Link::inverse_square, Link::identity}) {
    const LinearModel model = fit_linear(data, {.loss = loss::inverse_gaussian(), .link = link, .tolerance = 1e-12});
    const Tensor predictions = model.predict(data);
    EXPECT_NEAR(metric::of(model.loss()).evaluate(predictions, data.label()), model.certificate().objective, 1e-9);
  }
}

}  // namespace
}  // namespace linden
