// Files of other libraries that somebody changed, byte by byte and word by word: each is refused by an error of ours,
// or read as a model that predicts. LINDEN_MUTATIONS in the environment is how many there are of each format.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <linden/error.hpp>
#include <linden/model.hpp>
#include <random>

#include "interop/import/catboost/catboost.hpp"
#include "interop/import/lightgbm/lightgbm.hpp"
#include "interop/import/onnx/onnx.hpp"
#include "interop/import/onnx_file.hpp"
#include "interop/import/sklearn/sklearn.hpp"

namespace linden {
namespace {

using namespace imports;
using Random = std::mt19937_64;

int mutations() {
  const char* const asked = std::getenv("LINDEN_MUTATIONS");
  return asked != nullptr ? std::atoi(asked) : 2000;
}

const std::vector<std::string> words{"0",    "1",    "-1",         "2",           "1e308",       "-1e-320", "1e999",
                                     "0.5",  "nan",  "inf",        "2147483647",  "-2147483649", "[]",      "{}",
                                     "null", "\"\"", "4294967295", "99999999999", "true",        "Tree=0\n"};

// A piece that is removed, doubled, moved, or another; a byte that is another.
std::string mutated(std::string text, Random& random) {
  const auto any = [&](std::size_t limit) { return static_cast<std::size_t>(random() % (limit + 1)); };
  for (std::size_t changes = 1 + any(2); changes > 0 && !text.empty(); --changes) {
    const std::size_t at = any(text.size() - 1);
    const std::size_t size = std::min(text.size() - at, 1 + any(random() % 4 == 0 ? 60 : 4));
    switch (random() % 7) {
      case 0: text.erase(at, size); break;
      case 1: text.insert(at, text.substr(at, size)); break;
      case 2: text.insert(any(text.size()), text.substr(at, size)); break;
      case 3: text.replace(at, size, words[any(words.size() - 1)]); break;
      case 4: text[at] = static_cast<char>(random()); break;
      case 5: text[at] = static_cast<char>('0' + random() % 10); break;
      default:  // a whole number or word
        if (const std::size_t end = text.find_first_of(" ,]\n=:", at); end != text.npos)
          text.replace(at, end - at, words[any(words.size() - 1)]);
    }
  }
  return text;
}

Dataset rows_for(const Schema& schema) {
  constexpr std::int64_t rows = 4;
  std::vector<Column> columns;
  for (const Schema::Feature& feature : schema.features) {
    Column& column = columns.emplace_back();
    column.name = feature.name;
    column.categorical = feature.categorical;
    column.categories = feature.categories;
    if (feature.categorical) {
      column.values = Tensor::empty({rows}, DType::i32);
      for (int row = 0; row < rows; ++row)
        column.values.data<std::int32_t>()[row] = row % (static_cast<int>(feature.categories.size()) + 1) - 1;
    } else {
      column.values = Tensor::of({0.5, 1e300, -1.0, std::nan("")});
    }
  }
  return Dataset::from_named(std::move(columns));
}

// How many of the changed files were read.
int run(const std::string& file, const std::function<AnyModel(std::string_view)>& read, std::uint64_t seed) {
  constexpr std::size_t most_features = 2000;
  Random random(seed);
  int models = 0;
  for (int i = 0, count = mutations(); i < count; ++i) {
    const std::string changed = mutated(file, random);
    try {
      const AnyModel any = read(changed);
      ++models;
      if (const auto* const model = std::get_if<BoostedModel>(&any);
          model != nullptr && model->feature_names().size() <= most_features)
        model->predict(rows_for(model->schema()), {.threads = 1});
    } catch (const Error&) {
    } catch (const std::exception& error) {
      ADD_FAILURE() << "mutation " << i << ": " << error.what() << "\n" << changed;
      break;
    }
  }
  EXPECT_LT(models, mutations());
  return models;
}

const std::string lightgbm_text = R"(tree
version=v4
num_class=1
num_tree_per_iteration=1
label_index=0
max_feature_idx=2
objective=binary sigmoid:1
feature_names=a b c
feature_infos=[0:9] [0:9] 1:3:12:-1
tree_sizes=600 500

Tree=0
num_leaves=4
num_cat=1
split_feature=0 2 1
split_gain=7 3 2
threshold=0.5 0 -1.5
decision_type=10 1 4
left_child=1 -1 -3
right_child=2 -2 -4
leaf_value=0.1 0.2 0.3 0.4
leaf_weight=1 2 3 4
leaf_count=5 6 7 8
internal_value=0 0 0
internal_weight=6 6 6
internal_count=26 11 15
cat_boundaries=0 1
cat_threshold=4104
is_linear=1
leaf_const=0.1 0.2 0.3 0.4
num_features=0 1 2 0
leaf_features=0 0 1 
leaf_coeff=0.5 2 -1 
shrinkage=0.1


Tree=1
num_leaves=1
num_cat=0
leaf_value=0.5
is_linear=0
shrinkage=0.1


end of trees

parameters:
[alpha: 0.9]
end of parameters

pandas_categorical:null
)";

const std::string lightgbm_dump = R"({"name": "tree", "version": "v4", "num_class": 1, "num_tree_per_iteration": 1,
"objective": "poisson", "average_output": false, "feature_names": ["a", "b", "c"],
"feature_infos": {"c": {"min_value": 0, "max_value": 2, "values": [0, 2, 1]}},
"tree_info": [{"tree_index": 0, "num_leaves": 3, "tree_structure": {"split_feature": 2, "split_gain": 3.5,
"threshold": "0||2", "decision_type": "==", "default_left": false, "missing_type": "NaN", "internal_count": 10,
"left_child": {"leaf_index": 0, "leaf_value": 0.25, "leaf_count": 4, "leaf_weight": 2},
"right_child": {"split_feature": 0, "split_gain": 1, "threshold": 0.5, "decision_type": "<=", "default_left": true,
"missing_type": "Zero", "left_child": {"leaf_value": 1, "leaf_const": 10, "leaf_features": [1], "leaf_coeff": [2]},
"right_child": {"leaf_index": 2, "leaf_value": 2, "leaf_count": 3}}}}], "pandas_categorical": [["x", "y", "z"]]})";

