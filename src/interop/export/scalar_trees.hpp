// Trees as other libraries have them: one value a leaf, and nothing beside the trees. What our models have beside them
// goes into the leaves, or is refused.
#pragma once

#include <string_view>
#include <vector>

#include "interop/export/formats.hpp"

namespace linden::exporting {

/// A tree that adds to one output. A tree that adds to all of them is one for each.
struct ScalarTree {
  const Tree* tree;
  int output;
  bool is_first;  ///< of its output: it has what scores begin with in its leaves
  double start;   ///< what they begin with

  /// Sums that begin with the first tree have the bits of ours, which begin with `start`.
  double value(int leaf) const {
    const std::size_t width = tree->leaf_values.size() / static_cast<std::size_t>(tree->leaves());
    const double own = tree->leaf_values[static_cast<std::size_t>(leaf) * width +
                                         (tree->output < 0 ? static_cast<std::size_t>(output) : 0)];
    return is_first ? start + own : own;
  }
};

/// All trees in the order in which they are added, one for each output in turn.
std::vector<ScalarTree> scalar_trees(const BoostedModel::State& model);

/// A split by category in the words of libraries that list the codes of one side: what is not listed, missing or not
/// known goes the other way.
struct CategorySplit {
  std::vector<int> codes;  ///< ascending; none where the split sends all one way
  int listed, others;      ///< nodes
};
CategorySplit category_split(const BoostedModel::State& model, const TreeNode& node);

/// For formats whose names are UTF-8.
void check_utf8(const Request& request, const ModelSchema& schema);
/// Refuses what no format of other libraries can say: names that are not UTF-8, target statistics, and offsets unless
/// scores are asked for.
void check_plain(const Request& request, const BoostedModel::State& model);
/// For formats where zeros are never missing.
void check_no_zero_missing(const Request& request, const BoostedModel::State& model);
/// For formats whose leaves are constants.
void check_constant_leaves(const Request& request, const BoostedModel::State& model);

/// The reason that a link which the format has no word for is refused with.
[[noreturn]] void refuse_link(const Request& request, const Loss& loss);
/// Refuses offsets, which a score has added before the link.
void check_no_offset(const Request& request, bool has_offset);

}  // namespace linden::exporting
