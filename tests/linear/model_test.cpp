// LinearModel: what it holds, and its predictions against sums done by hand.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <linden/data.hpp>
#include <linden/error.hpp>

#include "linear/hand_made.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

const std::vector<double> xs{1, -2, 0.5, 1e6}, ys{4, 0.25, -3, 1e-6};

Column column(std::string name, const std::vector<double>& values) {
  return {.name = std::move(name), .values = Tensor::copy_of(std::span(values), {4})};
}

Dataset rows() { return Dataset::from_named({column("extra", ys), column("y", ys), column("x", xs)}); }

std::vector<double> numbers(const Tensor& tensor) {
  const std::span<const double> values = tensor.span<const double>();
  return {values.begin(), values.end()};
}

TEST(LinearModel, AScoreIsAWeightedSum) {
  const std::vector<double> predicted = numbers(hand_made().predict(rows()));
  ASSERT_EQ(predicted.size(), 4u);
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_NEAR(predicted[i], 2 * xs[i] - 0.5 * ys[i] + 1.0 / 3, 1e-15 * (1 + std::abs(predicted[i]))) << i;
}

TEST(LinearModel, ScoresGoThroughTheLink) {
  const LinearModel model = hand_made(2);
  const Tensor score = model.predict(rows(), {.output = Output::score});
  const Tensor prediction = model.predict(rows()), label = model.predict(rows(), {.output = Output::label});
  ASSERT_EQ(score.shape(), (Shape{4, 2}));
  ASSERT_EQ(prediction.shape(), (Shape{4, 2}));
  ASSERT_EQ(label.shape(), Shape{4});
  for (std::int64_t i = 0; i < 4; ++i) {
    const double no = 2 * xs[static_cast<std::size_t>(i)] - 0.5 * ys[static_cast<std::size_t>(i)], yes = 3;
    EXPECT_NEAR(score.at<double>({i, 0}), no, 1e-15 * (1 + std::abs(no)));
    EXPECT_EQ(score.at<double>({i, 1}), yes);
    EXPECT_NEAR(prediction.at<double>({i, 1}), 1 / (1 + std::exp(no - yes)), 1e-14);
    EXPECT_EQ(label.at<double>({i}), no > yes ? 0 : 1);
  }
}

TEST(LinearModel, SparseRowsAndThreadsGiveTheSame) {
  const std::vector<std::int64_t> offsets{0, 2, 2, 3};
  const std::vector<std::int32_t> columns{0, 1, 1};
  const std::vector<double> values{3, 4, -8};
  const LinearModel model = changed(hand_made(), [](auto& s) { s.feature_names = {"f0", "f1"}; });
  const Dataset sparse = Dataset::from_csr(std::span<const std::int64_t>(offsets),
                                           std::span<const std::int32_t>(columns), std::span<const double>(values), 2);
  const std::vector<double> predicted = numbers(model.predict(sparse));
  ASSERT_EQ(predicted.size(), 3u);
  EXPECT_NEAR(predicted[0], 4 + 1.0 / 3, 1e-14);
  EXPECT_NEAR(predicted[1], 1.0 / 3, 1e-15);
  EXPECT_NEAR(predicted[2], 4 + 1.0 / 3, 1e-14);
  for (const int threads : {1, 2, 7}) EXPECT_EQ(numbers(model.predict(sparse, {.threads = threads})), predicted);
}

TEST(LinearModel, OneRowIsPredictedAsAllAre) {
  const LinearModel model = hand_made(2);
  const Tensor all = model.predict(rows());
  for (std::int64_t i = 0; i < 4; ++i) {
    const double row[] = {xs[static_cast<std::size_t>(i)], ys[static_cast<std::size_t>(i)]};
    double out[2];
    model.predict_row(row, out);
    for (std::int64_t k = 0; k < 2; ++k) EXPECT_NEAR(out[k], all.at<double>({i, k}), 1e-14);
  }
  double one = 0;
  EXPECT_EQ(refusal<ArgumentError>([&] {
              model.predict_row(xs, {&one, 1});
            }),
            "LinearModel::predict_row: 4 values and 1 outputs, but the model has 2 features and 2 outputs.");
  const double missing[] = {1, std::nan("")};
  double out[2];
  EXPECT_EQ(refusal<DataError>([&] { model.predict_row(missing, out); }),
            "LinearModel::predict_row: missing values in column y. Hint: a fit with .missing_values = "
            "mean_indicator takes the mean of the column and says where values are missing, one with "
            ".missing_values = drop leaves such rows out; boosted models take them as they are.");
}

