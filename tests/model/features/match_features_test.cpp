// Data by whose columns a model's features are found: sparse rows are 0 where they have no column, dense ones are
// refused.
#include "model/features/match_features.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <linden/boosting.hpp>
#include <linden/error.hpp>
#include <linden/linear.hpp>
#include <string>
#include <vector>

#include "boosting/model/model.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

using Names = std::vector<std::string>;
using Numbers = std::vector<double>;

// 40 rows: of columns a, b, c each third row has a's entry, each fourth b's, each fifth c's.
Dataset rows_of(const Names& names, bool sparse) {
  std::vector<std::int64_t> offsets{0};
  std::vector<std::int32_t> columns;
  Numbers values, matrix, label;
  for (int row = 0; row < 40; ++row) {
    for (std::size_t c = 0; c < names.size(); ++c) {
      const int every = names[c] == "a" ? 3 : names[c] == "b" ? 4 : 5;
      const double value = row % every == 0 ? 1 + row % 2 : 0;
      matrix.push_back(value);
      if (value == 0) continue;
      columns.push_back(static_cast<std::int32_t>(c));
      values.push_back(value);
    }
    offsets.push_back(static_cast<std::int64_t>(columns.size()));
    label.push_back((row % 3 == 0 ? 4 : 0) + (row % 4 == 0 ? 2 : 0) + (row % 5 == 0 ? 1 : 0));
  }
  const RowOptions options{.label = label, .names = names};
  const auto width = static_cast<int>(names.size());
  return sparse ? Dataset::from_csr(offsets, columns, values, width, options)
                : Dataset::from_rows(matrix, width, options);
}

// The same where column c is there, and 0 in all rows.
Dataset zeros_in_c() {
  Numbers matrix;
  const Tensor given = rows_of({"a", "b"}, false).matrix();
  for (std::int64_t row = 0; row < given.size(0); ++row)
    matrix.insert(matrix.end(), {given.at<double>({row, 0}), given.at<double>({row, 1}), 0});
  return Dataset::from_rows(matrix, 3, {.names = Names{"a", "b", "c"}});
}

Numbers numbers(const Tensor& t) {
  const std::span<const double> all = t.span<const double>();
  return {all.begin(), all.end()};
}

template <class Model>
void check_sparse_rows(const Model& model) {
  const Numbers wanted = numbers(model.predict(zeros_in_c()));
  EXPECT_NE(wanted, numbers(model.predict(rows_of({"a", "b", "c"}, true))));
  for (const Names& names : {Names{"a", "b"}, Names{"b", "a"}, Names{"a", "z", "b"}})
    EXPECT_EQ(numbers(model.predict(rows_of(names, true))), wanted);
  const Dataset empty = Dataset::from_csr(std::vector<int>{0, 0}, std::vector<int>{}, Numbers{}, 30'000'000);
  EXPECT_EQ(numbers(model.predict(empty)),
            numbers(model.predict(Dataset::from_rows({0, 0, 0}, 3, {.names = Names{"a", "b", "c"}}))));
}

template <class Model>
Names refusals_of(const Model& model) {
  return {refusal<DataError>([&] {
            model.predict(rows_of({"a", "b"}, false));
          }),
          refusal<DataError>([&] {
            model.predict(rows_of({"A", "z"}, true));
          })};
}

Names refusals_by(const std::string& where) {
  return {where + ": no column \"c\", which the model was trained on. Columns: a, b.",
          where +
              ": no column \"a\", nor any of the 2 others, which the model was trained on. Did you mean \"A\"? "
              "Columns: A, z. Hint: sparse rows that lack a column have 0 there, but these have no column of the "
              "model at all."};
}

BoostedModel boosted(const FitOptions& options = {}) {
  return fit_boosted(rows_of({"a", "b", "c"}, true), {.rounds = 5, .min_rows_in_leaf = 1}, options);
}

TEST(MatchFeatures, BoostedModelsTakeSparseRowsWithoutSomeColumns) {
  check_sparse_rows(boosted());
  EXPECT_EQ(refusals_of(boosted()), refusals_by("BoostedModel::predict"));
  const BoostedModel with_zeros = boosted({.valid = zeros_in_c().with_label(rows_of({"a"}, true).label())});
  EXPECT_EQ(boosted({.valid = rows_of({"b", "a"}, true)}).history().back()[0].value,
            with_zeros.history().back()[0].value);
}

TEST(MatchFeatures, LinearModelsTakeSparseRowsWithoutSomeColumns) {
  const LinearModel model = fit_linear(rows_of({"a", "b", "c"}, true), {.l2 = 0.1});
  check_sparse_rows(model);
  EXPECT_EQ(refusals_of(model), refusals_by("LinearModel::predict"));
}

