// Products of a pass with row-major columns, which are read where they lie: eight rows at a time, vector after vector.
//
// A score is summed along the columns in the lanes of a vector, then lane after lane; a sum over rows by eight rows.
// The last vector of a row reads beyond its columns, to no effect; rows behind which memory may end are copied first.
#pragma once

#include "cpu/linear/panel.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// What standardises whole vectors of columns: for `padded` columns, zeros beyond the features.
struct RowScale {
  double *shift, *factor;
  std::int64_t* used;  ///< all bits, or none: what is read there does not matter

  void fill(const DesignView& design, std::int64_t padded) const {
    for (std::int64_t j = 0; j < padded; ++j) {
      const bool is_feature = j < design.features;
      shift[j] = is_feature ? design.shift[j] : 0.0;
      factor[j] = is_feature ? design.factor[j] : 0.0;
      used[j] = factor[j] != 0.0 ? -1 : 0;
    }
  }
};

class AdjacentRows {
 public:
  static constexpr int together = 8;

  static bool fit(const DesignView& design) {
    if (design.sparse || design.features == 0) return false;
    const ColumnView& first = design.columns[0];
    const std::int64_t size = first.dtype == DType::f64 ? 8 : 4;
    for (std::int64_t j = 0; j < design.features; ++j) {
      const ColumnView& column = design.columns[j];
      const auto* const wanted = static_cast<const char*>(first.values) + j * size;
      if (column.dtype != first.dtype || column.stride != first.stride || column.values != wanted) return false;
    }
    return first.stride >= design.features;
  }

  /// Rows begin .. begin + count - 1, and as many as make `whole`, a multiple of 8. `room` is for `together` rows.
  AdjacentRows(const DesignView& design, const RowScale& scale, std::int64_t begin, std::int64_t count,
               std::int64_t whole, double* room)
      : design_(design), scale_(scale), begin_(begin), count_(count), whole_(whole), room_(room) {}

  /// z [whole] = rows times u, of which the rows beyond the last are any.
  void scores(const double* u, double* z) const {
    each_eight([&](std::int64_t i, const auto* const* x, std::int64_t ahead) {
      Pack sum[together] = {};
      for (std::int64_t j = 0; j < design_.features; j += pack_lanes) {
        const Standard standard(scale_, j);
        const Pack factor = load(u + j);
#pragma GCC unroll 8
        for (int r = 0; r < together; ++r) {
          __builtin_prefetch(x[r] + j + ahead, 0, 2);
          sum[r] = fused(standard(x[r] + j), factor, sum[r]);
        }
      }
      const Pack constant = all(design_.intercept ? u[design_.features] : 0.0);
      for (int part = 0; part < together; part += pack_lanes) store(z + i + part, totals_of(sum + part) + constant);
    });
  }

  /// sums [width] += columns times r [whole], which is 0 beyond the rows.
  void add(const double* r, double* sums) const {
    each_eight([&](std::int64_t i, const auto* const* x, std::int64_t ahead) {
      Pack factor[together];
      for (int k = 0; k < together; ++k) factor[k] = all(r[i + k]);
      for (std::int64_t j = 0; j < design_.features; j += pack_lanes) {
        const Standard standard(scale_, j);
        Pack even = {}, odd = {};
#pragma GCC unroll 4
        for (int k = 0; k < together; k += 2) {
          __builtin_prefetch(x[k] + j + ahead, 0, 2);
          __builtin_prefetch(x[k + 1] + j + ahead, 0, 2);
          even = fused(standard(x[k] + j), factor[k], even);
          odd = fused(standard(x[k + 1] + j), factor[k + 1], odd);
        }
        store(sums + j, load(sums + j) + (even + odd));
      }
    });
    if (!design_.intercept) return;
    double total = 0;
    for (std::int64_t i = 0; i < whole_; ++i) total += r[i];
    sums[design_.features] += total;
  }

 private:
  /// Of a vector of columns.
  struct Standard {
    Pack shift, factor;
    PackBits used;

    [[gnu::always_inline]] Standard(const RowScale& scale, std::int64_t j)
        : shift(load(scale.shift + j)), factor(load(scale.factor + j)) {
      __builtin_memcpy(&used, scale.used + j, sizeof used);
    }
    template <class T>
    [[gnu::always_inline]] Pack operator()(const T* x) const {
      return reinterpret_cast<Pack>(reinterpret_cast<PackBits>((load_as_double(x) - shift) * factor) & used);
    }
  };

  /// Calls body(i, x, ahead) for rows i .. i + 7 of the tile, at x[0] .. x[7]. The tile that comes next lies `ahead` of
  /// these values: it is fetched in both halves of a pass, so that memory is at work all the time.
  template <class Body>
  [[gnu::always_inline]] void each_eight(const Body& body) const {
    if (design_.columns[0].dtype == DType::f64)
      each_eight_as<double>(body);
    else
      each_eight_as<float>(body);
  }

  template <class T, class Body>
  [[gnu::always_inline]] void each_eight_as(const Body& body) const {
    const std::int64_t stride = design_.columns[0].stride, features = design_.features;
    const std::int64_t read = (features + pack_lanes - 1) / pack_lanes * pack_lanes;
    const std::int64_t beyond = (read - features + stride - 1) / stride, safe = design_.rows - beyond;
    const std::int64_t ahead = whole_ * stride;
    const T* const values = static_cast<const T*>(design_.columns[0].values);
    for (std::int64_t i = 0; i < whole_; i += together) {
      const T* x[together];
      for (std::int64_t r = 0; r < together; ++r) {
        const std::int64_t row = begin_ + (i + r < count_ ? i + r : count_ - 1);
        x[r] = values + row * stride;
        if (row < safe) continue;
        T* const copy = reinterpret_cast<T*>(room_ + r * read);
        for (std::int64_t j = 0; j < read; ++j) copy[j] = j < features ? x[r][j] : T{0};
        x[r] = copy;
      }
      body(i, x, ahead);
    }
  }

  const DesignView& design_;
  const RowScale& scale_;
  std::int64_t begin_, count_, whole_;
  double* room_;
};

LINDEN_LEVEL_END
}  // namespace linden
