// SparseEntries: the bins of sparse features, as lists of the rows that are not in the usual one, by row and by
// feature.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "backend/backend.hpp"
#include "boosting/bins/cuts.hpp"
#include "rows/row_source.hpp"

namespace linden {

class SparseEntries {
 public:
  SparseEntries() = default;
  /// One pass over rows. `features`: those to keep, ascending, whose values are in these columns of the rows (of sparse
  /// ones -1: 0 in all of them). An absent value of theirs must lie in their usual bin. `by_row`: whether they are
  /// listed by row, too, as growing trees wants it: then the columns ascend.
  SparseEntries(const Backend& backend, Context& context, RowSource& source, std::span<const int> columns,
                const std::vector<Cuts>& cuts, std::span<const int> features, bool by_row);

  const SparseBins& view() const noexcept { return view_; }

 private:
  std::vector<std::int64_t> row_first_, feature_first_;
  std::vector<std::int32_t> row_features_;
  std::vector<std::uint32_t> feature_rows_;
  std::vector<std::uint8_t> feature_bins_;
  OnDevice<std::int64_t> device_row_first_, device_feature_first_;
  OnDevice<std::int32_t> device_row_features_;
  OnDevice<std::uint32_t> device_feature_rows_;
  OnDevice<std::uint8_t> device_feature_bins_;
  SparseBins view_;
};

}  // namespace linden
