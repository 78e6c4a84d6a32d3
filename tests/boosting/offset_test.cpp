// Boosting with an offset: where scores start, what trees learn beside it, and that it is part of every prediction.
#include <cmath>
#include <linden/ops.hpp>

#include "boosting/random_data.hpp"

namespace linden {
namespace {

Tensor column(const std::vector<double>& values) { return Tensor::copy_of(values); }

std::vector<double> random_offsets(int count, std::uint64_t seed) {
  Random random(seed);
  std::vector<double> offsets;
  for (int i = 0; i < count; ++i) offsets.push_back(random.normal());
  return offsets;
}

struct WithOffset {
  Dataset data;
  BoostingConfig config;
};

WithOffset random_fit(const std::string& loss, std::uint64_t seed) {
  Random random(seed);
  const int rows = 240;
  RandomData data = random_data(random, rows, 4, loss);
  BoostingConfig config{
      .loss = loss::by_name(loss), .rounds = 5, .learning_rate = 0.3, .max_leaves = 6, .min_rows_in_leaf = 5};
  const Dataset all = data.dataset();
  const int outputs = loss == "softmax" ? static_cast<int>(*std::ranges::max_element(data.label)) + 1 : 1;
  const Tensor offsets = column(random_offsets(rows * outputs, seed + 1)).reshape({rows, outputs});
  return {all.with_offset(offsets), config};
}

// The gradient is e (exp(s) - y / e): that of rates with the exposure as weight.
TEST(BoostingOffset, IsTheLogarithmOfAnExposure) {
  Random random(3);
  RandomData data = random_data(random, 400, 5, "poisson");
  const Tensor offset = column(random_offsets(400, 4)), exposure = exp(offset);
  const Dataset plain = data.dataset();
  const Dataset rates = plain.with_label(plain.label() / exposure).with_weight(exposure);
  const BoostingConfig config{.loss = loss::poisson(), .rounds = 4, .max_leaves = 5};
  const BoostedModel model = fit_boosted(plain.with_offset(offset), config), other = fit_boosted(rates, config);
  ASSERT_EQ(model.trees().size(), other.trees().size());
  EXPECT_NEAR(model.initial_score()[0], other.initial_score()[0], 1e-10);
  const std::vector<double> found = numbers_of(model.predict(plain.with_offset(Tensor::zeros({400})))),
                            wanted = numbers_of(other.predict(rates));
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], wanted[i], 1e-4 * wanted[i]) << i;
}

// One round of one split, by hand.
TEST(BoostingOffset, LeavesAreNewtonStepsFromThere) {
  const std::vector<double> x{0, 0, 0, 1, 1, 1}, y{0, 1, 0, 1, 1, 1}, o{0.5, -1, 2, 0, 1, -2};
  const Dataset data = Dataset::from_rows(x, 1, {.label = y, .offset = o});
  const BoostedModel model = fit_boosted(
      data,
      {.loss = loss::logistic(), .rounds = 1, .learning_rate = 0.5, .min_child_weight = 0, .min_rows_in_leaf = 1});
  const double start = model.initial_score()[0];
  double slope = 0;
  for (std::size_t i = 0; i < 6; ++i) slope += 1 / (1 + std::exp(-start - o[i])) - y[i];
  EXPECT_NEAR(slope, 0, 1e-10);
  const std::vector<double> scores = numbers_of(model.predict(data, {.output = Output::score}));
  for (const std::size_t first : {0, 3}) {
    double g = 0, h = 0;
    for (std::size_t i = first; i < first + 3; ++i) {
      const double p = 1 / (1 + std::exp(-start - o[i]));
      g += p - y[i];
      h += p * (1 - p);
    }
    for (std::size_t i = first; i < first + 3; ++i) EXPECT_NEAR(scores[i], o[i] + start - 0.5 * g / (h + 1), 1e-6);
  }
}

TEST(BoostingOffset, TrainingValidationAndPredictionSeeTheSameScores) {
  std::uint64_t seed = 100;
  for (const std::string loss : {"squared", "logistic", "softmax", "poisson", "quantile", "absolute", "huber"}) {
    const auto [data, config] = random_fit(loss, seed += 10);
    const BoostedModel model = fit_boosted(data, config, {.valid = data, .train_metrics = true});
    const std::vector<MetricValue>& last = model.history().back();
    const std::vector<Metric> metrics = metric::defaults(model.loss());
    for (std::size_t m = 0; m < metrics.size(); ++m) {
      const double wanted = metrics[m].evaluate({.prediction = model.predict(data),
                                                 .score = model.predict(data, {.output = Output::score}),
                                                 .label = model.labels_of(data)});
      EXPECT_EQ(last[m].value, wanted) << loss;
      EXPECT_EQ(last[metrics.size() + m].value, wanted) << loss;
    }
    // Another offset moves scores by what it is more, and no tree.
    const Tensor more = model.predict(data.with_offset(data.offset() + 0.25), {.output = Output::score});
    const std::vector<double> moved = numbers_of(more),
                              scores = numbers_of(model.predict(data, {.output = Output::score}));
    for (std::size_t i = 0; i < moved.size(); ++i) EXPECT_NEAR(moved[i], scores[i] + 0.25, 1e-12) << loss;
  }
}

