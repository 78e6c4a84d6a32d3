// Missing values by each policy, rows that are new to a model, and what is refused with its place.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <linden/error.hpp>
#include <linden/linear.hpp>
#include <linden/row_predictor.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "linear/recipe/rows_with_text.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// x lacks rows 3 and 10, color row 5.
Dataset with_gaps() {
  RowsWithText rows;
  rows.x[3] = rows.x[10] = nan;
  rows.color[5] = "";
  return rows.data().without({"size"});
}

TEST(MissingValues, AreRefusedWithTheirPlaceAndCure) {
  EXPECT_EQ(refusal<DataError>([] { fit_linear(with_gaps(), {.loss = loss::squared()}); }),
            "fit_linear: missing values in columns x, color (first at row 3). Hint: a fit with .missing_values = "
            "mean_indicator takes the mean of the column and says where values are missing, one with "
            ".missing_values = drop leaves such rows out; boosted models take them as they are.");
}

TEST(MissingValues, MeanAndIndicatorAreColumns) {
  const Dataset data = with_gaps();
  const LinearConfig config{
      .loss = loss::squared(), .tolerance = 1e-12, .missing_values = MissingValues::mean_indicator};
  const LinearModel model = fit_linear(data, config);
  EXPECT_EQ(model.weight_names(),
            (std::vector<std::string>{"x", "z", "color=green", "color=red", "color=(missing)", "x=(missing)"}));
  // The same by hand.
  RowsWithText rows;
  double mean = 0;
  std::vector<double> absent(24), green(24), red(24), unknown(24);
  for (std::size_t i = 0; i < 24; ++i) {
    absent[i] = i == 3 || i == 10;
    unknown[i] = i == 5;
    if (absent[i] == 0) mean += rows.x[i] / 22;
    green[i] = i != 5 && rows.color[i] == "green";
    red[i] = i != 5 && rows.color[i] == "red";
  }
  rows.x[3] = rows.x[10] = mean;
  Dataset by_hand = Dataset().with_column("x", NumberList(rows.x)).with_column("z", NumberList(rows.z));
  by_hand = by_hand.with_column("g", NumberList(green)).with_column("r", NumberList(red));
  by_hand = by_hand.with_column("u", NumberList(unknown)).with_column("a", NumberList(absent));
  const LinearModel same =
      fit_linear(by_hand.with_label(NumberList(rows.y)), {.loss = loss::squared(), .tolerance = 1e-12});
  for (int j = 0; j < 6; ++j) EXPECT_NEAR(model.weight(j), same.weight(j), 1e-9);
  EXPECT_NEAR(model.predict(data).at<double>({10}), same.predict(by_hand).at<double>({10}), 1e-9);
}

TEST(MissingValues, RowsThatLackValuesAreLeftOut) {
  const Dataset data = with_gaps();
  const LinearModel model = fit_linear(data, {.loss = loss::squared(), .missing_values = MissingValues::drop});
  ASSERT_FALSE(model.warnings().empty());
  EXPECT_EQ(model.warnings()[0], "3 of 24 rows lack a value in columns x, color and were left out of the fit.");
  std::vector<std::int64_t> whole;
  for (std::int64_t i = 0; i < 24; ++i)
    if (i != 3 && i != 5 && i != 10) whole.push_back(i);
  const LinearModel same = fit_linear(data.take(whole), {.loss = loss::squared()});
  EXPECT_EQ(model.weights(), same.weights());
  EXPECT_EQ(refusal<DataError>([&] { model.predict(data); }),
            "LinearModel::predict: missing values in column x (first at row 3), and the model was fitted with "
            ".missing_values = drop: it knows nothing of such rows. Hint: leave them out, or a fit with "
            ".missing_values = mean_indicator.");
}

