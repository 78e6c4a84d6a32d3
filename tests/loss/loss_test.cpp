// Losses by row: values, slopes and curvatures against the references in long double, messages.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <linden/error.hpp>
#include <linden/loss.hpp>
#include <linden/ops.hpp>
#include <limits>
#include <optional>
#include <vector>

#include "base/fail.hpp"
#include "loss/definition.hpp"
#include "loss/link.hpp"
#include "loss/loss_references.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

// Of one row, against the reference of its type. Of losses that take another curvature than the second derivative: a
// parabola's, which is slope / residual for a loss that is even in it, or 1 where there are corners.
template <class Listed>
void expect_row(const Loss& loss, const std::vector<double>& score, double label) {
  SCOPED_TRACE(testing::Message() << loss.name() << " at " << testing::PrintToString(score) << ", label " << label);
  const std::size_t outputs = score.size();
  const double parameter = loss.parameters().empty() ? 0 : loss.parameters()[0].value;
  std::vector<double> gradient(outputs), curvature(outputs);
  const double value = loss.evaluate(score, label, gradient, curvature);
  EXPECT_EQ(loss.evaluate(score, label), value);
  for (std::size_t k = 0; k < outputs; ++k) {
    std::vector<Jet> at(score.begin(), score.end());
    at[k].first = 1;
    const Jet exact = LossReference<Listed>::value(at, label, parameter);
    const double first = static_cast<double>(exact.first), residual = score[0] - label;
    double second = static_cast<double>(exact.second);
    if (std::is_same_v<Listed, HingeLoss>)
      second = 1 / std::max(1.0, std::abs((label > 0.5 ? 2 : -2) * score[0] - 1));
    else if (is_majorised<Listed>)
      second = residual == 0 ? 1 : static_cast<double>(exact.first / residual);
    if (Listed::shape == LossShape::cornered) second = std::is_same_v<Listed, MapeLoss> ? std::abs(first) : 1;
    EXPECT_NEAR(value, static_cast<double>(exact.value), 1e-14 * (1 + std::abs(value)));
    EXPECT_NEAR(gradient[k], first, 1e-14 * (1 + std::abs(gradient[k]))) << k;
    EXPECT_NEAR(curvature[k], second, 1e-14 * (1 + std::abs(curvature[k]))) << k;
    if constexpr (has_one_score<Listed>) {
      if constexpr (Listed::shape == LossShape::convex && !is_per_class<Listed>) {
        const double bend = visit_with<Listed>(&parameter, [&](const auto& functor) {
          return bend_of<Listed>(sharp_derivatives(functor, score[0], label));
        });
        EXPECT_NEAR(bend, static_cast<double>(exact.second), 1e-14 * (1 + std::abs(bend)));
      }
    }
  }
}

TEST(Loss, GradientsAndCurvaturesAreTheDerivativesOfTheValue) {
  each_loss([]<class Listed>(LossType<Listed>) {
    EXPECT_EQ(LossReference<Listed>::usual().parameters(), loss::by_name(Listed::name).parameters());
    for (const Loss& loss : {LossReference<Listed>::usual(), LossReference<Listed>::loss()}) {
      EXPECT_EQ(loss.name(), Listed::name);
      if (loss.outputs() == 0) continue;
      for (const double s : {-30.0, -3.5, -0.2, 0.0, 0.9, 4.0, 12.0})
        for (int number = 0; number < 12; ++number) {
          const double label = some_label(loss.label_kind(), loss.classes(), number);
          std::vector<double> score{s, -s / 2, 1.0};
          score.resize(static_cast<std::size_t>(loss.outputs()));
          expect_row<Listed>(loss, score, label);
        }
    }
  });
}

TEST(Loss, FocalTakesAnyGamma) {
  for (const double s : {-30.0, -3.5, -0.2, 0.0, 0.9, 4.0, 30.0})
    for (const double y : {0.0, 1.0})
      for (const double gamma : {2.0, 0.0, 1.0, 3.7}) expect_row<FocalLoss>(loss::focal({.gamma = gamma}), {s}, y);
}

TEST(Loss, FocalWithoutGammaIsLogistic) {
  for (const double s : {-700.0, -2.0, 0.0, 0.5, 40.0, 700.0})
    for (const double y : {0.0, 1.0}) {
      double g = 0, h = 0, wanted_g = 0, wanted_h = 0;
      const double value = loss::focal({.gamma = 0}).evaluate({{s}}, y, {&g, 1}, {&h, 1});
      const double wanted = loss::logistic().evaluate({{s}}, y, {&wanted_g, 1}, {&wanted_h, 1});
      EXPECT_NEAR(value, wanted, 1e-15 * (1 + wanted));
      EXPECT_NEAR(g, wanted_g, 1e-15);
      EXPECT_NEAR(h, wanted_h, 1e-15);
    }
}

