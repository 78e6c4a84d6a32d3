// For the tests of this folder: rows and models whose answers are known.
#pragma once

#include <linden/linden.hpp>
#include <vector>

namespace linden {

/// Rows of numbers a, b and c, drawn by a seed from [0, 1), with y = 3 a - 2 b.
inline Dataset plane(std::int64_t rows, std::uint64_t seed = 1) {
  const Tensor x = Generator(seed).uniform({rows, 3});
  std::vector<double> y;
  for (std::int64_t row = 0; row < rows; ++row) y.push_back(3 * x.at<double>({row, 0}) - 2 * x.at<double>({row, 1}));
  return Dataset::from_tensors(x, {.label = y, .names = {"a", "b", "c"}});
}

/// The same plane as a model: weights 3, -2 and 0, up to 1e-8.
inline LinearModel plane_model() { return fit_linear(plane(200)); }

/// Trees of rows with a number x, categories "kind" and the label x + 10 [kind == "b"].
inline Dataset mixed(std::int64_t rows) {
  const Tensor x = Generator(3).uniform({rows});
  const char* const kinds[] = {"a", "b", "c"};
  std::vector<std::string> kind;
  std::vector<double> y;
  for (std::int64_t row = 0; row < rows; ++row) {
    kind.emplace_back(kinds[row * 7 % 3]);
    y.push_back(x.at<double>({row}) + (kind.back() == "b" ? 10 : 0));
  }
  return Dataset().with_column("x", x).with_column("kind", NameList(kind)).with_label(NumberList(y));
}

inline BoostedModel mixed_model() {
  return fit_boosted(mixed(300), {.loss = loss::squared(), .rounds = 40, .max_leaves = 8, .min_rows_in_leaf = 5});
}

}  // namespace linden
