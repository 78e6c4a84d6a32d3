// What both forms of a LightGBM model say.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "boosting/model/foreign_splits.hpp"
#include "interop/document/value.hpp"
#include "interop/trees/foreign_tree.hpp"

namespace linden::lightgbm {

struct SourceTree {
  ForeignTree tree;                              ///< its categorical splits without their categories
  std::vector<std::vector<std::int32_t>> codes;  ///< one list a node: of a categorical split those that go left
  std::vector<double> constants;                 ///< of linear leaves, one a node: what rows with missing values get
};

/// The names of the categories of a data frame, a list for each categorical column; nothing for one whose categories
/// are neither texts nor numbers. None where the file has none.
using FrameCategories = std::vector<std::optional<std::vector<std::string>>>;

struct Source {
  int outputs = 1;        ///< trees an iteration
  std::string objective;  ///< "binary sigmoid:1"; empty where there is none
  bool is_average = false;
  bool is_version_2 = false;
  std::vector<std::string> features;
  std::vector<bool> categorical;                 ///< one a feature; empty where nothing tells
  std::vector<std::vector<std::int32_t>> codes;  ///< of categories, where `categorical` is told
  std::map<std::string, std::string, std::less<>> parameters;
  FrameCategories pandas;
  std::vector<SourceTree> trees;
  std::vector<std::string> warnings;
};

Source source_of_text(std::string_view text);
Source source_of_dump(std::string_view text);

/// From the text of pandas_categorical. True and false are called True and False, as pandas writes them.
FrameCategories frame_categories(std::string_view json);

/// A split of numbers, or by category: its threshold is set, or none is wanted.
void set_split(TreeNode& node, bool is_categorical, MissingType missing, bool default_left);

/// Terms of a linear leaf, ascending by feature, as LightGBM adds them up.
std::vector<LeafTerm> terms_of(const std::string& tree, std::vector<std::pair<int, double>> slopes);

}  // namespace linden::lightgbm
