// Loss and derivatives of one row of a linear model, in double, and what the curvature of a row does to a direction.
//
// Of a loss of one score: value, slope and second derivative, which is never negative. Of softmax: the shares p_k, from
// which all follows. Its slope in s_k is p_k - [k = label], its curvature the matrix [k = l] p_k - p_k p_l.
#pragma once

#include "backend/math/dual.hpp"
#include "backend/math/host_device.hpp"
#include "backend/loss/row_losses.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// weight * x, and exactly 0 for weight 0, even where x is not finite.
LINDEN_HD double weighted(double weight, double x) { return weight == 0.0 ? 0.0 : weight * x; }

/// NaN stays.
LINDEN_HD double never_negative(double curvature) { return curvature < 0.0 ? 0.0 : curvature; }

struct RowLoss {
  double value, slope, curvature;
};

/// For losses of one score (not SoftmaxLoss, not ProgramLoss).
template <class Loss>
LINDEN_HD RowLoss row_loss(const Loss& loss, double score, double label) {
  const Dual d = loss(variable(score), label);
  return {d.value, d.first, never_negative(d.second)};
}

/// What SoftmaxLoss needs of all scores of a row; score(k) for k in [0, outputs).
struct SoftmaxRow {
  double shift, sum;
};
template <class Score>
LINDEN_HD SoftmaxRow softmax_row(int outputs, const Score& score) {
  double shift = score(0), sum = 0.0;
  for (int k = 1; k < outputs; ++k) shift = SoftmaxLoss::larger(shift, score(k));
  for (int k = 0; k < outputs; ++k) sum += SoftmaxLoss::term(score(k), shift);
  return {shift, sum};
}

/// Output k of the curvature of softmax times a direction t, whose mean is sum_l p_l t_l, from left to right.
LINDEN_HD double softmax_product(double share, double t, double mean) { return share * (t - mean); }

/// Element (k, l) of the curvature of softmax.
LINDEN_HD double softmax_curvature(double share_k, double share_l, bool is_diagonal) {
  return is_diagonal ? share_k * (1.0 - share_k) : -(share_k * share_l);
}

LINDEN_LEVEL_END
}  // namespace linden