TEST(BoostingOffset, SingleRowsHaveTheBytesOfAll) {
  for (const char* loss : {"logistic", "softmax"}) {
    const auto [data, config] = random_fit(loss, 700);
    const BoostedModel model = fit_boosted(data, config);
    const auto outputs = static_cast<std::size_t>(model.outputs());
    const std::vector<double> all = numbers_of(model.predict(data)), offsets = numbers_of(data.offset());
    const Tensor x = data.matrix();
    const RowPredictor predictor = model.row_predictor(model.feature_names());
    std::vector<double> one(outputs);
    for (std::size_t row = 0; row < 240; ++row) {
      const std::vector<double> values = x.select(0, static_cast<std::int64_t>(row)).to_vector<double>();
      std::vector<RowValue> named;
      for (std::size_t f = 0; f < values.size(); ++f) {
        const Column& from = data.columns()[f];
        if (from.categorical && !std::isnan(values[f]))
          named.emplace_back(from.categories[static_cast<std::size_t>(values[f])]);
        else
          named.emplace_back(values[f]);
      }
      const auto offset = std::span(offsets).subspan(row * outputs, outputs);
      const std::vector<double> wanted(all.begin() + static_cast<std::ptrdiff_t>(row * outputs),
                                       all.begin() + static_cast<std::ptrdiff_t>((row + 1) * outputs));
      model.predict_row(values, one, offset);
      EXPECT_EQ(one, wanted);
      model.predict_row(named, one, offset);
      EXPECT_EQ(one, wanted);
      predictor.predict(named, one, offset);
      EXPECT_EQ(one, wanted);
    }
    EXPECT_THROW(predictor.predict(std::vector<RowValue>(model.feature_names().size(), RowValue(std::nan(""))), one),
                 ArgumentError);
  }
}

TEST(BoostingOffset, BytesAreThoseOfAnyThreadsAndAnyOrderOfRows) {
  for (const std::string loss : {"squared", "softmax", "poisson", "quantile"}) {
    const auto [data, config] = random_fit(loss, 800);
    const std::string bytes = fit_boosted(data, config, {.threads = 1}).to_string();
    EXPECT_EQ(fit_boosted(data, config, {.threads = 5}).to_string(), bytes) << loss;
    std::vector<std::int64_t> backwards;
    for (std::int64_t row = data.rows(); row-- > 0;) backwards.push_back(row);
    EXPECT_EQ(fit_boosted(data.take(backwards), config).to_string(), bytes) << loss;
  }
}

TEST(BoostingOffset, RowsOfWeightZeroAreAsIfTheyWereNotThere) {
  const auto [data, config] = random_fit("poisson", 900);
  std::vector<double> weight(240, 1);
  std::vector<std::int64_t> kept;
  for (std::int64_t row = 0; row < 240; ++row)
    row % 3 == 0 ? void(weight[static_cast<std::size_t>(row)] = 0) : kept.push_back(row);
  const BoostedModel weighted = fit_boosted(data.with_weight(weight), config),
                     fewer = fit_boosted(data.take(kept), config);
  EXPECT_EQ(dump(weighted.trees()), dump(fewer.trees()));
  EXPECT_EQ(weighted.initial_score(), fewer.initial_score());
}

TEST(BoostingOffset, CustomLossesStartThereToo) {
  const auto [data, config] = random_fit("poisson", 950);
  const auto poisson = [](const Tensor& s, const Tensor& y) { return exp(s) - y * s; };
  const Loss spelt = loss::custom("spelt", poisson, {.link = Link::exp});
  const Loss taped = loss::custom(
      "taped", [&](const Tensor& s, const Tensor& y) { return poisson(s, y) * Tensor(1.0 + 0.0 * s.size(0)); },
      {.link = Link::exp});
  const std::vector<double> wanted = numbers_of(fit_boosted(data, config).predict(data));
  for (const Loss& loss : {spelt, taped}) {
    BoostingConfig custom = config;
    custom.loss = loss;
    const std::vector<double> found = numbers_of(fit_boosted(data, custom).predict(data));
    for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], wanted[i], 1e-5 * wanted[i]) << loss.name();
  }
}

}  // namespace
}  // namespace linden
