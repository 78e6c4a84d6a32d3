// Small ONNX files, written by hand: what nodes mean, and what is refused.
#include "interop/import/onnx/onnx.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "interop/import/frame.hpp"
#include "interop/import/onnx_file.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

using namespace imports;

BoostedModel read(const std::vector<OnnxNode>& nodes, std::uint64_t columns = 2, bool is_double = false) {
  return std::get<BoostedModel>(read_onnx(onnx_file(nodes, columns, is_double)));
}

std::vector<double> predictions(const BoostedModel& model, const std::vector<std::vector<std::string>>& rows,
                                Output output = Output::prediction) {
  const Tensor found =
      model
          .predict(frame(model, rows.size(), [&](std::size_t f, std::size_t row) { return rows[row][f]; }),
                   {.output = output, .threads = 1})
          .contiguous();
  return {found.data<double>(), found.data<double>() + found.elements()};
}

// A tree of one split of feature 0, whose leaves add 1 where it holds and 2 where it does not.
OnnxNode stump(const std::string& mode, float bound, std::int64_t missing_is_true = 0) {
  return OnnxNode("TreeEnsembleRegressor")
      .wholes("nodes_treeids", {0, 0, 0})
      .wholes("nodes_nodeids", {0, 1, 2})
      .wholes("nodes_featureids", {0, 0, 0})
      .texts("nodes_modes", {mode, "LEAF", "LEAF"})
      .numbers("nodes_values", {bound, 0, 0})
      .wholes("nodes_truenodeids", {1, 0, 0})
      .wholes("nodes_falsenodeids", {2, 0, 0})
      .wholes("nodes_missing_value_tracks_true", {missing_is_true, 0, 0})
      .whole("n_targets", 1)
      .wholes("target_treeids", {0, 0})
      .wholes("target_nodeids", {1, 2})
      .wholes("target_ids", {0, 0})
      .numbers("target_weights", {1, 2});
}

TEST(ReadOnnx, ComparesAsNodesSay) {
  const auto found = [](const std::string& mode, std::int64_t missing) {
    return predictions(read({stump(mode, 0.5f, missing)}), {{"0.25", "0"}, {"0.5", "0"}, {"0.75", "0"}, {"nan", "0"}});
  };
  EXPECT_EQ(found("BRANCH_LEQ", 0), (std::vector<double>{1, 1, 2, 2}));
  EXPECT_EQ(found("BRANCH_LEQ", 1), (std::vector<double>{1, 1, 2, 1}));
  EXPECT_EQ(found("BRANCH_LT", 0), (std::vector<double>{1, 2, 2, 2}));
  EXPECT_EQ(found("BRANCH_LT", 1), (std::vector<double>{1, 2, 2, 1}));
  EXPECT_EQ(found("BRANCH_GTE", 0), (std::vector<double>{2, 1, 1, 2}));
  EXPECT_EQ(found("BRANCH_GTE", 1), (std::vector<double>{2, 1, 1, 1}));
  EXPECT_EQ(found("BRANCH_GT", 0), (std::vector<double>{2, 2, 1, 2}));
  EXPECT_EQ(found("BRANCH_GT", 1), (std::vector<double>{2, 2, 1, 1}));
}

TEST(ReadOnnx, EqualityMakesCategories) {
  const BoostedModel equal = read({stump("BRANCH_EQ", 3)});
  EXPECT_TRUE(equal.is_categorical(0));
  EXPECT_EQ(equal.categories(0), (std::vector<std::string>{"3"}));
  EXPECT_EQ(predictions(equal, {{"3", "0"}, {"4", "0"}, {"", "0"}}), (std::vector<double>{1, 2, 2}));
  EXPECT_EQ(predictions(read({stump("BRANCH_NEQ", 3)}), {{"3", "0"}, {"4", "0"}, {"", "0"}}),
            (std::vector<double>{2, 1, 1}));
}

TEST(ReadOnnx, RoundsRowsToFloatWhereTheGraphTakesFloats) {
  const std::vector<std::vector<std::string>> rows{{"0.10000000149011612", "0"}, {"0.10000000149011613", "0"}};
  EXPECT_EQ(predictions(read({stump("BRANCH_LEQ", 0.1f)}), rows), (std::vector<double>{1, 1}));
  EXPECT_EQ(predictions(read({stump("BRANCH_LEQ", 0.1f)}, 2, true), rows), (std::vector<double>{1, 2}));
  EXPECT_EQ(predictions(read({OnnxNode("Cast").whole("to", 1), stump("BRANCH_LEQ", 0.1f)}, 2, true), rows),
            (std::vector<double>{1, 1}));
}

