#include "linear/design/raw_values.hpp"

#include <algorithm>

namespace linden {
namespace {

template <class To, class From>
void copy_block(const DesignColumn& column, std::int64_t begin, std::int64_t end, To* out) {
  const auto* const from = static_cast<const From*>(column.values);
  for (std::int64_t row = begin; row < end; ++row) out[row - begin] = static_cast<To>(from[row * column.stride]);
}

}  // namespace

template <class T>
void copy_rows(const DesignView& view, std::int64_t begin, std::int64_t end, T* out, std::int64_t stride) {
  if (view.sparse) {
    for (std::int64_t j = 0; j < view.columns; ++j) std::fill_n(out + j * stride, end - begin, T{0});
    const DesignEntries& e = view.by_row;
    for (std::int64_t row = begin; row < end; ++row)
      for (std::int64_t i = e.offsets[row]; i < e.offsets[row + 1]; ++i)
        out[e.indices[i] * stride + row - begin] = static_cast<T>(value_at(e.values, e.dtype, i));
    return;
  }
  for (std::int64_t j = 0; j < view.columns; ++j) {
    T* const to = out + j * stride;
    if (view.column[j].dtype == DType::f32)
      copy_block<T, float>(view.column[j], begin, end, to);
    else
      copy_block<T, double>(view.column[j], begin, end, to);
  }
}

template void copy_rows(const DesignView&, std::int64_t, std::int64_t, float*, std::int64_t);
template void copy_rows(const DesignView&, std::int64_t, std::int64_t, double*, std::int64_t);

}  // namespace linden