TEST(Loss, FocalIsFiniteFarOut) {
  for (const double gamma : {0.0, 0.3, 1.0, 2.0, 5.5})
    for (const double s : {-1e6, -800.0, -100.0, 100.0, 800.0, 1e6})
      for (const double y : {0.0, 1.0}) {
        double g = 0, h = 0;
        const double value = loss::focal({.gamma = gamma}).evaluate({{s}}, y, {&g, 1}, {&h, 1});
        const bool right = (s > 0) == (y == 1);
        EXPECT_NEAR(value, right ? 0 : std::abs(s), 1e-12 * std::abs(s)) << gamma << " " << s << " " << y;
        EXPECT_NEAR(g, right ? 0 : y == 1 ? -1 : 1, 1e-12) << gamma << " " << s << " " << y;
        EXPECT_NEAR(h, 0, 1e-12) << gamma << " " << s << " " << y;
      }
}

TEST(Loss, FocalIsSpeltAsDocumentedForGammaTwo) {
  const auto spelt = [](auto score, double label) {
    using math::log_sigmoid, math::sigmoid, math::square;
    const auto p = sigmoid(score);
    return -label * square(1 - p) * log_sigmoid(score) - (1 - label) * square(p) * log_sigmoid(-score);
  };
  for (const double s : {-9.0, -0.3, 0.0, 1.7, 25.0})
    for (const double y : {0.0, 1.0}) {
      double g = 0, h = 0;
      const Dual d = spelt(variable(s), y);
      EXPECT_EQ(loss::focal().evaluate({{s}}, y, {&g, 1}, {&h, 1}), d.value);
      EXPECT_EQ(g, d.first);
      EXPECT_EQ(h, d.second);
      EXPECT_EQ(spelt(s, y), d.value);
    }
}

TEST(Loss, ALabelThatIsMetHasNoSlope) {
  for (const Loss& loss : {loss::absolute(), loss::quantile({.level = 0.9}), loss::huber()}) {
    double g = 1, h = 0;
    EXPECT_EQ(loss.evaluate({{2.5}}, 2.5, {&g, 1}, {&h, 1}), 0);
    EXPECT_EQ(g, 0) << loss.name();
    EXPECT_EQ(h, 1) << loss.name();
  }
}

TEST(Loss, TheParabolaOfHuberLiesAboveIt) {
  const Loss huber = loss::huber({.delta = 0.7});
  for (const double s : {-5.0, -0.71, -0.3, 0.0, 0.69, 2.0}) {
    double g = 0, h = 0;
    const double value = huber.evaluate({{s}}, 0, {&g, 1}, {&h, 1});
    for (double t = -8; t <= 8; t += 0.125) {
      const double parabola = value + g * (t - s) + h * (t - s) * (t - s) / 2;
      EXPECT_GE(parabola, huber.evaluate({{t}}, 0) - 1e-14) << s << " " << t;
    }
    // It is the tightest: it touches on the other side too.
    const double other = value + g * (-s - s) + h * (-s - s) * (-s - s) / 2;
    EXPECT_NEAR(other, huber.evaluate({{-s}}, 0), 1e-14);
  }
}

TEST(Loss, LogisticStaysAccurateInBothTails) {
  double g = 0, h = 0;
  EXPECT_EQ(loss::logistic().evaluate({{1000.0}}, 1, {&g, 1}, {&h, 1}), 0);
  EXPECT_EQ(g, 0);
  EXPECT_EQ(loss::logistic().evaluate({{-1000.0}}, 1, {&g, 1}, {&h, 1}), 1000);
  EXPECT_EQ(g, -1);
  EXPECT_NEAR(loss::logistic().evaluate({{-50.0}}, 0, {&g, 1}, {&h, 1}) / std::exp(-50.0), 1, 1e-14);
  EXPECT_NEAR(g / std::exp(-50.0), 1, 1e-14);
  EXPECT_NEAR(h / std::exp(-50.0), 1, 1e-14);
}

