#include "rows/copy_rows.hpp"

#include <algorithm>

#include "backend/raw_value.hpp"

namespace linden {

template <class T>
void copy_rows(const RowsView& rows, std::int64_t begin, std::int64_t end, T* out, std::int64_t stride) {
  for (std::int64_t j = 0; j < rows.features; ++j)
    if (rows.sparse)
      std::fill_n(out + j * stride, end - begin, T{0});
    else
      read_column(rows.columns[j], begin, end, out + j * stride, 1);
  if (rows.sparse)
    each_entry(rows, begin, end, [&](std::int64_t row, std::int32_t feature, double value) {
      out[feature * stride + row] = static_cast<T>(value);
    });
}

template void copy_rows(const RowsView&, std::int64_t, std::int64_t, float*, std::int64_t);
template void copy_rows(const RowsView&, std::int64_t, std::int64_t, double*, std::int64_t);

}  // namespace linden