const std::string catboost = R"({"features_info": {"float_features": [
{"flat_feature_index": 0, "feature_id": "a", "borders": [-1, 0.25], "nan_value_treatment": "AsFalse"},
{"flat_feature_index": 1, "feature_id": "", "borders": [2], "nan_value_treatment": "AsTrue"}]},
"model_info": {"class_params": {"class_names": ["x", "y", "z"]}, "params": {"loss_function": {"type": "MultiClass"}}},
"oblivious_trees": [{"leaf_values": [1, 2, 3, 4, 5, 6], "leaf_weights": [1, 2], "splits": [{"split_index": 2}]},
{"leaf_values": [1, 1, 2], "splits": []}], "scale_and_bias": [1, [0, 0, 1]]})";

const std::string catboost_nested = R"({"features_info": {"float_features": [
{"flat_feature_index": 0, "borders": [-1, 0.25]}, {"flat_feature_index": 1, "borders": [2]}]},
"trees": [{"split": {"split_index": 0}, "left": {"value": -1, "weight": 2.5},
"right": {"split": {"split_index": 2}, "left": {"value": 5, "weight": 1}, "right": {"value": 7, "weight": 3}}}],
"scale_and_bias": [2, 0.5]})";

const std::string sklearn = R"({"format": "scikit-learn", "model": "HistGradientBoostingRegressor",
"loss": "squared_error", "parameter": null, "feature_names": ["a", "b"], "categories": {"1": ["x", "y", "z"]},
"classes": [], "initial_score": [0.5], "rounds": [[{"feature": [0, 1, -2, -2, -2], "threshold": [0.1, 0, 0, 0, 0],
"left": [1, 3, -1, -1, -1], "right": [2, 4, -1, -1, -1], "value": [0, 1, 2, 3, 4], "rows": [9, 4, 5, 2, 2],
"gain": [3, 0, 0, 0, 0], "missing_left": [1, 0, 0, 0, 0], "left_categories": [null, [0, 2], null, null, null]}]]})";

std::string onnx_weights() {
  return onnx_file({OnnxNode("TreeEnsembleClassifier")
                        .wholes("nodes_treeids", {0, 0, 0, 1})
                        .wholes("nodes_nodeids", {0, 1, 2, 0})
                        .wholes("nodes_featureids", {1, 0, 0, 0})
                        .texts("nodes_modes", {"BRANCH_LT", "LEAF", "LEAF", "LEAF"})
                        .numbers("nodes_values", {0.5f, 0, 0, 0})
                        .wholes("nodes_truenodeids", {1, 0, 0, 0})
                        .wholes("nodes_falsenodeids", {2, 0, 0, 0})
                        .wholes("nodes_missing_value_tracks_true", {1, 0, 0, 0})
                        .wholes("class_treeids", {0, 0, 1, 0})
                        .wholes("class_nodeids", {1, 2, 0, 2})
                        .wholes("class_ids", {0, 1, 2, 0})
                        .numbers("class_weights", {1, 2, 3, 4})
                        .texts("classlabels_strings", {"a", "b", "c"})
                        .text("post_transform", "SOFTMAX"),
                    OnnxNode("ZipMap")},
                   2);
}

std::string onnx_leaves() { return onnx_file({ensemble()}, 2); }

std::string onnx_line() {
  return onnx_file({OnnxNode("LinearClassifier")
                        .numbers("coefficients", {-2, 1, 2, -1})
                        .numbers("intercepts", {-0.5f, 0.5f})
                        .wholes("classlabels_ints", {0, 1})
                        .text("post_transform", "LOGISTIC")},
                   2);
}

AnyModel boosted(std::shared_ptr<const BoostedModel::State> state) { return BoostedModel(std::move(state)); }

TEST(ImportMutation, Lightgbm) {
  const auto read = [](std::string_view bytes) { return boosted(read_lightgbm(bytes)); };
  EXPECT_NO_THROW(read(lightgbm_text));
  EXPECT_NO_THROW(read(lightgbm_dump));
  EXPECT_GT(run(lightgbm_text, read, 1), 0);
  EXPECT_GT(run(lightgbm_dump, read, 2), 0);
}

TEST(ImportMutation, Catboost) {
  const auto read = [](std::string_view bytes) { return boosted(read_catboost(bytes)); };
  EXPECT_NO_THROW(read(catboost));
  EXPECT_NO_THROW(read(catboost_nested));
  EXPECT_GT(run(catboost, read, 3), 0);
  EXPECT_GT(run(catboost_nested, read, 4), 0);
}

TEST(ImportMutation, Sklearn) {
  const auto read = [](std::string_view bytes) { return boosted(read_sklearn(bytes)); };
  EXPECT_NO_THROW(read(sklearn));
  EXPECT_GT(run(sklearn, read, 5), 0);
}

TEST(ImportMutation, Onnx) {
  EXPECT_NO_THROW(read_onnx(onnx_weights()));
  EXPECT_NO_THROW(read_onnx(onnx_leaves()));
  EXPECT_GT(run(onnx_weights(), read_onnx, 6), 0);
  EXPECT_GT(run(onnx_leaves(), read_onnx, 7), 0);
  EXPECT_GT(run(onnx_line(), read_onnx, 8), 0);
}

}  // namespace
}  // namespace linden
