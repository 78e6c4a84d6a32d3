// Models made by hand with rows for them, and comparing of what came out of a format with what the model says.
#pragma once

#include <gtest/gtest.h>

#include <linden/export_model.hpp>
#include <vector>

#include "boosting/hand_made.hpp"

namespace linden::exported {

using Rows = std::vector<std::vector<double>>;

struct Case {
  hand_made::Options options;
  BoostedModel model;
  Rows rows;
};

inline Case random_case(std::uint64_t seed, hand_made::Options options, int rows = 100) {
  options.loss = link_only_loss("someone's", options.loss.link(), options.outputs, LabelKind::real);
  Random random(seed);
  Case made{options, hand_made::random_model(random, options), {}};
  const RandomData data = hand_made::random_rows(random, options, rows);
  for (int row = 0; row < rows; ++row) {
    made.rows.push_back(hand_made::row_of(data, row));
    for (std::size_t f = 0; f < options.categories.size(); ++f)
      if (options.categories[f] > 0 && random.chance(0.1))
        made.rows.back()[f] = options.categories[f] + random.below(3);
  }
  return made;
}

/// The scores of a row by the definition of the model.
inline std::vector<double> scores_of(const Case& one, std::vector<double> row) {
  for (std::size_t f = 0; f < row.size(); ++f)  // codes beyond those that are known are as missing
    if (one.options.categories[f] > 0 && row[f] >= one.options.categories[f]) row[f] = -1;
  return hand_made::scores_of(one.model, row, one.model.trees().size());
}

/// Options of every kind that a format of trees with constant leaves has to hold.
inline std::vector<hand_made::Options> constant_leaves() {
  return {{},
          {.categories = {0, 0}},
          {.outputs = 3, .rounds = 4},
          {.outputs = 2, .add_to_all = true},
          {.rounds = 1, .categories = {0, 4}},
          {.categories = {5, 90}}};
}

}  // namespace linden::exported