TEST(Loss, SoftmaxTakesLargeScores) {
  const std::vector<double> score{1000, 990, -1000};
  std::vector<double> g(3), h(3);
  EXPECT_NEAR(loss::softmax({.classes = 3}).evaluate(score, 1, g, h), 10 + std::log1p(std::exp(-10.0)), 1e-12);
  const double p = 1 / (1 + std::exp(10.0));
  EXPECT_NEAR(g[0], 1 - p, 1e-15);
  EXPECT_NEAR(g[1], p - 1, 1e-15);
  EXPECT_EQ(g[2], 0);
  EXPECT_NEAR(h[1], p * (1 - p), 1e-18);
}

TEST(Loss, PredictionsAreTheLinkOfScores) {
  double s = 0.3;
  loss::squared().predict({&s, 1});
  EXPECT_EQ(s, 0.3);
  loss::logistic().predict({&s, 1});
  EXPECT_NEAR(s, 1 / (1 + std::exp(-0.3)), 1e-15);
  s = 0.3;
  loss::poisson().predict({&s, 1});
  EXPECT_NEAR(s, std::exp(0.3), 1e-15);
  std::vector<double> scores{1, 2, 4};
  loss::softmax({.classes = 3}).predict(scores);
  const double sum = std::exp(-3.0) + std::exp(-2.0) + 1;
  EXPECT_NEAR(scores[0], std::exp(-3.0) / sum, 1e-16);
  EXPECT_NEAR(scores[1], std::exp(-2.0) / sum, 1e-16);
  EXPECT_NEAR(scores[2], 1 / sum, 1e-15);
}

TEST(Loss, LinksTakeAnyLayout) {
  // Two rows of three outputs, output-major and row-major.
  std::vector<double> by_output{1, 5, 2, 6, 4, 9}, by_row{1, 2, 4, 5, 6, 9};
  apply_link(Link::softmax, by_output.data(), 2, 3, 2, 1);
  apply_link(Link::softmax, by_row.data(), 2, 3, 1, 3);
  for (int row = 0; row < 2; ++row)
    for (int k = 0; k < 3; ++k) EXPECT_EQ(by_output[k * 2 + row], by_row[row * 3 + k]);
  for (const Link link : {Link::identity, Link::sigmoid, Link::exp, Link::expm1}) {
    std::vector<double> a{0.5, -1, 2, 3}, b{0.5, 2, -1, 3};
    apply_link(link, a.data(), 2, 2, 2, 1);
    apply_link(link, b.data(), 2, 2, 1, 2);
    EXPECT_EQ(a, (std::vector<double>{b[0], b[2], b[1], b[3]}));
  }
}

TEST(Loss, KnowsWhatItIs) {
  EXPECT_EQ(Loss().name(), "squared");
  const Loss softmax = loss::softmax({.classes = 5});
  EXPECT_EQ(softmax.name(), "softmax");
  EXPECT_EQ(softmax.link(), Link::softmax);
  EXPECT_EQ(softmax.label_kind(), LabelKind::classes);
  EXPECT_EQ(softmax.classes(), 5);
  EXPECT_EQ(softmax.outputs(), 5);
  EXPECT_EQ(loss::softmax().outputs(), 0);
  EXPECT_EQ(loss::logistic().classes(), 2);
  EXPECT_EQ(loss::logistic().outputs(), 1);
  EXPECT_EQ(loss::poisson().label_kind(), LabelKind::nonnegative);
  EXPECT_EQ(softmax.definition().spec.kind, kind_of<SoftmaxLoss>);
  EXPECT_STREQ(name_of(Link::identity), "identity");
  EXPECT_STREQ(name_of(Link::sigmoid), "sigmoid");
  EXPECT_STREQ(name_of(Link::softmax), "softmax");
  EXPECT_STREQ(name_of(Link::exp), "exp");
  EXPECT_STREQ(name_of(Link::expm1), "expm1");
  const Loss classes = loss::one_vs_all({.classes = 4});
  EXPECT_EQ(classes.outputs(), 4);
  EXPECT_EQ(classes.classes(), 4);
  EXPECT_EQ(loss::one_vs_all().outputs(), 0);
}

TEST(Loss, ByNameFindsEveryLoss) {
  for (const std::string& name : loss::names()) EXPECT_EQ(loss::by_name(name).name(), name);
  EXPECT_EQ(loss::by_name("softmax", {}, 4).outputs(), 4);
  EXPECT_EQ(refusal<ArgumentError>([] { loss::by_name("logstic"); }),
            "loss: no loss \"logstic\". Did you mean \"logistic\"? Losses: " + listing(loss::names()) + ".");
  EXPECT_EQ(refusal<ArgumentError>([] { loss::by_name("zzzzzzzz"); }),
            "loss: no loss \"zzzzzzzz\". Losses: " + listing(loss::names()) + ".");
  EXPECT_EQ(loss::names().front(), "squared");
}

