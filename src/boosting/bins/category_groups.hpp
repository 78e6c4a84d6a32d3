// Category groups: which categories of a feature the trees tell apart.
//
// Categories that share a bin go the same way in every tree. A model states them once: each code has the lowest code
// of its group, which stands for it in TreeNode::left_categories. Prediction numbers the groups 0, 1, ... in the order
// of these codes, so that a node's set has at most one bit a bin, however many categories there are.
#pragma once

#include <cstdint>
#include <linden/boosting.hpp>
#include <span>
#include <string>
#include <vector>

#include "boosting/bins/cuts.hpp"
#include "model/features/match_features.hpp"

namespace linden {

/// The lowest code that shares the bin of each code, -1 for a category that training has no row of. Empty where every
/// category stands for itself.
std::vector<int> category_groups(const Cuts& cuts);

/// How many groups a feature with so many categories has.
std::int64_t group_count(const std::vector<int>& groups, std::size_t categories);

/// The groups of trees that do not state them, as version 0.1 wrote them: each node lists all codes that go left, and
/// codes that go the same way everywhere are one group, which the nodes then name by its lowest code. For features with
/// more categories than bins; `groups` of others stay empty. Time and memory are linear in the lists.
void find_groups(std::vector<Tree>& trees, std::span<const std::vector<std::string>> categories,
                 std::vector<std::vector<int>>& groups);

/// The number of each code's group, -1 where it has none.
std::vector<std::int32_t> group_numbers(const std::vector<int>& groups);

/// Lets the codes of `sources`, one for each of these features of a model, translate to numbers of groups.
void translate_to_groups(std::vector<FeatureSource>& sources, std::span<const int> features,
                         const std::vector<std::vector<int>>& groups);

}  // namespace linden
