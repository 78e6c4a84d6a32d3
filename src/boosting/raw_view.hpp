// RawView: a Dataset as kernels read it, restricted to the features that they use.
#pragma once

#include <linden/data.hpp>
#include <span>
#include <vector>

#include "backend/tree_memory.hpp"

namespace linden {

/// Where a kernel's feature comes from: a column of the data, and how its category codes translate.
struct FeatureSource {
  int column = 0;
  std::vector<std::int32_t> code;  ///< the wanted code of each of the column's codes, -1 unknown; empty: the same
};

/// Views into the dataset, which must outlive them.
class RawView {
 public:
  RawView(const Dataset& data, std::vector<FeatureSource> features);
  const RowsView& rows() const noexcept { return rows_; }
  /// Of sparse data: the feature of each column, or -1.
  const std::vector<std::int32_t>& feature_of_column() const noexcept { return feature_of_column_; }

 private:
  std::vector<FeatureSource> features_;
  std::vector<ColumnView> columns_;
  std::vector<std::int32_t> feature_of_column_;
  RowsView rows_;
};

/// The columns as they stand, without translation.
std::vector<FeatureSource> plain_sources(std::span<const int> columns);

}  // namespace linden
