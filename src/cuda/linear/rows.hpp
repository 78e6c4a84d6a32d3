// What a pass over the rows of a linear model does with the scores of one row: it turns them in place into slopes
// that are multiplied by the row's weight, stores what is asked for, and returns the weighted loss.
//
// Score k of the row stands at scores[k * stride]. The arithmetic is that of backend/loss/row_loss.hpp. An operation
// says which outputs there can be: kernels that are never used are not made. Its rows are those of a part, whose arrays
// begin there; `rows`, the distance between outputs, is that of all.
#pragma once

#include "backend/linear_kernels.hpp"
#include "backend/loss/row_loss.hpp"
#include "cuda/runtime/simt.hpp"

namespace linden::cuda {

/// An array by row of all rows, from the first row of this part on.
template <class T>
T* of_part(T* array, const DesignView& design) {
  return array != nullptr ? array + design.rows_before : nullptr;
}
inline DesignWeights of_part(const DesignWeights& weights, const DesignView& design) {
  return {of_part(weights.weights, design), weights.share};
}

/// weight_i / (sum of the weights)
__device__ __forceinline__ double weight_of(const DesignWeights& weights, std::int64_t row) {
  return weights.weights != nullptr ? weights.weights[row] * weights.share : weights.share;
}

/// Only the scores.
struct StoreScores {
  static constexpr bool takes_one = true, takes_several = true;
  static constexpr bool takes_scores = true, gives_slopes = false, has_loss = false;
  std::int64_t rows;
  std::int32_t outputs;
  double* to;

  __device__ __forceinline__ double operator()(std::int64_t row, double* scores, std::int64_t stride) const {
    for (std::int32_t k = 0; k < outputs; ++k) to[k * rows + row] = scores[k * stride];
    return 0;
  }
};

/// Slopes that are known: no scores.
struct GivenSlopes {
  static constexpr bool takes_one = true, takes_several = true;
  static constexpr bool takes_scores = false, gives_slopes = true, has_loss = false;
  std::int64_t rows;
  std::int32_t outputs;
  DesignWeights weights;
  const double* slopes;  ///< [outputs, rows]

  __device__ __forceinline__ double operator()(std::int64_t row, double* scores, std::int64_t stride) const {
    const double weight = weight_of(weights, row);
    for (std::int32_t k = 0; k < outputs; ++k) scores[k * stride] = weighted(weight, slopes[k * rows + row]);
    return 0;
  }
};

/// What an EvaluateTask reads and writes by rows.
struct LossArrays {
  std::int64_t rows;
  std::int32_t outputs;
  DesignWeights weights;
  const double* labels;
  const double* offsets;  ///< null: none
  double *scores, *curvatures;

  /// Score k of a row with its offset.
  __device__ __forceinline__ double score(std::int64_t row, std::int32_t k, double without) const {
    return offsets != nullptr ? without + offsets[k * rows + row] : without;
  }
};

/// Losses of one score.
template <class Loss>
struct LossRow {
  static constexpr bool takes_one = true, takes_several = false;
  static constexpr bool takes_scores = true, gives_slopes = true, has_loss = true;
  LossArrays arrays;
  Loss loss;

  __device__ __forceinline__ double operator()(std::int64_t row, double* scores, std::int64_t) const {
    const double score = arrays.score(row, 0, scores[0]), weight = weight_of(arrays.weights, row);
    const RowLoss d = row_loss(loss, score, arrays.labels[row]);
    arrays.scores[row] = score;
    arrays.curvatures[row] = d.curvature;
    scores[0] = weighted(weight, d.slope);
    return weighted(weight, d.value);
  }
};

template <>
struct LossRow<SoftmaxLoss> {
  static constexpr bool takes_one = false, takes_several = true;
  static constexpr bool takes_scores = true, gives_slopes = true, has_loss = true;
  LossArrays arrays;
  SoftmaxLoss loss;

  __device__ __forceinline__ double operator()(std::int64_t row, double* scores, std::int64_t stride) const {
    const double weight = weight_of(arrays.weights, row), label = arrays.labels[row];
    if (arrays.offsets != nullptr)
      for (std::int32_t k = 0; k < arrays.outputs; ++k) scores[k * stride] = arrays.score(row, k, scores[k * stride]);
    const SoftmaxRow all = softmax_row(arrays.outputs, [&](int k) { return scores[k * stride]; });
    double value = 0;
    for (std::int32_t k = 0; k < arrays.outputs; ++k) {
      const double score = scores[k * stride], share = SoftmaxLoss::share(score, all.shift, all.sum);
      const bool is_label = label == static_cast<double>(k);
      if (is_label) value = SoftmaxLoss::value(score, all.shift, all.sum);
      arrays.scores[k * arrays.rows + row] = score;
      arrays.curvatures[k * arrays.rows + row] = share;
      scores[k * stride] = weighted(weight, SoftmaxLoss::output(share, is_label).gradient);
    }
    return weighted(weight, value);
  }
};

/// The curvature of a row times what a direction makes of the row.
template <bool softmax>
struct CurvatureRow {
  static constexpr bool takes_one = !softmax, takes_several = true;
  static constexpr bool takes_scores = true, gives_slopes = true, has_loss = false;
  std::int64_t rows;
  std::int32_t outputs;
  DesignWeights weights;
  const double* curvatures;

  __device__ __forceinline__ double operator()(std::int64_t row, double* scores, std::int64_t stride) const {
    const double weight = weight_of(weights, row);
    if constexpr (softmax) {
      double mean = 0;
      for (std::int32_t k = 0; k < outputs; ++k) mean += curvatures[k * rows + row] * scores[k * stride];
      for (std::int32_t k = 0; k < outputs; ++k)
        scores[k * stride] = weighted(weight, softmax_product(curvatures[k * rows + row], scores[k * stride], mean));
    } else {
      for (std::int32_t k = 0; k < outputs; ++k)
        scores[k * stride] = weighted(weight, curvatures[k * rows + row] * scores[k * stride]);
    }
    return 0;
  }
};

}  // namespace linden::cuda