TEST(LinearModel, WeightsAreFoundByFeatureAndOutput) {
  const LinearModel model = hand_made(2);
  EXPECT_EQ(model.weight(1), -0.5);
  EXPECT_EQ(model.weight(1, 1), 1e-300);
  EXPECT_EQ(model.weight(0, 1), 0);
  EXPECT_EQ(refusal<ArgumentError>([&] { model.weight(2); }), "LinearModel::weight: feature 2 of 2, output 0 of 2.");
  EXPECT_EQ(refusal<ArgumentError>([&] { model.weight(-1); }), "LinearModel::weight: feature -1 of 2, output 0 of 2.");
  EXPECT_EQ(refusal<ArgumentError>([&] { model.weight(0, 2); }), "LinearModel::weight: feature 0 of 2, output 2 of 2.");
}

TEST(LinearModel, WhatDoesNotFitIsRefused) {
  const LinearModel model = hand_made();
  EXPECT_EQ(refusal<ArgumentError>([&] { model.predict(rows(), {.output = Output::leaf}); }),
            "LinearModel::predict: Output::leaf wants a boosted model. Hint: a linear one has prediction, score and "
            "label.");
  EXPECT_EQ(refusal<ArgumentError>([&] { model.predict(rows(), {.output = Output::label}); }),
            "LinearModel::predict: Output::label wants a model of classes. Hint: use Output::prediction.");
  EXPECT_EQ(refusal<DataError>([&] {
              model.predict(Dataset::from_named({column("x", xs), column("why", ys)}));
            }),
            "LinearModel::predict: no column \"y\", which the model was trained on. Columns: x, why.");
  const std::vector<std::int32_t> codes{0, 1, 0, 1};
  Column text{.name = "y", .values = Tensor::copy_of(std::span(codes), {4}), .categorical = true};
  text.categories = {"a", "b"};
  EXPECT_EQ(refusal<DataError>([&] {
              model.predict(Dataset::from_named({column("x", xs), text}));
            }),
            "LinearModel::predict: column \"y\" is text (\"a\" at row 0), but the model was trained on numbers there. "
            "Hint: mend "
            "the field, or read the file by the model's schema, which names what is no number.");
  const std::vector<double> holes{1, std::numeric_limits<double>::quiet_NaN(), 3, 4};
  EXPECT_EQ(refusal<DataError>([&] {
              model.predict(Dataset::from_named({column("x", xs), column("y", holes)}));
            }),
            "LinearModel::predict: missing values in column y (first at row 1). Hint: a fit with .missing_values "
            "= mean_indicator takes the mean of the column and says where values are missing, one with "
            ".missing_values = drop leaves such rows out; boosted models take them as they are.");
}

TEST(LinearModel, LabelsAreCountedByTheModelsClasses) {
  const Tensor x = Tensor::zeros({2}), label = Tensor::copy_of(std::span<const double>(std::vector<double>{0, 1}), {2});
  const Dataset data = Dataset::from_named({{.name = "x", .values = x}}, label, {}, {"maybe", "yes"});
  EXPECT_EQ(
      refusal<DataError>([&] { hand_made(2).labels_of(data); }),
      "LinearModel::labels_of: the label is \"maybe\" at row 0, which was no class in training. Classes: no, yes.");
  EXPECT_EQ(
      numbers(hand_made(2).labels_of(Dataset::from_named({{.name = "x", .values = x}}, label, {}, {"no", "yes"}))),
      (std::vector<double>{0, 1}));
}

}  // namespace
}  // namespace linden
