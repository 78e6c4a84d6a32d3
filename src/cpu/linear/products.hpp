// Sums of products of columns, for a Hessian: of panels (linear_panel.hpp) and of sparse rows.
#pragma once

#include <cstdint>

#include "cpu/linear/panel.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// out = a panel, each row times d.
inline void scale_rows(const double* panel, const double* d, std::int64_t rows, double* out) {
  for (std::int64_t i = 0; i < rows; ++i)
    for (int s = 0; s < panel_packs; ++s) {
      const std::int64_t at = i * panel_columns + s * pack_lanes;
      store(out + at, load(panel + at) * d[i]);
    }
}

/// sums [8 down, 8 across] += left' right, of panels; `lower`: only where the right panel's number is not the larger.
struct PanelProduct {
  const double *left, *right;
  std::int64_t stride;  // between panels
  std::int64_t rows, down, across;
  bool lower;
  double* sums;
  std::int64_t sums_stride;
};

/// `height` columns of a panel times `count` panels, summed in registers.
template <int count, int height>
[[gnu::always_inline]] inline void add_product(const double* left, const double* right, std::int64_t stride,
                                               std::int64_t rows, double* sums, std::int64_t sums_stride) {
  Pack sum[height][count][panel_packs] = {};
  for (int h = 0; h < height; ++h)
    for (int p = 0; p < count; ++p) __builtin_prefetch(sums + h * sums_stride + p * panel_columns, 1);
  for (std::int64_t i = 0; i < rows; ++i) {
    Pack x[count][panel_packs];
#pragma GCC unroll 8
    for (int p = 0; p < count; ++p)
#pragma GCC unroll 8
      for (int s = 0; s < panel_packs; ++s) x[p][s] = load(right + p * stride + i * panel_columns + s * pack_lanes);
#pragma GCC unroll 8
    for (int h = 0; h < height; ++h) {
      const Pack factor = broadcast(left + i * panel_columns + h);
#pragma GCC unroll 8
      for (int p = 0; p < count; ++p)
#pragma GCC unroll 8
        for (int s = 0; s < panel_packs; ++s) sum[h][p][s] = fused(x[p][s], factor, sum[h][p][s]);
    }
  }
#pragma GCC unroll 8
  for (int h = 0; h < height; ++h)
#pragma GCC unroll 8
    for (int p = 0; p < count; ++p)
#pragma GCC unroll 8
      for (int s = 0; s < panel_packs; ++s) {
        double* const at = sums + h * sums_stride + p * panel_columns + s * pack_lanes;
        store(at, load(at) + sum[h][p][s]);
      }
}

/// As many sums as the level's registers hold.
inline constexpr int product_panels = pack_lanes == 8 ? 3 : 1;
inline constexpr int product_height = pack_lanes;

template <int count>
void add_panel(const PanelProduct& task, std::int64_t row, std::int64_t column) {
  for (int h = 0; h < panel_columns; h += product_height)
    add_product<count, product_height>(
        task.left + row * task.stride + h, task.right + column * task.stride, task.stride, task.rows,
        task.sums + (row * panel_columns + h) * task.sums_stride + column * panel_columns, task.sums_stride);
}

inline void add_products(const PanelProduct& task) {
  for (std::int64_t column = 0; column < task.across; column += product_panels)
    for (std::int64_t row = task.lower ? column : 0; row < task.down; ++row) {
      std::int64_t count = task.lower ? row - column + 1 : product_panels;
      if (count > task.across - column) count = task.across - column;
      if constexpr (product_panels == 3) {
        if (count >= 3) {
          add_panel<3>(task, row, column);
          continue;
        }
        if (count == 2) {
          add_panel<2>(task, row, column);
          continue;
        }
      }
      add_panel<1>(task, row, column);
    }
}

/// Adds d x x' of one sparse row to a lower triangle, row after row: `last` is the number of the column of ones, and
/// its row that of the triangle's end.
template <class T>
void add_row(const std::int32_t* __restrict indices, const T* __restrict values, std::int64_t count, std::int64_t last,
             double d, double* __restrict sums) {
  const auto row_of = [&](std::int64_t i) { return sums + i * (i + 1) / 2; };
  bool ascending = true;
  for (std::int64_t e = 1; e < count; ++e) ascending &= indices[e - 1] < indices[e];
  double* const ones = row_of(last);
  for (std::int64_t e = 0; e < count; ++e) {
    const std::int64_t i = indices[e];
    const double x = d * static_cast<double>(values[e]);
    double* const row = row_of(i);
    if (ascending) {
      for (std::int64_t b = 0; b <= e; ++b) row[indices[b]] += x * static_cast<double>(values[b]);
    } else {
      for (std::int64_t b = 0; b < count; ++b)
        if (indices[b] <= i) row[indices[b]] += x * static_cast<double>(values[b]);
    }
    ones[i] += x;
  }
  ones[last] += d;
}

LINDEN_LEVEL_END
}  // namespace linden
