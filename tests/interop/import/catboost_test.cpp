// Small models of CatBoost, written by hand.
#include "interop/import/catboost/catboost.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "interop/import/frame.hpp"
#include "interop/small_models.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

using imports::frame;

// Borders: a at -1 and 0.1f, whose missing values pass no test, b at 2, whose missing values pass.
struct Model {
  std::string trees = R"("oblivious_trees": [
    {"leaf_values": [1, 2, 3, 4], "leaf_weights": [10, 20, 30, 40],
     "splits": [{"split_index": 1, "split_type": "FloatFeature"}, {"split_index": 2, "split_type": "FloatFeature"}]}])";
  std::string loss = R"({"type": "RMSE", "params": {}})", bias = "[1, [0.5]]", more = {};

  std::string text() const {
    return fmt::format(R"({{"features_info": {{"float_features": [
      {{"flat_feature_index": 0, "feature_index": 0, "feature_id": "a", "borders": [-1, 0.10000000149011612],
        "has_nans": true, "nan_value_treatment": "AsFalse"}},
      {{"flat_feature_index": 1, "feature_index": 1, "feature_id": "", "borders": [2],
        "has_nans": true, "nan_value_treatment": "AsTrue"}}]{3}}},
      "model_info": {{"params": {{"loss_function": {1}}}}}, {0}, "scale_and_bias": {2}}})",
                       trees, loss, bias, more);
  }
  BoostedModel read() const { return BoostedModel(read_catboost(text())); }
};

std::vector<double> scores(const BoostedModel& model, const std::vector<std::vector<std::string>>& rows,
                           Output output = Output::score) {
  const Tensor found =
      model
          .predict(frame(model, rows.size(), [&](std::size_t f, std::size_t row) { return rows[row][f]; }),
                   {.output = output, .threads = 1})
          .contiguous();
  return {found.data<double>(), found.data<double>() + found.elements()};
}

TEST(ReadCatboost, FirstSplitIsTheLowestBit) {
  const BoostedModel model = Model().read();
  EXPECT_EQ(model.feature_names(), (std::vector<std::string>{"a", "1"}));
  EXPECT_EQ(scores(model, {{"0", "0"}, {"1", "0"}, {"0", "3"}, {"1", "3"}}), (std::vector<double>{1.5, 2.5, 3.5, 4.5}));
  EXPECT_EQ(scores(model, {{"nan", "0"}, {"0", "nan"}}), (std::vector<double>{1.5, 3.5}));
  // Values are rounded to floats: half a step above the border is the border still.
  EXPECT_EQ(scores(model, {{"0.1", "0"}, {"0.10000000149011613", "0"}, {"0.1000000090", "0"}}),
            (std::vector<double>{1.5, 1.5, 2.5}));
  EXPECT_EQ(model.trees()[0].nodes[0].cover, 100);
  EXPECT_EQ(model.trees()[0].nodes[0].rows, 100);
  EXPECT_EQ(model.loss().name(), "squared");
}

TEST(ReadCatboost, TreesInTrees) {
  Model source{.trees = R"("trees": [{"split": {"split_index": 0},
      "left": {"value": -1, "weight": 2.5},
      "right": {"split": {"split_index": 2}, "left": {"value": 5, "weight": 1}, "right": {"value": 7, "weight": 3}}}])",
               .loss = R"({"type": "Poisson"})"};
  EXPECT_EQ(scores(source.read(), {{"-1", "9"}, {"-0.5", "2"}, {"0", "2.5"}, {"", "9"}}),
            (std::vector<double>{-0.5, 5.5, 7.5, -0.5}));
  EXPECT_NEAR(scores(source.read(), {{"-1", "9"}}, Output::prediction)[0], std::exp(-0.5), 1e-15);
  source.bias = "[2, 0.25]";
  EXPECT_EQ(scores(source.read(), {{"-1", "9"}, {"0", "0"}}), (std::vector<double>{-1.75, 10.25}));
}

TEST(ReadCatboost, SeveralScores) {
  const Model source{
      .trees = R"("oblivious_trees": [{"leaf_values": [1, 2, 3, 4, 5, 6], "splits": [{"split_index": 2}]},
                                                     {"leaf_values": [1, 1, 2], "splits": []}])",
      .loss = R"({"type": "MultiClass"})",
      .bias = "[1, [0, 0, 1]]"};
  const BoostedModel model = source.read();
  EXPECT_EQ(model.loss().name(), "softmax");
  EXPECT_EQ(scores(model, {{"0", "0"}, {"0", "3"}}), (std::vector<double>{2, 3, 6, 5, 6, 9}));
}

