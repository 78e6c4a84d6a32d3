// The initial score against closed forms: mean, logit of the mean, log of the mean, logs of the class shares.
#include "loss/initial_score.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <linden/error.hpp>
#include <numeric>
#include <random>

#include "loss/definition.hpp"

namespace linden {
namespace {

struct Rows {
  std::vector<double> labels, weights;
};

template <class Draw>
Rows make_rows(int count, const Draw& draw) {
  std::mt19937_64 random(11);
  Rows rows;
  for (int i = 0; i < count; ++i) {
    rows.labels.push_back(draw(random));
    rows.weights.push_back(static_cast<double>(random() % 1000) / 256);
  }
  return rows;
}

double mean_of(const Rows& rows, bool weighted) {
  long double sum = 0, weight = 0;
  for (std::size_t i = 0; i < rows.labels.size(); ++i) {
    const double w = weighted ? rows.weights[i] : 1;
    sum += static_cast<long double>(w) * rows.labels[i];
    weight += w;
  }
  return static_cast<double>(sum / weight);
}

std::vector<double> start(const Loss& loss, const Rows& rows, bool weighted, int threads = 2) {
  Workers workers(threads);
  return initial_score(loss, rows.labels, weighted ? std::span<const double>(rows.weights) : std::span<const double>(),
                       workers);
}

TEST(InitialScore, OfOneOutputIsTheLinkOfTheMean) {
  std::normal_distribution<double> normal(1e5, 300);
  for (const bool weighted : {false, true}) {
    for (const double scale : {1.0, 1e-9, 1e9}) {
      const Rows real = make_rows(50000, [&](auto& random) { return scale * normal(random); });
      EXPECT_NEAR(start(loss::squared(), real, weighted)[0] / mean_of(real, weighted), 1, 1e-14);
    }
    for (const double share : {0.5, 0.03, 0.9999, 1e-4}) {
      const Rows binary = make_rows(50000, [&](auto& random) {
        return static_cast<double>(static_cast<double>(random() % 100000) < share * 100000);
      });
      const double p = mean_of(binary, weighted);
      EXPECT_NEAR(start(loss::logistic(), binary, weighted)[0], std::log(p / (1 - p)), 1e-12);
    }
    for (const double rate : {0.001, 1.0, 37.5, 1e6}) {
      std::poisson_distribution<int> poisson(rate);
      const Rows counts = make_rows(50000, [&](auto& random) { return static_cast<double>(poisson(random)); });
      EXPECT_NEAR(start(loss::poisson(), counts, weighted)[0], std::log(mean_of(counts, weighted)), 1e-12);
    }
  }
}

TEST(InitialScore, OfSoftmaxIsTheCentredLogOfTheShares) {
  for (const int classes : {2, 3, 7, 40}) {
    for (const double skew : {1.0, 4.0, 14.0}) {
      // Class k has a share that falls by up to exp(-skew).
      std::vector<double> odds(static_cast<std::size_t>(classes));
      for (int k = 0; k < classes; ++k) odds[k] = std::exp(-skew * k / classes);
      std::discrete_distribution<int> pick(odds.begin(), odds.end());
      Rows rows = make_rows(20000, [&](auto& random) { return static_cast<double>(pick(random)); });
      for (int k = 0; k < classes; ++k) {
        rows.labels.push_back(k);  // none is absent
        rows.weights.push_back(0.01);
      }
      std::vector<double> want(odds.size());
      for (std::size_t i = 0; i < rows.labels.size(); ++i)
        want[static_cast<std::size_t>(rows.labels[i])] += rows.weights[i];
      for (double& w : want) w = std::log(w);
      const double mean = std::accumulate(want.begin(), want.end(), 0.0) / classes;
      const std::vector<double> got = start(loss::softmax({.classes = classes}), rows, true);
      ASSERT_EQ(got.size(), want.size());
      for (std::size_t k = 0; k < want.size(); ++k) EXPECT_NEAR(got[k], want[k] - mean, 1e-11);
      EXPECT_NEAR(std::accumulate(got.begin(), got.end(), 0.0), 0, 1e-12);
    }
  }
}

// By sorting. Weights are multiples of 1/256: their sums are exact.
double statistic_of(const Rows& rows, bool weighted, double level) {
  std::vector<std::size_t> order(rows.labels.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return rows.labels[i]; });
  const auto weight = [&](std::size_t i) { return weighted ? rows.weights[i] : 1.0; };
  double total = 0, reached = 0;
  for (const std::size_t i : order) total += weight(i);
  for (const std::size_t i : order)
    if (reached += weight(i); weight(i) > 0 && reached >= level * total) return rows.labels[i];
  return 0;
}

TEST(InitialScore, OfQuantileAndAbsoluteIsAnOrderStatisticOfTheLabels) {
  for (const int distinct : {7, 1000, 1 << 30}) {
    const Rows rows = make_rows(20000, [&](auto& random) {
      return static_cast<double>(random() % distinct) / 3 - static_cast<double>(distinct) / 9;
    });
    for (const bool weighted : {false, true}) {
      EXPECT_EQ(start(loss::absolute(), rows, weighted)[0], statistic_of(rows, weighted, 0.5));
      for (const double level : {0.5, 0.9, 0.1, 1e-9, 0.999999})
        EXPECT_EQ(start(loss::quantile({.level = level}), rows, weighted)[0], statistic_of(rows, weighted, level));
      Rows relative = rows;  // what mape weighs rows by
      for (std::size_t i = 0; i < rows.labels.size(); ++i)
        relative.weights[i] = (weighted ? rows.weights[i] : 1) / std::max(1.0, std::abs(rows.labels[i]));
      const double start_of_mape = start(loss::mape(), rows, weighted)[0];
      EXPECT_EQ(start_of_mape, start(loss::absolute(), relative, true)[0]);
    }
  }
  const Rows ten{{10, 9, 8, 7, 6, 5, 4, 3, 2, 1}, {0, 1, 0, 0, 0, 0, 0, 0, 0, 1e-300}};
  EXPECT_EQ(start(loss::absolute(), ten, false)[0], 5);
  EXPECT_EQ(start(loss::quantile({.level = 0.9}), ten, false)[0], 9);
  EXPECT_EQ(start(loss::quantile({.level = 0.91}), ten, false)[0], 10);
  EXPECT_EQ(start(loss::quantile({.level = 0.9}), ten, true)[0], 9);
  EXPECT_EQ(start(loss::quantile({.level = 1e-30}), ten, true)[0], 1);
  for (const double weight : {5e-324, 1e-300, 1e308})
    EXPECT_EQ(start(loss::absolute(), {ten.labels, std::vector<double>(10, weight)}, true)[0], 5) << weight;
}

TEST(InitialScore, OfHuberLiesWhereTheSlopesCancel) {
  std::cauchy_distribution<double> heavy(1e3, 2);
  const Rows rows = make_rows(20000, [&](auto& random) { return heavy(random); });
  for (const double delta : {1e-3, 1.0, 100.0, 1e12})
    for (const bool weighted : {false, true}) {
      const Loss loss = loss::huber({.delta = delta});
      const double score = start(loss, rows, weighted)[0];
      const auto slope = [&](double s) {
        long double sum = 0;
        for (std::size_t i = 0; i < rows.labels.size(); ++i) {
          double g = 0;
          loss.evaluate({&s, 1}, rows.labels[i], {&g, 1});
          sum += (weighted ? rows.weights[i] : 1.0) * static_cast<long double>(g);
        }
        return sum;
      };
      EXPECT_LE(slope(score - 1e-6), 0) << delta;
      EXPECT_GE(slope(score + 1e-6), 0) << delta;
    }
}

TEST(InitialScore, OfFocalIsBetweenTheLogitOfTheMeanAndZero) {
  const Rows rows = make_rows(5000, [&](auto& random) { return static_cast<double>(random() % 10 == 0); });
  const double logit = start(loss::logistic(), rows, true)[0], focal = start(loss::focal(), rows, true)[0];
  EXPECT_NEAR(start(loss::focal({.gamma = 0}), rows, true)[0], logit, 1e-12);
  EXPECT_LT(logit, focal);
  EXPECT_LT(focal, 0);
}

struct RowsWithOffsets : Rows {
  std::vector<double> offsets;

