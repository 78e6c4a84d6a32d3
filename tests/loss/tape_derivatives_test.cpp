// Losses that the tape evaluates: against the same loss as a row program, and those that mix rows.
#include "loss/tape_derivatives.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <linden/error.hpp>
#include <linden/linalg.hpp>
#include <linden/ops.hpp>
#include <vector>

#include "loss/custom.hpp"
#include "loss/definition.hpp"
#include "loss/initial_score.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

Tensor vector_of(const std::vector<double>& values, const Shape& shape) {
  return Tensor::copy_of(std::span<const double>(values), shape);
}

struct Filled {
  std::vector<float> gradients, curvatures;
  std::vector<GradientRange> ranges;
};

/// Scores [K, rows].
Filled fill(const Loss& loss, const std::vector<double>& scores, const std::vector<double>& labels,
            const std::vector<double>& weights = {}) {
  Filled f{std::vector<float>(scores.size()), std::vector<float>(scores.size()),
           std::vector<GradientRange>(static_cast<std::size_t>(loss.outputs()))};
  tape_gradients(loss.definition(), {loss.definition().spec, static_cast<std::int64_t>(labels.size()), scores.data(),
                                     labels.data(), weights.empty() ? nullptr : weights.data(), f.gradients.data(),
                                     f.curvatures.data(), f.ranges.data()});
  return f;
}

std::vector<double> scattered(std::size_t count) {
  std::vector<double> values;
  double place = 0.2;
  for (std::size_t i = 0; i < count; ++i) values.push_back(4 * (place = std::fmod(place + 0.6180339887, 1.0)) - 2);
  return values;
}

struct Twin {
  loss::LossFunction tape, program;
};

TEST(TapeDerivatives, EqualThoseOfTheSameLossAsAProgram) {
  const std::vector<double> m{1, -0.5, 0.3, 2, 0.7, -1, 0.1, 0.2, 1.5};
  const Twin twins[] = {
      {[](const Tensor& s, const Tensor& y) { return sum(square(sigmoid(cumulative_sum(s, 1)) - y.unsqueeze(1)), 1); },
       [](const Tensor& s, const Tensor& y) {
         const Tensor a = s.select(1, 0), b = a + s.select(1, 1), c = b + s.select(1, 2);
         return square(sigmoid(a) - y) + square(sigmoid(b) - y) + square(sigmoid(c) - y);
       }},
      {[&](const Tensor& s, const Tensor& y) {
         return logsumexp(matmul(s, vector_of(m, {3, 3})), 1) * (y + 1);
       },
       [&](const Tensor& s, const Tensor& y) {
         return logsumexp(sum(s.unsqueeze(2) * vector_of(m, {1, 3, 3}), 1) * 1.0, 1) * (y + 1);
       }},
      {[](const Tensor& s, const Tensor& y) { return square(max(s, 1)) + y * s.select(1, 2); },
       [](const Tensor& s, const Tensor& y) {
         return square(maximum(maximum(s.select(1, 0), s.select(1, 1)), s.select(1, 2))) + y * s.select(1, 2);
       }},
      {[](const Tensor& s, const Tensor& y) { return sum(s.slice(1, 0, 2), 1) * y; },
       [](const Tensor& s, const Tensor& y) { return (s.select(1, 0) + s.select(1, 1)) * y; }},
  };
  const std::vector<double> scores = scattered(3 * 50), weights{[] {
    std::vector<double> w = scattered(50);
    for (double& x : w) x = std::abs(x);
    return w;
  }()};
  std::vector<double> labels;
  for (int i = 0; i < 50; ++i) labels.push_back(i % 3);
  for (const Twin& twin : twins)
    for (const Curvature rule : {Curvature::clamped, Curvature::absolute}) {
      const Loss tape = loss::custom("tape", twin.tape, {.outputs = 3, .curvature = rule});
      const Loss program = loss::custom("program", twin.program, {.outputs = 3, .curvature = rule});
      ASSERT_EQ(tape.definition().spec.kind, LossKind::tape);
      ASSERT_EQ(program.definition().spec.kind, LossKind::program);
      const Filled got = fill(tape, scores, labels, weights);
      std::vector<double> row(3), g(3), h(3), tape_g(3), tape_h(3);
      for (std::size_t i = 0; i < labels.size(); ++i) {
        for (std::size_t k = 0; k < 3; ++k) row[k] = scores[k * 50 + i];
        const double value = program.evaluate(row, labels[i], g, h);
        EXPECT_NEAR(tape.evaluate(row, labels[i], tape_g, tape_h), value, 1e-12);
        for (std::size_t k = 0; k < 3; ++k) {
          EXPECT_NEAR(tape_g[k], g[k], 1e-12);
          EXPECT_NEAR(tape_h[k], h[k], 1e-12);
          const double bend = rule == Curvature::absolute ? std::abs(h[k]) : std::max(h[k], 0.0);
          EXPECT_NEAR(got.gradients[k * 50 + i], weights[i] * g[k], 1e-6 * (1 + std::abs(weights[i] * g[k])));
          EXPECT_NEAR(got.curvatures[k * 50 + i], weights[i] * bend, 1e-6 * (1 + weights[i] * bend));
        }
      }
      for (std::size_t k = 0; k < 3; ++k) {
        double largest = 0;
        for (std::size_t i = 0; i < 50; ++i) largest = std::max<double>(largest, std::abs(got.gradients[k * 50 + i]));
        EXPECT_EQ(got.ranges[k].max_gradient, largest);
        EXPECT_EQ(got.ranges[k].first_bad_row, -1);
      }
    }
}

