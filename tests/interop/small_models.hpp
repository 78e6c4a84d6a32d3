// Small models as other libraries write them, made by hand: for what is read of them, and for what becomes of them when
// bytes change.
#pragma once

#include <fmt/format.h>

#include <cstring>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "interop/import/onnx_file.hpp"

namespace linden {

using Json = nlohmann::json;

/// f0 < 0.5 (missing: left) ? (f1 < -2 (missing: right) ? -1 : 2) : 4, as XGBoost's JSON has a tree.
inline Json xgboost_tree() {
  return {{"base_weights", {0, 0, 4, -1, 2}},
          {"categories", Json::array()},
          {"categories_nodes", Json::array()},
          {"categories_segments", Json::array()},
          {"categories_sizes", Json::array()},
          {"default_left", {1, 0, 0, 0, 0}},
          {"id", 0},
          {"left_children", {1, 3, -1, -1, -1}},
          {"loss_changes", {8.5, 3.25, 0, 0, 0}},
          {"parents", {2147483647, 0, 0, 1, 1}},
          {"right_children", {2, 4, -1, -1, -1}},
          {"split_conditions", {0.5, -2, 4, -1, 2}},
          {"split_indices", {0, 1, 0, 0, 0}},
          {"split_type", {0, 0, 0, 0, 0}},
          {"sum_hessian", {10, 6, 4, 2, 4}},
          {"tree_param", {{"num_deleted", "0"}, {"num_feature", "2"}, {"num_nodes", "5"}, {"size_leaf_vector", "1"}}}};
}

/// A model of these trees, two features and one output.
inline Json xgboost_json(const std::vector<Json>& trees = {xgboost_tree()},
                         const std::string& objective = "reg:squarederror", const std::string& base_score = "5E-1") {
  std::vector<int> outputs(trees.size());
  return {{"version", {2, 1, 0}},
          {"learner",
           {{"attributes", Json::object()},
            {"feature_names", Json::array()},
            {"feature_types", Json::array()},
            {"gradient_booster",
             {{"name", "gbtree"},
              {"model",
               {{"gbtree_model_param", {{"num_parallel_tree", "1"}, {"num_trees", std::to_string(trees.size())}}},
                {"tree_info", outputs},
                {"trees", trees}}}}},
            {"learner_model_param",
             {{"base_score", base_score}, {"num_class", "0"}, {"num_feature", "2"}, {"num_target", "1"}}},
            {"objective", {{"name", objective}, {"reg_loss_param", {{"scale_pos_weight", "1"}}}}}}}};
}

inline Json& trees_of(Json& model) { return model["learner"]["gradient_booster"]["model"]["trees"]; }

/// The dialect that XGBoost writes: lists of numbers have a type.
inline std::string ubjson_of(const Json& json) {
  const std::vector<std::uint8_t> bytes = Json::to_ubjson(json, true, true);
  return {bytes.begin(), bytes.end()};
}

/// Little-endian bytes of numbers and texts.
class Binary {
 public:
  template <class T>
  Binary& put(T value) {
    char raw[sizeof value];
    std::memcpy(raw, &value, sizeof value);
    bytes_.append(raw, sizeof value);
    return *this;
  }
  Binary& zeros(std::size_t count) {
    bytes_.append(count, '\0');
    return *this;
  }
  Binary& text(const std::string& text) {
    put<std::uint64_t>(text.size());
    bytes_ += text;
    return *this;
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

/// The tree of above in XGBoost's binary form. `major` is 0 before 1.0, where base_score is a score.
inline std::string xgboost_binary(std::uint32_t major = 0, float base_score = 0.5f,
                                  const std::string& objective = "reg:linear", const std::string& booster = "gbtree",
                                  const std::string& opening = "") {
  Binary out;
  out.put(base_score).put<std::uint32_t>(2).put<std::int32_t>(0).put<std::int32_t>(1).put<std::int32_t>(0);
  out.put(major).put<std::uint32_t>(0).zeros(4 * 27).text(objective).text(booster);
  if (booster == "gblinear") {
    out.put<std::uint32_t>(2).put<std::int32_t>(1).zeros(4 * 32);
    out.put<std::uint64_t>(3).put(2.0f).put(-3.0f).put(0.25f);
  } else {
    out.put<std::int32_t>(1).put<std::int32_t>(1).put<std::int32_t>(2).zeros(12);
    out.put<std::int32_t>(1).put<std::int32_t>(0).zeros(4 * 32);
    out.put<std::int32_t>(1).put<std::int32_t>(5).put<std::int32_t>(0).put<std::int32_t>(2).put<std::int32_t>(2);
    out.put<std::int32_t>(0).zeros(4 * 31);
    struct {
      int parent, left, right;
      std::uint32_t feature;
      float value;
    } nodes[] = {
        {-1, 1, 2, 0 | 1u << 31, 0.5f}, {0, 3, 4, 1, -2}, {0, -1, -1, 0, 4}, {1, -1, -1, 0, -1}, {1, -1, -1, 0, 2}};
    for (const auto& n : nodes) out.put(n.parent).put(n.left).put(n.right).put(n.feature).put(n.value);
    for (const auto& [gain, cover] : {std::pair{8.5f, 10.f}, {3.25f, 6.f}, {0.f, 4.f}, {0.f, 2.f}, {0.f, 4.f}})
      out.put(gain).put(cover).put(0.f).put<std::int32_t>(0);
    out.put<std::int32_t>(0);  // the output of the tree
    if (booster == "dart") out.put<std::uint64_t>(1).put(0.5f);
  }
  out.put<std::uint64_t>(2).text("best_iteration").text("0").text("objective");
  out.text(R"({"name":"reg:tweedie","tweedie_regression_param":{"tweedie_variance_power":"1.25"}})");
  return opening + out.bytes();
}

inline std::string liblinear_text() {
  return "solver_type L2R_LR\nnr_class 2\nlabel 1 -1\nnr_feature 3\nbias 2\nw\n0.5 \n-1 \n0 \n0.25 \n";
}

/// Splits by numbers and by a category, a linear leaf and one without.
inline const std::string lightgbm_text = R"(tree
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

inline const std::string lightgbm_dump =
    R"({"name": "tree", "version": "v4", "num_class": 1, "num_tree_per_iteration": 1,
"objective": "poisson", "average_output": false, "feature_names": ["a", "b", "c"],
"feature_infos": {"c": {"min_value": 0, "max_value": 2, "values": [0, 2, 1]}},
"tree_info": [{"tree_index": 0, "num_leaves": 3, "tree_structure": {"split_feature": 2, "split_gain": 3.5,
"threshold": "0||2", "decision_type": "==", "default_left": false, "missing_type": "NaN", "internal_count": 10,
"left_child": {"leaf_index": 0, "leaf_value": 0.25, "leaf_count": 4, "leaf_weight": 2},
"right_child": {"split_feature": 0, "split_gain": 1, "threshold": 0.5, "decision_type": "<=", "default_left": true,
"missing_type": "Zero", "left_child": {"leaf_value": 1, "leaf_const": 10, "leaf_features": [1], "leaf_coeff": [2]},
"right_child": {"leaf_index": 2, "leaf_value": 2, "leaf_count": 3}}}}], "pandas_categorical": [["x", "y", "z"]]})";

inline const std::string catboost_oblivious = R"({"features_info": {"float_features": [
{"flat_feature_index": 0, "feature_id": "a", "borders": [-1, 0.25], "nan_value_treatment": "AsFalse"},
{"flat_feature_index": 1, "feature_id": "", "borders": [2], "nan_value_treatment": "AsTrue"}]},
"model_info": {"class_params": {"class_names": ["x", "y", "z"]}, "params": {"loss_function": {"type": "MultiClass"}}},
"oblivious_trees": [{"leaf_values": [1, 2, 3, 4, 5, 6], "leaf_weights": [1, 2], "splits": [{"split_index": 2}]},
{"leaf_values": [1, 1, 2], "splits": []}], "scale_and_bias": [1, [0, 0, 1]]})";

