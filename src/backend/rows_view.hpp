// Rows of raw values as the kernels of trees and of linear models read them. What a view points to is memory of the
// device.
#pragma once

#include <cstdint>
#include <linden/dtype.hpp>

namespace linden {

/// A column of numbers, f32 or f64, or of category codes, i32.
struct ColumnView {
  const void* values = nullptr;
  std::int64_t stride = 1;  ///< in elements
  DType dtype = DType::f64;
  std::int32_t codes = 0;              ///< categorical: how many codes the data has
  const std::int32_t* code = nullptr;  ///< categorical: the model's code of each of the data's, -1 unknown; null: equal
};

/// Sparse entries, f32 or f64, compressed by rows or by columns: part i owns entries offsets[i] .. offsets[i + 1] - 1.
struct EntriesView {
  const std::int64_t* offsets = nullptr;
  const std::int32_t* indices = nullptr;
  const void* values = nullptr;
  DType dtype = DType::f64;
};

/// The features that a kernel asks for, numbered by its own list of them: dense columns, or the entries of each row
/// (an absent value is 0).
struct RowsView {
  std::int64_t rows = 0;
  std::int32_t features = 0;
  bool sparse = false;
  bool all_f32 = false;                 ///< dense: whether every column is f32
  const ColumnView* columns = nullptr;  ///< dense: [features]
  EntriesView entries = {};             ///< sparse: by rows
  EntriesView by_column = {};           ///< sparse, where a kernel asks for them: the same by columns
  std::int32_t entry_columns = 0;       ///< sparse: how many columns entries are in
  /// Sparse: [entry_columns], the feature of each, or -1 for a column of no use; null: a column is the feature of its
  /// number.
  const std::int32_t* feature_of_column = nullptr;
};

}  // namespace linden
