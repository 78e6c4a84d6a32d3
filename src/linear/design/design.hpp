// The matrix of a linear model: a dataset's columns with what standardises them.
#pragma once

#include <linden/data.hpp>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backend/comms.hpp"
#include "backend/linear_kernels.hpp"
#include "base/parallel.hpp"
#include "rows/by_column.hpp"

namespace linden {

/// Some rows of many: `count` blocks of `size` rows that follow one another, begun every `step` rows.
struct RowBlocks {
  std::int64_t size = 0, step = 0, count = 0;

  static RowBlocks all(std::int64_t rows) noexcept { return {rows, rows, 1}; }
  /// About `wanted` of the rows, as far apart as can be; all of them where that is more than half.
  static RowBlocks spread(std::int64_t rows, std::int64_t wanted) noexcept;

  std::int64_t rows() const noexcept { return size * count; }
  std::int64_t row(std::int64_t i) const noexcept { return i / size * step + i % size; }
};

/// The columns that a fit looks at, ascending: those of dense data, and of sparse data those that have an entry. A
/// column without is 0 in all rows and has weight 0: it is no part of a model, however many there are. Those of `ranks`
/// are the same everywhere.
std::vector<int> fitted_columns(const Dataset& data, const Ranks& ranks = {});

/// The names of these columns.
std::vector<std::string> names_of(const Dataset& data, std::span<const int> columns);

/// Views into a dataset, which must outlive them; values are not changed, and copied only where a part of sparse rows
/// or of all rows is asked for.
class Design {
 public:
  /// Of the fitted_columns(). Standardises with moments under the rows' weights (empty: all one): columns are centred
  /// where there is an intercept, and scaled to variance 1 (without an intercept, to mean square 1). Moments are those
  /// of the rows of all `ranks`, and the same everywhere. Throws DataError, opening with `where`, for categorical
  /// columns and missing values, naming the columns.
  Design(std::string_view where, const Dataset& data, std::span<const double> weights, bool intercept, Workers& workers,
         const Ranks& ranks = {});

  /// Raw values, for a fitted model: shift 0, factor 1. `columns` says where each feature is found in `data`, -1: it is
  /// 0 in all of these sparse rows. Throws as above.
  Design(std::string_view where, const Dataset& data, std::span<const int> columns, Workers& workers);

  /// Some of the columns, with the same standardisation. `by_column` has the entries of this design; without it all of
  /// them are looked at.
  Design of_columns(std::span<const int> columns, Workers& workers, const ByColumn* by_column = nullptr) const;
  /// Some of the rows, with the standardisation of all.
  Design of_rows(const RowBlocks& blocks, Workers& workers) const;

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
  /// Whether a column's weight is a parameter: not if the column is left out. The column after the last is the
  /// intercept.
  bool is_free(std::int64_t column) const noexcept {
    return column == columns() ? intercept_ : factor_[static_cast<std::size_t>(column)] != 0;
  }
  /// l2 of columns in the units of the data, in place of what a configuration has for them; -1: none. Empty: for none.
  const std::vector<double>& own_l2() const noexcept { return own_l2_; }
  void set_own_l2(std::vector<double> penalties) { own_l2_ = std::move(penalties); }
  /// The intercept is no parameter from now on; columns stay about their means. For a loss that no constant changes.
  void drop_intercept() { intercept_ = false; }
  /// Its standardised values are zeros from now on.
  void leave_out(int column) { factor_[static_cast<std::size_t>(column)] = 0; }

 private:
  struct Copy;
  Design() = default;
  /// Of each of `all_columns`, where it is found among `columns`, or -1.
  static std::vector<std::int32_t> places_of(std::span<const int> columns, std::int64_t all_columns);
  /// The dataset's entries, all of which are in these columns, which get new numbers.
  void take_entries(const EntriesView& entries, std::span<const int> columns, std::int64_t all_columns,
                    Workers& workers);
  void copy_entries(const EntriesView& entries, const RowBlocks& blocks, std::span<const std::int32_t> place,
                    Workers& workers);
  /// The same for some columns, of which the entries are there by columns.
  void take_columns(const ByColumn& by_column, DType dtype, std::span<const int> columns, Workers& workers);
  void gather_columns(Workers& workers);
  void copy_columns(const DesignView& from, const RowBlocks& blocks, Workers& workers);
  /// `columns`: where they are in `data`.
  void check_present(std::string_view where, const Dataset& data, std::span<const int> columns, Workers& workers,
                     const Ranks& ranks) const;

  std::int64_t rows_ = 0;
  bool sparse_ = false, intercept_ = true;
  std::vector<double> shift_, factor_, deviation_;
  std::vector<ColumnView> dense_;
  EntriesView entries_;
  std::shared_ptr<const Copy> copy_;  // what dense_ and entries_ look at, unless that is the dataset
  std::vector<double> own_l2_;
};

}  // namespace linden