inline const std::string catboost_nested = R"({"features_info": {"float_features": [
{"flat_feature_index": 0, "borders": [-1, 0.25]}, {"flat_feature_index": 1, "borders": [2]}]},
"trees": [{"split": {"split_index": 0}, "left": {"value": -1, "weight": 2.5},
"right": {"split": {"split_index": 2}, "left": {"value": 5, "weight": 1}, "right": {"value": 7, "weight": 3}}}],
"scale_and_bias": [2, 0.5]})";

inline const std::string sklearn_json = R"({"format": "scikit-learn", "model": "HistGradientBoostingRegressor",
"loss": "squared_error", "parameter": null, "feature_names": ["a", "b"], "categories": {"1": ["x", "y", "z"]},
"classes": [], "initial_score": [0.5], "rounds": [[{"feature": [0, 1, -2, -2, -2], "threshold": [0.1, 0, 0, 0, 0],
"left": [1, 3, -1, -1, -1], "right": [2, 4, -1, -1, -1], "value": [0, 1, 2, 3, 4], "rows": [9, 4, 5, 2, 2],
"gain": [3, 0, 0, 0, 0], "missing_left": [1, 0, 0, 0, 0], "left_categories": [null, [0, 2], null, null, null]}]]})";

/// Tables of a city, tuples of a city and a test of a number, and one-hot, of which the file has the names.
inline const std::string catboost_statistics =
    R"({"model_info":{"params":{"loss_function":{"type":"Logloss","params":{}}}},
