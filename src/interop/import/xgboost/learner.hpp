// A model of XGBoost as its files have it, whichever of them it came from: JSON, UBJSON or the binary form of the first
// ten years. All its numbers but whole ones are floats there. What it means here is the business of objective.hpp and
// trees.hpp.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "interop/document/value.hpp"

namespace linden::xgboost {

/// Nodes as parallel lists, node 0 the root; those that no node leads to were deleted.
struct Tree {
  std::vector<std::int32_t> left, right;     ///< -1: a leaf
  std::vector<std::int32_t> feature;         ///< of a split
  std::vector<float> value;                  ///< of a leaf its value, of a split of numbers what is below goes left
  std::vector<char> default_left;            ///< where missing values go
  std::vector<float> gain, cover;            ///< of a split; sums of curvatures
  std::vector<char> categorical;             ///< empty where no split is
  std::vector<std::int32_t> first_category;  ///< by node: where its categories begin in `categories`, of those that go
  std::vector<std::int32_t> category_count;  ///< right, and how many there are; empty as `categorical`
  std::vector<std::int32_t> categories;
  int width = 1;                   ///< values of a leaf
  std::vector<float> leaf_values;  ///< where there are more than one: [rows, width],
  std::vector<std::int32_t> row;   ///< and by node the row of a leaf
};

struct Learner {
  std::size_t bytes = 0;                                  ///< of the file
  std::string objective;                                  ///< "binary:logistic"
  std::map<std::string, std::string> parameters;          ///< of the objective: "quantile_alpha" is "[0.1,0.5]"
  std::vector<float> base_score;                          ///< one for all outputs, or one an output
  bool base_is_score = false;                             ///< whether it is a score, not a prediction (before 1.0)
  int features = 0, classes = 0, targets = 1;             ///< classes: 0 where there are none
  std::vector<std::string> feature_names, feature_types;  ///< or empty
  std::map<std::string, std::string> attributes;
  std::vector<std::vector<std::string>> categories;  ///< the names of codes, one list a feature; or empty

  bool is_linear = false;
  std::vector<float> weights;  ///< linear: [features + 1, outputs], the last row the bias
  std::vector<Tree> trees;
  std::vector<std::int32_t> output_of_tree;
  std::vector<float> tree_weights;  ///< of DART; those that are not there are 1

  int outputs() const noexcept { return classes > 1 ? classes : targets; }
};

/// From JSON or UBJSON. Throws FileError with the place.
Learner learner_of(const Place& root);
/// What an objective's groups of settings say.
std::map<std::string, std::string> parameters_of(const Place& objective);
/// From the binary form. Throws FileError.
Learner binary_learner(std::string_view bytes);
/// Whether bytes begin as the binary form does.
bool is_binary(std::string_view bytes);

}  // namespace linden::xgboost
