// Products of a pass with contiguous columns, which are read where they lie: four at a time, row after row.
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

  /// z [whole] = rows times u.
  void scores(const double* u, double* z) const {
    const double constant = design_.intercept ? u[design_.features] : 0.0;
    for (std::int64_t i = 0; i < whole_; ++i) z[i] = constant;
    each_group([&](const Group& group, const auto* const* x) {
      Pack factor[together];
      for (std::int64_t c = 0; c < together; ++c) factor[c] = all(c < group.count ? u[group.first + c] : 0.0);
      for (std::int64_t i = 0; i < whole_; i += pack_lanes) {
        Pack sum = load(z + i);
#pragma GCC unroll 4
        for (int c = 0; c < together; ++c) {
          __builtin_prefetch(x[c] + i + whole_, 0, 2);  // the tile that comes next
          sum = fused(group.standardised(x[c] + i, c), factor[c], sum);
        }
        store(z + i, sum);
      }
    });
  }

  /// sums [width] += columns times r [whole], which is 0 beyond the rows.
  void add(const double* r, double* sums) const {
    each_group([&](const Group& group, const auto* const* x) {
      Pack sum[together] = {};
      for (std::int64_t i = 0; i < whole_; i += pack_lanes) {
        const Pack factor = load(r + i);
#pragma GCC unroll 4
        for (int c = 0; c < together; ++c) sum[c] = fused(group.standardised(x[c] + i, c), factor, sum[c]);
      }
      for (std::int64_t c = 0; c < group.count; ++c) sums[group.first + c] += total(sum[c]);
    });
    if (!design_.intercept) return;
    Pack sum = {};
    for (std::int64_t i = 0; i < whole_; i += pack_lanes) sum += load(r + i);
    sums[design_.features] += total(sum);
  }

 private:
  struct Group {
    std::int64_t first, count;
    Pack shift[together], factor[together];

    template <class T>
    [[gnu::always_inline]] Pack standardised(const T* x, int c) const {
      return (load_as_double(x) - shift[c]) * factor[c];
    }
  };

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
