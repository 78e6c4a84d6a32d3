// Tables in model files: what is not as it was written is refused.
#include "boosting/categories/statistics_file.hpp"

#include <gtest/gtest.h>

#include "boosting/categories/statistics_data.hpp"
#include "model/sealed.hpp"

namespace linden {
namespace {

// Two features of three and two categories, and a table of both by hand.
std::string file(const std::string& statistics) {
  static const std::string text = [] {
    RandomData data;
    for (const int count : {3, 2}) {
      std::vector<double> codes;
      for (int row = 0; row < 60; ++row) codes.push_back(row % count);
      add_codes(data, codes, count);
    }
    add_numbers(data, std::vector<double>(60, 1.0));
    for (int row = 0; row < 60; ++row) data.label.push_back(row % 3 == 0 ? 1 : 0);
    return opened(bytes_of(
        fit_boosted(data.dataset(), {.loss = loss::logistic(), .rounds = 1, .max_leaves = 2, .min_rows_in_leaf = 1})));
  }();
  const std::size_t trees = text.find("\"trees\"");
  return sealed(text.substr(0, trees) + "\"statistics\":" + statistics + "," + text.substr(trees));
}

std::string refused(const std::string& statistics) {
  return refusal<FileError>([&] { BoostedModel::from_string(file(statistics)); });
}

const std::string good =
    R"([{"features":[0,1],"prior_weight":1.5,"prior":[0.25],"keys":[0,4,7],"rows":[1,2,0.5],"sums":[1,0,0.5]}])";

// The good one with something else in the place of a part.
std::string refused_with(const std::string& part, const std::string& other) {
  std::string text = good;
  text.replace(text.find(part), part.size(), other);
  return refused(text);
}

TEST(StatisticsFile, HasKeysByTheirSteps) {
  const BoostedModel model = BoostedModel::from_string(file(good));
  ASSERT_EQ(model.derived_features().size(), 2u);
  EXPECT_EQ(model.derived_features()[0].name, "x0 & x1: share of the label = 1");
  EXPECT_EQ(model.derived_features()[1].name, "x0 & x1: rows");
  EXPECT_EQ(bytes_of(model), file(good));
}

TEST(StatisticsFile, IsRefusedWhereItDoesNotFit) {
  const std::string at = "the text: body.statistics[0]";
  EXPECT_EQ(refused("[]"), "the text: body.statistics is empty.");
  EXPECT_EQ(refused_with("[0,1]", "[]"), at + ".features is empty.");
  EXPECT_EQ(refused_with("[0,1]", "[0,2]"), at + ".features[1] is no feature of categories.");
  EXPECT_NE(refused_with("[0,1]", "[1,0]").find(at + ".features[1]"), std::string::npos);
  EXPECT_NE(refused_with("[0,1]", "[0,3]").find(at + ".features[1]"), std::string::npos);
  EXPECT_EQ(refused_with("1.5", "0"), at + ".prior_weight is 0, which is not above 0.");
  EXPECT_EQ(refused_with("[0.25]", "[0.25,0.5]"), at + ".prior has 2 entries, which is not what the labels have.");
  EXPECT_EQ(refused_with("[0,4,7]", "[]"), at + ".keys is empty.");
  EXPECT_NE(refused_with("[0,4,7]", "[0,4,8]").find(at + ".keys[2]"), std::string::npos);
  EXPECT_NE(refused_with("[0,4,7]", "[0,0,7]").find(at + ".keys[1]"), std::string::npos);
  EXPECT_EQ(refused_with("[1,2,0.5]", "[1,2]"), at + ".rows has 2 entries for 3 keys.");
  EXPECT_EQ(refused_with("[1,2,0.5]", "[1,-2,0.5]"), at + ".rows[1] is below 0.");
  EXPECT_EQ(refused_with("[1,0,0.5]", "[1,0]"), at + ".sums has 2 entries for 3 keys and 1 statistics.");
}

TEST(StatisticsFile, HasNoSplitsByCategoriesOfItsColumns) {
  std::string text = opened(file(good));
  const std::size_t feature = text.find("\"feature\":[0") + 11;
  text.replace(feature, 1, "3");
  EXPECT_NE(refusal<FileError>([&] { BoostedModel::from_string(sealed(text)); }).find("no categories"),
            std::string::npos);
  text.replace(feature, 1, "5");
  EXPECT_NE(refusal<FileError>([&] { BoostedModel::from_string(sealed(text)); }).find("feature[0]"), std::string::npos);
}

}  // namespace
}  // namespace linden