  RowsWithOffsets(const Rows& rows, int outputs) : Rows(rows) {
    std::mt19937_64 random(5);
    std::normal_distribution<double> normal(3, 2);
    for (std::size_t i = 0; i < outputs * labels.size(); ++i) offsets.push_back(normal(random));
  }
  std::vector<double> start(const Loss& loss, int threads = 2) const {
    Workers workers(threads);
    return initial_score(loss, labels, weights, workers, offsets);
  }
};

// Where the slopes cancel: the weighted sum of gradients at offset + start is 0 in each output.
void expect_stationary(const Loss& loss, const RowsWithOffsets& rows) {
  const std::vector<double> start = rows.start(loss);
  const std::size_t count = rows.labels.size(), outputs = start.size();
  std::vector<double> at(outputs), gradient(outputs), curvature(outputs);
  std::vector<long double> sum(outputs), size(outputs);
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t k = 0; k < outputs; ++k) at[k] = start[k] + rows.offsets[k * count + i];
    loss.evaluate(at, rows.labels[i], gradient, curvature);
    for (std::size_t k = 0; k < outputs; ++k) {
      sum[k] += static_cast<long double>(rows.weights[i]) * gradient[k];
      size[k] += static_cast<long double>(rows.weights[i]) * std::abs(gradient[k]);
    }
  }
  for (std::size_t k = 0; k < outputs; ++k)
    EXPECT_LE(std::abs(static_cast<double>(sum[k] / size[k])), 1e-10) << loss.name() << " " << k;
}

