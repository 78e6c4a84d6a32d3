// OnlineLearner against the paper's pseudo code in a plain loop, and what must not change a learner.
#include <gtest/gtest.h>

#include <cmath>
#include <linden/error.hpp>
#include <linden/online.hpp>
#include <linden/ops.hpp>
#include <random>
#include <vector>

#include "linear/random_rows.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

// Rows [begin, end) of a dataset.
Dataset some_of(const Dataset& data, std::int64_t begin, std::int64_t end) {
  std::vector<std::int64_t> rows;
  for (std::int64_t row = begin; row < end; ++row) rows.push_back(row);
  return data.take(rows);
}

// Algorithm 1 of McMahan et al. (2013), for losses of one score with the slope by a function; the intercept is a last
// feature of 1 without penalties. Adagrad: sigma is 0.
struct PaperLoop {
  double alpha, beta, l1, l2;
  bool is_proximal = true;
  std::vector<double> z, n;
  double loss_sum = 0, weight_sum = 0;

  double weight(std::size_t i) const {
    const bool is_intercept = i + 1 == z.size();
    const double lambda1 = is_intercept ? 0 : l1, lambda2 = is_intercept ? 0 : l2;
    if (std::abs(z[i]) <= lambda1) return 0;
    const double sign = z[i] < 0 ? -1 : 1;
    return -1 / ((beta + std::sqrt(n[i])) / alpha + lambda2) * (z[i] - sign * lambda1);
  }
  template <class Value, class Slope>
  void row(std::vector<double> x, double y, double weight_of_row, const Value& value, const Slope& slope) {
    x.push_back(1);
    z.resize(x.size());
    n.resize(x.size());
    std::vector<double> w;
    double score = 0;
    for (std::size_t i = 0; i < x.size(); ++i) w.push_back(weight(i)), score += w[i] * x[i];
    loss_sum += weight_of_row * value(score, y);
    weight_sum += weight_of_row;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double g = weight_of_row * slope(score, y) * x[i];
      const double sigma = is_proximal ? (std::sqrt(n[i] + g * g) - std::sqrt(n[i])) / alpha : 0;
      z[i] += g - sigma * w[i];
      n[i] += g * g;
    }
  }
};

struct Rule {
  Loss loss;
  double (*value)(double, double);
  double (*slope)(double, double);
};

double sigmoid_of(double s) { return 1 / (1 + std::exp(-s)); }

const std::vector<Rule>& rules() {
  static const std::vector<Rule> all{
      {loss::squared(), [](double s, double y) { return (y - s) * (y - s) / 2; },
       [](double s, double y) { return s - y; }},
      {loss::logistic(), [](double s, double y) { return std::log1p(std::exp(s)) - y * s; },
       [](double s, double y) { return sigmoid_of(s) - y; }},
      {loss::poisson(), [](double s, double y) { return std::exp(s) - y * s; },
       [](double s, double y) { return std::exp(s) - y; }},
      {loss::huber({.delta = 1}),
       [](double s, double y) {
         const double r = std::abs(y - s);
         return r <= 1 ? r * r / 2 : r - 0.5;
       },
       [](double s, double y) { return std::max(-1.0, std::min(1.0, s - y)); }},
      {loss::sharp_hinge(), [](double s, double y) { return std::max(0.0, 1 - (2 * y - 1) * s); },
       [](double s, double y) { return (2 * y - 1) * s < 1 ? 1 - 2 * y : 0.0; }},
      {loss::quantile({.level = 0.8}), [](double s, double y) { return y >= s ? 0.8 * (y - s) : 0.2 * (s - y); },
       [](double s, double y) { return y > s ? -0.8 : 0.2; }}};
  return all;
}

TEST(OnlineLearner, TakesTheStepsOfThePaper) {
  for (const Rule& rule : rules())
    for (const OnlineMethod method : {OnlineMethod::ftrl, OnlineMethod::adagrad})
      for (const double l1 : {0.0, 1.5}) {
        SCOPED_TRACE(rule.loss.name() + " " + name_of(method));
        const RandomRows rows(rule.loss, {.rows = 200, .features = 5, .weighted = true, .centre = 0, .deviation = 1},
                              7);
        OnlineLearner learner({.loss = rule.loss, .method = method, .alpha = 0.2, .beta = 0.5, .l1 = l1, .l2 = 0.3});
        const double mean = learner.partial_fit(rows.dataset());
        PaperLoop paper{0.2, 0.5, l1, 0.3, method == OnlineMethod::ftrl, {}, {}};
        for (int i = 0; i < rows.rows; ++i) {
          const auto at = rows.values.begin() + i * rows.features;
          if (rows.weights[static_cast<std::size_t>(i)] > 0)
            paper.row({at, at + rows.features}, rows.labels[static_cast<std::size_t>(i)],
                      rows.weights[static_cast<std::size_t>(i)], rule.value, rule.slope);
        }
        const LinearModel model = learner.to_model();
        for (std::size_t j = 0; j < 5; ++j)
          EXPECT_NEAR(model.weights()[j], paper.weight(j), 1e-12 * (1 + std::abs(paper.weight(j))));
        EXPECT_NEAR(model.intercept()[0], paper.weight(5), 1e-12 * (1 + std::abs(paper.weight(5))));
        EXPECT_NEAR(mean, paper.loss_sum / paper.weight_sum, 1e-12 * (1 + mean));
        EXPECT_DOUBLE_EQ(learner.progress().loss(), mean);
        EXPECT_EQ(learner.progress().weight, paper.weight_sum);
      }
}

