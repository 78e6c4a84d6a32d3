// Bins: the training rows as one byte a feature, made once for a fit. Features that no split could use are left out;
// those of sparse data that lie mostly in the bin of zero are kept by their other rows, as are many columns of 0 and 1
// where few rows have a 1; those of more bins than a byte counts are in columns of their own.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "backend/backend.hpp"
#include "boosting/bins/cuts.hpp"
#include "boosting/bins/page_bins.hpp"
#include "boosting/bins/sparse_entries.hpp"
#include "boosting/bins/wide_columns.hpp"
#include "rows/row_source.hpp"

namespace linden {

class Bins {
 public:
  /// One pass, and another for features that are kept by their rows. `source` knows how many rows it has. `monotone`:
  /// the sign of each of the data's features (FeatureBins), or nothing where none has one. `all_dense`: no feature is
  /// kept by its rows. `table`: where the rows are, if memory does not hold them; their bins are then in pages(), and
  /// none of the view's arrays is there. Throws ArgumentError for wide features where rows lie on several machines, or
  /// in files.
  Bins(const Backend& backend, Context& context, RowSource& source, const std::vector<Cuts>& cuts,
       std::int64_t min_rows_in_leaf, std::span<const double> monotone = {}, bool all_dense = false,
       const StoredTable* table = nullptr);

  const BinsView& view() const noexcept { return view_; }
  /// The bins of rows in files; else null.
  const PageReader* pages() const noexcept { return pages_.get(); }
  /// Lets so many bytes of them stay in memory.
  void keep_pages(std::int64_t bytes) { pages_->keep(bytes); }
  /// What whoever works on these may take of memory, in bytes.
  std::int64_t memory() const noexcept { return memory_; }
  /// What view().feature is on the device.
  const std::vector<FeatureBins>& features() const noexcept { return features_; }
  /// The data's feature behind each feature of the view.
  const std::vector<int>& used() const noexcept { return used_; }
  /// The features of more than one bin, in the order of the data, from which those of a tree are drawn: each one's
  /// feature of the view, or -1 where too few rows differ for any split.
  const std::vector<std::int32_t>& varying() const noexcept { return varying_; }

 private:
  std::vector<int> used_;
  std::vector<std::int32_t> varying_;
  std::vector<FeatureBins> features_;
  DeviceArray<FeatureBins> device_features_;
  DeviceArray<std::uint8_t> by_row_, by_feature_;
  SparseEntries sparse_;
  WideColumns wide_;
  BinsView view_;
  std::unique_ptr<PageReader> pages_;
  std::int64_t memory_ = 0;
};

}  // namespace linden
