// Cuts: where the bins of each feature begin and end. Made from training data, apart from the bins themselves.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "backend/comms.hpp"
#include "base/parallel.hpp"
#include "boosting/bins/cut_rules.hpp"
#include "rows/row_source.hpp"

namespace linden {

class RowSlopes;

/// The bins of one feature. Values come first, the bin of missing values last.
struct Cuts {
  std::vector<double> numeric;       ///< bin b holds numeric[b - 1] < v <= numeric[b]
  std::vector<std::uint8_t> bin_of;  ///< categorical: the bin of each code
  std::vector<bool> seen;            ///< categorical: whether training rows have the code
  std::vector<int> first_code;       ///< categorical: the lowest code of each bin of values
  double trusted_rows = 0;  ///< categorical: rows from which on a category speaks for itself (category_bins.hpp)
  bool categorical = false;
  bool one_hot = false;  ///< categorical: whether splits are by one bin against the rest
  bool has_missing = false;
  int bins = 0;                     ///< with the bin of missing values; below 2 the feature is of no use
  int usual_bin = 0;                ///< the one of most rows
  std::int64_t rows_elsewhere = 0;  ///< rows that are not in it: no split has more on one of its sides

  /// Sets the two above.
  void find_usual_bin(std::span<const std::int64_t> rows_of_bins);
  /// The bin of a number.
  int bin_of_number(double value) const;
  /// The bin of a missing value, or of a category that training has no row of: the one after the last where training
  /// had no missing value, of which there is none where that is 256 and a row has one byte of the feature.
  int missing_bin() const { return has_missing ? bins - 1 : bins; }
  /// Whether the bins are more than a byte counts: rows then have two bytes of the feature.
  bool is_wide() const { return bins > 256; }
  /// Whether missing_bin() is a bin that rows can have.
  bool has_room_for_missing() const { return is_wide() || missing_bin() < 256; }
};

/// Bins of categories, at most.
inline constexpr int most_category_bins = 256;

/// Exact quantiles over all rows: every distinct value its own bin when there are few enough, else bins of nearly
/// equal numbers of rows, or sums of weights, a frequent value alone in its bin. `slopes`: one an output, where there
/// are categories (category_bins.hpp). One pass; does not depend on the order of rows, on how they are cut into blocks
/// or on threads. Where rows lie on several ranks, a pass for some features at a time, and the cuts are those of all
/// rows. done(f), if there is one, is called by any thread when a dense column of numbers has its cuts, of one rank.
std::vector<Cuts> make_cuts(RowSource& source, const CutRules& rules, std::span<const RowSlopes> slopes,
                            Workers& workers, const Ranks& ranks = {},
                            const std::function<void(std::int64_t f)>& done = nullptr);

}  // namespace linden
