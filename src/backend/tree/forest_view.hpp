// Finished trees as kernels read them, laid out for prediction. What a view points to is memory of the device.
#pragma once

#include <cstdint>

namespace linden {

/// What counts as zero where zeros are missing: values up to this size. It is LightGBM's bound, 1e-35 as a float.
inline constexpr double zero_bound = 1e-35f;

/// A node of a forest ready for prediction, as a descent sees it. Children lie side by side: right = left + 1. A leaf
/// points to itself, so that rows that have arrived need no branch.
struct ForestNode {
  double threshold = 0;            ///< value <= threshold goes left; infinite for a leaf
  std::uint32_t feature : 30 = 0;  ///< among the features used
  std::uint32_t missing_left : 1 = 0;
  std::uint32_t special : 1 = 0;  ///< a split by category, or one that takes zeros for missing: its detail says which
  std::int32_t left = 0;          ///< index of the left child
};

/// The rest of a node: a leaf's number within its tree and, where trees add to one score each, its value; or a
/// categorical split's set of left codes.
struct ForestDetail {
  double value = 0;
  std::int32_t leaf = -1;
  std::int32_t first_word = 0, words = 0;  ///< of the set, 32 codes a word
  std::int32_t codes = 0;                  ///< categories that the feature has; of_zeros where zeros are missing

  static constexpr std::int32_t of_zeros = -1;
};

/// What a linear leaf adds for a feature: slope * (value - centre), the value being kept within a range.
struct ForestTerm {
  double slope = 0, centre = 0, low = 0, high = 0;
  std::uint32_t feature = 0;  ///< among the features used
};

struct ForestView {
  const ForestNode* nodes = nullptr;
  const ForestDetail* details = nullptr;  ///< one a node
  const std::int32_t* roots = nullptr;    ///< [trees]
  const std::int32_t* outputs = nullptr;  ///< [trees]: the score that each adds to
  const std::uint32_t* categories = nullptr;
  std::int32_t trees = 0;
  std::int32_t features = 0;  ///< how many features are used
  bool has_special_splits = false;
  // Of trees that add to all scores: `outputs` and the details' values say what others add.
  const double* leaf_values = nullptr;       ///< [leaves of all trees, width]
  const std::int32_t* first_leaf = nullptr;  ///< [trees]: leaves of the trees before it; of linear leaves, too
  std::int32_t width = 0;                    ///< how many scores there are; 0 where each tree adds to one
  // Of linear leaves, which add to one score; else null.
  const ForestTerm* terms = nullptr;
  const std::int32_t* first_term = nullptr;  ///< [leaves of all trees + 1]
  /// [trees], or null: how many levels an oblivious tree has, -1 for others. Of its nodes, which follow its root, the
  /// split of a level is number 2^level - 1; leaves are those from 2^levels - 1 on, by the way to them, a bit for each
  /// level, the first the highest, 1 on the right.
  const std::int8_t* levels = nullptr;
};

}  // namespace linden