TEST(RecipeRows, NewCategoriesAreZeroAndCounted) {
  const Dataset data = RowsWithText().data().without({"x", "size"});
  const LinearModel model = fit_linear(data, {.loss = loss::squared()});
  const Dataset rows = Dataset()
                           .with_column("z", NumberList(std::vector<double>{1, 1, 1}))
                           .with_column("color", NameList{"pink", "blue", "violet"});
  const Tensor predicted = model.predict(rows);
  EXPECT_EQ(predicted.at<double>({0}), predicted.at<double>({1}));
  EXPECT_EQ(model.remarks_on(rows),
            (std::vector<std::string>{"column \"color\": 2 rows have a category that the training data did not have "
                                      "(first \"pink\" at row 0); its columns are 0 there."}));
  EXPECT_TRUE(model.remarks_on(data).empty());
  double one = 0;
  for (const RowValue color : {RowValue("pink"), RowValue("blue")}) {
    const std::vector<RowValue> row{1, color};
    model.predict_row(std::span<const RowValue>(row), std::span(&one, 1));
    EXPECT_NEAR(one, predicted.at<double>({0}), 1e-12);
  }
}

TEST(RecipeRows, OneRowIsAsManyAre) {
  const Dataset data = with_gaps();
  const LinearModel model =
      fit_linear(data, {.loss = loss::squared(),
                        .formula = "color * z + spline(x, 3) + bspline(z, 6, 0.1):color + poly(x, 2) + offset(z^2)",
                        .missing_values = MissingValues::mean_indicator});
  // z is an offset: it may not be missing, and is not.
  const Tensor all = model.predict(data);
  const std::vector<std::string> categories = model.schema().features[2].categories;
  for (std::int64_t row = 0; row < 24; ++row) {
    std::vector<double> values;
    for (const Column& column : data.columns())
      values.push_back(column.categorical ? static_cast<double>(column.values.at<std::int32_t>({row}))
                                          : column.values.at<double>({row}));
    if (values[2] < 0) values[2] = nan;
    double one = 0;
    model.predict_row(values, std::span(&one, 1));
    EXPECT_NEAR(one, all.at<double>({row}), 1e-9) << row;
  }
}

TEST(RecipeFile, KeepsTheRecipe) {
  const Dataset data = with_gaps();
  const LinearModel model = fit_linear(
      data, {.loss = loss::squared(),
             .formula = "y ~ color * z + spline(x, 3) + bspline(z, 6, 0.1):color + poly(x, 2) + log1p(abs(z))",
             .missing_values = MissingValues::mean_indicator});
  for (const ModelFormat format : {ModelFormat::json, ModelFormat::binary}) {
    std::stringstream file;
    model.save(file, format);
    const LinearModel read = LinearModel::load(file);
    EXPECT_EQ(read.weight_names(), model.weight_names());
    EXPECT_EQ(read.to_string(), model.to_string());
    EXPECT_EQ(read.predict(data).to_vector<double>(), model.predict(data).to_vector<double>());
  }
  EXPECT_NE(model.to_string().find("\"schema\":4"), std::string::npos);
  const LinearModel plain = fit_linear(data.without({"x", "color"}), {.loss = loss::squared()});
  EXPECT_NE(plain.to_string().find("\"schema\":2"), std::string::npos);
}

// Two ranks that are never asked.
struct TwoRanks : Communicator {
  int rank() const override { return 0; }
  int size() const override { return 2; }
  void sum(std::int64_t*, std::int64_t) override { FAIL(); }
  void max(double*, std::int64_t) override { FAIL(); }
  void gather(const void*, std::int64_t, void*) override { FAIL(); }
};

TEST(RecipeRefusals, RowsOnSeveralMachines) {
  const Dataset data = RowsWithText().data();
  TwoRanks ranks;
  const auto said = [&](const LinearConfig& config) {
    return refusal<ArgumentError>([&] { fit_linear(data, config, {.ranks = ranks}); });
  };
  EXPECT_EQ(said({.formula = "x"}),
            "fit_linear: a formula is not for rows on several machines. Hint: all rows on one, or columns of numbers "
            "without gaps.");
  EXPECT_EQ(said({.missing_values = MissingValues::drop}),
            "fit_linear: .missing_values = drop is not for rows on several machines. Hint: all rows on one, or columns "
            "of numbers without gaps.");
}

