// Rows one at a time: by the names of columns and categories, the same bits as a batch, without allocating.
#include <gtest/gtest.h>

#include <thread>

#include "boosting/random_data.hpp"

namespace linden {
namespace {

// Numbers and categories of few and of many names, both with missing values.
RandomData mixed(int rows, int categories) {
  Random random(7);
  RandomData data;
  add_numbers(data, random_numbers(random, rows, 90, 0.1));
  add_codes(data, random_codes(random, rows, categories, 0.1), categories);
  add_numbers(data, random_numbers(random, rows, 5, 0.5));
  for (int row = 0; row < rows; ++row) {
    const double x = data.features[0].values[row], code = data.features[1].values[row];
    data.label.push_back(std::sin(std::isnan(x) ? 1 : x) + std::cos(5 * code) + random.normal() / 4);
  }
  return data;
}

BoostedModel model_of(const RandomData& data, int rounds) {
  return fit_boosted(data.dataset({"age", "job", "rate"}), {.rounds = rounds,
                                                            .learning_rate = 0.3,
                                                            .max_leaves = 12,
                                                            .min_rows_in_leaf = 2,
                                                            .categories = {.encoding = CategoryEncoding::partition}});
}

RowValue job(const BoostedModel& model, double code) {
  return code < 0 ? RowValue(missing_value) : RowValue(model.categories(1)[static_cast<std::size_t>(code)]);
}

TEST(RowPredictor, GivesTheBitsOfABatch) {
  for (const int categories : {9, 300})
    for (const int rounds : {1, 7, 8, 21}) {
      const RandomData data = mixed(800, categories);
      const BoostedModel model = model_of(data, rounds);
      const RowPredictor row = model.row_predictor({"rate", "other", "job", "age"});
      ASSERT_EQ(row.outputs(), 1);
      const std::vector<double> batch = numbers_of(model.predict(data.dataset({"age", "job", "rate"})));
      for (int i = 0; i < data.rows(); ++i) {
        const auto value = [&](int f) { return data.features[f].values[i]; };
        EXPECT_EQ(row({value(2), "anything", job(model, value(1)), value(0)}), batch[i]) << categories << " " << i;
        double by_name = 0, by_code = 0;
        model.predict_row(std::vector<RowValue>{value(0), job(model, value(1)), value(2)}, {&by_name, 1});
        model.predict_row(std::vector{value(0), value(1), value(2)}, {&by_code, 1});
        EXPECT_EQ(by_name, batch[i]);
        EXPECT_EQ(by_code, batch[i]);
      }
      EXPECT_EQ(row({1, 0, "unheard of", 3}), row({1, 0, missing_value, 3}));
    }
}

TEST(RowPredictor, ServesManyThreads) {
  const RandomData data = mixed(300, 9);
  const BoostedModel model = model_of(data, 20);
  const RowPredictor row = model.row_predictor({"age", "job", "rate"});
  const std::vector<double> batch = numbers_of(model.predict(data.dataset({"age", "job", "rate"})));
  std::vector<int> wrong(4);
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&, t] {
        for (int i = 0; i < data.rows(); ++i)
          wrong[t] += row({data.features[0].values[i], job(model, data.features[1].values[i]),
                           data.features[2].values[i]}) != batch[i];
      });
  }
  EXPECT_EQ(wrong, std::vector<int>(4));
}

TEST(RowPredictor, OutlivesItsModel) {
  RowPredictor row;
  EXPECT_TRUE(row.empty());
  double expected = 0;
  {
    const BoostedModel model = model_of(mixed(300, 9), 5);
    model.predict_row(std::vector{0.5, 2.0, 0.25}, {&expected, 1});
    row = model.row_predictor({"age", "job", "rate"});
  }
  EXPECT_TRUE(row);
  EXPECT_EQ(row({0.5, "c002", 0.25}), expected);
}

TEST(RowPredictor, AModelOfManyFeaturesAndOfSeveralOutputs) {
  Random random(3);
  RandomData data;
  for (int f = 0; f < 1000; ++f) add_numbers(data, random_numbers(random, 200, 40, 0));
  for (int row = 0; row < 200; ++row) data.label.push_back(random.below(3));
  const BoostedModel model = fit_boosted(
      data.dataset(),
      {.loss = loss::softmax(), .rounds = 40, .max_leaves = 20, .min_rows_in_leaf = 1, .feature_fraction = 0.05});
  EXPECT_GT(model.importances().size(), 512u);  // more than lie on the stack
  const RowPredictor row = model.row_predictor(model.feature_names());
  const std::vector<double> batch = numbers_of(model.predict(data.dataset()));
  std::vector<double> out(3);
  for (int i = 0; i < 200; ++i) {
    std::vector<RowValue> values;
    for (const auto& feature : data.features) values.emplace_back(feature.values[i]);
    row.predict(values, out);
    for (int k = 0; k < 3; ++k) EXPECT_EQ(out[k], batch[3 * i + k]);
  }
}

TEST(RowPredictor, RefusesWhatDoesNotFit) {
  const BoostedModel model = model_of(mixed(300, 9), 5);
  EXPECT_EQ(refusal<DataError>([&] {
              model.row_predictor({"age", "jobs"});
            }),
            "BoostedModel::row_predictor: no column \"job\", which the model was trained on. Did you mean \"jobs\"? "
            "Columns: age, jobs.");
  EXPECT_EQ(refusal<ArgumentError>([&] {
              model.row_predictor({"age", "job", "age", "rate"});
            }),
            "BoostedModel::row_predictor: column \"age\" stands there twice.");
  const RowPredictor row = model.row_predictor({"age", "job", "rate"});
  EXPECT_EQ(refusal<ArgumentError>([&] {
              row({1, "c001"});
            }),
            "RowPredictor::predict: 2 values and 1 outputs, but the predictor has 3 columns and 1 outputs.");
  EXPECT_EQ(refusal<ArgumentError>([&] {
              row({"old", "c001", 0});
            }),
            "RowPredictor::predict: \"age\" is a column of numbers, not of names such as \"old\".");
  EXPECT_EQ(refusal<ArgumentError>([&] {
              row({30, 1, 0});
            }),
            "RowPredictor::predict: \"job\" is a column of categories, not of numbers. Hint: give the category's name, "
            "\"1\".");
  EXPECT_EQ(refusal<ArgumentError>([&] { RowPredictor()({1}); }),
            "RowPredictor::predict: the predictor is empty. Hint: BoostedModel::row_predictor makes one.");
}

}  // namespace
}  // namespace linden