TEST(InitialScore, BesideOffsetsIsWhereTheSlopesCancel) {
  for (const std::string& name : loss::names()) {
    Loss loss = loss::by_name(name);
    if (loss.outputs() == 0) loss = loss::by_name(name, {}, 4);
    const LossTraits* const traits = traits_of(loss.definition().spec);
    if (traits && traits->shape == LossShape::cornered) continue;  // have none: see below
    if (loss.label_kind() == LabelKind::grades) continue;          // no constant changes them
    if (loss.label_kind() == LabelKind::times) continue;           // loss/survival/first_score.hpp
    const int classes = loss.classes();
    const RowsWithOffsets rows(make_rows(3000,
                                         [&](auto& random) {
                                           const double u = static_cast<double>(random() % 1000 + 1) / 100;
                                           if (loss.label_kind() == LabelKind::share) return u / 10;
                                           return classes > 0 ? static_cast<double>(random() % classes) : u;
                                         }),
                               loss.outputs());
    expect_stationary(loss, rows);
    EXPECT_EQ(rows.start(loss, 1), rows.start(loss, 7)) << name;
  }
}

TEST(InitialScore, BesideOffsetsHasClosedFormsAndNoOrder) {
  const Rows counts = make_rows(2000, [](auto& random) { return static_cast<double>(random() % 9); });
  RowsWithOffsets rows(counts, 1);
  long double sum = 0, expected = 0, residual = 0, total = 0;
  for (std::size_t i = 0; i < rows.labels.size(); ++i) {
    const long double w = rows.weights[i];
    sum += w * rows.labels[i];
    expected += w * std::exp(static_cast<long double>(rows.offsets[i]));
    residual += w * (rows.labels[i] - static_cast<long double>(rows.offsets[i]));
    total += w;
  }
  EXPECT_NEAR(rows.start(loss::poisson())[0], static_cast<double>(std::log(sum / expected)), 1e-12);
  EXPECT_NEAR(rows.start(loss::squared())[0], static_cast<double>(residual / total), 1e-12);
  Rows residuals = rows;
  for (std::size_t i = 0; i < rows.labels.size(); ++i) residuals.labels[i] -= rows.offsets[i];
  for (const Loss& loss : {loss::absolute(), loss::quantile({.level = 0.9})})
    EXPECT_EQ(rows.start(loss), start(loss, residuals, true)) << loss.name();
  RowsWithOffsets reversed = rows;
  std::ranges::reverse(reversed.labels);
  std::ranges::reverse(reversed.weights);
  std::ranges::reverse(reversed.offsets);
  for (const Loss& loss : {loss::poisson(), loss::squared(), loss::huber()})
    EXPECT_EQ(rows.start(loss), reversed.start(loss)) << loss.name();
  // Offsets of one number move the start by it; zeros change nothing to speak of.
  rows.offsets.assign(rows.labels.size(), 40);
  for (const Loss& loss : {loss::poisson(), loss::squared(), loss::huber(), loss::absolute()})
    EXPECT_NEAR(rows.start(loss)[0], start(loss, counts, true)[0] - 40, 1e-9) << loss.name();
}

