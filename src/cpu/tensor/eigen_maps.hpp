// Eigen's view of a matrix with strides. The files that include this one are the only ones that know Eigen; all set it
// up alike, here: tasks of Workers are the only threads.
#pragma once

#define EIGEN_DONT_PARALLELIZE
#include <Eigen/Core>

#include "backend/math/host_device.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

template <class T, int order>
using DenseMatrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, order>;

template <class T, int order>
using MatrixMap = Eigen::Map<DenseMatrix<T, order>, Eigen::Unaligned, Eigen::OuterStride<>>;

/// A matrix in memory, strides in elements.
template <class T>
struct MatrixView {
  T* data;
  std::int64_t rows, columns, row_stride, column_stride;

  MatrixView block(std::int64_t row, std::int64_t column, std::int64_t height, std::int64_t width) const {
    return {data + row * row_stride + column * column_stride, height, width, row_stride, column_stride};
  }
  MatrixView transposed() const { return {data, columns, rows, column_stride, row_stride}; }
  bool has_contiguous_rows() const { return (column_stride == 1 || columns == 1) && (row_stride > 0 || rows == 1); }
};

/// Rows (order RowMajor) or columns that are contiguous. (To Eigen, an outer stride of 0 means "the usual one".)
template <int order, class T>
MatrixMap<T, order> map_of(const MatrixView<T>& m) {
  const std::int64_t outer = order == Eigen::RowMajor ? m.row_stride : m.column_stride;
  return {m.data, m.rows, m.columns, Eigen::OuterStride<>(outer > 0 ? outer : 1)};
}

/// Calls body(map) with a map of whichever order fits the strides; where none does, of a copy.
template <class T, class Body>
void with_map(const MatrixView<T>& m, const Body& body) {
  if (m.has_contiguous_rows()) return body(map_of<Eigen::RowMajor>(m));
  if (m.transposed().has_contiguous_rows()) return body(map_of<Eigen::ColMajor>(m));
  DenseMatrix<T, Eigen::RowMajor> copy(m.rows, m.columns);
  for (std::int64_t i = 0; i < m.rows; ++i)
    for (std::int64_t j = 0; j < m.columns; ++j) copy(i, j) = m.data[i * m.row_stride + j * m.column_stride];
  body(map_of<Eigen::RowMajor>(MatrixView<T>{copy.data(), m.rows, m.columns, m.columns, 1}));
}

LINDEN_LEVEL_END
}  // namespace linden
