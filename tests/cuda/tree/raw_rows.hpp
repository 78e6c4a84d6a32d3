// For the tests of binning and prediction: the same raw rows on the host and on the device.
#pragma once

#include <algorithm>
#include <limits>
#include <random>
#include <vector>

#include "cuda/device.hpp"

namespace linden::cuda_test {

/// One dense column of either kind; what is empty is not there.
struct RawColumn {
  std::vector<double> f64;
  std::vector<float> f32;
  std::vector<std::int32_t> i32;
  std::vector<std::int32_t> code;  ///< with i32: the translation; empty: none
  std::int32_t codes = 0;
};

/// Compressed rows; the column c has feature feature_of_column[c].
template <class T>
struct RawEntries {
  std::vector<std::int64_t> offsets{0};
  std::vector<std::int32_t> columns, feature_of_column;
  std::vector<T> values;
};

/// Views of dense columns: the host's, and copies on the device.
class RawColumns : public DeviceTest {
 protected:
  RowsView host_view(const std::vector<RawColumn>& columns, std::int64_t rows) {
    host_.clear();
    for (const RawColumn& c : columns)
      host_.push_back(view(c, c.f64.data(), c.f32.data(), c.i32.data(), c.code.data()));
    return view(host_, rows, host_.data());
  }
  RowsView device_view(const std::vector<RawColumn>& columns, std::int64_t rows) {
    std::vector<ColumnView> views;
    for (const RawColumn& c : columns)
      views.push_back(
          view(c, keep(doubles_, c.f64), keep(floats_, c.f32), keep(integers_, c.i32), keep(integers_, c.code)));
    return view(views, rows, keep(lists_, views));
  }
  template <class T>
  static RowsView host_view(const RawEntries<T>& entries, std::int32_t features) {
    return view(entries, features, entries.offsets.data(), entries.columns.data(), entries.values.data(),
                entries.feature_of_column.data());
  }
  template <class T>
  RowsView device_view(const RawEntries<T>& entries, std::int32_t features) {
    const void* values = nullptr;
    if constexpr (sizeof(T) == 8)
      values = keep(doubles_, entries.values);
    else
      values = keep(floats_, entries.values);
    return view(entries, features, keep(longs_, entries.offsets), keep(integers_, entries.columns), values,
                keep(integers_, entries.feature_of_column));
  }

  void TearDown() override {  // before the context ends
    doubles_.clear();
    floats_.clear();
    integers_.clear();
    longs_.clear();
    lists_.clear();
  }

 private:
  static RowsView view(const std::vector<ColumnView>& columns, std::int64_t rows, const ColumnView* list) {
    return {.rows = rows,
            .features = static_cast<std::int32_t>(columns.size()),
            .all_f32 = std::ranges::all_of(columns, [](const ColumnView& c) { return c.dtype == DType::f32; }),
            .columns = list};
  }
  static ColumnView view(const RawColumn& c, const double* f64, const float* f32, const std::int32_t* i32,
                         const std::int32_t* code) {
    ColumnView column;
    column.values = !c.f64.empty()   ? static_cast<const void*>(f64)
                    : !c.f32.empty() ? static_cast<const void*>(f32)
                                     : i32;
    column.dtype = !c.f64.empty() ? DType::f64 : !c.f32.empty() ? DType::f32 : DType::i32;
    column.codes = c.codes;
    column.code = c.code.empty() ? nullptr : code;
    return column;
  }
  template <class T>
  static RowsView view(const RawEntries<T>& entries, std::int32_t features, const std::int64_t* offsets,
                       const std::int32_t* columns, const void* values, const std::int32_t* feature_of_column) {
    RowsView rows{.rows = static_cast<std::int64_t>(entries.offsets.size()) - 1, .features = features, .sparse = true};
    rows.entries = {offsets, columns, values, dtype_of<T>};
    rows.entry_columns = static_cast<std::int32_t>(entries.feature_of_column.size());
    rows.feature_of_column = feature_of_column;
    return rows;
  }
  template <class T>
  const T* keep(std::vector<DeviceArray<T>>& arrays, const std::vector<T>& values) {
    return arrays.emplace_back(upload(values)).data();
  }

  std::vector<ColumnView> host_;
  std::vector<DeviceArray<ColumnView>> lists_;
  std::vector<DeviceArray<double>> doubles_;
  std::vector<DeviceArray<float>> floats_;
  std::vector<DeviceArray<std::int32_t>> integers_;
  std::vector<DeviceArray<std::int64_t>> longs_;
};

/// A column of some kind with values that meet cuts and thresholds at multiples of 1/4, NaN and codes out of range
/// among them.
inline RawColumn random_column(std::mt19937& random, DType dtype, std::int64_t rows) {
  RawColumn column;
  const auto number = [&] {
    return random() % 9 == 0 ? std::numeric_limits<double>::quiet_NaN() : int(random() % 41) * 0.25 - 5;
  };
  column.codes = 40;
  for (std::int64_t row = 0; row < rows; ++row) {
    if (dtype == DType::f64) column.f64.push_back(number());
    if (dtype == DType::f32) column.f32.push_back(static_cast<float>(number()));
    if (dtype == DType::i32) column.i32.push_back(int(random() % 44) - 2);
  }
  return column;
}

/// Rows of which every column has a value in about a third; some columns have no feature.
template <class T>
RawEntries<T> random_entries(std::mt19937& random, std::int64_t rows, std::int32_t columns, std::int32_t features) {
  RawEntries<T> entries;
  for (std::int32_t c = 0; c < columns; ++c)
    entries.feature_of_column.push_back(c % 2 == 1 && c / 2 < features ? features - 1 - c / 2 : -1);
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int32_t c = 0; c < columns && row % 7 != 3; ++c) {
      if (random() % 3 != 0) continue;
      entries.columns.push_back(c);
      entries.values.push_back(random() % 9 == 0 ? std::numeric_limits<T>::quiet_NaN()
                                                 : static_cast<T>(int(random() % 41) * 0.25 - 5));
    }
    entries.offsets.push_back(static_cast<std::int64_t>(entries.columns.size()));
  }
  return entries;
}

}  // namespace linden::cuda_test
