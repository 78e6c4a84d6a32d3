// A Dataset as kernels read it: its memory seen through a RowsView.
#pragma once

#include <cstdint>
#include <linden/data.hpp>
#include <span>
#include <vector>

#include "backend/rows_view.hpp"
#include "model/features/match_features.hpp"

namespace linden {

/// A column of numbers or of codes, these without translation.
ColumnView view_of(const Column& column);
/// The entries of all columns, by rows.
EntriesView view_of(const SparseRows& sparse);

/// Views into the dataset, which must outlive them.
class DatasetRows {
 public:
  /// All columns as they stand: however many sparse rows have, nothing is made of them.
  explicit DatasetRows(const Dataset& data);
  /// The features that kernels use.
  DatasetRows(const Dataset& data, std::vector<FeatureSource> features);
  DatasetRows(const DatasetRows&) = delete;
  DatasetRows& operator=(const DatasetRows&) = delete;

  const RowsView& view() const noexcept { return view_; }

 private:
  void set_columns();

  std::vector<FeatureSource> features_;
  std::vector<ColumnView> columns_;
  std::vector<std::int32_t> feature_of_column_;
  RowsView view_;
};

/// The columns as they stand, without translation.
std::vector<FeatureSource> plain_sources(std::span<const int> columns);

}  // namespace linden