TEST(TapeDerivatives, ExactCurvatureNamesTheFirstNegativeRow) {
  const Loss loss = loss::custom("mine", [](const Tensor& s, const Tensor&) { return product(s, 1); }, {.outputs = 2});
  EXPECT_EQ(loss.definition().spec.kind, LossKind::tape);
  const Loss exact =
      loss::custom("mine", [](const Tensor& s, const Tensor&) { return sum(cumulative_sum(s * s * s, 1), 1); },
                   {.outputs = 2, .curvature = Curvature::exact});
  EXPECT_EQ(fill(exact, {1, 2, 3, 1, 1, -1}, {0, 0, 0}).ranges[1].first_bad_row, 2);
  EXPECT_EQ(fill(exact, {1, 2, 3, 1, 1, -1}, {0, 0, 0}).ranges[0].first_bad_row, -1);
}

Tensor pairwise(const Tensor& s, const Tensor& y) {  // ranking: softplus(s_j - s_i) where y_i > y_j
  return sum(where(y.unsqueeze(1) > y.unsqueeze(0), softplus(s.unsqueeze(0) - s.unsqueeze(1)), 0.0));
}

TEST(TapeDerivatives, ALossInAllHasItsGradientAndCurvatureOne) {
  const Loss loss = loss::custom("pairs", pairwise);
  const std::vector<double> s{0.3, -1, 2, 0.5}, y{1, 0, 2, 1};
  const Filled f = fill(loss, s, y);
  for (std::size_t i = 0; i < 4; ++i) {
    double want = 0;
    for (std::size_t j = 0; j < 4; ++j) {
      if (y[i] > y[j]) want -= 1 / (1 + std::exp(s[i] - s[j]));
      if (y[j] > y[i]) want += 1 / (1 + std::exp(s[j] - s[i]));
    }
    EXPECT_NEAR(f.gradients[i], want, 1e-6);
    EXPECT_EQ(f.curvatures[i], 1);
  }
  EXPECT_EQ(refusal<ArgumentError>([&] {
              fill(loss, s, y, {1, 1, 1, 2});
            }),
            "loss \"pairs\": it gives one loss for all rows, which the rows' weights cannot be applied to. Hint: give "
            "one loss a row, or train without weights.");
  const double one[] = {1.0};
  EXPECT_EQ(refusal<ArgumentError>([&] { loss.evaluate(one, 0); }),
            "Loss::evaluate: pairs mixes rows, so one row has no loss of its own.");
}

