// Prediction: batches, parts and single rows agree, columns are found by name, unseen values have their direction.
#include <fmt/format.h>

#include <gtest/gtest.h>

#include <thread>

#include "boosting/random_data.hpp"

namespace linden {
namespace {

RandomData mixed(std::uint64_t seed, int rows, const std::string& loss) {
  Random random(seed);
  RandomData data = random_data(random, rows, 4, loss);
  add_codes(data, random_codes(random, rows, 70, 0.1), 70);
  add_numbers(data, random_numbers(random, rows, 90, 0.1));
  return data;
}

BoostedModel model_of(const RandomData& data, const std::string& loss) {
  BoostingConfig config{.loss = loss::by_name(loss), .rounds = 7, .learning_rate = 0.4};
  config.min_rows_in_leaf = 3;
  return fit_boosted(data.dataset(), config);
}

TEST(Predict, ABatchItsPartsAndSingleRowsAgreeBitByBit) {
  for (const std::string loss : {"squared", "logistic", "softmax", "poisson"}) {
    const RandomData data = mixed(1, 211, loss);
    const BoostedModel model = model_of(data, loss);
    const std::vector<double> batch = numbers_of(model.predict(data.dataset()));
    const int outputs = model.outputs();
    ASSERT_EQ(batch.size(), 211u * outputs);
    std::vector<double> values(data.features.size()), out(static_cast<std::size_t>(outputs));
    for (int row = 0; row < data.rows(); ++row) {
      for (std::size_t f = 0; f < values.size(); ++f) values[f] = data.features[f].values[row];
      model.predict_row(values, out);
      for (int k = 0; k < outputs; ++k) EXPECT_EQ(out[k], batch[row * outputs + k]) << loss << " " << row;
    }
    std::vector<double> parts;
    for (int first = 0; first < data.rows(); first += 50) {
      std::vector<std::int64_t> rows;
      for (int row = first; row < std::min(first + 50, data.rows()); ++row) rows.push_back(row);
      const std::vector<double> part = numbers_of(model.predict(data.dataset().take(rows), {.threads = 3}));
      parts.insert(parts.end(), part.begin(), part.end());
    }
    EXPECT_EQ(parts, batch) << loss;
  }
}

TEST(Predict, ScoresAreTheLeavesAddedUpInOrder) {
  for (const std::string loss : {"logistic", "softmax"}) {
    const RandomData data = mixed(2, 150, loss);
    const Dataset rows = data.dataset();
    const BoostedModel model = model_of(data, loss);
    const int outputs = model.outputs(), trees = static_cast<int>(model.trees().size());
    const Tensor leaf = model.predict(rows, {.output = Output::leaf});
    EXPECT_EQ(leaf.shape(), (Shape{150, trees}));
    const std::vector<double> score = numbers_of(model.predict(rows, {.output = Output::score}));
    const std::vector<double> prediction = numbers_of(model.predict(rows));
    const std::vector<double> label = numbers_of(model.predict(rows, {.output = Output::label}));
    for (int row = 0; row < 150; ++row) {
      std::vector<double> sum = model.initial_score();
      for (int t = 0; t < trees; ++t) {
        sum[t % outputs] += model.trees()[t].leaf_values.at(leaf.at<std::int32_t>({row, t}));
      }
      for (int k = 0; k < outputs; ++k) EXPECT_EQ(score[row * outputs + k], sum[k]);
      model.loss().predict(sum);
      double total = 0;
      for (int k = 0; k < outputs; ++k) {
        EXPECT_EQ(prediction[row * outputs + k], sum[k]);
        total += sum[k];
      }
      if (outputs > 1) {
        EXPECT_NEAR(total, 1, 1e-15);
      }
      const auto best = std::ranges::max_element(sum) - sum.begin();
      EXPECT_EQ(label[row], outputs > 1 ? static_cast<double>(best) : sum[0] >= 0.5);
    }
  }
}

TEST(Predict, FewerRoundsAreTheModelOfFewerRounds) {
  const RandomData data = mixed(3, 120, "squared");
  BoostingConfig config{.rounds = 9, .min_rows_in_leaf = 2};
  const BoostedModel all = fit_boosted(data.dataset(), config);
  config.rounds = 4;
  EXPECT_EQ(numbers_of(all.predict(data.dataset(), {.rounds = 4})),
            numbers_of(fit_boosted(data.dataset(), config).predict(data.dataset())));
  EXPECT_EQ(refusal<ArgumentError>([&] { all.predict(data.dataset(), {.rounds = 10}); }),
            "BoostedModel::predict: 10 rounds of a model that has 9. Hint: 0 uses all.");
}

TEST(Predict, ColumnsAreFoundByName) {
  const RandomData data = mixed(4, 100, "squared");
  const BoostedModel model = model_of(data, "squared");
  const std::vector<double> wanted = numbers_of(model.predict(data.dataset()));
  const Dataset plain = data.dataset();
  std::vector<Column> columns(plain.columns().rbegin(), plain.columns().rend());
  columns.push_back({.name = "extra", .values = Tensor::zeros({100})});
  EXPECT_EQ(numbers_of(model.predict(Dataset::from_named(columns))), wanted);

  std::vector<Column> fewer = plain.columns();
  fewer[2].name = "y2";
  EXPECT_EQ(
      refusal<DataError>([&] { model.predict(Dataset::from_named(fewer)); }),
      "BoostedModel::predict: no column \"x2\", which the model was trained on. Did you mean \"x0\"? Columns: x0, "
      "x1, y2, x3, x4, x5.");
  fewer = plain.columns();
  std::swap(fewer[4].name, fewer[5].name);
  EXPECT_EQ(
      refusal<DataError>([&] { model.predict(Dataset::from_named(fewer)); }),
      fmt::format(
          "BoostedModel::predict: column \"x4\" is numeric ({} at row 0), but the model was trained on categories "
          "there. Hint: read the file by the model's schema, or name the column among the categorical ones.",
          plain.columns()[5].values.select(0, 0).item()));
  fewer[4] = {.name = "x4",
              .values = plain.columns()[4].values,
              .categorical = true,
              .categories = plain.columns()[4].categories};
  fewer[5].categorical = true;
  fewer[5] = fewer[4];
  fewer[5].name = "x5";
  EXPECT_EQ(refusal<DataError>([&] { model.predict(Dataset::from_named(fewer)); }),
            fmt::format(
                "BoostedModel::predict: column \"x5\" is text (\"{}\" at row 0), but the model was trained on numbers "
                "there. Hint: mend the field, or read the file by the model's schema, which names what is no "
                "number.",
                fewer[5].categories[static_cast<std::size_t>(fewer[5].values.at<std::int32_t>({0}))]));
}

TEST(Predict, CategoriesAreFoundByName) {
  RandomData data;
  add_codes(data, {0, 0, 1, 1, 2, 2, 2}, 3);
  data.label = {1, 1, 5, 5, 9, 9, 9};
  const BoostedModel model = fit_boosted(data.dataset(), {.rounds = 30, .min_rows_in_leaf = 1});
  const std::vector<double> known = numbers_of(model.predict(data.dataset()));
  const std::vector<std::int32_t> codes{0, 1, 2, 3, -1};
  const Dataset other = Dataset::from_named({{.name = "x0",
                                              .values = Tensor::copy_of(std::span(codes), {5}),
                                              .categorical = true,
                                              .categories = {"a", "c000", "c001", "c0015"}}});
  const std::vector<double> p = numbers_of(model.predict(other));
  EXPECT_EQ(p[1], known[0]);
  EXPECT_EQ(p[2], known[2]);
  EXPECT_EQ(p[0], p[4]);  // unknown as missing
  EXPECT_EQ(p[3], p[4]);
}

TEST(Predict, WhatTrainingNeverSawGoesToTheChildWithMoreRows) {
  RandomData data;
  add_numbers(data, {1, 1, 1, 2, 2});
  add_codes(data, {0, 0, 0, 0, 0}, 2);
  data.label = {0, 0, 0, 8, 8};
  const BoostingConfig config{.loss = loss::squared(), .rounds = 1, .learning_rate = 1, .l2 = 0, .min_rows_in_leaf = 1};
  double out = 0;
  fit_boosted(data.dataset(), config).predict_row(std::vector{missing_value, 0.0}, {&out, 1});
  EXPECT_NEAR(out, 0, 1e-6);
  data = data.take({0, 1, 3, 4, 4});
  fit_boosted(data.dataset(), config).predict_row(std::vector{missing_value, 0.0}, {&out, 1});
  EXPECT_NEAR(out, 8, 1e-6);
}

TEST(Predict, ACategoryThatTrainingNeverSawFollowsMissingValues) {
  RandomData text;  // code 2 is in the dictionary alone
  add_codes(text, {0, 0, 0, 1, 1}, 3);
  text.label = {0, 0, 0, 8, 8};
  const BoostingConfig config{.loss = loss::squared(), .rounds = 1, .learning_rate = 1, .l2 = 0, .min_rows_in_leaf = 1};
  double out = 0;
  const BoostedModel model = fit_boosted(text.dataset(), config);
  for (const double code : {2.0, -1.0, 3.0, 1000.0, 1e10, 1e300, missing_value}) {
    model.predict_row(std::vector{code}, {&out, 1});
    EXPECT_NEAR(out, 0, 1e-6) << code;
  }
}

TEST(Predict, MissingValuesGoWhereTrainingSentThem) {
  RandomData data;
  add_numbers(data, {1, 1, 2, 2, missing_value, missing_value});
  data.label = {0, 0, 8, 8, 8, 8};
  const BoostedModel model = fit_boosted(
      data.dataset(), {.loss = loss::squared(), .rounds = 1, .learning_rate = 1, .l2 = 0, .min_rows_in_leaf = 1});
  const std::vector<double> p = numbers_of(model.predict(data.dataset()));
  for (int row = 0; row < 6; ++row) EXPECT_NEAR(p[row], data.label[row], 1e-6);
  RandomData only_missing;  // one side has the values, the other the missing ones
  add_numbers(only_missing, {3, 3, missing_value, missing_value});
  only_missing.label = {0, 0, 8, 8};
  const BoostedModel split =
      fit_boosted(only_missing.dataset(),
                  {.loss = loss::squared(), .rounds = 1, .learning_rate = 1, .l2 = 0, .min_rows_in_leaf = 1});
  const std::vector<double> q = numbers_of(split.predict(only_missing.dataset()));
  for (int row = 0; row < 4; ++row) EXPECT_NEAR(q[row], only_missing.label[row], 1e-6);
  double out = 0;
  split.predict_row(std::vector{1e308}, {&out, 1});
  EXPECT_NEAR(out, 0, 1e-6);
}

TEST(Predict, AColumnOfNothingButMissingValuesNeedsNoKind) {
  const RandomData data = mixed(5, 80, "squared");
  const BoostedModel model = model_of(data, "squared");
  std::vector<Column> columns = data.dataset().columns();
  columns[4].categorical = false;
  columns[4].categories.clear();
  columns[4].values = Tensor::copy_of(std::span<const double>(std::vector<double>(80, missing_value)), {80});
  RandomData missing = data;
  std::ranges::fill(missing.features[4].values, -1);
  EXPECT_EQ(numbers_of(model.predict(Dataset::from_named(columns))), numbers_of(model.predict(missing.dataset())));
}

TEST(Predict, ManyThreadsMayUseOneModel) {
  const RandomData data = mixed(6, 200, "logistic");
  const BoostedModel model = model_of(data, "logistic");
  const Dataset rows = data.dataset();
  const std::vector<double> wanted = numbers_of(model.predict(rows));
  std::vector<std::thread> threads;
  std::vector<int> equal(4);
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) equal[t] += numbers_of(model.predict(rows, {.threads = 2})) == wanted;
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(equal, std::vector<int>(4, 20));
}

TEST(Predict, NoRowsGiveNoPredictions) {
  const BoostedModel model = model_of(mixed(7, 60, "softmax"), "softmax");
  const RandomData none = mixed(7, 60, "softmax").take({});
  EXPECT_EQ(model.predict(none.dataset()).shape(), (Shape{0, 3}));
}

TEST(Predict, WhatDoesNotFitIsRefused) {
  const RandomData data = mixed(8, 60, "squared");
  const BoostedModel model = model_of(data, "squared");
  std::vector<double> two(2), one(1);
  EXPECT_EQ(refusal<ArgumentError>([&] { model.predict_row(two, one); }),
            "BoostedModel::predict_row: 2 values and 1 outputs, but the model has 6 features and 1 outputs.");
  EXPECT_EQ(refusal<ArgumentError>([&] { model.predict(data.dataset(), {.output = Output::label}); }),
            "BoostedModel::predict: Output::label wants a model of classes. Hint: use Output::prediction.");
  EXPECT_EQ(refusal<ArgumentError>([&] { model.categories(6); }), "BoostedModel::categories: feature 6 of 6.");
  EXPECT_EQ(refusal<ArgumentError>([&] { model.is_categorical(-1); }),
            "BoostedModel::is_categorical: feature -1 of 6.");
}

}  // namespace
}  // namespace linden
