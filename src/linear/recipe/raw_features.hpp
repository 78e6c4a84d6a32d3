// The features of rows as a recipe takes them.
#pragma once

#include <cstdint>
#include <linden/data.hpp>
#include <span>
#include <string_view>
#include <vector>

#include "backend/raw_value.hpp"
#include "linear/recipe/recipe.hpp"
#include "model/features/match_features.hpp"

namespace linden {

/// Views into the dataset, which must outlive them.
class RawFeatures {
 public:
  /// Throws DataError as match_features does.
  RawFeatures(std::string_view where, const Dataset& data, const ModelSchema& schema);

  std::int64_t rows() const noexcept { return rows_; }
  /// A number, NaN missing; a code, no_category or new_category.
  double value(std::size_t feature, std::int64_t row) const {
    const ColumnView& column = columns_[feature];
    if (column.dtype != DType::i32) return raw_value(column, row);
    const std::int32_t code = static_cast<const std::int32_t*>(column.values)[row * column.stride];
    if (code < 0) return no_category;
    const std::vector<std::int32_t>& codes = sources_[feature].code;
    if (codes.empty()) return code;
    const std::int32_t known = codes[static_cast<std::size_t>(code)];
    return known < 0 ? new_category : known;
  }
  bool is_missing(std::size_t feature, std::int64_t row) const {
    const double v = value(feature, row);
    return columns_[feature].dtype == DType::i32 ? v == no_category : v != v;
  }
  void read(std::int64_t row, std::span<double> values) const {
    for (std::size_t f = 0; f < columns_.size(); ++f) values[f] = value(f, row);
  }
  std::size_t features() const noexcept { return columns_.size(); }
  /// Where a feature is in the data.
  int column(std::size_t feature) const { return sources_[feature].column; }

 private:
  std::int64_t rows_ = 0;
  std::vector<FeatureSource> sources_;
  std::vector<ColumnView> columns_;
};

}  // namespace linden