TEST(RecipeRefusals, SparseRowsAndNamesThatMeet) {
  const std::vector<std::int64_t> offsets{0, 1, 2};
  const std::vector<std::int32_t> columns{0, 0};
  const std::vector<double> values{1, 2}, labels{1, 2};
  const Dataset sparse = Dataset::from_csr(offsets, columns, values, 1, {.label = labels});
  EXPECT_EQ(refusal<DataError>([&] { fit_linear(sparse, {.formula = "f0"}); }),
            "fit_linear: the rows are sparse, and a formula wants dense ones. Hint: leave it out, or read a CSV file.");
  EXPECT_EQ(refusal<DataError>([&] { fit_linear(sparse, {.missing_values = MissingValues::drop}); }),
            "fit_linear: the rows are sparse, and .missing_values = drop wants dense ones. Hint: leave it out, or read "
            "a CSV file.");
  const RowsWithText rows;
  EXPECT_EQ(refusal<DataError>([&] {
              fit_linear(rows.data().with_column("color=red", NumberList(rows.x)), {.loss = loss::squared()});
            }),
            "fit_linear: two columns of the model would be called \"color=red\". Hint: another name for the feature.");
  const Dataset empty = rows.data().with_column("gap", NumberList(std::vector<double>(24, nan)));
  EXPECT_EQ(refusal<DataError>([&] { fit_linear(empty, {.missing_values = MissingValues::drop}); }),
            "fit_linear: every row lacks a value, in column gap, and .missing_values = drop leaves none. Hint: "
            ".missing_values = mean_indicator, or without columns that are mostly missing.");
  EXPECT_EQ(refusal<DataError>([&] { fit_linear(empty, {.missing_values = MissingValues::mean_indicator}); }),
            "fit_linear: column \"gap\" has no value in any row. Hint: drop it.");
  EXPECT_EQ(refusal<ArgumentError>([&] {
              fit_linear(
                  rows.data(),
                  {.loss = loss::absolute(), .l2 = 1, .solver = Solver::dual_descent, .formula = "bspline(x, 5)"});
            }),
            "fit_linear: solver dual_descent wants l2 > 0 for every column, and a bspline has a line without. Hint: "
            "interior_point.");
}

TEST(RecipeRefusals, SayWhere) {
  const Dataset data = RowsWithText().data();
  const auto said = [&](const std::string& formula) {
    return refusal<Error>([&] { fit_linear(data, {.loss = loss::squared(), .formula = formula}); });
  };
  EXPECT_EQ(said("y ~ x + colour"),
            "formula: the data has no column \"colour\". Did you mean \"color\"? Columns: x, z, color, size.\n"
            "  y ~ x + colour\n          ^");
  EXPECT_EQ(said("log(color)"),
            "formula: column \"color\" is text, and log(color) takes numbers.\n  log(color)\n"
            "      ^");
  EXPECT_EQ(said("price ~ x"),
            "formula: the data has no label or column \"price\". Columns: x, z, color, size, y.\n  price ~ x\n  ^");
  EXPECT_EQ(said("log(z)"),
            "fit_linear: log(z) is no finite number at row 0, where column \"z\" is -2. Hint: mend or leave out the "
            "row, or take another function.");
  EXPECT_EQ(said("y ~ 1"), "fit_linear: the formula leaves no columns, and a model wants one at least.");
  EXPECT_EQ(said("x ~ z"), "formula: its label is \"x\", but that of the data is \"y\". Hint: name one of them.");
  EXPECT_EQ(said("x + offset(size)"),
            "formula: column \"size\" is text, and an offset is a number.\n  x + offset(size)\n             ^");
  RowsWithText rows;
  rows.color[5] = "";
  const Dataset unlabelled = Dataset().with_column("z", NumberList(rows.z)).with_column("color", NameList(rows.color));
  EXPECT_EQ(refusal<DataError>([&] { fit_linear(unlabelled, {.formula = "color ~ z"}); }),
            "formula: the label \"color\" has no value at row 5.");
  EXPECT_EQ(
      refusal<DataError>([&] {
        fit_linear(with_gaps(), {.formula = "z + offset(x)", .missing_values = MissingValues::mean_indicator});
      }),
      "fit_linear: missing values in column x (first at row 3), and no mean stands for an offset. Hint: fill them "
      "beforehand.");
  EXPECT_EQ(said("poly(z, 11)"),
            "formula: poly(z, 11) wants more than 11 different values. Hint: a smaller degree.\n  poly(z, 11)\n"
            "       ^");
  EXPECT_EQ(said("spline(z, 20)"),
            "formula: spline(z, 20) wants 21 knots at quantiles that differ, and some coincide. Hint: a smaller number "
            "of columns.\n  spline(z, 20)\n         ^");
}

}  // namespace
}  // namespace linden
