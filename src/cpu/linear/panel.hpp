// Rows of a dense design as panels: eight columns beside each other, row after row, standardised. Products with the
// tile then work on vectors along the columns, whatever the layout of the raw data.
//
// Raw data whose columns lie side by side are read as they are, contiguous columns by transposing blocks of rows in
// registers; anything else goes through a scalar loop.
#pragma once

#include <cstdint>

#include "backend/math/host_device.hpp"
#include "backend/linear_kernels.hpp"
#include "backend/raw_value.hpp"
#include "cpu/linear/vector.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

inline constexpr std::int64_t panel_columns = 8;

constexpr std::int64_t panels_of(std::int64_t columns) { return (columns + panel_columns - 1) / panel_columns; }

/// Between panels of so many rows, in doubles. One row more: panels would meet in the same sets of the cache.
constexpr std::int64_t panel_stride(std::int64_t rows) { return (rows + 1) * panel_columns; }

/// What makes a panel of raw values one of A.
struct PanelScale {
  alignas(64) double shift[panel_columns] = {};
  alignas(64) double factor[panel_columns] = {};
  alignas(64) double one[panel_columns] = {};         // the column of ones
  alignas(64) std::int64_t used[panel_columns] = {};  // all bits, or none: what is read there does not matter
};

/// Columns of a design from `first` on that one panel holds.
struct PanelColumns {
  const ColumnView* column = nullptr;
  std::int64_t count = 0;  // without the column of ones
  PanelScale scale;
};

inline PanelColumns panel_columns_of(const DesignView& design, std::int64_t first) {
  PanelColumns panel;
  panel.column = design.columns + first;
  for (std::int64_t c = 0; c < panel_columns; ++c) {
    const std::int64_t j = first + c;
    if (j == design.features) panel.scale.one[c] = design.intercept ? 1.0 : 0.0;
    if (j >= design.features) break;
    panel.count = c + 1;
    panel.scale.shift[c] = design.shift[j];
    panel.scale.factor[c] = design.factor[j];
    panel.scale.used[c] = design.factor[j] != 0.0 ? -1 : 0;
  }
  return panel;
}

/// Standardises the vectors of a panel's row; s is the number of a vector.
struct PanelFinish {
  Pack shift[panel_packs], factor[panel_packs], one[panel_packs];
  PackBits used[panel_packs];

  [[gnu::always_inline]] explicit PanelFinish(const PanelScale& scale) {
    for (int s = 0; s < panel_packs; ++s) {
      shift[s] = load(scale.shift + s * pack_lanes);
      factor[s] = load(scale.factor + s * pack_lanes);
      one[s] = load(scale.one + s * pack_lanes);
      __builtin_memcpy(&used[s], scale.used + s * pack_lanes, sizeof(PackBits));
    }
  }
  [[gnu::always_inline]] Pack operator()(Pack raw, int s) const {
    return reinterpret_cast<Pack>(reinterpret_cast<PackBits>((raw - shift[s]) * factor[s]) & used[s]) + one[s];
  }
};

/// Columns side by side: `values` is where row 0 of the first one is.
template <class T>
void pack_adjacent(const PanelScale& scale, const T* values, std::int64_t stride, std::int64_t rows, double* out) {
  const PanelFinish finish(scale);
  for (std::int64_t i = 0; i < rows; ++i) {
    __builtin_prefetch(values + (i + rows) * stride, 0, 2);  // the tile that comes next
    for (int s = 0; s < panel_packs; ++s)
      store(out + i * panel_columns + s * pack_lanes, finish(load_as_double(values + i * stride + s * pack_lanes), s));
  }
}

/// Contiguous columns; a whole number of packs of rows.
template <class T>
void pack_transposed(const PanelScale& scale, const T* const* values, std::int64_t rows, double* out) {
  const PanelFinish finish(scale);
  for (std::int64_t i = 0; i < rows; i += pack_lanes)
    for (int s = 0; s < panel_packs; ++s) {
      Pack block[pack_lanes];
      for (int c = 0; c < pack_lanes; ++c) {
        const T* const at = values[s * pack_lanes + c] + i;
        __builtin_prefetch(at + rows, 0, 2);
        block[c] = load_as_double(at);
      }
      transpose(block);
      for (int r = 0; r < pack_lanes; ++r) store(out + (i + r) * panel_columns + s * pack_lanes, finish(block[r], s));
    }
}

