// Rows that are drawn: as many as asked for, ascending, groups whole.
#include "inspection/sample.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "inspection/small_models.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

TEST(Sample, DrawsRowsBySeed) {
  const Dataset data = plane(100);
  EXPECT_EQ(sampled_rows(data, 0, 1).size(), 100u);
  EXPECT_EQ(sampled_rows(data, 500, 1).size(), 100u);
  const std::vector<std::int64_t> rows = sampled_rows(data, 30, 1);
  EXPECT_EQ(rows.size(), 30u);
  EXPECT_TRUE(std::ranges::is_sorted(rows));
  EXPECT_EQ(std::ranges::adjacent_find(rows), rows.end());
  EXPECT_EQ(rows, sampled_rows(data, 30, 1));
  EXPECT_NE(rows, sampled_rows(data, 30, 2));
  EXPECT_EQ(taken(data, rows).rows(), 30);
}

TEST(Sample, DrawsGroupsWhole) {
  const Dataset data = plane(100).with_groups(GroupList::sizes(std::vector<int>(20, 5)));
  const std::vector<std::int64_t> rows = sampled_rows(data, 12, 7);
  ASSERT_EQ(rows.size(), 15u);
  for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(rows[i] % 5, static_cast<std::int64_t>(i % 5));
}

TEST(Sample, DrawsRowsThatWeighSomething) {
  std::vector<double> weight(100, 0.0);
  for (const int row : {3, 50, 51, 99}) weight[static_cast<std::size_t>(row)] = 2;
  const Dataset data = plane(100).with_weight(weight);
  EXPECT_EQ(sampled_rows(data, 30, 1), (std::vector<std::int64_t>{3, 50, 51, 99}));
  EXPECT_EQ(sampled_rows(data, 3, 1).size(), 3u);
  const Dataset groups = data.with_groups(GroupList::sizes(std::vector<int>(20, 5)));
  EXPECT_EQ(sampled_rows(groups, 30, 1).size(), 15u);
}

TEST(Sample, RefusesWhatSaysNothing) {
  std::vector<double> weight(10, 0.0);
  weight[0] = 1;
  const Dataset data = plane(10);
  const AnyModel model = fit_linear(data);
  const Dataset nothing = data.with_weight(weight).take(std::vector<std::int64_t>{1, 2, 3});
  const auto said = [](const auto& f) -> std::string {
    try {
      f();
    } catch (const Error& error) {
      return error.what();
    }
    return "nothing";
  };
  EXPECT_EQ(said([&] { shap_importances(model, nothing); }), "shap_importances: all weights of the data are zero.");
  EXPECT_EQ(said([&] { partial_dependence(model, nothing, "a"); }),
            "partial_dependence: all weights of the data are zero.");
  EXPECT_EQ(said([&] { permutation_importances(model, data.take(std::vector<std::int64_t>{})); }),
            "permutation_importances: the data has no rows.");
  EXPECT_EQ(said([&] { partial_dependence(LinearModel(), data, "x"); }),
            "partial_dependence: the model is empty. Hint: fit_linear and LinearModel::load make one.");
  EXPECT_EQ(said([&] { shap_importances(BoostedModel(), data); }),
            "shap_importances: the model is empty. Hint: fit_boosted and BoostedModel::load make one.");
}

// What is given besides the rows is called by the option that gave it, whatever is done with it.
TEST(Sample, RefusesABackgroundByItsOption) {
  const Dataset data = plane(50), none = data.take(std::vector<std::int64_t>{});
  std::vector<double> weight(50, 0.0);
  weight[0] = 1;
  const Dataset weightless = data.with_weight(weight).take(std::vector<std::int64_t>{1, 2, 3});
  const BoostedModel trees = fit_boosted(data, {.rounds = 2, .min_rows_in_leaf = 5});
  const Dataset missing = data.with_column("b", std::vector<double>(50, std::numeric_limits<double>::quiet_NaN()));
  for (const AnyModel& model : {AnyModel(plane_model()), AnyModel(trees)}) {
    const auto said = [&](const Dataset& background) {
      return refusal<DataError>([&] { shap_importances(model, data, {.background = background}); });
    };
    EXPECT_EQ(said(data.without({"b"})),
              "shap_importances: .background: no column \"b\", which the model was trained on. Columns: a, c.");
    EXPECT_EQ(said(none), "shap_importances: .background has no rows.");
    EXPECT_EQ(said(weightless), "shap_importances: .background: all weights are zero.");
  }
  EXPECT_EQ(refusal<DataError>([&] { shap_importances(plane_model(), data, {.background = missing}); }),
            "shap_importances: .background: missing values in column b (first at row 0). Hint: a fit with "
            ".missing_values = mean_indicator takes the mean of the column and says where values are missing, "
            "one with .missing_values = drop leaves such rows out; boosted models take them as they are.");
  EXPECT_FALSE(shap_importances(trees, data, {.background = missing}).empty());
}

}  // namespace
}  // namespace linden
