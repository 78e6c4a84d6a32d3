// Small models as other libraries write them, made by hand: for what is read of them, and for what becomes of them when
// bytes change.
#pragma once

#include <fmt/format.h>

#include <cstring>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

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

}  // namespace linden
