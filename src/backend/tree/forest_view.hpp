// Finished trees as kernels read them, laid out for prediction. What a view points to is memory of the device.
#pragma once

#include <cstdint>

namespace linden {

/// A node of a forest ready for prediction, as a descent sees it. Children lie side by side: right = left + 1. A leaf
/// points to itself, so that rows that have arrived need no branch.
struct ForestNode {
  double threshold = 0;            ///< value <= threshold goes left; infinite for a leaf
  std::uint32_t feature : 30 = 0;  ///< among the features used
  std::uint32_t missing_left : 1 = 0;
  std::uint32_t categorical : 1 = 0;
  std::int32_t left = 0;  ///< index of the left child
};

/// The rest of a node: a leaf's value and its number within its tree, or a categorical split's set of left codes.
struct ForestDetail {
  double value = 0;
  std::int32_t leaf = -1;
  std::int32_t first_word = 0, words = 0;  ///< of the set, 32 codes a word
  std::int32_t codes = 0;                  ///< categories that the feature has
};

struct ForestView {
  const ForestNode* nodes = nullptr;
  const ForestDetail* details = nullptr;  ///< one a node
  const std::int32_t* roots = nullptr;    ///< [trees]
  const std::int32_t* outputs = nullptr;  ///< [trees]
  const std::uint32_t* categories = nullptr;
  std::int32_t trees = 0;
  std::int32_t features = 0;  ///< how many features are used
  bool has_categories = false;
};

}  // namespace linden