TEST(ReadCatboost, KnowsLosses) {
  const auto loss = [](const std::string& text) { return Model{.loss = text}.read().loss(); };
  EXPECT_EQ(loss(R"({"type": "Logloss"})").name(), "logistic");
  EXPECT_EQ(loss(R"({"type": "Quantile", "params": {"alpha": "0.3"}})").parameters()[0].value, 0.3);
  EXPECT_EQ(loss(R"({"type": "Quantile"})").parameters()[0].value, 0.5);
  EXPECT_EQ(loss(R"({"type": "Tweedie", "params": {"variance_power": 1.2}})").parameters()[0].value, 1.2);
  EXPECT_EQ(loss(R"({"type": "YetiRank"})").name(), "YetiRank");
  EXPECT_EQ(loss(R"({"type": "squared"})").name(), "catboost squared");
}

TEST(ReadCatboost, SaysWhatIsWrong) {
  const auto refused = [](const Model& source) { return refusal<FileError>([&] { source.read(); }); };
  EXPECT_EQ(refused({.trees = R"("oblivious_trees": [{"leaf_values": [1], "splits": [{"split_index": 2}]}])"}),
            "oblivious_trees[0] has 1 splits and 1 leaf_values of 1 each.");
  EXPECT_EQ(refused({.trees = R"("oblivious_trees": [{"leaf_values": [1, 2], "splits": [{"split_index": 3}]}])"}),
            "oblivious_trees[0].splits[0] is split 3 of 3.");
  EXPECT_EQ(refused({.more = R"(, "text_features": [{}])"}),
            "features_info.text_features are features that have no meaning here.");
  EXPECT_EQ(refused({.more = R"(, "categorical_features": [{"flat_feature_index": 7}])"}),
            "features_info.categorical_features[0].flat_feature_index is 7, and the 3 features are not numbered 0, 1, "
            "....");
  EXPECT_EQ(refused({.trees = "\"x\": 1"}), "the document has neither \"oblivious_trees\" nor \"trees\".");
}

// City, flag and job are of categories, x is a number. Trees ask a counter and shares of a city, the share of a city by
// whether x is above a border, classes of cities and jobs by whether the flag is p, sums by job, and the flag itself;
// tests that a CTR is of come before it in the tree, or not at all. CatBoost 1.2.10 reads the file, and these are its
// predictions.
TEST(ReadCatboost, ReadsTargetStatistics) {
  const BoostedModel model(read_catboost(catboost_statistics));
  EXPECT_EQ(model.feature_names(), (std::vector<std::string>{"city", "flag", "job", "x"}));
  EXPECT_EQ(model.categories(0), (std::vector<std::string>{"A", "B", "C"}));
  EXPECT_EQ(model.categories(1), std::vector<std::string>{"p"});
  std::vector<std::vector<std::string>> rows;
  for (const char* city : {"A", "B", "C", "D"})
    for (const char* flag : {"p", "q"})
      for (const char* job : {"u", "v", "w", "z"})
        for (const char* x : {"-0.35", "0.7"}) rows.push_back({city, flag, job, x});
  rows.push_back({"A", "r", "u", "0.1"});
  rows.push_back({"B", "p", "w", ""});
  const std::vector<double> wanted{5.6875, 10.4375, 5.3125, 10.5625, 5.6875, 10.4375, 6.6875, 11.4375, 2.8125, 7.5625,
                                   2.4375, 7.6875,  2.8125, 7.5625,  2.8125, 7.5625,  7.625,  4.375,   8.25,   5.5,
                                   8.625,  5.375,   8.625,  5.375,   9.25,   6.0,     7.875,  5.125,   8.25,   5.0,
                                   9.25,   6.0,     6.6875, 5.4375,  5.3125, 4.5625,  6.6875, 5.4375,  6.6875, 5.4375,
                                   5.8125, 4.5625,  5.9375, 5.1875,  5.8125, 4.5625,  6.8125, 5.5625,  8.6875, 7.4375,
                                   8.3125, 7.5625,  8.6875, 7.4375,  8.6875, 7.4375,  4.8125, 3.5625,  4.4375, 3.6875,
                                   4.8125, 3.5625,  4.8125, 3.5625,  7.8125, 8.625};
  EXPECT_EQ(scores(model, rows), wanted);
  // Row by row, by names.
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::vector<RowValue> row{rows[i][0], rows[i][1], rows[i][2], imports::number_of(rows[i][3])};
    double prediction = 0;
    model.predict_row(row, {&prediction, 1});
    EXPECT_NEAR(prediction, 1 / (1 + std::exp(-wanted[i])), 1e-15) << i;
  }
  EXPECT_EQ(BoostedModel::from_string(model.to_string()).to_string(), model.to_string());
}

