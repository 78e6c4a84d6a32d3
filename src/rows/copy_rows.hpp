// Raw values of any layout, copied column by column.
#pragma once

#include <cstdint>

#include "backend/rows_view.hpp"

namespace linden {

/// Rows [begin, end) of feature j to out + j * stride, for all features; those of sparse rows with their zeros. For
/// float and double.
template <class T>
void copy_rows(const RowsView& rows, std::int64_t begin, std::int64_t end, T* out, std::int64_t stride);

}  // namespace linden