"features_info":{"float_features":[{"feature_id":"x","flat_feature_index":3,"borders":[-0.15000000596046448,
0.44999998807907104],"nan_value_treatment":"AsIs"}],"categorical_features":[{"feature_id":"city",
"flat_feature_index":0},{"feature_id":"flag","flat_feature_index":1,"values":[759035679]},{"feature_id":"job",
"flat_feature_index":2}],"ctrs":[{"elements":[{"cat_feature_index":0,"combination_element":"cat_feature_value"}],
"ctr_type":"Counter","borders":[5.0],"prior_numerator":0,"prior_denomerator":1,"shift":0,"scale":15,
"target_border_idx":0,"identifier":"t0"},{"elements":[{"cat_feature_index":0,
"combination_element":"cat_feature_value"}],"ctr_type":"Borders","borders":[4.5,9.0],"prior_numerator":0.5,
"prior_denomerator":1,"shift":0,"scale":15,"target_border_idx":0,"identifier":"t1"},
{"elements":[{"cat_feature_index":0,"combination_element":"cat_feature_value"},{"border":-0.15000000596046448,
"combination_element":"float_feature","float_feature_index":0}],"ctr_type":"Borders","borders":[6.0],
"prior_numerator":1,"prior_denomerator":1,"shift":0,"scale":15,"target_border_idx":0,"identifier":"t2"},
{"elements":[{"cat_feature_index":0,"combination_element":"cat_feature_value"},{"cat_feature_index":2,
"combination_element":"cat_feature_value"},{"cat_feature_index":1,"combination_element":"cat_feature_exact_value",
"value":759035679}],"ctr_type":"Buckets","borders":[5.0,9.0],"prior_numerator":0.25,"prior_denomerator":1,"shift":0,
"scale":15,"target_border_idx":1,"identifier":"t3"},{"elements":[{"cat_feature_index":2,
"combination_element":"cat_feature_value"}],"ctr_type":"BinarizedTargetMeanValue","borders":[3.0],
"prior_numerator":0.5,"prior_denomerator":1,"shift":0,"scale":15,"target_border_idx":0,"identifier":"t4"}],
"cat_features_hash":[{"hash":1343633897,"value":"A"},{"hash":4040359504,"value":"B"},{"hash":3194199007,
"value":"C"},{"hash":1981898051,"value":"u"},{"hash":3098228689,"value":"w"},{"hash":2588378154,"value":"v"},
{"hash":1131503775,"value":"q"},{"hash":759035679,"value":"p"}]},"ctr_data":{"t0":{"hash_stride":2,
"counter_denominator":61,"hash_map":["4708652622768927617",9,"7678666885144650192",30,"15401922808979073799",21,
"18446744073709551615",77]},"t1":{"hash_stride":3,"counter_denominator":0,"hash_map":["4708652622768927617",7,2,
"7678666885144650192",10,20,"15401922808979073799",11,10,"18446744073709551615",77,77]},"t2":{"hash_stride":3,
"counter_denominator":0,"hash_map":["5178316436650253541",4,1,"9909413471059718846",1,8,"337049178140002064",20,2,
"5068146212549467369",3,5,"2809128554844380316",9,12,"18446744073709551615",77,77]},"t3":{"hash_stride":3,
"counter_denominator":0,"hash_map":["36243115483333232",3,0,"4767340149892798537",5,5,"3608743434444100891",7,1,
"8339840468853566196",9,6,"10561112160171331423",6,7,"14744054300791144039",8,3,"1028407261491057728",3,8,
"18316554619751911698",5,4,"4600907580451825387",7,0,"2091082237360125309",9,5,"11538879842723631366",6,6,
"16269976877133096671",8,2,"15111380161684399025",3,7,"1395733122384312714",5,3,"17332651853002164252",7,8,
"3617004813702077941",9,4,"18446744073709551615",77,77]},"t4":{"hash_stride":3,"counter_denominator":0,
"hash_map":["18172802596557966539",2.5,11,"1127041089860729242",1.25,20,"3630631264624293161",12.0,13,
"18446744073709551615",77,77]}},"oblivious_trees":[{"leaf_values":[1.0,8.0,7.0,6.0,5.0,4.0,3.0,2.0],
"leaf_weights":[1,2,3,4,5,6,7,8],"splits":[{"split_index":0},{"split_index":6},{"split_index":4}]},
{"leaf_values":[0.5,4.0,3.5,3.0,2.5,2.0,1.5,1.0],"leaf_weights":[1,2,3,4,5,6,7,8],"splits":[{"split_index":2},
{"split_index":7},{"split_index":3}]},{"leaf_values":[0.25,0.5],"leaf_weights":[1,2],"splits":[{"split_index":8}]},
{"leaf_values":[0.125,0.5,0.375,0.25],"leaf_weights":[1,2,3,4],"splits":[{"split_index":9},{"split_index":1}]},
{"leaf_values":[0.0625,0.5,0.4375,0.375,0.3125,0.25,0.1875,0.125],"leaf_weights":[1,2,3,4,5,6,7,8],
"splits":[{"split_index":5},{"split_index":2},{"split_index":8}]}],"scale_and_bias":[1,[0.5]]})";

inline std::string onnx_weights() {
  return imports::onnx_file({imports::OnnxNode("TreeEnsembleClassifier")
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
                             imports::OnnxNode("ZipMap")},
                            2);
}

inline std::string onnx_leaves() { return imports::onnx_file({imports::ensemble()}, 2); }

inline std::string onnx_line() {
  return imports::onnx_file({imports::OnnxNode("LinearClassifier")
                                 .numbers("coefficients", {-2, 1, 2, -1})
                                 .numbers("intercepts", {-0.5f, 0.5f})
                                 .wholes("classlabels_ints", {0, 1})
                                 .text("post_transform", "LOGISTIC")},
                            2);
}

}  // namespace linden