// CatBoost has a category without a letter where values are missing here; unknown ones do not go with it.
TEST(ReadCatboost, TellsMissingCategoriesFromUnknownOnes) {
  std::string text = catboost_statistics;
  text.replace(text.find("\"value\":\"p\""), 11, "\"value\":\"\"");
  const BoostedModel named(read_catboost(catboost_statistics)), missing(read_catboost(text));
  EXPECT_EQ(missing.categories(1), std::vector<std::string>());
  const auto predicted = [](const BoostedModel& model, const std::vector<RowValue>& row) {
    double prediction = 0;
    model.predict_row(row, {&prediction, 1});
    return prediction;
  };
  for (const double x : {-1.0, 0.7})
    for (const char* job : {"u", "z"}) {
      EXPECT_EQ(predicted(missing, {"A", std::nan(""), job, x}), predicted(named, {"A", "p", job, x}));
      EXPECT_EQ(predicted(missing, {"A", "q", job, x}), predicted(named, {"A", "q", job, x}));
    }
  EXPECT_NE(predicted(missing, {"A", "q", "u", 0.7}), predicted(missing, {"A", std::nan(""), "u", 0.7}));
}

TEST(ReadCatboost, SaysWhichStatisticsItCannotRead) {
  const auto refused = [](const std::string& from, const std::string& to) {
    std::string text = catboost_statistics;
    for (std::size_t at = 0; (at = text.find(from, at)) != text.npos; at += to.size())
      text.replace(at, from.size(), to);
    return refusal<FileError>([&] { read_catboost(text); });
  };
  EXPECT_EQ(refused("\"cat_features_hash\"", "\"x\""),
            "splits are by categories, and the file has hashes in place of their names. Hint: save_model(FILE, "
            "format=\"json\", pool=DATA), with the data of training, writes the names, too.");
  EXPECT_EQ(refused("\"hash\":4040359504", "\"hash\":4040359505"),
            "ctr_data.t0 has tuples of categories whose names the file does not have. Hint: save_model with pool=DATA "
            "wants all data of training.");
  EXPECT_EQ(refused("\"hash\":759035679", "\"hash\":759035678"),
            "\"flag\" has a category without a name, of the hash 759035679.");
  EXPECT_EQ(refused("\"ctr_type\":\"Counter\"", "\"ctr_type\":\"Sum\""),
            "features_info.ctrs[0].ctr_type is \"Sum\", which is not known here.");
  EXPECT_EQ(refused("\"prior_numerator\":0,", "\"prior_numerator\":0.5,"),
            "table t0: tuples that training has not seen come between others, which no statistic here says.");
}

TEST(ReadCatboost, SaysWhichTablesItCannotRead) {
  const auto refused = [](const auto& change) {
    Json json = Json::parse(catboost_statistics);
    change(json);
    return refusal<FileError>([&] { read_catboost(json.dump()); });
  };
  EXPECT_EQ(refused([](Json& json) {
              Json& elements = json["features_info"]["ctrs"][0]["elements"];
              for (int i = 0; i < 3; ++i) elements.push_back(Json(elements[0]));
            }),
            "ctr_data.t0 is of 4 features together, and 3 are the most here. Hint: train with a smaller "
            "max_ctr_complexity.");
  EXPECT_EQ(refused([](Json& json) { json["ctr_data"]["t1"]["hash_map"].push_back(1); }),
            "ctr_data.t1 has a stride of 3.");
  EXPECT_EQ(refused([](Json& json) { json["ctr_data"]["t1"]["hash_map"][1] = -1; }),
            "ctr_data.t1.hash_map has the count -1.");
  EXPECT_EQ(refused([](Json& json) { json["features_info"]["ctrs"][1]["identifier"] = "t0"; }),
            "two CTRs of other features have one table, t0.");
  EXPECT_EQ(refused([](Json& json) { json["features_info"]["ctrs"][0]["scale"] = 0; }),
            "features_info.ctrs[0] has a prior, a shift or a scale that no statistic has.");
}

TEST(ReadCatboost, IsKnownByItsBeginning) {
  EXPECT_TRUE(looks_like_catboost(Model().text()));
  EXPECT_TRUE(looks_like_catboost("{\n\"ctr_data\":{"));
  EXPECT_FALSE(looks_like_catboost("{\"learner\":{"));
}

}  // namespace
}  // namespace linden
