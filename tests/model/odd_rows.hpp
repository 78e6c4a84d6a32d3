// Rows for any model: numbers of every size and all categories in turn.
#pragma once

#include <cmath>
#include <linden/data.hpp>
#include <linden/ops.hpp>
#include <utility>
#include <vector>

namespace linden {

/// With gaps where the model takes them, which linear ones do not.
inline Dataset odd_rows_of(const Schema& schema, bool with_gaps = true) {
  constexpr std::int64_t rows = 6;
  std::vector<Column> columns;
  for (const Schema::Feature& feature : schema.features) {
    Column& column = columns.emplace_back();
    column.name = feature.name;
    column.categorical = feature.categorical;
    column.categories = feature.categories;
    if (feature.categorical) {
      column.values = Tensor::empty({rows}, DType::i32);
      for (int row = 0; row < rows; ++row)
        column.values.data<std::int32_t>()[row] = row % (static_cast<int>(feature.categories.size()) + 1) - 1;
    } else {
      column.values = Tensor::of({0.5, 1e300, -1.0, 0.0, -1e-320, with_gaps ? std::nan("") : 2.0});
    }
  }
  return Dataset::from_named(std::move(columns));
}

}  // namespace linden
