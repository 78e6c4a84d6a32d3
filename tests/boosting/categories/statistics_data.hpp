// Random rows of features of many categories, for the tests of what is derived from these.
#pragma once

#include <cmath>
#include <vector>

#include "boosting/random_data.hpp"

namespace linden {

/// Features x0, x1, ... of so many categories, some values missing, and one of numbers. The label follows the pair of
/// the first two, by classes 0, 1, ... or as a real number where `classes` is 0.
inline RandomData categories_data(std::uint64_t seed, int rows, const std::vector<int>& categories, int classes = 2) {
  Random random(seed);
  RandomData data;
  for (const int count : categories) add_codes(data, random_codes(random, rows, count, 0.05), count);
  add_numbers(data, random_numbers(random, rows, 30, 0.1));
  for (int row = 0; row < rows; ++row) {
    const auto code = [&](std::size_t f) { return data.features[std::min(f, categories.size() - 1)].values[row]; };
    const double signal = std::sin(1 + 5 * code(0)) + std::cos(3 * code(1)) + 2 * std::sin(code(0) * (code(1) + 2));
    const double y = signal + 0.5 * random.normal();
    data.label.push_back(classes == 0 ? y : std::clamp(std::floor(y + 0.5 * classes), 0.0, classes - 1.0));
  }
  if (classes > 0)
    for (int k = 0; k < classes; ++k) data.label[k] = k;
  return data;
}

}  // namespace linden
