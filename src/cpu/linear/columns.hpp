// Products of a pass with contiguous columns, which are read where they lie: four at a time, row after row, and for a
// few outputs at once.
//
// A score is summed column after column, a sum over rows in the lanes of a vector, then lane after lane.
#pragma once

#include "cpu/linear/panel.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

class ContiguousColumns {
 public:
  static constexpr int together = 4;

  static bool fit(const DesignView& design) {
    for (std::int64_t j = 0; j < design.features; ++j)
      if (design.columns[j].stride != 1) return false;
    return true;
  }

  /// Rows begin .. begin + count - 1, and zeros up to `whole`, a multiple of 8. `room` is for `together` columns.
  ContiguousColumns(const DesignView& design, std::int64_t begin, std::int64_t count, std::int64_t whole, double* room)
      : design_(design), begin_(begin), count_(count), whole_(whole), room_(room) {}

  /// z [outputs, whole] = rows times u [outputs, width]; strides are between outputs.
  void scores(std::int64_t outputs, const double* u, std::int64_t u_stride, double* z, std::int64_t z_stride) const {
    for (std::int64_t k = 0; k < outputs; ++k) {
      const double constant = design_.intercept ? u[k * u_stride + design_.features] : 0.0;
      for (std::int64_t i = 0; i < whole_; ++i) z[k * z_stride + i] = constant;
    }
    each_group([&](const Group& group, const auto* const* x) {
      std::int64_t k = 0;
      for (; k + at_once <= outputs; k += at_once)
        add_scores<at_once>(group, x, u + k * u_stride, u_stride, z + k * z_stride, z_stride);
      for (; k < outputs; ++k) add_scores<1>(group, x, u + k * u_stride, u_stride, z + k * z_stride, z_stride);
    });
  }

  /// sums [outputs, width] += columns times r [outputs, whole], which is 0 beyond the rows.
  void add(std::int64_t outputs, const double* r, std::int64_t r_stride, double* sums, std::int64_t sums_stride) const {
    each_group([&](const Group& group, const auto* const* x) {
      std::int64_t k = 0;
      for (; k + at_once <= outputs; k += at_once)
        add_sums<at_once>(group, x, r + k * r_stride, r_stride, sums + k * sums_stride, sums_stride);
      for (; k < outputs; ++k) add_sums<1>(group, x, r + k * r_stride, r_stride, sums + k * sums_stride, sums_stride);
    });
    for (std::int64_t k = 0; k < outputs && design_.intercept; ++k) {
      Pack sum = {};
      for (std::int64_t i = 0; i < whole_; i += pack_lanes) sum += load(r + k * r_stride + i);
      sums[k * sums_stride + design_.features] += total(sum);
    }
  }

 private:
  static constexpr int at_once = pack_lanes == 8 ? 4 : 2;  // outputs, by the registers of the level

  struct Group {
    std::int64_t first, count;
    Pack shift[together], factor[together];

    template <class T>
    [[gnu::always_inline]] Pack standardised(const T* x, int c) const {
      return (load_as_double(x) - shift[c]) * factor[c];
    }
  };

  template <int outputs, class T>
  [[gnu::always_inline]] void add_scores(const Group& group, const T* const* x, const double* u, std::int64_t u_stride,
                                         double* z, std::int64_t z_stride) const {
    Pack factor[outputs][together];
    for (int k = 0; k < outputs; ++k)
      for (std::int64_t c = 0; c < together; ++c)
        factor[k][c] = all(c < group.count ? u[k * u_stride + group.first + c] : 0.0);
    for (std::int64_t i = 0; i < whole_; i += pack_lanes) {
      Pack value[together];
#pragma GCC unroll 4
      for (int c = 0; c < together; ++c) {
        __builtin_prefetch(x[c] + i + whole_, 0, 2);  // the tile that comes next
        value[c] = group.standardised(x[c] + i, c);
      }
#pragma GCC unroll 4
      for (int k = 0; k < outputs; ++k) {
        Pack sum = load(z + k * z_stride + i);
#pragma GCC unroll 4
        for (int c = 0; c < together; ++c) sum = fused(value[c], factor[k][c], sum);
        store(z + k * z_stride + i, sum);
      }
    }
  }

  template <int outputs, class T>
  [[gnu::always_inline]] void add_sums(const Group& group, const T* const* x, const double* r, std::int64_t r_stride,
                                       double* sums, std::int64_t sums_stride) const {
    Pack sum[outputs][together] = {};
    for (std::int64_t i = 0; i < whole_; i += pack_lanes) {
      Pack value[together];
#pragma GCC unroll 4
      for (int c = 0; c < together; ++c) value[c] = group.standardised(x[c] + i, c);
#pragma GCC unroll 4
      for (int k = 0; k < outputs; ++k) {
        const Pack factor = load(r + k * r_stride + i);
#pragma GCC unroll 4
        for (int c = 0; c < together; ++c) sum[k][c] = fused(value[c], factor, sum[k][c]);
      }
    }
    for (int k = 0; k < outputs; ++k)
      for (std::int64_t c = 0; c < group.count; ++c) sums[k * sums_stride + group.first + c] += total(sum[k][c]);
  }

  static double total(Pack pack) {
    double sum = pack[0];
    for (int lane = 1; lane < pack_lanes; ++lane) sum += pack[lane];
    return sum;
  }

  /// Calls body(group, x) with pointers x[together] to float or double, the last of which may be any.
  template <class Body>
  [[gnu::always_inline]] void each_group(const Body& body) const {
    Group group;
    for (group.first = 0; group.first < design_.features; group.first += together) {
      const std::int64_t left = design_.features - group.first;
      group.count = left < together ? left : together;
      const ColumnView* const column = design_.columns + group.first;
      bool alike = count_ == whole_;
      for (std::int64_t c = 0; c < together; ++c) {
        group.shift[c] = all(c < group.count ? design_.shift[group.first + c] : 0.0);
        group.factor[c] = all(c < group.count ? design_.factor[group.first + c] : 0.0);
        alike = alike && (c >= group.count || column[c].dtype == column[0].dtype);
      }
      if (!alike)
        with_copies(group, column, body);
      else if (column[0].dtype == DType::f64)
        with<double>(group, column, body);
      else
        with<float>(group, column, body);
    }
  }

  template <class T, class Body>
  [[gnu::always_inline]] void with(const Group& group, const ColumnView* column, const Body& body) const {
    const T* x[together];
    for (std::int64_t c = 0; c < together; ++c)
      x[c] = static_cast<const T*>(column[c < group.count ? c : 0].values) + begin_;
    body(group, x);
  }

  template <class Body>
  void with_copies(const Group& group, const ColumnView* column, const Body& body) const {
    const double* x[together];
    for (std::int64_t c = 0; c < together; ++c) {
      double* const copy = room_ + c * whole_;
      x[c] = copy;
      for (std::int64_t i = 0; i < whole_; ++i) copy[i] = 0;
      if (c >= group.count) continue;
      read_column(column[c], begin_, begin_ + count_, copy, 1);
    }
    body(group, x);
  }

  const DesignView& design_;
  std::int64_t begin_, count_, whole_;
  double* room_;
};

LINDEN_LEVEL_END
}  // namespace linden
