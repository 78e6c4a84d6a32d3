// What pairs of features of a tree do together, over the same program as walk.hpp: at every leaf, for the features i
// and j on the way to it, the leaf's value times (o_i - z_i) (o_j - z_j) times the integral of the factors of all
// others.
//
// Lanes have beside what walk.hpp asks for memory entry(feature on the way, point) and below(point), and add(i, j, x),
// i and j being features.
#pragma once

#include "backend/explain/walk.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// Adds all pairs of so many features, of which entry(i, q) is (o - z) / f, at a leaf of which at(q) is the value times
/// the factors of all features and the weight of the point.
template <int fixed, class Lanes, class Feature, class At>
LINDEN_HD void add_pairs(Lanes& lanes, std::int32_t count, std::int32_t points, const Feature& feature, const At& at) {
  for (std::int32_t i = 0; i + 1 < count; ++i) {
    for (std::int32_t q = 0; q < (fixed > 0 ? fixed : points); ++q) lanes.below(q) = at(q) * lanes.entry(i, q);
    for (std::int32_t j = i + 1; j < count; ++j) {
      typename Lanes::Number sum = lanes.all(0);
      for (std::int32_t q = 0; q < (fixed > 0 ? fixed : points); ++q)
        sum = lanes.fused(lanes.below(q), lanes.entry(j, q), sum);
      lanes.add(feature(i), feature(j), sum);
    }
  }
}

/// Adds what all pairs of features of a tree do together.
template <int fixed, class Lanes>
LINDEN_HD void pair_walk(Lanes& lanes, const ForestView& forest, const ExplainView& view, std::int32_t number,
                         std::int32_t column) {
  const ExplainTree& tree = view.trees[number];
  const std::int32_t points = fixed > 0 ? fixed : tree.points;
  const double* const away = view.weights + tree.rule + std::int64_t{3} * points;
  const double* const inverse = away + points;
  start_walk<fixed>(lanes, view, tree);
  for (std::int64_t s = tree.first_step; s < tree.end_step; ++s) {
    const ExplainStep step = view.steps[s];
    const std::int32_t level = step.level;
    if (step.move == ExplainMove::enter)
      walk_left<fixed>(lanes, view, view.splits[tree.first_split + step.index], level, points);
    if (step.move == ExplainMove::turn)
      walk_right<fixed>(lanes, view.splits[tree.first_split + step.index], level, points);
    if (step.move != ExplainMove::leaf) continue;
    const std::int64_t* const first_of_way = view.first_of_way + tree.first_way + step.index;
    const ExplainTerm* const way = view.ways + first_of_way[0];
    const auto count = static_cast<std::int32_t>(first_of_way[1] - first_of_way[0]);
    const auto set_entry = [&](std::int32_t i) {
      const double* const near = view.weights + way[i].weights + std::int64_t{2} * points;
      for (std::int32_t q = 0; q < points; ++q)
        lanes.entry(i, q) = lanes.blend(lanes.follows(way[i].above), lanes.all(near[q]), lanes.all(away[q]));
    };
    for (std::int32_t i = 0; i < count; ++i) set_entry(i);
    const double value = view.values[tree.first_value + std::int64_t{step.index} * view.width + column];
    add_pairs<fixed>(
        lanes, count, points, [&](std::int32_t i) { return way[i].feature; },
        [&](std::int32_t q) { return lanes.way(level, q) * lanes.all(value); });
    if (forest.terms == nullptr) continue;
    // A slope is a leaf of its own, which is only reached while its feature is known.
    const std::int32_t* const first = forest.first_term + forest.first_leaf[number] + step.index;
    for (std::int32_t t = first[0]; t < first[1]; ++t) {
      const ExplainTerm known = view.terms[t];
      const double* const b = view.weights + known.weights;
      const auto added = slope_value(lanes, forest.terms[t], known);
      std::int32_t own = 0;
      while (own < count && way[own].feature != known.feature) ++own;
      for (std::int32_t q = 0; q < points; ++q) lanes.entry(own, q) = lanes.all(inverse[q]);
      add_pairs<fixed>(
          lanes, own < count ? count : count + 1, points,
          [&](std::int32_t i) { return i < count ? way[i].feature : known.feature; },
          [&](std::int32_t q) { return lanes.way(level, q) * (lanes.all(b[q]) * added); });
      if (own < count) set_entry(own);
    }
  }
}

LINDEN_LEVEL_END
}  // namespace linden
