// Prediction on a GPU: a model trained on the CPU gives the CPU's bytes there, whatever the layout of the rows.
#include <linden/boosting.hpp>

#include "boosting/hand_made.hpp"
#include "boosting/random_data.hpp"
#include "device/gpu.hpp"

namespace linden::device_test {
namespace {

class PredictOnGpu : public OnGpu {
 protected:
  void expect_same_predictions(const BoostedModel& model, const Dataset& rows, const std::string& what) {
    for (const Output output : {Output::prediction, Output::score, Output::leaf})
      for (const int rounds : {0, 2})
        expect_like(fmt::format("{}, output {}, {} rounds", what, static_cast<int>(output), rounds),
                    model.predict(rows, {.output = output, .rounds = rounds, .threads = 2, .device = gpu()}),
                    model.predict(rows, {.output = output, .rounds = rounds, .threads = 2}));
  }
};

BoostedModel trained(const Dataset& data, const std::string& loss) {
  BoostingConfig config{.loss = loss::by_name(loss), .rounds = 4, .learning_rate = 0.4};
  config.min_rows_in_leaf = 3;
  config.max_leaves = 12;
  return fit_boosted(data, config, {.threads = 2});
}

TEST_F(PredictOnGpu, ColumnsOfAllKindsForAllLosses) {
  Random random(1);
  for (const std::string loss : {"squared", "logistic", "softmax", "poisson"}) {
    RandomData data = random_data(random, 211, 5, loss);
    add_codes(data, random_codes(random, 211, 70, 0.1), 70);
    add_numbers(data, random_numbers(random, 211, 90, 0.1));
    const BoostedModel model = trained(data.dataset(), loss);
    expect_same_predictions(model, data.dataset(), loss);
  }
}

// Categories that training never saw, in another order, and columns in another order.
TEST_F(PredictOnGpu, CategoriesOfAnotherDictionary) {
  Random random(2);
  RandomData data;
  add_codes(data, random_codes(random, 150, 40, 0.1), 40);
  add_numbers(data, random_numbers(random, 150, 30, 0.2));
  for (int row = 0; row < 150; ++row) data.label.push_back(data.features[0].values[row] + random.normal());
  const BoostedModel model = trained(data.dataset(), "squared");
  const Dataset plain = data.dataset();
  std::vector<Column> columns(plain.columns().rbegin(), plain.columns().rend());
  std::vector<std::string>& names = columns[1].categories;
  for (std::size_t i = 0; i < names.size(); i += 3) names[i] += "x";  // still in byte order
  expect_same_predictions(model, Dataset::from_named(columns), "another dictionary");
}

TEST_F(PredictOnGpu, RowMajorAndColumnMajorNumbers) {
  Random random(3);
  constexpr int rows = 300, features = 7;
  std::vector<float> by_row, by_column(rows * features);
  std::vector<double> label;
  for (int row = 0; row < rows; ++row) {
    for (int f = 0; f < features; ++f)
      by_row.push_back(random.chance(0.1) ? std::numeric_limits<float>::quiet_NaN()
                                          : static_cast<float>(random.below(50)) / 7);
    for (int f = 0; f < features; ++f) by_column[f * rows + row] = by_row[row * features + f];
    label.push_back(std::isnan(by_row[row * features]) ? 1 : by_row[row * features] + random.normal());
  }
  const std::vector<double> doubles(by_row.begin(), by_row.end());
  const Dataset data = Dataset::from_rows(std::span<const float>(by_row), features, {.label = label});
  const BoostedModel model = trained(data, "squared");
  expect_same_predictions(model, data, "f32 by row");
  expect_same_predictions(model, Dataset::from_columns(std::span<const float>(by_column), features), "f32 by column");
  expect_same_predictions(model, Dataset::from_rows(std::span<const double>(doubles), features), "f64 by row");
}

template <class T>
void add_entries(std::vector<std::int64_t>& offsets, std::vector<std::int32_t>& columns, std::vector<T>& values,
                 Random& random, int rows, int features) {
  offsets.push_back(0);
  for (int row = 0; row < rows; ++row) {
    for (std::int32_t c = 0; c < features; ++c) {
      if (!random.chance(0.3)) continue;
      columns.push_back(c);
      values.push_back(random.chance(0.1) ? std::numeric_limits<T>::quiet_NaN()
                                          : static_cast<T>(random.below(20) - 10));
    }
    offsets.push_back(static_cast<std::int64_t>(columns.size()));
  }
}

template <class T>
Dataset sparse_rows(Random& random, int rows, int features) {
  struct Memory {
    std::vector<std::int64_t> offsets;
    std::vector<std::int32_t> columns;
    std::vector<T> values;
  };
  const auto memory = std::make_shared<Memory>();
  add_entries(memory->offsets, memory->columns, memory->values, random, rows, features);
  std::vector<double> label;
  for (int row = 0; row < rows; ++row)
    label.push_back(static_cast<double>(memory->offsets[row + 1] - memory->offsets[row]) + random.normal());
  return Dataset::from_csr(std::span<const std::int64_t>(memory->offsets),
                           std::span<const std::int32_t>(memory->columns), std::span<const T>(memory->values), features,
                           {.label = label, .owner = memory});
}

TEST_F(PredictOnGpu, SparseRows) {
  Random random(4);
  const Dataset f64 = sparse_rows<double>(random, 200, 30);
  const BoostedModel model = trained(f64, "squared");
  expect_same_predictions(model, f64, "f64");
  expect_same_predictions(model, sparse_rows<float>(random, 140, 30), "f32");
}

// Leaves of several values, zeros that are missing, categories in groups; and the same in sparse rows.
TEST_F(PredictOnGpu, ModelsMadeByHand) {
  Random random(6);
  for (const int outputs : {1, 2, 5})
    for (const bool numbers_alone : {false, true}) {
      hand_made::Options options{.outputs = outputs,
                                 .add_to_all = outputs > 2,
                                 .linear = outputs == 2,
                                 .zeros_missing = true,
                                 .loss = link_only_loss("theirs", Link::identity, outputs, LabelKind::real)};
      if (numbers_alone) options.categories = std::vector<int>(30, 0);
      const BoostedModel model = hand_made::random_model(random, options);
      const std::string what = fmt::format("{} outputs", outputs);
      expect_same_predictions(model, hand_made::random_rows(random, options, 200).dataset(model.feature_names()), what);
      if (numbers_alone) expect_same_predictions(model, sparse_rows<double>(random, 150, 30), what + ", sparse");
    }
}

TEST_F(PredictOnGpu, OneRowAndNoRows) {
  Random random(5);
  const RandomData data = random_data(random, 90, 3, "softmax");
  const Dataset rows = data.dataset();
  const BoostedModel model = trained(rows, "squared");
  expect_same_predictions(model, rows.take(std::vector<std::int64_t>{17}), "one row");
  expect_same_predictions(model, rows.take(std::vector<std::int64_t>{}), "no rows");
}

TEST_F(PredictOnGpu, ATreeWithoutSplits) {
  const std::vector<double> values(50, 1.5), label(50, 2.0);
  const Dataset rows = Dataset::from_rows(std::span<const double>(values), 1, {.label = label});
  expect_same_predictions(trained(rows, "squared"), rows, "constant");
}

}  // namespace
}  // namespace linden::device_test
