// loss::custom: the built-in losses to the bit on every instruction level, curvature rules, the start, and every
// message.
#include "loss/custom.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <linden/error.hpp>
#include <linden/log.hpp>
#include <linden/ops.hpp>
#include <random>
#include <string>
#include <vector>

#include "backend/tree_kernels.hpp"
#include "gradient_kernels.hpp"
#include "loss/definition.hpp"
#include "loss/initial_score.hpp"
#include "refusal.hpp"

namespace linden {

namespace {

Tensor logistic_form(const Tensor& s, const Tensor& y) { return softplus(s) - y * s; }
Tensor squared_form(const Tensor& s, const Tensor& y) { return 0.5 * square(y - s); }
Tensor poisson_form(const Tensor& s, const Tensor& y) { return exp(s) - y * s; }
Tensor squared_log_form(const Tensor& s, const Tensor& y) { return 0.5 * square(log1p(y) - s); }
Tensor softmax_form(const Tensor& s, const Tensor& y) { return logsumexp(s, 1) - gather(s, 1, cast(y, DType::i64)); }
Tensor focal_form(const Tensor& s, const Tensor& y) {
  const Tensor p = sigmoid(s);
  return -y * square(1.0 - p) * log_sigmoid(s) - (1.0 - y) * square(p) * log_sigmoid(-s);
}

struct Pair {
  Loss builtin, named, other;  ///< the same expression under the built-in's name and under another one
};

Pair pair_of(const Loss& builtin, Tensor (*form)(const Tensor&, const Tensor&)) {
  const loss::CustomOptions options{
      .link = builtin.link(), .outputs = builtin.outputs(), .labels = builtin.label_kind()};
  return {builtin, loss::custom(builtin.name(), form, options), loss::custom("mine", form, options)};
}

std::vector<Pair> pairs() {
  return {pair_of(loss::squared(), squared_form),
          pair_of(loss::logistic(), logistic_form),
          pair_of(loss::poisson(), poisson_form),
          pair_of(loss::focal(), focal_form),
          pair_of(loss::squared_log(), squared_log_form),
          pair_of(loss::softmax({.classes = 2}), softmax_form),
          pair_of(loss::softmax({.classes = 3}), softmax_form),
          pair_of(loss::softmax({.classes = 5}), softmax_form)};
}

struct Fields {
  std::vector<double> scores, labels, weights;
  std::vector<float> gradients, curvatures;
  std::vector<GradientRange> ranges;

  Fields(const Loss& loss, std::int64_t rows, double spread = 3) : labels(rows), weights(rows) {
    std::mt19937_64 random(static_cast<std::uint64_t>(rows));
    std::normal_distribution<double> normal(0, spread);
    for (std::int64_t i = 0; i < rows * loss.outputs(); ++i) scores.push_back(normal(random));
    for (double& label : labels) label = static_cast<double>(random() % (loss.classes() > 0 ? loss.classes() : 9));
    for (double& weight : weights) weight = static_cast<double>(random() % 1000) / 100;
  }

