// RawView: a Dataset as kernels read it, restricted to the features that they use.
#pragma once

#include <linden/data.hpp>
#include <span>
#include <vector>

#include "backend/tree/rows_view.hpp"
#include "model/match_features.hpp"

namespace linden {

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
