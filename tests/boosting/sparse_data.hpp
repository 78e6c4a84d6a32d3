// Random sparse data, as compressed rows and as the same values in dense columns.
#pragma once

#include <string>
#include <vector>

#include "boosting/random_data.hpp"

namespace linden {

/// The same rows twice.
struct SparsePair {
  Dataset dense, sparse;
};

inline SparsePair both(const RandomData& data) {
  const int rows = data.rows();
  std::vector<std::string> names;
  std::vector<std::int64_t> offsets{0};
  std::vector<std::int32_t> columns;
  std::vector<double> values;
  for (std::size_t f = 0; f < data.features.size(); ++f) names.push_back(fmt::format("x{}", f));
  for (int row = 0; row < rows; ++row) {
    for (std::size_t f = 0; f < data.features.size(); ++f) {
      const double value = data.features[f].values[row];
      if (value == 0) continue;
      columns.push_back(static_cast<std::int32_t>(f));
      values.push_back(value);
    }
    offsets.push_back(static_cast<std::int64_t>(columns.size()));
  }
  const auto vector = [](const auto& v) {
    return Tensor::copy_of(std::span(v), {static_cast<std::int64_t>(v.size())});
  };
  return {data.dataset(names),
          Dataset::from_sparse(vector(offsets), vector(columns), vector(values), static_cast<int>(names.size()),
                               {.label = data.label, .weight = data.weight, .names = names})};
}

/// Numbers that are zero in most rows, of few or of many values, with missing ones; some columns are dense or empty.
inline RandomData random_sparse(Random& random, int rows, int features, const std::string& loss) {
  RandomData data = random_data(random, rows, 1, loss);  // for its labels
  data.features.clear();
  data.dictionary.clear();
  for (int f = 0; f < features; ++f) {
    const double share = random.one_of({0.0, 0.02, 0.1, 0.1, 0.2, 0.3, 0.9});
    std::vector<double> column =
        random_numbers(random, rows, random.one_of({1, 2, 40, 300}), random.one_of({0.0, 0.2}));
    for (double& value : column)
      if (!random.chance(share)) value = 0;
    add_numbers(data, std::move(column));
  }
  for (int row = 0; row < rows; ++row)
    if (const LabelKind kind = loss::by_name(loss).label_kind();
        data.features[0].values[row] > 0 && kind != LabelKind::classes)
      data.label[row] = kind == LabelKind::share ? 0.9 : std::abs(data.label[row] + 3);
  return data;
}

}  // namespace linden
