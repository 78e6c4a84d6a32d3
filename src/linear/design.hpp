// The matrix of a linear model: a dataset's columns with what standardises them.
#pragma once

#include <linden/data.hpp>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backend/linear_kernels.hpp"
#include "base/parallel.hpp"

namespace linden {

/// Views into a dataset, which must outlive them; values are neither copied nor changed (of_columns copies the entries
/// of sparse data).
class Design {
 public:
  /// Standardises with moments under the rows' weights (empty: all one): columns are centred where there is an
  /// intercept, and scaled to variance 1 (without an intercept, to mean square 1). Throws DataError, opening with
  /// `where`, for categorical columns and missing values, naming the columns.
  Design(std::string_view where, const Dataset& data, std::span<const double> weights, bool intercept, Arena& arena);

  /// Raw values, for a fitted model: shift 0, factor 1. `columns` says where each feature is found in `data`. Throws
  /// as above.
  Design(std::string_view where, const Dataset& data, std::span<const int> columns, Arena& arena);

  /// Some of the columns, with the same standardisation.
  Design of_columns(std::span<const int> columns, Arena& arena) const;

  DesignView view() const noexcept;
  std::int64_t rows() const noexcept { return rows_; }
  std::int32_t columns() const noexcept { return static_cast<std::int32_t>(shift_.size()); }
  bool is_sparse() const noexcept { return sparse_; }
  bool intercept() const noexcept { return intercept_; }
  /// Stored entries: rows x columns, or those of sparse rows.
  std::int64_t entries() const noexcept;

  const std::vector<double>& shift() const noexcept { return shift_; }
  /// 0 for a column that is left out: constant, or leave_out().
  const std::vector<double>& factor() const noexcept { return factor_; }
  /// Of each column under the weights, about its mean; 0 for a constant one.
  const std::vector<double>& deviation() const noexcept { return deviation_; }
  /// Its standardised values are zeros from now on.
  void leave_out(int column) { factor_[static_cast<std::size_t>(column)] = 0; }

 private:
  struct Copy;
  Design() = default;
  void keep_entries(const DesignEntries& entries, std::span<const int> columns, std::int64_t all_columns, Arena& arena);
  void check_present(std::string_view where, std::span<const std::string> names, Arena& arena) const;

  std::int64_t rows_ = 0;
  bool sparse_ = false, intercept_ = true;
  std::vector<double> shift_, factor_, deviation_;
  std::vector<DesignColumn> dense_;
  DesignEntries by_row_;
  std::shared_ptr<const Copy> copy_;  // what by_row_ looks at, unless that is the dataset
};

}  // namespace linden
