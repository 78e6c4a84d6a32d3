// Raw values of a design, read on the host.
#pragma once

#include "backend/linear_kernels.hpp"

namespace linden {

inline double value_at(const void* values, DType dtype, std::int64_t i) {
  return dtype == DType::f32 ? double{static_cast<const float*>(values)[i]} : static_cast<const double*>(values)[i];
}
inline double value_at(const DesignColumn& column, std::int64_t row) {
  return value_at(column.values, column.dtype, row * column.stride);
}

/// Rows [begin, end) of column j to out + j * stride, for all columns; those of sparse rows with their zeros. For float
/// and double.
template <class T>
void copy_rows(const DesignView& view, std::int64_t begin, std::int64_t end, T* out, std::int64_t stride);

}  // namespace linden