TEST(ReadOnnx, KnowsTransformsAndFunctions) {
  const auto with = [](const std::string& transform) {
    return stump("BRANCH_LEQ", 0).text("post_transform", transform);
  };
  EXPECT_NEAR(predictions(read({with("LOGISTIC")}), {{"0", "0"}})[0], 1 / (1 + std::exp(-1.0)), 1e-15);
  EXPECT_NEAR(predictions(read({stump("BRANCH_LEQ", 0), OnnxNode("Exp")}), {{"0", "0"}})[0], std::exp(1.0), 1e-15);
  EXPECT_EQ(predictions(read({stump("BRANCH_LEQ", 0).numbers("base_values", {0.5f})}), {{"0", "0"}})[0], 1.5);
  EXPECT_EQ(predictions(read({stump("BRANCH_LEQ", 0).text("aggregate_function", "AVERAGE")}), {{"0", "0"}})[0], 1);
  EXPECT_THROW(read({with("PROBIT")}), FileError);
  EXPECT_THROW(read({with("SOFTMAX")}), FileError);
  EXPECT_THROW(read({with("LOGISTIC"), OnnxNode("Exp")}), FileError);
  EXPECT_THROW(read({stump("BRANCH_LEQ", 0).text("aggregate_function", "MIN")}), FileError);
}

// Two trees of a leaf each, of one class or of two.
OnnxNode classifier(const std::vector<std::int64_t>& classes, const std::vector<std::string>& labels) {
  return OnnxNode("TreeEnsembleClassifier")
      .wholes("nodes_treeids", {0, 1})
      .wholes("nodes_nodeids", {0, 0})
      .wholes("nodes_featureids", {0, 0})
      .texts("nodes_modes", {"LEAF", "LEAF"})
      .numbers("nodes_values", {0, 0})
      .wholes("nodes_truenodeids", {0, 0})
      .wholes("nodes_falsenodeids", {0, 0})
      .wholes("class_treeids", {0, 1})
      .wholes("class_nodeids", {0, 0})
      .wholes("class_ids", classes)
      .numbers("class_weights", {0.25f, 0.5f})
      .texts("classlabels_strings", labels);
}

TEST(ReadOnnx, Classifiers) {
  const BoostedModel two =
      read({classifier({0, 0}, {"no", "yes"}).text("post_transform", "LOGISTIC"), OnnxNode("ZipMap")});
  EXPECT_EQ(two.loss().name(), "logistic");
  EXPECT_EQ(two.classes(), (std::vector<std::string>{"no", "yes"}));
  EXPECT_EQ(predictions(two, {{"0", "0"}}, Output::score), (std::vector<double>{0.75}));
  const BoostedModel each = read({classifier({1, 0}, {"a", "b"}).text("post_transform", "SOFTMAX")});
  EXPECT_EQ(each.loss().name(), "softmax");
  EXPECT_EQ(predictions(each, {{"0", "0"}}, Output::score), (std::vector<double>{0.5, 0.25}));
  EXPECT_EQ(each.rounds(), 1);
  const BoostedModel three = read({classifier({2, 2}, {"a", "b", "c"}).text("post_transform", "SOFTMAX")});
  EXPECT_EQ(predictions(three, {{"0", "0"}}, Output::score), (std::vector<double>{0, 0, 0.75}));
}

TEST(ReadOnnx, EnsemblesOfVersion5) {
  const BoostedModel model = read({ensemble()});
  EXPECT_EQ(model.categories(1), (std::vector<std::string>{"1", "3"}));
  EXPECT_EQ(predictions(model, {{"0", "1"}, {"0.25", "3"}, {"9", "2"}, {"9", ""}}),
            (std::vector<double>{1, 8, 0, 10, 4, 8, 4, 8}));
  EXPECT_EQ(predictions(read({ensemble().whole("aggregate_function", 0)}), {{"0", "1"}}),
            (std::vector<double>{0.5, 4}));
}

