// Trees as other libraries have them, nodes in any order, and the state of a model that they become.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "boosting/model/model.hpp"

namespace linden {

/// The root is the first node. Children are places in the list; a leaf has a negative feature.
struct ForeignTree {
  std::vector<TreeNode> nodes;
  std::vector<double> values;                ///< [nodes, width]; those of splits mean nothing
  std::vector<std::vector<LeafTerm>> terms;  ///< one list a node, by feature; empty where all leaves are constants

  std::int32_t add_leaf(double value);
};

/// The nodes that are reached from the root, level by level. Throws FileError, opening with `name`, for a child that is
/// none, and for a node that two others, or it itself, have for a child.
std::vector<std::int32_t> breadth_first(const std::string& name, const ForeignTree& tree);

/// The tree as ours: level by level, children side by side, leaves in the order of nodes. Nodes out of reach are left
/// out. `width` is how many scores it adds to, for `output` Tree::all_outputs. Throws as breadth_first does.
Tree laid_out(const std::string& name, const ForeignTree& tree, int output, int width = 1);

/// Lets leaves be constants for rows that miss a value of one of their terms, where ours would leave out that term
/// alone: splits by whether it is there, before the leaf, for each feature of whose values the way to the leaf does not
/// already tell that they are there. `constants`, one a node, are what such rows get. Infinities go with what is
/// missing, but -infinity, which like all infinities has no term. For trees of one score; throws as breadth_first does.
void split_off_missing(const std::string& name, ForeignTree& tree, std::vector<double> constants);

/// A number of rows as a file has it; 0 for what is none, a sum of weights for instance.
std::int64_t rows_of(double count);

/// The state of a model without a configuration, all of whose features are numbers. Classes are called 0, 1, ...
BoostedModel::State foreign_state(const Loss& loss, std::vector<std::string> features,
                                  std::vector<double> initial_score);

/// Names for features that have none: 0, 1, ...
std::vector<std::string> numbered_names(std::size_t features);

/// The model of this state: categories grouped where there are many, and everything checked as in a file of ours.
/// `name` opens the messages. Throws FileError, and ArgumentError where there is more of something than a model holds.
std::shared_ptr<const BoostedModel::State> imported(const std::string& name, BoostedModel::State state);

}  // namespace linden
