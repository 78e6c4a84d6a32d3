// Dataset::matrix: all features side by side.
#include <algorithm>
#include <limits>

#include "data/dataset/builder.hpp"

namespace linden {
namespace {

template <class T>
void fill_dense(const std::vector<Column>& columns, std::int64_t rows, T* matrix) {
  const auto width = static_cast<std::int64_t>(columns.size());
  constexpr std::int64_t tile = 256;  // rows, so that those of the matrix stay in the cache
  for (std::int64_t begin = 0; begin < rows; begin += tile)
    for (std::int64_t c = 0; c < width; ++c) {
      const Tensor& values = columns[static_cast<std::size_t>(c)].values;
      const std::int64_t stride = values.strides()[0], end = std::min(rows, begin + tile);
      const auto copy = [&](const auto* from, const auto& as_number) {
        for (std::int64_t r = begin; r < end; ++r) matrix[r * width + c] = as_number(from[r * stride]);
      };
      const auto plain = [](auto value) { return static_cast<T>(value); };
      switch (values.dtype()) {
        case DType::f32: copy(values.data<const float>(), plain); break;
        case DType::f64: copy(values.data<const double>(), plain); break;
        default:
          copy(values.data<const std::int32_t>(),
               [](std::int32_t code) { return code < 0 ? std::numeric_limits<T>::quiet_NaN() : static_cast<T>(code); });
      }
    }
}

template <class T>
void fill_sparse(const SparseRows& sparse, std::int64_t width, T* matrix) {
  const auto offsets = sparse.offsets.span<const std::int64_t>();
  const auto* const columns = sparse.columns.data<const std::int32_t>();
  const auto* const values = sparse.values.data<const T>();
  for (std::size_t r = 0; r + 1 < offsets.size(); ++r)
    for (std::int64_t e = offsets[r]; e < offsets[r + 1]; ++e)
      matrix[static_cast<std::int64_t>(r) * width + columns[e]] = values[e];
}

}  // namespace

Tensor Dataset::matrix() const {
  const bool narrow = state_->is_sparse ? state_->sparse.values.dtype() == DType::f32
                                        : std::ranges::all_of(state_->columns, [](const Column& column) {
                                            return column.values.dtype() == DType::f32;
                                          });
  const Shape shape{state_->rows, features()};
  const auto fill = [&]<class T>(Tensor matrix, T* to) {
    if (state_->is_sparse)
      fill_sparse(state_->sparse, features(), to);
    else
      fill_dense(state_->columns, state_->rows, to);
    return matrix;
  };
  Tensor matrix = state_->is_sparse ? Tensor::zeros(shape, narrow ? DType::f32 : DType::f64)
                                    : Tensor::empty(shape, narrow ? DType::f32 : DType::f64);
  return narrow ? fill(matrix, matrix.data<float>()) : fill(matrix, matrix.data<double>());
}

}  // namespace linden
