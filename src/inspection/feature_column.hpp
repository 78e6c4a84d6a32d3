// One feature of a model in some rows: its values, and the rows with other values in their place.
#pragma once

#include <linden/data.hpp>
#include <linden/model.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "model/features/model_schema.hpp"

namespace linden {

/// What both families know of their features.
const ModelSchema& schema_of(const AnyModel& model);

/// The number of a feature. Throws ArgumentError, opening with `where`, for a name that the model does not have, with
/// the nearest one.
int feature_number(std::string_view where, const AnyModel& model, std::string_view name);

class FeatureColumn {
 public:
  /// Throws DataError, opening with `where`, for rows that do not fit the model. The model must outlive it.
  FeatureColumn(std::string_view where, const AnyModel& model, const Dataset& data, int feature);

  /// One a row: numbers, or codes of the model's categories; NaN for missing values and unknown categories.
  const std::vector<double>& values() const noexcept { return values_; }
  bool is_categorical() const { return schema_->has_categories(static_cast<std::size_t>(feature_)); }
  const std::string& name() const { return schema_->feature_names[static_cast<std::size_t>(feature_)]; }
  /// The names of the codes.
  const std::vector<std::string>& categories() const { return schema_->categories[static_cast<std::size_t>(feature_)]; }

  /// The rows with these values, as values() has them.
  Dataset with(const std::vector<double>& values) const;
  /// The rows with this value throughout.
  Dataset with(double value) const { return with(std::vector<double>(values_.size(), value)); }

 private:
  Dataset with_dense(const std::vector<double>& values) const;
  Dataset with_sparse(const std::vector<double>& values) const;

  const ModelSchema* schema_;
  Dataset data_;
  int feature_;
  int column_;  ///< in data_; -1: sparse rows without it
  std::vector<double> values_;
};

}  // namespace linden
