// The best of a new node's candidates, one a feature, that leaves enough rows on both sides.
//
// That it does is first proven by curvature, then by a look at some rows. Only where both fail are the rows counted by
// bin, and the feature is searched again.
#pragma once

#include "backend/tree/split_math.hpp"
#include "cpu/tree/split/row_counts.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// Makes a candidate the best cut of its feature that leaves enough rows on both sides. It is that already if it does;
/// else search_again(place, rows) gives it, where so many rows have each bin.
template <class SearchAgain>
void count_candidate(const TreeState& tree, const GrowNode& node, Split& candidate, std::int32_t place,
                     const SearchAgain& search_again) {
  candidate.counted = shows_rows(tree, node, candidate, tree.limits.min_rows_in_leaf);
  if (candidate.counted) return;
  std::int64_t rows[256] = {};
  count_rows(tree, node, candidate.feature, rows);
  candidate = search_again(place, rows);
}

/// Counting never raises a gain: the largest one is counted first, and then only those that are above the best known,
/// each once. `score`: that of the node.
template <class SearchAgain>
Split best_candidate(const TreeState& tree, const GrowNode& node, double score, Split* candidates,
                     const SearchAgain& search_again) {
  Split* const end = candidates + tree.feature_count;
  Split* first = candidates;
  for (Split* c = candidates; c < end; ++c)
    if (c->gain > first->gain) first = c;
  if (first == end || !worth_splitting(first->gain, score, tree.limits.min_gain)) return {};
  const auto count = [&](Split* c) {
    count_candidate(tree, node, *c, static_cast<std::int32_t>(c - candidates), search_again);
  };
  if (!is_proven(tree, node, *first)) count(first);
  const Split* best = first;
  for (Split* c = candidates; c < end; ++c) {
    const auto is_better = [&] { return c->gain > best->gain || (c->gain == best->gain && c < best); };
    if (!is_better() || !worth_splitting(c->gain, score, tree.limits.min_gain)) continue;
    if (!is_proven(tree, node, *c)) count(c);
    if (is_better()) best = c;
  }
  return worth_splitting(best->gain, score, tree.limits.min_gain) ? *best : Split{};
}

LINDEN_LEVEL_END
}  // namespace linden