TEST(ReadOnnx, LinearModels) {
  const auto read_linear = [](const std::vector<OnnxNode>& nodes) {
    return std::get<LinearModel>(read_onnx(onnx_file(nodes, 2)));
  };
  const Dataset rows = Dataset::from_rows(std::vector<double>{1, 2, 3, 4}, 2, {.names = {"0", "1"}});
  const auto predicted = [&](const LinearModel& model, Output output) {
    const Tensor found = model.predict(rows, {.output = output}).contiguous();
    return std::vector<double>(found.data<double>(), found.data<double>() + found.elements());
  };
  const OnnxNode line = OnnxNode("LinearRegressor").numbers("coefficients", {2, -1}).numbers("intercepts", {0.5f});
  EXPECT_EQ(predicted(read_linear({line}), Output::prediction), (std::vector<double>{0.5, 2.5}));
  EXPECT_EQ(read_linear({line}).loss().name(), "squared");
  EXPECT_EQ(read_linear({line, OnnxNode("Exp")}).loss().name(), "poisson");
  const OnnxNode two = OnnxNode("LinearClassifier")
                           .numbers("coefficients", {-2, 1, 2, -1})
                           .numbers("intercepts", {-0.5f, 0.5f})
                           .wholes("classlabels_ints", {0, 1})
                           .text("post_transform", "LOGISTIC");
  EXPECT_EQ(predicted(read_linear({two, OnnxNode("Normalizer"), OnnxNode("ZipMap")}), Output::score),
            (std::vector<double>{0.5, 2.5}));
  EXPECT_EQ(read_linear({two}).loss().name(), "logistic");
  const OnnxNode three = OnnxNode("LinearClassifier")
                             .numbers("coefficients", {1, 0, 0, 1, 1, 1})
                             .numbers("intercepts", {0, 0, 1})
                             .texts("classlabels_strings", {"a", "b", "c"})
                             .text("post_transform", "SOFTMAX");
  const LinearModel soft = read_linear({three});
  EXPECT_EQ(predicted(soft, Output::score), (std::vector<double>{1, 2, 4, 3, 4, 8}));
  EXPECT_EQ(soft.classes(), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_THROW(read_linear({OnnxNode(line).whole("targets", 2)}), FileError);
  EXPECT_THROW(read_linear({OnnxNode(line).numbers("intercepts", {1, 2})}), FileError);
  EXPECT_THROW(read_linear({OnnxNode(two).numbers("coefficients", {-2, 1, 2, -2})}), FileError);
}

TEST(ReadOnnx, SaysWhatIsWrong) {
  const auto refused = [](const std::vector<OnnxNode>& nodes, std::uint64_t columns = 2) {
    return refusal<FileError>([&] { read_onnx(onnx_file(nodes, columns)); });
  };
  EXPECT_EQ(refused({stump("BRANCH_LEQ", 0).wholes("nodes_truenodeids", {0, 0, 0})}),
            "a node of the ensemble is reached by more than one way.");
  EXPECT_EQ(refused({stump("BRANCH_LEQ", 0).wholes("nodes_truenodeids", {7, 0, 0})}),
            "the operator TreeEnsembleRegressor has no node 7 of tree 0.");
  EXPECT_EQ(refused({stump("BRANCH_LEQ", 0).wholes("target_ids", {0, 1})}),
            "the operator TreeEnsembleRegressor has a weight for target 1 of 1.");
  EXPECT_EQ(refused({stump("BRANCH_LEQ", 0).numbers("nodes_values", {0})}),
            "the operator TreeEnsembleRegressor has 1 entries in nodes_values, and 3 belong there.");
  EXPECT_EQ(refused({stump("BRANCH_LEQ", 0)}, 1u << 30),
            "the graph takes rows of 1073741824 columns, too many for its size.");
  EXPECT_NE(
      refused({OnnxNode("Scaler"), stump("BRANCH_LEQ", 0)}).find("the operator Scaler is none that is known here"),
      std::string::npos);
  EXPECT_NE(refused({OnnxNode("Gemm")}).find("the operator Gemm"), std::string::npos);
  EXPECT_NE(refused({}).find("has none of the operators"), std::string::npos);
}

TEST(ReadOnnx, IsKnownByItsBeginning) {
  EXPECT_TRUE(looks_like_onnx(onnx_file({}, 1)));
  EXPECT_FALSE(looks_like_onnx("{\"a\":1}"));
  EXPECT_FALSE(looks_like_onnx("binf"));
}

}  // namespace
}  // namespace linden