TEST(Loss, ParametersAreNamed) {
  using Parameters = std::vector<LossParameter>;
  for (const Loss& loss : {loss::squared(), loss::logistic(), loss::softmax(), loss::poisson(), loss::absolute()})
    EXPECT_EQ(loss.parameters(), Parameters{}) << loss.name();
  EXPECT_EQ(loss::quantile().parameters(), (Parameters{{"level", 0.5}}));
  EXPECT_EQ(loss::huber().parameters(), (Parameters{{"delta", 1}}));
  EXPECT_EQ(loss::focal().parameters(), (Parameters{{"gamma", 2}}));
  EXPECT_EQ(loss::huber({.delta = 3}).parameters(), (Parameters{{"delta", 3}}));
  EXPECT_EQ(loss::by_name("quantile", {{"level", 0.9}}).parameters(), (Parameters{{"level", 0.9}}));
  const Loss loss = loss::quantile();
  EXPECT_EQ(loss.with_parameter("level", 0.25).evaluate({{0.0}}, 4), 1);
  EXPECT_EQ(loss.evaluate({{0.0}}, 4), 2);  // as it was
  EXPECT_EQ(loss::focal().link(), Link::sigmoid);
  EXPECT_EQ(loss::focal().classes(), 2);
  EXPECT_EQ(loss::quantile().link(), Link::identity);
  EXPECT_EQ(loss::huber().label_kind(), LabelKind::real);
}

TEST(Loss, ParametersThatDoNotFitAreRefused) {
  EXPECT_EQ(refusal<ArgumentError>([] { loss::quantile({.level = 0}); }),
            "loss::quantile: level is 0, but it must be in (0, 1).");
  EXPECT_EQ(refusal<ArgumentError>([] { loss::quantile({.level = 1}); }),
            "loss::quantile: level is 1, but it must be in (0, 1).");
  EXPECT_EQ(refusal<ArgumentError>([] { loss::huber({.delta = -1}); }),
            "loss::huber: delta is -1, but it must be > 0.");
  EXPECT_EQ(refusal<ArgumentError>([] { loss::focal({.gamma = -0.1}); }),
            "loss::focal: gamma is -0.1, but it must be in [0, 100).");
  EXPECT_EQ(refusal<ArgumentError>([] { loss::focal({.gamma = std::numeric_limits<double>::infinity()}); }),
            "loss::focal: gamma is inf, but it must be in [0, 100).");
  EXPECT_EQ(refusal<ArgumentError>([] {
              loss::by_name("squared", {{"level", 0.5}});
            }),
            "loss squared has no parameter \"level\". Parameters: none. Hint: quantile, expectile have it.");
  EXPECT_EQ(refusal<ArgumentError>([] { loss::huber().with_parameter("detla", 2); }),
            "loss huber has no parameter \"detla\". Did you mean \"delta\"? Parameters: delta.");
}

TEST(Loss, RefusesWhatDoesNotFit) {
  EXPECT_EQ(
      refusal<ArgumentError>([] { loss::softmax({.classes = 1}); }),
      "loss::softmax: classes is 1, but it must be 2 or more. Hint: leave it out and it is taken from the labels.");
  EXPECT_EQ(refusal<ArgumentError>([] { loss::softmax().evaluate({}, 0); }),
            "Loss::evaluate: softmax does not know its classes yet. Hint: loss::softmax({.classes = 3}).");
  const std::vector<double> two{1, 2}, three{1, 2, 3};
  std::vector<double> g(1);
  EXPECT_EQ(refusal<ArgumentError>([&] { loss::softmax({.classes = 3}).evaluate(three, 0, g); }),
            "Loss::evaluate: softmax has 3 score(s) a row, but score, gradient and curvature have 3, 1 and 0 entries.");
  EXPECT_EQ(refusal<ArgumentError>([&] { loss::softmax({.classes = 3}).evaluate(three, 1.5); }),
            "Loss::evaluate: label 1.5 is none of the classes 0 .. 2.");
  EXPECT_EQ(refusal<ArgumentError>([&] {
              std::vector<double> s = two;
              loss::logistic().predict(s);
            }),
            "Loss::predict: logistic has 1 score(s) a row, but 2 are given.");
}

std::string refused(const Loss& loss, std::vector<double> labels) {
  return refusal<DataError>([&] { loss.check_labels("fit_boosted", labels); });
}

