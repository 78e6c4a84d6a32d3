// DeviceRows: the rows of a RawView where kernels can read them. On the CPU that is the view itself. On a GPU parts of
// the rows are copied there, one after the other into the same memory, or each once into memory of its own.
#pragma once

#include <cstddef>
#include <numeric>
#include <span>
#include <vector>

#include "backend/backend.hpp"
#include "base/memory.hpp"
#include "boosting/bins/raw_view.hpp"

namespace linden {

class DeviceRows {
 public:
  struct Limits {
    std::int64_t part_bytes = std::int64_t{256} << 20;  ///< of a part; a row is never divided
    std::int64_t keep_bytes = 0;  ///< rows that take no more than this stay on the device for the next each_part
  };

  /// `raw` must outlive it.
  DeviceRows(const Backend& backend, Context& context, const RawView& raw, const Limits& limits);
  DeviceRows(const Backend& backend, Context& context, const RawView& raw)
      : DeviceRows(backend, context, raw, Limits{}) {}
  DeviceRows(const DeviceRows&) = delete;
  DeviceRows& operator=(const DeviceRows&) = delete;

  /// Calls f(rows, first) for the parts in order. rows[0] is row `first` of the view; its features are those at these
  /// places of the view.
  template <class F>
  void each_part(std::span<const int> features, const F& f) {
    for (std::size_t part = 0; part + 1 < bounds_.size(); ++part) f(selected(load(part), features), bounds_[part]);
  }
  template <class F>
  void each_part(const F& f) {
    std::vector<int> all(static_cast<std::size_t>(host_.features));
    std::iota(all.begin(), all.end(), 0);
    each_part(all, f);
  }

 private:
  void plan_columns(std::int64_t bytes);
  void plan_entries(std::int64_t bytes);
  RowsView load(std::size_t part);
  RowsView load_columns(std::byte* to, std::int64_t begin, std::int64_t end, bool is_there);
  RowsView load_entries(std::byte* to, std::int64_t begin, std::int64_t end, bool is_there);
  RowsView selected(RowsView rows, std::span<const int> features);

  const MemoryKernels& memory_;
  Context& context_;
  const RowsView& host_;
  const std::vector<std::int32_t>& feature_of_column_;
  std::vector<std::int64_t> bounds_;  // part i has the rows from bounds_[i] to bounds_[i + 1]

  // On a GPU.
  std::vector<DeviceArray<std::byte>> memories_;  // one for each part, or one for all
  std::vector<std::int64_t> places_;  // within a part's memory: each column; or offsets, columns and values of entries
  std::int64_t part_size_ = 0;
  std::int64_t staged_size_ = 0;  // columns up to here are gathered in `staging_` and copied as one
  Memory staging_;
  DeviceArray<std::int32_t> codes_;  // the translations of all categorical columns, one after the other
  std::vector<std::size_t> loaded_;  // the part in each memory
  std::vector<ColumnView> columns_;

  std::vector<ColumnView> selected_columns_;
  std::vector<std::int32_t> selected_features_;  // the selected feature of each column of sparse data
  DeviceArray<std::int32_t> device_features_;
};

}  // namespace linden