TEST(TapeDerivatives, RowsThatMixTakeTheirWeights) {
  const Loss loss = loss::custom("centred", [](const Tensor& s, const Tensor& y) { return square(s - mean(s) - y); });
  const std::vector<double> s{1, 2, 6}, y{0, 1, -1}, w{1, 2, 0.5};
  const Filled f = fill(loss, s, y, w);
  double all = 0;
  for (std::size_t i = 0; i < 3; ++i) all += 2 * w[i] * (s[i] - 3 - y[i]) / 3;
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(f.gradients[i], 2 * w[i] * (s[i] - 3 - y[i]) - all, 1e-6);
    EXPECT_EQ(f.curvatures[i], w[i]);
  }
}

TEST(TapeDerivatives, TheStart) {
  Workers workers(1);
  // Nothing is learnt from a common shift: the start is 0, not what roundings lead to.
  EXPECT_EQ(initial_score(loss::custom("pairs", pairwise), std::vector<double>{1, 0, 2, 1, 5, 7}, {}, workers),
            std::vector<double>{0});
  const Loss mean_in_all = loss::custom("all", [](const Tensor& s, const Tensor& y) { return mean(square(s - y)); });
  EXPECT_NEAR(initial_score(mean_in_all, std::vector<double>{1, 0, 2, 1, 5, 6}, {}, workers)[0], 2.5, 1e-9);
  const Loss apart = loss::custom("apart", [](const Tensor& s, const Tensor& y) {
    return sum(square(s.reshape({-1, 1}) - y.reshape({-1, 1})), 1);
  });
  EXPECT_NEAR(initial_score(apart, std::vector<double>{1, 0, 2}, std::vector<double>{1, 1, 2}, workers)[0], 1.25, 1e-9);
  const Loss several =
      loss::custom("several", [](const Tensor& s, const Tensor&) { return square(max(s, 1)); }, {.outputs = 3});
  EXPECT_EQ(initial_score(several, std::vector<double>{1, 0, 2}, {}, workers), (std::vector<double>{0, 0, 0}));
}

TEST(TapeDerivatives, ATensorThatIsOnTheTapeIsReadAsItIs) {
  const Tensor w = Tensor(2.0).set_requires_grad();
  const Loss linear = loss::custom("linear", [&](const Tensor& s, const Tensor& y) { return w * s * (y + 1); });
  ASSERT_EQ(linear.definition().spec.kind, LossKind::tape);
  const Filled f = fill(linear, {1, -1}, {0, 3});
  EXPECT_EQ(f.gradients, (std::vector<float>{2, 8}));
  EXPECT_EQ(f.curvatures, (std::vector<float>{0, 0}));
  Workers workers(1);
  EXPECT_TRUE(std::isfinite(initial_score(linear, std::vector<double>{0, 3}, {}, workers)[0]));
}

TEST(TapeDerivatives, AResultOfAnotherShapeIsRefused) {
  const Loss loss = loss::custom("mine", [](const Tensor& s, const Tensor& y) {
    const Tensor losses = square(s - y).reshape({-1});
    return s.size(0) < 20 ? losses : losses.slice(0, 0, 20);
  });
  EXPECT_EQ(refusal<ShapeError>([&] { fill(loss, std::vector<double>(30), std::vector<double>(30)); }),
            "loss \"mine\": for 30 rows it gives shape [20], but it must give one loss a row, or one in all, [].");
}

TEST(TapeDerivatives, ALossOfOneEntryIsNotOneInAll) {
  const auto total = [](const Tensor& s, const Tensor& y) { return sum(square(s - y)); };
  const Loss loss = loss::custom("mine", [&](const Tensor& s, const Tensor& y) {
    return s.size(0) < 20 ? total(s, y) : total(s, y).reshape({1});
  });
  EXPECT_EQ(refusal<ShapeError>([&] { fill(loss, std::vector<double>(30), std::vector<double>(30)); }),
            "loss \"mine\": for 30 rows it gives shape [1], but it must give one loss a row, or one in all, [].");
  // On one row it is that row's.
  const Loss by_row = loss::custom(
      "rows", [](const Tensor& s, const Tensor& y) { return matmul(square(s - y), square(s - y)) + square(s - y); });
  EXPECT_EQ(by_row.definition().spec.kind, LossKind::tape);
  EXPECT_EQ(fill(by_row, {3}, {1}).gradients, (std::vector<float>{36}));
}

}  // namespace
}  // namespace linden
