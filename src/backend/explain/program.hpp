// Trees as the kernels that explain them read them: each a list of steps of a walk over all of its nodes, the same for
// every row, with what does not depend on the row worked out before. What a view points to is memory of the device.
//
// Of the features on the way to a leaf let o be 1 if the row takes the ways of all of the feature's splits there, else
// 0, and z the share of the background that does. While a feature is known with probability t, its factor is
// f = z (1 - t) + o t, and the value of feature j is the sum over leaves of
//
//     leaf value * (o_j - z_j) * integral over t from 0 to 1 of the product of the factors of all other features,
//
// a polynomial in t, whose integral a Gauss-Legendre rule of half as many points as features has exactly. All leaves
// share what their ways share: down the tree goes the product of the factors so far, up comes the sum of what follows.
#pragma once

#include <cstdint>

#include "backend/math/host_device.hpp"

namespace linden {

enum class ExplainMove : std::int32_t {
  enter,  ///< go to the left child of a split
  turn,   ///< from the left subtree to the right child
  leave,  ///< both subtrees are done
  leaf,
  twins,  ///< a split whose children are leaves that hold constants, all at once
};

struct ExplainStep {
  ExplainMove move = ExplainMove::leaf;
  std::int32_t index = 0;  ///< of the split within its tree, or the leaf's number
  std::int32_t level = 0;  ///< how many splits are above
};

struct ExplainSplit {
  double threshold = 0;
  double share = 0;           ///< of the background at the split that goes left
  std::int64_t weights = 0;   ///< where its weights begin (ExplainView::weights)
  std::int32_t at = 0;        ///< the node of the forest
  std::uint32_t feature = 0;  ///< among the features used
  std::int32_t slot = 0;      ///< the number of the feature within its tree
  std::int32_t above = -1;    ///< the level of the last split above by the same feature, -1: there is none
  std::int32_t left_leaf = 0, right_leaf = 0;  ///< twins: the numbers of the leaves
  std::int32_t missing_left = 0;
  std::int32_t special = 0;  ///< as of ForestNode
};

/// What is known of a slope of a linear leaf beside ForestTerm, or of a feature on the way to a leaf.
struct ExplainTerm {
  std::int64_t weights = 0;
  std::uint32_t feature = 0;
  std::int32_t above = -1;  ///< the level of the last split of the way by the feature, -1: there is none
};

struct ExplainTree {
  std::int64_t first_step = 0, end_step = 0;
  std::int64_t first_split = 0;
  std::int64_t first_value = 0;  ///< of its leaves, [leaves, width]
  std::int64_t first_way = 0;    ///< ExplainView::first_of_way of its first leaf
  std::int64_t first_slot = 0;   ///< ExplainView::slots
  std::int64_t rule = 0;         ///< where the weights of its rule begin
  std::int32_t points = 1;       ///< of the rule
  std::int32_t levels = 0;       ///< splits on the longest way
  std::int32_t features = 0;     ///< different ones on one way, at most, with one that only slopes have
  std::int32_t slots = 0;        ///< different ones in the tree
  std::int32_t output = 0;       ///< the score that it adds to, or -1: to all
  std::int32_t oblivious = -1;   ///< its levels if it is known to be oblivious
};

/// A rule's weights, of `points` numbers each: those of Gauss and Legendre, the points t, ones, -1 / (1 - t) and 1 / t.
/// Behind the first are those of a split by a feature that no split above asks. The weights of other splits, and of
/// slopes, are of the way so far, of a feature with share z and factor f = z (1 - t) + t where the row follows it:
/// t / f, z / f^2 and, for interactions, (1 - z) / f.
struct ExplainView {
  const ExplainTree* trees = nullptr;
  const ExplainStep* steps = nullptr;
  const ExplainSplit* splits = nullptr;
  const double* weights = nullptr;
  const double* values = nullptr;      ///< of leaves
  const ExplainTerm* terms = nullptr;  ///< one for each of ForestView::terms
  /// The features on the way to each leaf, [leaves + 1]; not of programs for values.
  const std::int64_t* first_of_way = nullptr;
  const ExplainTerm* ways = nullptr;
  const std::uint32_t* slots = nullptr;  ///< the features of the slots of trees
  std::int32_t tree_count = 0;
  std::int32_t width = 0;  ///< values of a leaf
  // The most of any tree, for those who make room.
  std::int32_t points = 1, levels = 0, features = 0;
};

LINDEN_LEVEL_BEGIN

/// How many pairs so many features make.
constexpr std::int64_t pair_count(std::int64_t features) { return features * (features - 1) / 2; }

/// The place of two different features among all pairs of so many.
LINDEN_HD std::int64_t pair_number(std::int64_t i, std::int64_t j, std::int64_t features) {
  const std::int64_t low = i < j ? i : j, high = i < j ? j : i;
  return low * (2 * features - low - 1) / 2 + (high - low - 1);
}

LINDEN_LEVEL_END
}  // namespace linden
