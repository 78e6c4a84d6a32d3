#include "rows/selected_rows.hpp"

#include <algorithm>

namespace linden {

SelectedRows::SelectedRows(const RowsView& rows, std::span<const int> features) : view_(rows) {
  view_.features = static_cast<std::int32_t>(features.size());
  if (rows.sparse) {
    std::vector<std::int32_t> place(static_cast<std::size_t>(rows.features), -1);
    for (std::size_t i = 0; i < features.size(); ++i) place[features[i]] = static_cast<std::int32_t>(i);
    for (std::int32_t column = 0; column < rows.entry_columns; ++column) {
      const std::int32_t feature = rows.feature_of_column != nullptr ? rows.feature_of_column[column] : column;
      feature_of_column_.push_back(feature < 0 ? -1 : place[feature]);
    }
    view_.feature_of_column = feature_of_column_.data();
    return;
  }
  for (const int feature : features) columns_.push_back(rows.columns[feature]);
  view_.columns = columns_.data();
  view_.all_f32 = std::ranges::all_of(columns_, [](const ColumnView& c) { return c.dtype == DType::f32; });
}

}  // namespace linden