  void run(Kernel kernel, const Loss& loss, int threads, bool weighted) {
    gradients.assign(scores.size(), -1);
    curvatures.assign(scores.size(), -1);
    ranges.assign(static_cast<std::size_t>(loss.outputs()), {});
    Workers workers(threads);
    Context context{workers};
    GradientTask task;
    task.loss = loss.definition().spec;
    task.rows = static_cast<std::int64_t>(labels.size());
    task.scores = scores.data();
    task.labels = labels.data();
    task.weights = weighted ? weights.data() : nullptr;
    task.gradients = gradients.data();
    task.curvatures = curvatures.data();
    task.ranges = ranges.data();
    kernel(context, task);
  }
};

template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

TEST(Custom, BuiltInLossesSpeltAsDocumentedHaveTheirBitsOnEveryLevel) {
  for (const Pair& pair : pairs())
    for (const std::int64_t rows : {1, 127, 128, 129, 4097})
      for (const double spread : {3.0, 300.0})
        for (const Kernel kernel : kernels())
          for (const bool weighted : {false, true}) {
            Fields want(pair.builtin, rows, pair.builtin.name() == "poisson" ? 3 : spread);
            Fields got = want;
            want.run(kernel, pair.builtin, 1, weighted);
            for (const Loss& loss : {pair.named, pair.other})
              for (const int threads : {1, 7}) {
                got.run(kernel, loss, threads, weighted);
                EXPECT_TRUE(same_bits(got.gradients, want.gradients)) << pair.builtin.name() << " " << rows;
                EXPECT_TRUE(same_bits(got.curvatures, want.curvatures)) << pair.builtin.name() << " " << rows;
                for (std::size_t k = 0; k < want.ranges.size(); ++k) {
                  EXPECT_EQ(got.ranges[k].max_gradient, want.ranges[k].max_gradient);
                  EXPECT_EQ(got.ranges[k].max_curvature, want.ranges[k].max_curvature);
                  EXPECT_EQ(got.ranges[k].first_bad_row, -1);
                }
              }
          }
}

TEST(Custom, OneRowIsEvaluatedAsTheBuiltInLossDoes) {
  for (const Pair& pair : pairs()) {
    const auto outputs = static_cast<std::size_t>(pair.builtin.outputs());
    std::vector<double> score(outputs), want_g(outputs), want_h(outputs), g(outputs), h(outputs);
    for (const double scale : {0.0, 1.0, 40.0, -800.0}) {
      if (pair.builtin.name() == "poisson" && scale > 1) continue;
      for (std::size_t k = 0; k < outputs; ++k) score[k] = scale * (0.7 - 0.5 * static_cast<double>(k));
      const double want = pair.builtin.evaluate(score, 1, want_g, want_h);
      for (const Loss& loss : {pair.named, pair.other}) {
        const double value = loss.evaluate(score, 1, g, h);
        EXPECT_TRUE(same_bits<double>({value}, {want})) << pair.builtin.name() << scale;
        EXPECT_TRUE(same_bits(g, want_g)) << pair.builtin.name() << scale;
        EXPECT_TRUE(same_bits(h, want_h)) << pair.builtin.name() << scale;
        EXPECT_EQ(loss.evaluate(score, 1), value);
      }
    }
  }
}

TEST(Custom, TheStartIsThatOfTheBuiltInLoss) {
  Workers workers(2);
  for (const Pair& pair : pairs())
    for (const std::int64_t rows : {5, 3000}) {
      Fields f(pair.builtin, rows);
      if (pair.builtin.classes() == 0)  // more distinct labels than groups
        for (std::size_t i = 0; i < f.labels.size(); ++i) f.labels[i] += static_cast<double>(i) / 4096;
      for (const bool weighted : {false, true}) {
        const std::vector<double> weights = weighted ? f.weights : std::vector<double>();
        const std::vector<double> want = initial_score(pair.builtin, f.labels, weights, workers);
        for (const Loss& loss : {pair.named, pair.other})
          EXPECT_TRUE(same_bits(initial_score(loss, f.labels, weights, workers), want)) << pair.builtin.name();
      }
    }
}

TEST(Custom, SeveralScoresStartWhereTheirLossIsLeast) {
  const Loss normal = loss::custom("normal",
                                   [](const Tensor& s, const Tensor& y) {
                                     return 0.5 * square((y - s.select(1, 0)) * exp(-s.select(1, 1))) + s.select(1, 1);
                                   },
                                   {.outputs = 2});
  const std::vector<double> labels{1010, 1000, 990, 1004, 996, 1000.5}, weights{1, 2, 1, 0.5, 0.5, 0};
  Workers workers(1);
  double sum = 0, total = 0, squares = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    sum += weights[i] * labels[i];
    total += weights[i];
  }
  for (std::size_t i = 0; i < labels.size(); ++i) squares += weights[i] * std::pow(labels[i] - sum / total, 2);
  const std::vector<double> start = initial_score(normal, labels, weights, workers);
  ASSERT_EQ(start.size(), 2u);
  EXPECT_NEAR(start[0], sum / total, 1e-6);
  EXPECT_NEAR(start[1], 0.5 * std::log(squares / total), 1e-6);
}

Loss brier(Curvature curvature) {
  return loss::custom("brier", [](const Tensor& s, const Tensor& y) { return square(sigmoid(s) - y); },
                      {.link = Link::sigmoid, .curvature = curvature});
}

TEST(Custom, CurvatureRules) {
  const double s[] = {2.0};
  const double p = 1 / (1 + std::exp(-2.0)), d = p * (1 - p), bend = 2 * d * d + 2 * p * d * (1 - 2 * p);
  ASSERT_LT(bend, 0);
  double g[1], h[1];
  for (const Curvature rule : {Curvature::clamped, Curvature::exact, Curvature::absolute}) {
    brier(rule).evaluate(s, 0, g, h);
    EXPECT_NEAR(h[0], bend, 1e-15);  // as the expression gives it
  }
  brier(Curvature::gauss_newton).evaluate(s, 0, g, h);
  EXPECT_NEAR(g[0], 2 * p * d, 1e-15);
  EXPECT_NEAR(h[0], 2 * d * d, 1e-15);
  const Loss rate = loss::custom("rate", [](const Tensor& x, const Tensor& y) { return square(exp(x) - y); },
                                 {.link = Link::exp, .curvature = Curvature::gauss_newton});
  rate.evaluate(s, 100, g, h);
  EXPECT_NEAR(h[0], 2 * std::exp(4.0), 1e-12);
  // What the kernel makes of them.
  for (const Kernel kernel : kernels()) {
    const auto kernel_curvature = [&](Curvature rule, std::int64_t& bad) {
      Fields f(brier(rule), 3);
      f.scores = {0, 2, 2};
      f.labels = {0, 0, 0};
      f.run(kernel, brier(rule), 1, false);
      bad = f.ranges[0].first_bad_row;
      return f.curvatures[1];
    };
    std::int64_t bad = 0;
    EXPECT_EQ(kernel_curvature(Curvature::clamped, bad), 0);
    EXPECT_EQ(bad, -1);
    EXPECT_EQ(kernel_curvature(Curvature::absolute, bad), static_cast<float>(-bend));
    EXPECT_EQ(kernel_curvature(Curvature::gauss_newton, bad), static_cast<float>(2 * d * d));
    kernel_curvature(Curvature::exact, bad);
    EXPECT_EQ(bad, 1);
  }
}

TEST(Custom, ScalarsAreConstantsAndRowsAreRead) {
  const std::vector<double> by_row{1, 2, 3};
  const auto f = [](const Tensor& s, const Tensor& y, std::span<const Tensor> p) {
    return p[0] * square(y - s) * p[1];
  };
  const Loss scalars = loss::custom("mine", f, {.parameters = {Tensor(2.0), cast(Tensor(3.0), DType::i32)}});
  double g[1], h[1];
  const double s[] = {1.0};
  EXPECT_EQ(scalars.evaluate(s, 4, g, h), 54);
  EXPECT_EQ(g[0], -36);
  EXPECT_EQ(h[0], 12);
  const Loss rows =
      loss::custom("mine", f, {.parameters = {Tensor::copy_of(std::span<const double>(by_row), {3}), Tensor(3.0)}});
  EXPECT_EQ(refusal<ArgumentError>([&] { rows.evaluate(s, 4); }),
            "Loss::evaluate: mine reads parameters by row, so one row has no loss of its own.");
  EXPECT_EQ(evaluate_custom(rows.definition(), s, 4, 2, g, h), 81);
  Workers workers(1);
  // The weighted mean of the labels.
  EXPECT_NEAR(initial_score(rows, std::vector<double>{1, 2, 6}, {}, workers)[0], 23.0 / 6, 1e-12);
  EXPECT_EQ(refusal<ArgumentError>([&] { check_trainable("fit_boosted", rows, 4); }),
            "fit_boosted: a parameter of loss \"mine\" has 3 values for 4 rows of data.");
}

std::string refused(std::string name, const loss::CustomOptions& options,
                    Tensor (*form)(const Tensor&, const Tensor&) = logistic_form) {
  return refusal<ArgumentError>([&] { loss::custom(std::move(name), form, options); });
}

TEST(Custom, OptionsThatDoNotFitAreRefused) {
  EXPECT_EQ(refused("", {}), "loss::custom: the name \"\" must be UTF-8 text that is not empty.");
  EXPECT_EQ(refused("a", {.outputs = 0}), "loss::custom(\"a\"): outputs is 0, but it must be 1 or more.");
  const std::string hint =
      "Hint: softmax and sorted want two or more, sigmoid, exp and expm1 want one, normal, log_normal and gamma two; "
      "identity takes any number.";
  EXPECT_EQ(refused("a", {.link = Link::softmax}), "loss::custom(\"a\"): link softmax with 1 output(s). " + hint);
  EXPECT_EQ(refused("a", {.link = Link::sigmoid, .outputs = 2}),
            "loss::custom(\"a\"): link sigmoid with 2 output(s). " + hint);
  EXPECT_EQ(refused("a", {.link = Link::exp, .outputs = 3}), "loss::custom(\"a\"): link exp with 3 output(s). " + hint);
  EXPECT_EQ(refused("a", {.curvature = Curvature::gauss_newton}),
            "loss::custom(\"a\"): curvature gauss_newton leaves out the bend of the link, and link identity is not one "
            "that it knows. Hint: it takes sigmoid and exp.");
  EXPECT_EQ(refusal<ShapeError>([] {
              loss::custom("a", logistic_form, {.parameters = {Tensor::zeros({2, 3})}});
            }),
            "loss::custom(\"a\"): a parameter has shape [2, 3], but it must be a scalar or have one value a row.");
  EXPECT_EQ(refusal<ArgumentError>([] { loss::custom("a", loss::LossFunction()); }),
            "loss::custom(\"a\"): the function is empty.");
  EXPECT_EQ(
      refusal<ArgumentError>([] {
        loss::custom(
            "a", [](const Tensor& s, const Tensor&) { return square(cumulative_sum(s.unsqueeze(1), 1).select(1, 0)); },
            {.link = Link::exp, .curvature = Curvature::gauss_newton});
      }),
      "loss::custom(\"a\"): curvature gauss_newton needs a row program, but \"cumulative_sum\" is no operation of "
      "row programs.");
}

TEST(Custom, TheNameOfABuiltInLossIsKeptForIt) {
  const auto message = [](const char* name) {
    return std::string("loss::custom(\"") + name +
           "\"): that is the name of a built-in loss, and this is another one. Hint: choose another name, or spell the "
           "expression, link and labels as its documentation does.";
  };
  EXPECT_EQ(refused("logistic", {.link = Link::sigmoid}, squared_form), message("logistic"));
  EXPECT_EQ(refused("logistic", {}), message("logistic"));
  EXPECT_EQ(refused("logistic", {.link = Link::sigmoid, .labels = LabelKind::real}), message("logistic"));
  EXPECT_EQ(refused("logistic", {.link = Link::sigmoid, .curvature = Curvature::absolute}), message("logistic"));
  EXPECT_EQ(refused("huber", {}, squared_form), message("huber"));
  EXPECT_EQ(refused("quantile", {}, squared_form), message("quantile"));
  EXPECT_EQ(loss::custom("squared", squared_form).parameters().size(), 0u);
  const Loss focal = loss::custom("focal", focal_form, {.link = Link::sigmoid});
  EXPECT_EQ(focal.parameters(), loss::focal().parameters());
}

std::string logged(const std::function<void()>& action) {
  std::string text;
  set_log([&](LogLevel level, std::string_view message) {
    text += (level == LogLevel::info ? "info: " : "other: ") + std::string(message) + "\n";
  });
  action();
  set_log({});
  return text;
}

TEST(Custom, TheFallBackToTheTapeIsRemarked) {
  EXPECT_EQ(logged([] { loss::custom("a", logistic_form); }), "");
  EXPECT_EQ(logged([] { loss::custom("a", [](const Tensor& s, const Tensor&) { return max(s, 1); }, {.outputs = 3}); }),
            "info: loss::custom(\"a\"): evaluated by the tape, because \"max\" is no operation of row programs.\n");
  EXPECT_EQ(logged([] { loss::custom("a", [](const Tensor& s, const Tensor& y) { return mean(square(s - y)); }); }),
            "");
  EXPECT_EQ(logged([] { loss::custom("a", [](const Tensor& s, const Tensor&) { return logsumexp(s, 0); }); }),
            "info: loss::custom(\"a\"): evaluated by the tape, because it gives one loss for all rows. It mixes rows: "
            "the curvature is taken as 1.\n");
}

TEST(Custom, AnotherParameterOfABuiltInLossIsTheBuiltInLoss) {
  const Loss mine = loss::custom("focal", focal_form, {.link = Link::sigmoid});
  const double score = 0.4;
  EXPECT_EQ(mine.with_parameter("gamma", 3).evaluate({&score, 1}, 1),
            loss::focal({.gamma = 3}).evaluate({&score, 1}, 1));
}

TEST(Custom, LabelsFollowTheLink) {
  const auto kind = [](loss::CustomOptions options) { return loss::custom("a", logistic_form, options).label_kind(); };
  EXPECT_EQ(kind({}), LabelKind::real);
  EXPECT_EQ(kind({.link = Link::exp}), LabelKind::nonnegative);
  EXPECT_EQ(kind({.link = Link::sigmoid}), LabelKind::classes);
  EXPECT_EQ(kind({.link = Link::sigmoid, .labels = LabelKind::real}), LabelKind::real);
  EXPECT_EQ(loss::custom("a", logistic_form, {.link = Link::sigmoid}).classes(), 2);
  EXPECT_EQ(loss::custom("a", softmax_form, {.link = Link::softmax, .outputs = 4}).classes(), 4);
  EXPECT_EQ(loss::custom("a", logistic_form).classes(), 0);
}

double pinball(double r, double level) { return r > 0 ? level * r : (level - 1) * r; }

Loss corner(double level, Curvature curvature) {
  return loss::custom(
      "corner", [level](const Tensor& s, const Tensor& y) { return maximum(level * (y - s), (level - 1) * (y - s)); },
      {.curvature = curvature});
}

TEST(Custom, CurvatureOneIsOneInEveryRow) {
  const Loss loss = corner(0.9, Curvature::one);
  for (const Kernel kernel : kernels()) {
    Fields f(loss, 3);
    f.scores = {0, 2, 5};
    f.labels = {1, 2, 3};
    f.run(kernel, loss, 1, false);
    EXPECT_EQ(f.curvatures, (std::vector<float>{1, 1, 1}));
  }
}

TEST(Custom, AMajorisingParabolaTouchesTheLossAndLiesAboveIt) {
  const std::vector<double> labels{1, -2, 3, 0.5, 7};
  for (const double level : {0.5, 0.9, 0.25}) {
    const Loss loss = settled("test", corner(level, Curvature::majorising), labels);
    const double nearest = loss.definition().spec.majoriser.nearest;
    EXPECT_GT(nearest, 0);
    EXPECT_LT(nearest, 0.02);
    for (const Kernel kernel : kernels()) {
      Fields f(loss, labels.size());
      f.labels = labels;
      f.scores = {0, 1, 3.5, -1, 7};
      f.run(kernel, loss, 1, false);
      for (std::size_t i = 0; i + 1 < labels.size(); ++i) {
        EXPECT_NEAR(f.curvatures[i], 0.5 / std::abs(labels[i] - f.scores[i]), 1e-6);
        const double at = pinball(labels[i] - f.scores[i], level);
        for (double s = -20; s < 20; s += 0.37) {
          const double d = s - f.scores[i], parabola = at + f.gradients[i] * d + 0.5 * f.curvatures[i] * d * d;
          EXPECT_GE(parabola, pinball(labels[i] - s, level) - 1e-5);
        }
      }
      EXPECT_NEAR(f.curvatures[4], 0.5 / nearest, 1e-3);  // at the corner
      EXPECT_EQ(f.ranges[0].first_bad_row, -1);
    }
  }
}

TEST(Custom, MajorisingIsWhatHuberAndLogisticHave) {
  const std::vector<double> labels{1, -2, 3};
  const Loss huber = settled("test",
                             loss::custom("mine",
                                          [](const Tensor& s, const Tensor& y) {
                                            const Tensor r = abs(y - s);
                                            return where(r > 1.5, 1.5 * (r - 0.75), 0.5 * square(r));
                                          },
                                          {.curvature = Curvature::majorising}),
                             labels);
  Fields mine(huber, 3), builtin(loss::huber({.delta = 1.5}), 3);
  mine.scores = builtin.scores = {0, 1, 3.5};
  mine.labels = builtin.labels = labels;
  mine.run(kernels()[0], huber, 1, false);
  builtin.run(kernels()[0], loss::huber({.delta = 1.5}), 1, false);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(mine.curvatures[i], builtin.curvatures[i], 1e-6);
  // tanh(s / 2) / (2 s), Jaakkola and Jordan (2000), on the tape and as a program.
  const loss::CustomOptions options{.link = Link::sigmoid, .curvature = Curvature::majorising};
  const Loss taped = loss::custom(
      "taped",
      [](const Tensor& s, const Tensor& y) { return logistic_form(cumulative_sum(s.unsqueeze(1), 1).select(1, 0), y); },
      options);
  ASSERT_EQ(taped.definition().spec.kind, LossKind::tape);
  double g[1], h[1];
  for (const double s : {-3.0, 0.7, 2.0}) {
    taped.evaluate({&s, 1}, 1, g, h);
    EXPECT_NEAR(h[0], std::tanh(s / 2) / (2 * s), 1e-12);
    const Loss program = loss::custom("program", logistic_form, options);
    Fields f(program, 1);
    f.scores = {s};
    f.labels = {1};
    f.run(kernels()[0], program, 1, false);
    EXPECT_NEAR(f.curvatures[0], std::tanh(s / 2) / (2 * s), 1e-7);
  }
}

TEST(Custom, OfSeveralScoresEachHasItsParabola) {
  const std::vector<double> labels{1, 4, 9};
  const Loss loss =
      settled("test",
              loss::custom("levels",
                           [](const Tensor& s, const Tensor& y) {
                             return sum(abs(s - y.unsqueeze(1)) + 0.0 * s * s.select(1, 0).unsqueeze(1), 1);
                           },
                           {.outputs = 2, .curvature = Curvature::majorising}),
              labels);
  Fields f(loss, 3);
  f.scores = {0, 2, 3, 5, 6, 10};
  f.labels = labels;
  f.run(kernels()[0], loss, 1, false);
  for (std::size_t k = 0; k < 2; ++k)
    for (std::size_t i = 0; i < 3; ++i) {
      const double r = f.scores[k * 3 + i] - labels[i];
      EXPECT_NEAR(f.curvatures[k * 3 + i], 1 / std::abs(r), 1e-6);
      EXPECT_EQ(f.gradients[k * 3 + i], r > 0 ? 1 : -1);
    }
}

TEST(Custom, MajorisingHasItsLinksAndRows) {
  EXPECT_EQ(refused("a", {.link = Link::exp, .curvature = Curvature::majorising}),
            "loss::custom(\"a\"): curvature majorising is that of a parabola about the label, or for the link sigmoid "
            "about 0, and link is exp. Hint: Curvature::one, absolute or gauss_newton.");
  EXPECT_EQ(refusal<ArgumentError>([] {
              loss::custom("a", [](const Tensor& s, const Tensor&) { return logsumexp(s, 0); },
                           {.curvature = Curvature::majorising});
            }),
            "loss::custom(\"a\"): it mixes rows, and curvature majorising is that of one row.");
}

TEST(Custom, WhatKnowsItsRowsIsFoundOutOnThem) {
  const std::vector<double> offsets{1, 2, 3, 4}, labels{1, 2, 2, 7};
  const Tensor offset = Tensor::copy_of(std::span<const double>(offsets), {4});
  const Loss apart = loss::custom("offset", [&](const Tensor& s, const Tensor& y) { return square(s + offset - y); });
  EXPECT_TRUE(apart.definition().custom->mixes_rows);  // as far as is known
  const Loss found = settled("fit", apart, labels);
  EXPECT_FALSE(found.definition().custom->mixes_rows);
  EXPECT_EQ(found.definition().custom->reduction, Reduction::none);
  const Tensor order = Tensor::copy_of(std::span<const std::int64_t>(std::vector<std::int64_t>{3, 1, 0, 2}), {4});
  const Loss mixed = settled(
      "fit",
      loss::custom("order",
                   [&](const Tensor& s, const Tensor&) { return sum(square(cumulative_sum(take(s, 0, order), 0))); }),
      labels);
  EXPECT_TRUE(mixed.definition().custom->mixes_rows);
  EXPECT_EQ(mixed.definition().custom->reduction, Reduction::sum);
  const std::string message = refusal<ArgumentError>([&] { settled("fit", apart, std::vector<double>{1, 2, 3}); });
  EXPECT_TRUE(
      message.starts_with("fit: loss \"offset\" fails on the 3 rows of the data, scores [3] and labels [3]: add: "))
      << message;
}

// As documented: the program is made once.
TEST(Custom, WhatIsCapturedByReferenceKeepsTheValueOfItsCreation) {
  Tensor scale = 2.0;
  double offset = 1;
  const Loss loss =
      loss::custom("mine", [&](const Tensor& s, const Tensor& y) { return scale * square(s - y) + offset; });
  const double score = 3;
  EXPECT_EQ(loss.evaluate({&score, 1}, 1), 9);
  scale = 5.0;
  offset = 7;
  EXPECT_EQ(loss.evaluate({&score, 1}, 1), 9);
}

}  // namespace
}  // namespace linden
