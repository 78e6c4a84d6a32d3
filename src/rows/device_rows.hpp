// DeviceRows: rows of the host where kernels can read them. On the CPU that is where they are. On a GPU parts of the
// rows are copied there: as many as may stay each once into memory of its own, the others one after the other into the
// same memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "backend/backend.hpp"
#include "base/memory.hpp"
#include "rows/selected_rows.hpp"

namespace linden {

class DeviceRows {
 public:
  /// On a GPU.
  struct Layout {
    std::int64_t part_bytes = std::int64_t{256} << 20;  ///< of a part
    std::int64_t keep_bytes = 0;     ///< parts that take no more than this stay on the device for the next each_part
    std::int64_t rows_together = 1;  ///< columns: so many rows are never divided
    bool one_dtype = false;          ///< dense: all columns as f64 unless all are f32; there are no categories
    bool dense = false;              ///< sparse rows with their zeros, as columns of f64
    bool by_column = false;          ///< sparse: entries by columns, too; all features are asked for, as they stand
  };
  /// The bytes of a part that all rows fit in.
  static constexpr std::int64_t whole = std::numeric_limits<std::int64_t>::max();

  /// `host` is copied; what it points to must outlive the object.
  DeviceRows(const Backend& backend, Context& context, const RowsView& host, const Layout& layout);
  DeviceRows(const Backend& backend, Context& context, const RowsView& host)
      : DeviceRows(backend, context, host, Layout{}) {}
  DeviceRows(const DeviceRows&) = delete;
  DeviceRows& operator=(const DeviceRows&) = delete;

  std::int64_t rows() const noexcept { return host_.rows; }
  /// Of the first part.
  std::int64_t first_rows() const noexcept { return bounds_.size() > 1 ? bounds_[1] : 0; }

  /// Calls f(rows, first) for the parts in order. rows[0] is row `first` of the host's; its features are those at these
  /// places of the host's.
  template <class F>
  void each_part(std::span<const int> features, const F& f) {
    for (std::size_t part = 0; part + 1 < bounds_.size(); ++part) f(load(part, features), bounds_[part]);
  }
  template <class F>
  void each_part(const F& f) {
    each_part(all_, f);
  }

 private:
  /// Room on a GPU for a part, and what it holds.
  struct Room {
    DeviceArray<std::byte> memory;
    DeviceArray<ColumnView> columns;              // of the features asked for last,
    DeviceArray<std::int32_t> feature_of_column;  // which sparse rows find by this
    std::size_t part = 0;
    bool is_loaded = false;
    bool has_all = false;       // the features in their order,
    std::vector<int> features;  // or these
    RowsView view;
  };

  bool are_all(std::span<const int> features) const noexcept { return features.data() == all_.data(); }

  bool has_columns() const noexcept { return !host_.sparse || layout_.dense; }
  DType dtype_of_column(std::size_t feature) const;
  bool is_direct(std::size_t feature, std::int64_t rows) const;
  void plan_columns();
  void plan_entries();
  RowsView load(std::size_t part, std::span<const int> features);
  void load_columns(std::byte* to, std::int64_t begin, std::int64_t end);
  void stage(std::int64_t begin, std::int64_t end);
  void load_entries(std::byte* to, std::int64_t begin, std::int64_t end);
  void select(Room& room, std::span<const int> features);
  RowsView on_host(std::span<const int> features);

  const MemoryKernels& memory_;
  Context& context_;
  const RowsView host_;
  const Layout layout_;
  std::vector<int> all_;              // the places of all features
  std::vector<std::int64_t> bounds_;  // part i has the rows from bounds_[i] to bounds_[i + 1]

  // On the CPU, features asked for that are not all.
  std::optional<SelectedRows> on_host_;

  // On a GPU.
  std::vector<Room> rooms_;  // one for each part; where there are fewer, the last one is for all that are left
  // Within a part's memory: each column; or offsets, columns and values of entries, and the same by columns.
  std::vector<std::int64_t> places_;
  std::int64_t part_size_ = 0;
  std::int64_t staged_size_ = 0;            // columns up to here are gathered in `staging_`,
  std::int64_t slice_rows_ = 0;             // so many rows at a time,
  std::vector<std::int64_t> slice_places_;  // where they begin here
  std::int64_t slice_size_ = 0;
  Memory staging_;
  DeviceArray<std::int32_t> codes_;        // the translations of all categorical columns, one after the other,
  std::vector<std::int64_t> code_places_;  // and where those of each column begin
};

}  // namespace linden
