// How the background divides at the splits of trees, where it is the training rows.
#pragma once

#include <linden/boosting.hpp>
#include <span>
#include <string_view>
#include <vector>

namespace linden {

/// Of each node of a tree, the share of what comes to it that goes left; 0 for leaves. By the curvatures of training
/// rows, or by their numbers; by the other of the two where a node has none, and 1/2 where it has neither.
std::vector<double> left_shares(const Tree& tree, bool by_rows);

/// What the leaves below the root of a tree add on average: one value, or one for each output.
std::vector<double> mean_values(const Tree& tree, std::span<const double> left_shares);

/// Throws ArgumentError, opening with `where`, unless trees know of training rows.
void check_covers(std::string_view where, std::span<const Tree> trees);

}  // namespace linden
