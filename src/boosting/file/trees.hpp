// The trees of a model in its file. Their nodes are written in one way in text (text_nodes.hpp) and in another in
// binary files (packed_nodes.hpp), all else of them in the same.
#pragma once

#include <linden/boosted_model.hpp>
#include <span>
#include <vector>

#include "boosting/file/category_groups_list.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"
#include "model/features/model_schema.hpp"

namespace linden {

/// What trees must fit.
struct TreeSurroundings {
  const ModelSchema& known;
  const CategoryGroups& groups;
  int columns = 0;  ///< features and derived ones
  int outputs = 1;
};

/// The member "trees", and before it what binary files have of all of them.
void write_trees(JsonWriter& json, std::span<const Tree> trees, int columns);

/// The same. Throws FileError where anything is not as write_trees wrote it.
std::vector<Tree> read_trees(JsonReader& json, const TreeSurroundings& around);

}  // namespace linden
