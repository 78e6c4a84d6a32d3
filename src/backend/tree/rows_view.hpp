// Rows of raw values as kernels read them. What a view points to is memory of the device.
#pragma once

#include <cstdint>

namespace linden {

enum class NumberKind : std::uint8_t { f32, f64, i32 };

/// Raw values of the features that a kernel asks for, numbered by the kernel's own list of features: dense columns,
/// or compressed sparse rows (an absent value is 0).
struct ColumnView {
  const void* values = nullptr;
  std::int64_t stride = 1;  ///< in elements
  NumberKind kind = NumberKind::f64;
  std::int32_t codes = 0;              ///< categorical: how many codes the data has
  const std::int32_t* code = nullptr;  ///< categorical: the model's code of each of the data's, -1 unknown; null: equal
};
struct RowsView {
  std::int64_t rows = 0;
  std::int32_t features = 0;
  const ColumnView* columns = nullptr;    ///< [features], or null when the rows are sparse
  const std::int64_t* offsets = nullptr;  ///< sparse [rows + 1]
  const std::int32_t* entry_columns = nullptr;
  const void* entry_values = nullptr;
  NumberKind entry_kind = NumberKind::f64;
  const std::int32_t* feature_of_column =
      nullptr;  ///< sparse: the kernel's feature, or -1 for a column it has no use for
};

}  // namespace linden