TEST(InitialScore, StaysFiniteWhereTheMinimumIsNot) {
  const Rows zeros{std::vector<double>(100, 0.0), {}}, ones{std::vector<double>(100, 1.0), {}};
  EXPECT_EQ(start(loss::logistic(), zeros, false)[0], -30);
  EXPECT_EQ(start(loss::logistic(), ones, false)[0], 30);
  EXPECT_EQ(start(loss::poisson(), zeros, false)[0], -30);
  EXPECT_EQ(start(loss::squared(), zeros, false)[0], 0);
  EXPECT_NEAR(start(loss::poisson(), ones, false)[0], 0, 1e-15);
  // One class only: the others stop 30 below, and the sum is zero.
  const std::vector<double> one_class = start(loss::softmax({.classes = 3}), ones, false);
  EXPECT_NEAR(one_class[0], -10, 1e-12);
  EXPECT_NEAR(one_class[1], 20, 1e-12);
  EXPECT_NEAR(one_class[2], -10, 1e-12);
  // An absent class leaves the other two as they are.
  const Rows two{{0, 0, 0, 2}, {}};
  const std::vector<double> absent = start(loss::softmax({.classes = 3}), two, false);
  EXPECT_NEAR(absent[0] - absent[2], std::log(3.0), 1e-11);
  EXPECT_NEAR(absent[1] - absent[0], -30, 1e-12);
}

TEST(InitialScore, TakesNoRowsAndNoWeight) {
  for (const Loss& loss : {loss::squared(), loss::logistic(), loss::softmax({.classes = 3}), loss::poisson(),
                           loss::quantile(), loss::absolute(), loss::huber(), loss::focal()}) {
    for (const Rows& rows : {Rows{}, Rows{{1, 0, 1}, {0, 0, 0}}})
      for (const double score : start(loss, rows, !rows.weights.empty())) EXPECT_EQ(score, 0) << loss.name();
  }
}

TEST(InitialScore, OfOpenSoftmaxIsRefused) {
  try {
    start(loss::softmax(), {{0, 1}, {}}, false);
    FAIL();
  } catch (const ArgumentError& e) {
    EXPECT_STREQ(e.what(), "initial_score: softmax does not know its classes yet.");
  }
}

TEST(InitialScore, HasTheSameBitsForAnyOrderOfRowsAndAnyThreads) {
  std::mt19937_64 random(5);
  for (const Loss& loss : {loss::squared(), loss::logistic(), loss::softmax({.classes = 4}), loss::poisson(),
                           loss::quantile({.level = 0.8}), loss::absolute(), loss::huber(), loss::focal()}) {
    const int classes = loss.classes();
    const Rows rows = make_rows(70000, [&](auto& r) {
      return classes > 0 ? static_cast<double>(r() % classes) : std::exponential_distribution<double>(0.01)(r);
    });
    const std::vector<double> first = start(loss, rows, true, 1);
    std::vector<std::size_t> order(rows.labels.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    for (const int threads : {1, 2, 7}) {
      std::shuffle(order.begin(), order.end(), random);
      Rows moved;
      for (const std::size_t i : order) {
        moved.labels.push_back(rows.labels[i]);
        moved.weights.push_back(rows.weights[i]);
      }
      EXPECT_EQ(start(loss, moved, true, threads), first) << loss.name() << " on " << threads;
    }
  }
}

TEST(InitialScore, AWeightIsAsManyRows) {
  const Rows weighted{{0, 1, 5, 2}, {3, 1, 2, 4}};
  const Rows copies{{0, 0, 0, 1, 5, 5, 2, 2, 2, 2}, {}};
  for (const Loss& loss : {loss::squared(), loss::softmax({.classes = 6}), loss::poisson(), loss::absolute(),
                           loss::quantile({.level = 0.7}), loss::quantile({.level = 0.1}), loss::huber()}) {
    const std::vector<double> a = start(loss, weighted, true), b = start(loss, copies, false);
    for (std::size_t k = 0; k < a.size(); ++k) EXPECT_NEAR(a[k], b[k], 1e-14) << loss.name();
  }
}

}  // namespace
}  // namespace linden
