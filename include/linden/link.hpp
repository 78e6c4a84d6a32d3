// What a loss says about predictions and labels, in two words.
#pragma once

#include <linden/export.hpp>

namespace linden {

/// How predictions come from scores: the score itself, 1 / (1 + exp(-s)), exp(s_k) / sum exp(s_j), exp(s),
/// exp(s) - 1, or the scores of a row in ascending order.
///
/// The next three are those of distributions, which have two scores a row, and mean and standard deviation for
/// predictions. Scores are: normal, the mean and the logarithm of the standard deviation; log_normal, the same two of
/// the label's logarithm; gamma, the logarithms of the mean and of the shape (mean^2 / variance).
///
/// Generalised linear models have some more, by the names of the functions from means to scores (LinearConfig::link):
/// the share of the normal distribution below s (probit), 1 - exp(-exp(s)) (cloglog), s^2 (sqrt), 1 / s (inverse) and
/// 1 / sqrt(s) (inverse_square).
enum class Link {
  identity,
  sigmoid,
  softmax,
  exp,
  expm1,
  sorted,
  normal,
  log_normal,
  gamma,
  probit,
  cloglog,
  sqrt,
  inverse,
  inverse_square
};

LINDEN_API const char* name_of(Link) noexcept;

/// What a label must be: any finite number, a number >= 0, one above 0, a class (0, 1, ... below `classes`), a number
/// from 0 to 1, a whole number >= 0 that says how relevant a row is to the query of its group, or a time (survival: see
/// loss::cox in loss.hpp).
enum class LabelKind { real, nonnegative, positive, classes, share, grades, times };

}  // namespace linden
