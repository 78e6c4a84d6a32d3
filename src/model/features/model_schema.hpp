// ModelSchema: what a model was trained on, as its state and its file have it, whatever the family.
#pragma once

#include <cstddef>
#include <linden/data.hpp>
#include <string>
#include <vector>

namespace linden {

struct ModelSchema {
  std::vector<std::string> feature_names;
  std::vector<bool> categorical;                     ///< one a feature; empty where all are numbers
  std::vector<std::vector<std::string>> categories;  ///< one list a feature, empty for numbers; likewise
  std::string label;                                 ///< its column's name, or ""; of several the first
  std::vector<std::string> classes;                  ///< of the label; empty for real ones
  std::vector<std::string> missing;                  ///< the tokens by which the training data was read,
  bool only_missing = false;                         ///< in place of those that are known
  std::vector<std::string> labels = {};  ///< the names of several labels a row; none where there is one, or no names
  std::string event = {};                ///< the column that says whether the event came, or ""
  std::string group = {};                ///< the column of groups, or ""
  std::vector<std::string> offset = {};  ///< one an output, "" without a name; empty: fitted without offsets

  bool has_categories(std::size_t feature) const { return !categorical.empty() && categorical[feature]; }

  /// The same for those who read other files by it.
  Schema schema() const;
};

}  // namespace linden
