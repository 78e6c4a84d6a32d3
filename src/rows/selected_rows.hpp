// Some of the features of rows.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "backend/rows_view.hpp"

namespace linden {

/// Feature i of the view is feature features[i] of `rows`, whose lists are the host's; what they point to must outlive
/// it.
class SelectedRows {
 public:
  SelectedRows(const RowsView& rows, std::span<const int> features);
  SelectedRows(const SelectedRows&) = delete;
  SelectedRows& operator=(const SelectedRows&) = delete;

  const RowsView& view() const noexcept { return view_; }

 private:
  std::vector<ColumnView> columns_;
  std::vector<std::int32_t> feature_of_column_;
  RowsView view_;
};

}  // namespace linden