/// Anything, an element at a time.
inline void pack_strided(const PanelColumns& panel, std::int64_t begin, std::int64_t rows, double* out) {
  for (std::int64_t c = 0; c < panel_columns; ++c) {
    if (c < panel.count)
      read_column(panel.column[c], begin, begin + rows, out + c, panel_columns);
    else
      for (std::int64_t i = 0; i < rows; ++i) out[i * panel_columns + c] = 0;
  }
  const PanelFinish finish(panel.scale);
  for (std::int64_t i = 0; i < rows * panel_packs; ++i)
    store(out + i * pack_lanes, finish(load(out + i * pack_lanes), static_cast<int>(i % panel_packs)));
}

enum class PanelLayout { adjacent, contiguous, strided };

inline PanelLayout layout_of(const PanelColumns& panel) {
  const ColumnView& first = panel.column[0];
  const std::int64_t size = first.dtype == DType::f64 ? 8 : 4;
  bool adjacent = true, contiguous = true;
  for (std::int64_t c = 0; c < panel.count; ++c) {
    const ColumnView& column = panel.column[c];
    const bool alike = column.dtype == first.dtype;
    const auto* wanted = static_cast<const char*>(first.values) + c * size;
    adjacent = adjacent && alike && column.stride == first.stride && column.values == wanted;
    contiguous = contiguous && alike && column.stride == 1;
  }
  return adjacent && first.stride >= panel.count ? PanelLayout::adjacent
         : contiguous                            ? PanelLayout::contiguous
                                                 : PanelLayout::strided;
}

template <class T>
std::int64_t pack_quickly(const PanelColumns& panel, PanelLayout layout, std::int64_t begin, std::int64_t rows,
                          std::int64_t all_rows, double* out) {
  if (layout == PanelLayout::adjacent) {
    // The columns beyond the last are read too, which must not lead past the matrix: its last rows are left.
    const std::int64_t stride = panel.column[0].stride;
    const std::int64_t beyond = panel_columns - panel.count;
    const std::int64_t safe = all_rows - (beyond + stride - 1) / stride - begin;
    const std::int64_t done = safe < 0 ? 0 : safe < rows ? safe : rows;
    pack_adjacent(panel.scale, static_cast<const T*>(panel.column[0].values) + begin * stride, stride, done, out);
    return done;
  }
  const T* values[panel_columns];
  for (std::int64_t c = 0; c < panel_columns; ++c)
    values[c] = static_cast<const T*>(panel.column[c < panel.count ? c : 0].values) + begin;
  const std::int64_t done = rows / pack_lanes * pack_lanes;
  pack_transposed(panel.scale, values, done, out);
  return done;
}

/// Rows begin .. begin + count - 1 of the panel of columns `first` .. `first` + 7; then zeros, up to `whole`.
inline void pack_panel(const DesignView& design, std::int64_t first, std::int64_t begin, std::int64_t count,
                       std::int64_t whole, double* out) {
  const PanelColumns panel = panel_columns_of(design, first);
  std::int64_t done = 0;
  if (panel.count > 0) {
    const PanelLayout layout = layout_of(panel);
    if (layout != PanelLayout::strided)
      done = panel.column[0].dtype == DType::f64 ? pack_quickly<double>(panel, layout, begin, count, design.rows, out)
                                                 : pack_quickly<float>(panel, layout, begin, count, design.rows, out);
  }
  pack_strided(panel, begin + done, count - done, out + done * panel_columns);
  for (std::int64_t i = count * panel_columns; i < whole * panel_columns; ++i) out[i] = 0;
}

/// Panels first_panel .. first_panel + panels - 1, for a tile of `rows` rows of which `whole` are wanted.
inline void pack_tile(const DesignView& design, std::int64_t first_panel, std::int64_t panels, std::int64_t begin,
                      std::int64_t count, std::int64_t whole, std::int64_t rows, double* tile) {
  for (std::int64_t p = 0; p < panels; ++p)
    pack_panel(design, (first_panel + p) * panel_columns, begin, count, whole, tile + p * panel_stride(rows));
}

LINDEN_LEVEL_END
}  // namespace linden
