// Whatever a boosted model was trained on, its file loads, saves the same bytes and predicts the same.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "boosting/random_data.hpp"

namespace linden {
namespace {

using Numbers = std::vector<double>;

constexpr double largest = std::numeric_limits<double>::max(), smallest = std::numeric_limits<double>::denorm_min();

// As many rows as `rows`, values taken in turn.
Numbers in_turn(const Numbers& values, int rows) {
  Numbers column;
  for (int row = 0; row < rows; ++row) column.push_back(values[static_cast<std::size_t>(row) % values.size()]);
  return column;
}

const std::vector<Numbers>& odd_columns() {
  static const std::vector<Numbers> columns{
      {largest, -largest},
      {-largest, missing_value, largest},
      {largest, -largest, 0},
      {largest, std::nextafter(largest, 0)},
      {smallest, 0, -smallest},
      {0.0, -0.0, 1},
      {missing_value},
      {missing_value, 3},
      {7},
      {1, 1 + std::numeric_limits<double>::epsilon(), 1 + 2 * std::numeric_limits<double>::epsilon()},
      {1e-300, 1e300},
  };
  return columns;
}

const std::vector<Numbers>& odd_labels() {
  static const std::vector<Numbers> labels{
      {0},           {1},          {0, 1},    {5},         {1e-45, 0},      {smallest, 0}, {1e37, -1e37},
      {1e38, -1e38}, {3e19, 1e19}, {-1e-300}, {1e-200, 1}, {0, 0, 0, 1e30}, {2, 1, 0},     {0.1}};
  return labels;
}

void expect_round_trip(const BoostedModel& model, const Dataset& data, const std::string& what) {
  const std::string text = model.to_string();
  try {
    const BoostedModel loaded = BoostedModel::from_string(text);
    EXPECT_EQ(loaded.to_string(), text) << what;
    const std::vector<double> wanted = numbers_of(model.predict(data)), got = numbers_of(loaded.predict(data));
    ASSERT_EQ(got.size(), wanted.size());
    for (std::size_t i = 0; i < got.size(); ++i)
      EXPECT_TRUE(got[i] == wanted[i] || (std::isnan(got[i]) && std::isnan(wanted[i]))) << what;
  } catch (const Error& error) {
    ADD_FAILURE() << what << ": " << error.what();
  }
}

TEST(OddData, WhatIsSavedLoads) {
  int models = 0, refusals = 0;
  for (const std::string& loss : row_losses())
    for (const Numbers& label : odd_labels())
      for (const int rows : {1, 7, 40})
        for (const int weights : {0, 1, 2}) {
          RandomData data;
          for (const Numbers& column : odd_columns()) add_numbers(data, in_turn(column, rows));
          add_codes(data, in_turn({0, 1, 2, -1}, rows), 4);
          add_codes(data, in_turn({-1}, rows), 1);
          data.label = in_turn(label, rows);
          if (weights == 1) data.weight = in_turn({1e-12, 1e12, 0, 1}, rows);
          if (weights == 2) data.weight = in_turn({smallest, 1e-300}, rows);
          const Dataset dataset = data.dataset();
          try {
            const BoostedModel model = fit_boosted(
                dataset, {.loss = loss::by_name(loss), .rounds = 2, .learning_rate = 1, .l2 = 0, .min_rows_in_leaf = 1},
                {.threads = 1});
            expect_round_trip(model, dataset,
                              fmt::format("{}, label {}, {} rows, weights {}", loss, label[0], rows, weights));
            ++models;
          } catch (const Error&) {
            ++refusals;
          }
        }
  EXPECT_GT(models, 200);
  EXPECT_GT(refusals, 100);
}

TEST(OddData, NamesOfEveryKindComeBack) {
  std::vector<Column> columns;
  const std::vector<std::string> names{
      "", " ", "a\nb", "\"", "\\u0041", "\x7f", "木🌳", "a,b", std::string("\0", 1), "checksum"};
  std::vector<std::string> categories = names;
  std::ranges::sort(categories);
  std::vector<std::int32_t> codes;
  for (int row = 0; row < 40; ++row) codes.push_back(row % static_cast<int>(names.size()));
  std::vector<double> label;
  for (const std::int32_t code : codes) label.push_back(code % 3);
  for (const std::string& name : names) {
    Column& column = columns.emplace_back();
    column.name = name;
    column.categorical = true;
    column.categories = categories;
    column.values = Tensor::copy_of(std::span<const std::int32_t>(codes), {40});
  }
  const Dataset data =
      Dataset::from_named(columns, Tensor::copy_of(std::span<const double>(label), {40}), {}, {"x\"y", "z\n", "\t"});
  const BoostedModel model = fit_boosted(data, {.loss = loss::softmax(), .rounds = 2, .min_rows_in_leaf = 1});
  expect_round_trip(model, data, "names");
  const BoostedModel loaded = BoostedModel::from_string(model.to_string());
  EXPECT_EQ(loaded.feature_names(), names);
  EXPECT_EQ(loaded.categories(0), categories);
  EXPECT_EQ(loaded.classes(), model.classes());
}

}  // namespace
}  // namespace linden
