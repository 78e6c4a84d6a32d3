// Random data of several outputs, for tests of trees that add to all of them.
#pragma once

#include <algorithm>
#include <cmath>
#include <linden/boosting.hpp>
#include <vector>

#include "boosting/random_config.hpp"
#include "boosting/random_data.hpp"

namespace linden {

/// Rows of classes, or with several real labels.
struct SeveralOutputs {
  RandomData rows = {};
  int outputs = 0;
  std::vector<double> labels = {};  ///< [rows, outputs], or empty: rows.label is a class

  Loss loss() const { return labels.empty() ? loss::softmax({.classes = outputs}) : loss::squared(); }
  Dataset dataset() const {
    const Dataset data = rows.dataset();
    return labels.empty() ? data : data.with_label(Tensor::copy_of(std::span(labels), {rows.rows(), outputs}));
  }
};

inline SeveralOutputs several_outputs(Random& random, int rows) {
  SeveralOutputs data{.rows = random_data(random, rows, 1 + random.below(6), "squared", random.one_of({4, 12, 40})),
                      .outputs = random.one_of({2, 3, 4, 7})};
  if (random.chance(0.4))
    for (int row = 0; row < rows; ++row) data.rows.weight.push_back(random.one_of({0.5, 1.0, 2.0, 5.5}));
  const std::vector<double> signal = data.rows.label;
  if (random.chance(0.5)) {
    for (int row = 0; row < rows; ++row) {
      const double drawn = std::floor(std::abs(signal[static_cast<std::size_t>(row)]) * data.outputs);
      data.rows.label[static_cast<std::size_t>(row)] =
          row < data.outputs ? row : std::min(drawn, static_cast<double>(data.outputs - 1));
    }
  } else {
    for (const double y : signal)
      for (int k = 0; k < data.outputs; ++k) data.labels.push_back(std::cos(k * y) + random.normal() / 3);
  }
  return data;
}

inline BoostingConfig several_outputs_config(Random& random, const SeveralOutputs& data) {
  BoostingConfig config = random_config(random, "squared");
  config.loss = data.loss();
  config.multi_output.strategy = MultiStrategy::multi_output_tree;
  config.multi_output.sketch = random.one_of({1, 2, 3, 20, 20});
  return config;
}

}  // namespace linden