TEST(Loss, LabelsItDoesNotTakeAreNamedByRow) {
  std::vector<double> labels(30, 1.0);
  labels[17] = 2;
  EXPECT_EQ(
      refused(loss::logistic(), labels),
      "fit_boosted: label 2 at row 17, but logistic wants 0 or 1. Hint: use .loss = loss::softmax({.classes = 3}).");
  EXPECT_EQ(refused(loss::logistic(), {1, -1}),
            "fit_boosted: label -1 at row 1, but logistic wants 0 or 1. Hint: write the label -1 as 0.");
  EXPECT_EQ(refused(loss::logistic(), {1, 0.5}),
            "fit_boosted: label 0.5 at row 1, but logistic wants 0 or 1. Hint: number the classes 0, 1, 2, ..., or use "
            ".loss = loss::squared() for labels that are measurements.");
  EXPECT_EQ(refused(loss::softmax({.classes = 3}), {0, 1, 3, 6}),
            "fit_boosted: label 3 at row 2, but softmax wants class numbers 0 .. 2. Hint: use .loss = "
            "loss::softmax({.classes = 7}).");
  EXPECT_EQ(refused(loss::softmax(), {0, 1.5}),
            "fit_boosted: label 1.5 at row 1, but softmax wants class numbers from 0. Hint: number the classes 0, "
            "1, 2, ..., or use .loss = loss::squared() for labels that are measurements.");
  EXPECT_EQ(
      refused(loss::poisson(), {0, 3, -1}),
      "fit_boosted: label -1 at row 2, but poisson wants numbers >= 0. Hint: use .loss = loss::squared() for labels "
      "of either sign.");
  const Loss amounts = loss::custom("amounts", [](const Tensor& s, const Tensor& y) { return s + y * exp(-s); },
                                    {.link = Link::exp, .labels = LabelKind::positive});
  EXPECT_EQ(
      refused(amounts, {1, 0.5, -2}),
      "fit_boosted: label -2 at row 2, but amounts wants numbers > 0. Hint: use .loss = loss::squared() for labels "
      "of either sign.");
  EXPECT_EQ(
      refused(amounts, {1, 0}),
      "fit_boosted: label 0 at row 1, but amounts wants numbers > 0. Hint: use .loss = loss::poisson() for counts "
      "and amounts that may be 0.");
  EXPECT_NO_THROW(amounts.check_labels("fit_boosted", std::vector<double>{1e-300, 1, 1e30}));
  EXPECT_EQ(refused(loss::focal(), {0, 2}),
            "fit_boosted: label 2 at row 1, but focal wants 0 or 1. Hint: use .loss = loss::softmax({.classes = 3}).");
  EXPECT_EQ(refused(loss::squared(), {0, std::numeric_limits<double>::quiet_NaN()}),
            "fit_boosted: label nan at row 1. Hint: drop the rows whose label is not a finite number.");
  EXPECT_EQ(refused(loss::poisson(), {std::numeric_limits<double>::infinity()}),
            "fit_boosted: label inf at row 0. Hint: drop the rows whose label is not a finite number.");
  std::vector<Loss> losses = all_losses();
  losses.push_back(loss::softmax());
  for (const Loss& loss : losses) {
    std::vector<double> good;
    for (int number = 0; number < 12; ++number)
      good.push_back(some_label(loss.label_kind(), std::max(loss.classes(), 2), number));
    EXPECT_NO_THROW(loss.check_labels("fit_boosted", good)) << loss.name();
  }
}

TEST(Loss, IsOneAlsoWhereItWasMovedFrom) {
  Loss a = loss::poisson();
  const Loss b = std::move(a);
  EXPECT_EQ(a.name(), "poisson");  // NOLINT: of what was moved from
  EXPECT_EQ(b.name(), "poisson");
}

TEST(Loss, EvaluatesLabelsThatItTakesAlone) {
  const double score = 0.5;
  const auto refused = [&](const Loss& loss, double label) {
    return refusal<DataError>([&] { loss.evaluate({&score, 1}, label); });
  };
  EXPECT_EQ(refused(loss::logistic(), 7),
            "Loss::evaluate: label 7 at row 0, but logistic wants 0 or 1. Hint: use .loss = loss::softmax({.classes = "
            "8}).");
  EXPECT_EQ(refused(loss::poisson(), -7),
            "Loss::evaluate: label -7 at row 0, but poisson wants numbers >= 0. Hint: use .loss = loss::squared() for "
            "labels of either sign.");
  EXPECT_EQ(refused(loss::squared(), std::nan("")),
            "Loss::evaluate: label nan at row 0. Hint: drop the rows whose label is not a finite number.");
}

}  // namespace
}  // namespace linden
