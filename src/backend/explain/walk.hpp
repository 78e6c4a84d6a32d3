// The walk over a tree that explains it (program.hpp), for many rows on the lanes of a CPU or one row on a thread of a
// GPU.
//
// Lanes have Number and Mask; all(x); fused(a, b, c) = a b + c; blend(mask, a, b); value(feature); goes_left(split,
// level); everywhere(); and memory: way(level, point), left(level, point), below(point), edge(level), follows(level).
// add(split, x) and add(feature, x) add to the sums of a feature.
#pragma once

#include "backend/explain/program.hpp"
#include "backend/math/host_device.hpp"
#include "backend/tree/traverse.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// Whether a value goes left.
LINDEN_HD bool value_goes_left(const ForestView& forest, const ExplainSplit& split, double x) {
  if (split.special != 0) return special_goes_left(forest, split.at, x);
  return split.missing_left != 0 ? !(x > split.threshold) : x <= split.threshold;
}

/// Down to the left child: what the row's side of the split differs from the background's.
template <class Lanes>
LINDEN_HD typename Lanes::Number edge_of(Lanes& lanes, const ExplainSplit& split, typename Lanes::Mask left) {
  const auto edge = lanes.blend(left, lanes.all(1 - split.share), lanes.all(-split.share));
  return split.above < 0 ? edge : lanes.blend(lanes.follows(split.above), edge, lanes.all(0));
}

template <class Lanes>
LINDEN_HD typename Lanes::Mask follows_so_far(Lanes& lanes, const ExplainSplit& split) {
  return split.above < 0 ? lanes.everywhere() : lanes.follows(split.above);
}

/// Down to the left child: which rows have gone the ways of all of the feature's splits so far. Says which go left.
template <class Lanes>
LINDEN_HD typename Lanes::Mask follow_left(Lanes& lanes, const ExplainSplit& split, std::int32_t level) {
  const auto left = lanes.goes_left(split, level);
  lanes.follows(level) = follows_so_far(lanes, split) & left;
  return left;
}

/// The same of the right child, after the left one.
template <class Lanes>
LINDEN_HD void follow_right(Lanes& lanes, const ExplainSplit& split, std::int32_t level) {
  lanes.follows(level) = lanes.without(follows_so_far(lanes, split), lanes.follows(level));
}

template <int fixed, class Lanes>
LINDEN_HD void walk_left(Lanes& lanes, const ExplainView& view, const ExplainSplit& split, std::int32_t level,
                         std::int32_t points) {
  const auto edge = edge_of(lanes, split, follow_left(lanes, split, level));
  lanes.edge(level) = edge;
  const double* const b = view.weights + split.weights;
  const auto share = lanes.all(split.share);
  for (std::int32_t q = 0; q < (fixed > 0 ? fixed : points); ++q)
    lanes.way(level + 1, q) = lanes.way(level, q) * lanes.fused(lanes.all(b[q]), edge, share);
}

template <int fixed, class Lanes>
LINDEN_HD void walk_right(Lanes& lanes, const ExplainSplit& split, std::int32_t level, std::int32_t points) {
  follow_right(lanes, split, level);
  for (std::int32_t q = 0; q < (fixed > 0 ? fixed : points); ++q)
    lanes.way(level + 1, q) = lanes.way(level, q) - lanes.way(level + 1, q);
}

template <int fixed, class Lanes>
LINDEN_HD void start_walk(Lanes& lanes, const ExplainView& view, const ExplainTree& tree) {
  for (std::int32_t q = 0; q < (fixed > 0 ? fixed : tree.points); ++q)
    lanes.way(0, q) = lanes.all(view.weights[tree.rule + q]);
}

/// What a slope adds for the rows, where these follow the way of its feature.
template <class Lanes>
LINDEN_HD typename Lanes::Number slope_value(Lanes& lanes, const ForestTerm& term, const ExplainTerm& known) {
  const auto x = lanes.value(term.feature);
  const auto zero = lanes.all(0);
  const auto low = lanes.all(term.low), high = lanes.all(term.high);
  const auto kept = lanes.blend(x < low, low, lanes.blend(x > high, high, x));
  const auto added = lanes.blend(x - x == zero, lanes.all(term.slope) * (kept - lanes.all(term.centre)), zero);
  return known.above < 0 ? added : lanes.blend(lanes.follows(known.above), added, zero);
}

