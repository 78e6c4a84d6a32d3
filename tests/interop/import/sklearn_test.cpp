// Small models of scikit-learn, as tools/sklearn_to_json.py writes them.
#include "interop/import/sklearn/sklearn.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "interop/import/frame.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

using imports::frame;

struct Model {
  std::string kind = "HistGradientBoostingRegressor", loss = "squared_error", parameter = "null", categories = "{}",
              start = "[0.5]", classes = "[]";
  // One split, and what it is beside a number.
  std::string tree = R"({"feature": [0, -2, -2], "threshold": [0.1, 0, 0], "left": [1, 4294967295, 4294967295],
      "right": [2, 4294967295, 4294967295], "value": [0, 1, 2], "rows": [9, 4, 5], "gain": [3, 0, 0],
      "missing_left": [1, 0, 0], "left_categories": [null, null, null]})";

  std::string text() const {
    return fmt::format(R"({{"format": "scikit-learn", "model": "{}", "loss": "{}", "parameter": {},
        "feature_names": ["a", "b"], "categories": {}, "classes": {}, "initial_score": {}, "rounds": [[{}]]}})",
                       kind, loss, parameter, categories, classes, start, tree);
  }
  BoostedModel read() const { return BoostedModel(read_sklearn(text())); }
};

std::vector<double> scores(const BoostedModel& model, const std::vector<std::string>& values) {
  const Tensor found = model
                           .predict(frame(model, values.size(),
                                          [&](std::size_t f, std::size_t row) { return f == 0 ? values[row] : "0"; }),
                                    {.output = Output::score, .threads = 1})
                           .contiguous();
  return {found.data<double>(), found.data<double>() + found.elements()};
}

TEST(ReadSklearn, HistogramModelsCompareDoubles) {
  const BoostedModel model = Model().read();
  EXPECT_EQ(scores(model, {"0.1", "0.10000000000000002", "", "-5"}), (std::vector<double>{1.5, 2.5, 1.5, 1.5}));
  EXPECT_EQ(model.trees()[0].nodes[0].rows, 9);
  EXPECT_EQ(model.trees()[0].nodes[0].gain, 3);
}

TEST(ReadSklearn, OthersCompareFloats) {
  Model source{.kind = "GradientBoostingRegressor"};
  source.tree = R"({"feature": [0, -2, -2], "threshold": [0.1, -2, -2], "left": [1, -1, -1], "right": [2, -1, -1],
      "value": [0, 1, 2], "rows": [9, 4, 5]})";
  // 0.1 is no float: the last one below it is 0.0999999940395355, and half a step above it rounds to 0.1f.
  EXPECT_EQ(scores(source.read(), {"0.0999999940395355", "0.099999997", "0.1"}), (std::vector<double>{1.5, 1.5, 2.5}));
}

TEST(ReadSklearn, SplitsByCategories) {
  Model source{.categories = R"({"0": ["red", "blue", "green"]})"};
  source.tree.replace(source.tree.find("[null"), 5, "[[0, 2]");
  const BoostedModel model = source.read();
  EXPECT_EQ(model.categories(0), (std::vector<std::string>{"blue", "green", "red"}));
  EXPECT_EQ(scores(model, {"red", "blue", "green", "black", ""}), (std::vector<double>{1.5, 2.5, 1.5, 1.5, 1.5}));
}

TEST(ReadSklearn, KnowsLosses) {
  const auto loss = [](const std::string& name, const std::string& parameter = "null") {
    return Model{.loss = name, .parameter = parameter}.read().loss();
  };
  EXPECT_EQ(loss("squared_error").name(), "squared");
  EXPECT_EQ(loss("absolute_error").name(), "absolute");
  EXPECT_EQ(loss("quantile", "0.3").parameters()[0].value, 0.3);
  EXPECT_EQ(loss("log_loss").name(), "logistic");
  EXPECT_EQ(loss("poisson").name(), "poisson");
  EXPECT_EQ(loss("huber").name(), "scikit-learn huber");
  const BoostedModel twice = Model{.loss = "exponential", .classes = R"(["no", "yes"])"}.read();
  EXPECT_EQ(twice.classes(), (std::vector<std::string>{"no", "yes"}));
  EXPECT_EQ(scores(twice, {"0"}), (std::vector<double>{3}));
  EXPECT_EQ(twice.warnings().size(), 1u);
}

TEST(ReadSklearn, SaysWhatIsWrong) {
  const auto refused = [](const std::string& from, const std::string& to) {
    Model source;
    source.tree.replace(source.tree.find(from), from.size(), to);
    return refusal<FileError>([&] { source.read(); });
  };
  EXPECT_EQ(refused("\"left\": [1", "\"left\": [3"), "rounds[0][0] has a child 3, and there are 3 nodes.");
  EXPECT_EQ(refused("\"left\": [1", "\"left\": [2"), "rounds[0][0]: node 2 is reached by more than one way.");
  EXPECT_EQ(refused("\"value\": [0, ", "\"value\": ["), "rounds[0][0].value has 2 entries for 3 nodes.");
  const auto odd = [](const Model& source) { return refusal<FileError>([&] { source.read(); }); };
  EXPECT_NE(odd({.kind = "RandomForestRegressor"}).find("model is \"RandomForestRegressor\""), std::string::npos);
  EXPECT_EQ(odd({.categories = R"({"2": ["x"]})"}), "categories.2 is no number of a feature.");
  EXPECT_EQ(odd({.start = "[0, 0]"}), "initial_score has 2 scores, and squared_error has one.");
}

TEST(ReadSklearn, IsKnownByItsBeginning) {
  EXPECT_TRUE(looks_like_sklearn(Model().text()));
  EXPECT_FALSE(looks_like_sklearn("{\"format\": \"linden\"}"));
}

}  // namespace
}  // namespace linden