// Without penalties and beta FTRL takes AdaGrad's gradient steps. River 0.26.1: linear_model.LogisticRegression(
// optimizer=optim.AdaGrad(lr=0.5, eps=1e-30), intercept_lr=0) over the rows below. (River's FTRLProximal takes slopes
// at weights of one row before, which is not the paper's.)
TEST(OnlineLearner, HasTheWeightsOfRiversAdaGrad) {
  std::vector<double> x, y;
  for (int i = 0; i < 50; ++i) {
    x.insert(x.end(), {std::sin(i), std::cos(2 * i), static_cast<double>(i % 3 - 1)});
    y.push_back(std::sin(i) + 0.3 * std::cos(5 * i) > 0 ? 1 : 0);
  }
  OnlineLearner learner({.loss = loss::logistic(), .alpha = 0.5, .beta = 0, .intercept = false});
  learner.partial_fit(Dataset::from_rows(x, 3, {.label = y}));
  const LinearModel model = learner.to_model();
  const double expected[] = {3.226592604812095, -0.04561858676728643, -0.0893844202343708};
  for (std::size_t j = 0; j < 3; ++j) EXPECT_NEAR(model.weights()[j], expected[j], 1e-8);
}

TEST(OnlineLearner, ChunksDoNotChangeTheBytes) {
  for (const Loss& loss : {loss::squared(), loss::logistic(), loss::softmax({.classes = 3}), loss::poisson()}) {
    const Dataset data =
        RandomRows(loss, {.rows = 600, .features = 4, .weighted = true, .centre = 0, .deviation = 1}, 3).dataset();
    const OnlineConfig config{.loss = loss, .l1 = 0.5, .l2 = 0.1};
    OnlineLearner whole(config);
    whole.partial_fit(data);
    for (const std::int64_t chunk : {1, 7, 300}) {
      OnlineLearner parts(config);
      for (std::int64_t row = 0; row < 600; row += chunk)
        parts.partial_fit(some_of(data, row, std::min<std::int64_t>(row + chunk, 600)));
      EXPECT_EQ(parts.to_string(), whole.to_string()) << loss.name() << ' ' << chunk;
      EXPECT_EQ(parts.to_model().to_string(), whole.to_model().to_string());
    }
  }
}

TEST(OnlineLearner, DenseAndSparseRowsHaveTheSameWeights) {
  RandomRows rows(loss::logistic(), {.rows = 300, .features = 6, .entries = 4}, 5);
  rows.at(0, 5) = 1;  // each column has an entry
  const OnlineConfig config{.loss = loss::logistic(), .l1 = 0.5};
  OnlineLearner sparse(config), dense(config);
  sparse.partial_fit(rows.dataset());
  dense.partial_fit(rows.dense<float>());
  EXPECT_EQ(sparse.to_model().weights(), dense.to_model().weights());
  EXPECT_EQ(sparse.to_model().intercept(), dense.to_model().intercept());
  EXPECT_EQ(sparse.progress().loss_sum, dense.progress().loss_sum);
}

TEST(OnlineLearner, TakesUpColumnsOfSparseRowsAsTheyCome) {
  const auto rows = [](std::vector<std::int32_t> columns, std::vector<double> labels) {
    std::vector<std::int64_t> offsets{0};
    std::vector<double> values(columns.size(), 1.0);
    for (std::size_t i = 0; i < labels.size(); ++i)
      offsets.push_back(static_cast<std::int64_t>((i + 1) * columns.size() / labels.size()));
    return Dataset::from_csr(offsets, columns, values, 20, {.label = labels});
  };
  OnlineLearner learner({.loss = loss::squared()});
  learner.partial_fit(rows({7, 11}, {1, 2}));
  learner.partial_fit(rows({2, 11}, {3, 1}));
  const LinearModel model = learner.to_model();
  EXPECT_EQ(model.feature_names().size(), 3u);
  EXPECT_EQ(model.feature_names()[0].substr(model.feature_names()[0].size() - 1), "2");
  OnlineLearner small({.loss = loss::squared(), .max_columns = 2});
  small.partial_fit(rows({7, 11}, {1, 2}));
  const std::string before = small.to_string();
  EXPECT_NE(refusal<DataError>([&] {
              small.partial_fit(rows({2, 11}, {3, 1}));
            }).find("bring the columns to 3, and .max_columns is 2"),
            std::string::npos);
  EXPECT_EQ(small.to_string(), before);
}

