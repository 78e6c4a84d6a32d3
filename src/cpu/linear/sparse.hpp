// Products with the rows of a sparse design, whose shift stays virtual:
//
//     score of row i    = sum_j x_ij factor_j u_j + (b - sum_j shift_j factor_j u_j)
//     gradient of u_j   = factor_j (sum_i x_ij r_i - shift_j sum_i r_i)
//
// Parameters and sums of all outputs of a column lie beside each other: [columns + 1, outputs], the constant part last.
#pragma once

#include <cstdint>

#include "backend/math/host_device.hpp"
#include "backend/linear_kernels.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

class SparseRows {
 public:
  SparseRows(const DesignView& design, std::int64_t outputs) : design_(design), outputs_(outputs) {}

  /// From parameters [outputs, width].
  void prepare(const double* parameters, double* prepared) const {
    const std::int64_t columns = design_.features, width = design_.width();
    for (std::int64_t k = 0; k < outputs_; ++k) {
      double constant = design_.intercept ? parameters[k * width + columns] : 0.0;
      for (std::int64_t j = 0; j < columns; ++j) {
        const double u = design_.factor[j] * parameters[k * width + j];
        constant -= design_.shift[j] * u;
        prepared[j * outputs_ + k] = u;
      }
      prepared[columns * outputs_ + k] = constant;
    }
  }

  /// z [outputs, stride]
  void scores(const double* prepared, std::int64_t begin, std::int64_t count, double* z, std::int64_t stride) const {
    if (design_.entries.dtype == DType::f64)
      scores_as<double>(prepared, begin, count, z, stride);
    else
      scores_as<float>(prepared, begin, count, z, stride);
  }

  /// sums [columns + 1, outputs] += the rows times r [outputs, stride].
  void add(std::int64_t begin, std::int64_t count, const double* r, std::int64_t stride, double* sums) const {
    if (design_.entries.dtype == DType::f64)
      add_as<double>(begin, count, r, stride, sums);
    else
      add_as<float>(begin, count, r, stride, sums);
  }

  /// The gradient [outputs, width] from sums over all rows.
  void finish(const double* sums, double* gradient) const {
    const std::int64_t columns = design_.features;
    for (std::int64_t k = 0; k < outputs_; ++k, gradient += design_.width()) {
      const double total = sums[columns * outputs_ + k];
      for (std::int64_t j = 0; j < columns; ++j)
        gradient[j] = design_.factor[j] * (sums[j * outputs_ + k] - design_.shift[j] * total);
      gradient[columns] = design_.intercept ? total : 0.0;
    }
  }

 private:
  template <class T>
  void scores_as(const double* __restrict prepared, std::int64_t begin, std::int64_t count, double* __restrict z,
                 std::int64_t stride) const {
    const std::int64_t* const offsets = design_.entries.offsets + begin;
    const std::int32_t* const indices = design_.entries.indices;
    const T* const values = static_cast<const T*>(design_.entries.values);
    const double* const constant = prepared + std::int64_t{design_.features} * outputs_;
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t first = offsets[i], end = offsets[i + 1];
      if (outputs_ == 1) {
        double even = constant[0], odd = 0;  // two sums: additions need not wait for each other
        std::int64_t e = first;
        for (; e + 2 <= end; e += 2) {
          even += values[e] * prepared[indices[e]];
          odd += values[e + 1] * prepared[indices[e + 1]];
        }
        if (e < end) even += values[e] * prepared[indices[e]];
        z[i] = even + odd;
        continue;
      }
      for (std::int64_t k = 0; k < outputs_; ++k) {
        double sum = constant[k];
        for (std::int64_t e = first; e < end; ++e) sum += values[e] * prepared[indices[e] * outputs_ + k];
        z[k * stride + i] = sum;
      }
    }
  }

  template <class T>
  void add_as(std::int64_t begin, std::int64_t count, const double* __restrict r, std::int64_t stride,
              double* __restrict sums) const {
    const std::int64_t* const offsets = design_.entries.offsets + begin;
    const std::int32_t* const indices = design_.entries.indices;
    const T* const values = static_cast<const T*>(design_.entries.values);
    for (std::int64_t k = 0; k < outputs_; ++k) {
      double* const to = sums + k;
      double total = 0;
      for (std::int64_t i = 0; i < count; ++i) {
        const double factor = r[k * stride + i];
        total += factor;
        for (std::int64_t e = offsets[i]; e < offsets[i + 1]; ++e) to[indices[e] * outputs_] += values[e] * factor;
      }
      to[design_.features * outputs_] += total;
    }
  }

  const DesignView& design_;
  std::int64_t outputs_;
};

LINDEN_LEVEL_END
}  // namespace linden