// Models that know no names, as those of other libraries and of libsvm.
TEST(MatchFeatures, ColumnsAreTakenInTheirOrderByModelsWithoutNames) {
  const BoostedModel model = fit_boosted(rows_of({"a", "b", "c"}, false), {.rounds = 5, .min_rows_in_leaf = 1});
  BoostedModel::State state = model.state();
  state.feature_names = {"0", "1", "7"};
  const BoostedModel numbered(std::make_shared<const BoostedModel::State>(state));
  const Numbers wanted = numbers(model.predict(rows_of({"a", "b", "c"}, false)));
  EXPECT_EQ(numbers(numbered.predict(rows_of({"a", "b", "c"}, false))), wanted);
  EXPECT_EQ(
      refusal<DataError>([&] {
        numbered.predict(rows_of({"a", "b"}, false));
      }),
      "BoostedModel::predict: no column \"0\", which the model was trained on. Columns: a, b. Hint: 3 columns would "
      "be taken in their order.");
  // Sparse rows in memory are f0, f1, ...
  const Dataset sparse = rows_of({"a", "b", "c"}, true);
  std::vector<std::int32_t> columns = sparse.sparse().columns.to_vector<std::int32_t>();
  for (std::int32_t& column : columns) column = column == 2 ? 7 : column;
  EXPECT_EQ(numbers(numbered.predict(Dataset::from_csr(sparse.sparse().offsets.to_vector<std::int64_t>(), columns,
                                                       sparse.sparse().values.to_vector<double>(), 9))),
            wanted);
  EXPECT_THROW(numbered.predict(sparse), DataError);
}

TEST(MatchFeatures, AColumnOfCategoriesMustBeThere) {
  const Dataset text = rows_of({"a", "b"}, false).with_column("c", Names(40, "x"));
  const BoostedModel model = fit_boosted(text, {.rounds = 2, .min_rows_in_leaf = 1});
  EXPECT_EQ(refusal<DataError>([&] {
              model.predict(rows_of({"a", "b"}, true));
            }),
            "BoostedModel::predict: no column \"c\", which the model was trained on. Columns: a, b.");
  EXPECT_EQ(refusal<DataError>([&] {
              model.predict(text.without({"a", "b", "c"}));
            }),
            "BoostedModel::predict: no column \"a\", which the model was trained on. Columns: none.");
}

TEST(MatchFeatures, CategoriesAreFoundByTheirTextOrElseByTheirNumber) {
  const auto codes = [](const Names& words, const Names& known) {
    const std::vector<Column> columns{
        {.name = "a", .values = Tensor::full({1}, 0, DType::i32), .categorical = true, .categories = words}};
    ModelSchema model;
    model.feature_names = {"a"};
    model.categorical = {true};
    model.categories = {known};
    return match_features("test", Dataset::from_named(columns), model, {0}).front().code;
  };
  using Codes = std::vector<std::int32_t>;
  EXPECT_EQ(codes({"-1.0", "10.0", "2.0", "4.0", "4.5", "x"}, {"-1", "10", "2", "4"}), (Codes{0, 1, 2, 3, -1, -1}));
  EXPECT_EQ(codes({"-1", "1e1", "2"}, {"-1.0", "10.0", "2.0"}), (Codes{0, 1, 2}));
  EXPECT_EQ(codes({"2", "2.0", "3"}, {"2", "2.0"}), (Codes{0, 1, -1}));       // exact text comes first
  EXPECT_EQ(codes({"1.0", "7.0"}, {"01", "1", "7"}), (Codes{-1, 2}));         // which of the two, nobody knows
  EXPECT_EQ(codes({"9007199254740993"}, {"9007199254740992"}), (Codes{-1}));  // one double, two names
  EXPECT_EQ(codes({"NaN", "inf"}, {"infinity", "nan"}), (Codes{-1, -1}));
}

// As pandas writes a column of whole numbers once a field is empty.
TEST(MatchFeatures, WholeNumbersWithAPointAreTheCategoriesOfTheModel) {
  std::string train = "shop,y\n", whole = "shop\n", pointed = "shop\n";
  for (int row = 0; row < 60; ++row) {
    const int shop = row % 6;
    train += fmt::format("{},{}\n", shop, shop * 3 % 7);
    whole += row % 10 == 9 ? "\"\"\n" : fmt::format("{}\n", shop);
    pointed += row % 10 == 9 ? "\"\"\n" : fmt::format("{}.0\n", shop);
  }
  const std::filesystem::path path = std::filesystem::path(testing::TempDir()) / "linden_match_features.csv";
  std::ofstream(path) << train;
  const Dataset rows = Dataset::from_csv(path, {.label = "y", .categorical = {"shop"}});
  const BoostedModel model = fit_boosted(rows, {.rounds = 5, .min_rows_in_leaf = 1});
  const auto predicted = [&](const std::string& text) {
    std::ofstream(path) << text;
    return numbers(model.predict(Dataset::from_csv(path, model.schema())));
  };
  const Numbers found = predicted(pointed);
  EXPECT_EQ(found, predicted(whole));
  EXPECT_NE(found[0], found[1]);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace linden
