// Rows for cross-validations and searches, of which every fold has something to learn.
#pragma once

#include <linden/data.hpp>
#include <vector>

#include "boosting/random_data.hpp"

namespace linden {

/// Four columns of numbers with missing values, one of categories; a label of so many classes (as numbers), or a number
/// where that is 0.
inline Dataset some_data(int rows, int classes, std::uint64_t seed = 1, bool weights = false) {
  Random random(seed);
  RandomData data;
  for (int f = 0; f < 4; ++f) add_numbers(data, random_numbers(random, rows, 40, f == 3 ? 0.2 : 0));
  add_codes(data, random_codes(random, rows, 6, 0.1), 6);
  for (int row = 0; row < rows; ++row) {
    const double signal = 0.1 * data.features[0].values[row] - 0.05 * data.features[1].values[row] + random.normal();
    data.label.push_back(classes == 0 ? signal : std::clamp(std::floor(signal + 1), 0.0, classes - 1.0));
    if (weights) data.weight.push_back(random.one_of({0.0, 1.0, 2.5}));
  }
  return data.dataset();
}

/// Numbers alone: for linear models.
inline Dataset some_numbers(int rows, int classes, std::uint64_t seed = 1) {
  Random random(seed);
  std::vector<double> x, y;
  for (int row = 0; row < rows; ++row) {
    for (int f = 0; f < 3; ++f) x.push_back(random.normal());
    const double signal = x[x.size() - 3] - 0.5 * x[x.size() - 2] + random.normal();
    y.push_back(classes == 0 ? signal : std::clamp(std::floor(signal + 1), 0.0, classes - 1.0));
  }
  return Dataset::from_rows(x, 3, {.label = y});
}

}  // namespace linden