/// Adds the values of all features of a tree; of its leaves' values the one of this column. `fixed`: the points of its
/// rule, where they are known when this is compiled; 0: tree.points.
template <int fixed, class Lanes>
LINDEN_HD void walk(Lanes& lanes, const ForestView& forest, const ExplainView& view, std::int32_t number,
                    std::int32_t column) {
  using Number = typename Lanes::Number;
  const ExplainTree& tree = view.trees[number];
  const std::int32_t points = fixed > 0 ? fixed : tree.points;
  Number local[fixed > 0 ? fixed : 1] = {};
  const auto below = [&](std::int32_t q) -> Number& {
    if constexpr (fixed > 0)
      return local[q];
    else
      return lanes.below(q);
  };
  const auto value = [&](std::int32_t leaf) {
    return view.values[tree.first_value + std::int64_t{leaf} * view.width + column];
  };
  start_walk<fixed>(lanes, view, tree);
  for (std::int64_t i = tree.first_step; i < tree.end_step; ++i) {
    const ExplainStep step = view.steps[i];
    const std::int32_t level = step.level;
    if (step.move == ExplainMove::leaf) {
      const Number constant = lanes.all(value(step.index));
      for (std::int32_t q = 0; q < points; ++q) below(q) = constant;
      if (forest.terms == nullptr) continue;
      const std::int32_t* const first = forest.first_term + forest.first_leaf[number] + step.index;
      for (std::int32_t t = first[0]; t < first[1]; ++t) {
        const ExplainTerm known = view.terms[t];
        const double* const b = view.weights + known.weights;
        const Number added = slope_value(lanes, forest.terms[t], known);
        Number sum = lanes.all(0);
        for (std::int32_t q = 0; q < points; ++q) {
          below(q) = lanes.fused(lanes.all(b[q]), added, below(q));
          sum = lanes.fused(lanes.all(b[points + q]), lanes.way(level, q), sum);
        }
        lanes.add(known.feature, added * sum);
      }
      continue;
    }
    const ExplainSplit& split = view.splits[tree.first_split + step.index];
    const double* const b = view.weights + split.weights;
    if (step.move == ExplainMove::twins) {
      const double right = value(split.right_leaf), gain = value(split.left_leaf) - right;
      const Number edge = edge_of(lanes, split, lanes.goes_left(split, level)) * lanes.all(gain);
      const Number mean = lanes.all(right + split.share * gain);
      Number sum = lanes.all(0);
      for (std::int32_t q = 0; q < points; ++q) {
        below(q) = lanes.fused(lanes.all(b[q]), edge, mean);
        sum = split.above < 0 ? sum + lanes.way(level, q)
                              : lanes.fused(lanes.all(b[points + q]), lanes.way(level, q), sum);
      }
      lanes.add(split, edge * sum);
    } else if (step.move == ExplainMove::enter) {
      walk_left<fixed>(lanes, view, split, level, points);
    } else if (step.move == ExplainMove::turn) {
      walk_right<fixed>(lanes, split, level, points);
      for (std::int32_t q = 0; q < points; ++q) lanes.left(level, q) = below(q);
    } else {
      const Number edge = lanes.edge(level), share = lanes.all(split.share);
      Number sum = lanes.all(0);
      for (std::int32_t q = 0; q < points; ++q) {
        const Number gain = lanes.left(level, q) - below(q);
        below(q) = lanes.fused(lanes.fused(lanes.all(b[q]), edge, share), gain, below(q));
        const Number way = split.above < 0 ? lanes.way(level, q) : lanes.all(b[points + q]) * lanes.way(level, q);
        sum = lanes.fused(way, gain, sum);
      }
      lanes.add(split, edge * sum);
    }
  }
}

LINDEN_LEVEL_END
}  // namespace linden