TEST(OnlineLearner, GoesOnFromAFileToTheSameBytes) {
  for (const bool is_sparse : {false, true}) {
    const Dataset data =
        RandomRows(loss::softmax({.classes = 3}),
                   {.rows = 400, .features = 9, .centre = 0, .deviation = 1, .entries = is_sparse ? 3 : 0}, 8)
            .dataset();
    OnlineLearner whole({.loss = loss::softmax({.classes = 3}), .method = OnlineMethod::adagrad, .l1 = 0.2});
    OnlineLearner half({.loss = loss::softmax({.classes = 3}), .method = OnlineMethod::adagrad, .l1 = 0.2});
    whole.partial_fit(data);
    half.partial_fit(some_of(data, 0, 150));
    OnlineLearner again = OnlineLearner::from_string(half.to_string());
    EXPECT_EQ(again.to_string(), half.to_string());
    again.partial_fit(some_of(data, 150, 400));
    EXPECT_EQ(again.to_string(), whole.to_string());
    std::stringstream binary;
    whole.save(binary, ModelFormat::binary);
    EXPECT_EQ(OnlineLearner::load(binary).to_string(), whole.to_string());
  }
}

// The regret of FTRL is of the order of the root of the number of steps: many passes come near the optimum.
TEST(OnlineLearner, ComesNearTheOptimum) {
  for (const Loss& loss : {loss::squared(), loss::logistic(), loss::softmax({.classes = 3}), loss::poisson()}) {
    const Dataset data = RandomRows(loss, {.rows = 400, .features = 4, .centre = 0, .deviation = 1}, 11).dataset();
    const LinearModel best = fit_linear(data, {.loss = loss});
    const auto mean_loss = [&](const LinearModel& model) {
      const Tensor scores = model.predict(data, {.output = Output::score}), labels = model.labels_of(data);
      double sum = 0;
      const auto width = static_cast<std::size_t>(model.outputs());
      for (std::size_t i = 0; i < 400; ++i)
        sum += model.loss().evaluate(scores.span<const double>().subspan(i * width, width),
                                     labels.span<const double>()[i]);
      return sum / 400;
    };
    const double optimum = mean_loss(best);
    for (const OnlineMethod method : {OnlineMethod::ftrl, OnlineMethod::adagrad}) {
      OnlineLearner learner({.loss = loss, .method = method, .alpha = method == OnlineMethod::ftrl ? 0.5 : 2});
      const double first = learner.partial_fit(data);
      for (int pass = 1; pass < 60; ++pass) learner.partial_fit(data);
      const double reached = mean_loss(learner.to_model());
      EXPECT_GE(reached, optimum - 1e-9);
      EXPECT_LT(reached - optimum, (method == OnlineMethod::ftrl ? 4e-3 : 2e-2) * std::max(1.0, std::abs(optimum)))
          << loss.name() << ' ' << name_of(method);
      EXPECT_LT(reached, first);
    }
  }
}

TEST(OnlineLearner, ExpressionsLearnAsTheBuiltInLoss) {
  const RandomRows rows(loss::logistic(), {.rows = 120, .features = 3, .centre = 0, .deviation = 1}, 2);
  const Loss written = loss::custom("mine", [](const Tensor& s, const Tensor& y) { return softplus(s) - y * s; },
                                    {.link = Link::sigmoid});
  OnlineLearner a({.loss = loss::logistic(), .l1 = 0.2}), b({.loss = written, .l1 = 0.2});
  a.partial_fit(rows.dataset());
  b.partial_fit(rows.dataset());
  EXPECT_EQ(a.to_model().weights(), b.to_model().weights());
  OnlineLearner again = OnlineLearner::from_string(b.to_string());
  again.partial_fit(rows.dataset());
  b.partial_fit(rows.dataset());
  EXPECT_EQ(again.to_string(), b.to_string());
}

TEST(OnlineLearner, OffsetsArePartOfTheScore) {
  const RandomRows rows(loss::poisson(), {.rows = 100, .features = 2, .centre = 0, .deviation = 1}, 4);
  const auto data = [&](const std::vector<double>& offset) {
    return Dataset::from_rows(rows.values, 2, {.label = rows.labels, .offset = offset});
  };
  PaperLoop paper{0.1, 1, 0, 0, true, {}, {}};
  std::vector<double> offsets;
  for (int i = 0; i < 100; ++i) {
    const double offset = 0.01 * i;
    offsets.push_back(offset);
    paper.row(
        {rows.at(i, 0), rows.at(i, 1)}, rows.labels[static_cast<std::size_t>(i)], 1,
        [&](double s, double y) { return std::exp(s + offset) - y * (s + offset); },
        [&](double s, double y) { return std::exp(s + offset) - y; });
  }
  OnlineLearner learner({.loss = loss::poisson()});
  learner.partial_fit(data(offsets));
  EXPECT_NEAR(learner.to_model().weights()[0], paper.weight(0), 1e-12);
  EXPECT_NEAR(learner.progress().loss_sum, paper.loss_sum, 1e-10);
  EXPECT_TRUE(learner.to_model().has_offset());
  EXPECT_NE(refusal<DataError>([&] { learner.partial_fit(rows.dataset()); }).find("has no offset"), std::string::npos);
}

}  // namespace
}  // namespace linden
