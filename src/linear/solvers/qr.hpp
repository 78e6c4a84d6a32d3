// Least squares by Householder QR of the standardised rows: for the squared loss, where the Gram matrix has lost what
// matters.
#pragma once

#include <linden/linear.hpp>
#include <span>
#include <vector>

#include "linear/design/design.hpp"

namespace linden {

struct LeastSquares {
  std::vector<double> parameters;  ///< [width], for standardised columns; 0 for dependent ones
  std::vector<int> dependent;      ///< columns that are sums of columns before them, ascending
  std::vector<int> independent;    ///< the others, without those that the design leaves out; the intercept last
  std::vector<double> triangle;    ///< [rank, rank], row-major, upper: R of the weighted rows with l2, over those
  int rank = 0;                    ///< with the intercept
  double condition = 1;            ///< of the independent columns

  /// Half the squared Newton decrement at a point of this gradient [width]: gradient (R^T R)^-1 gradient / 2.
  double half_decrement(std::span<const double> gradient) const;
};

/// Minimises  share * sum_i weight_i (y_i - A_i x)^2 / 2 + sum_j l2[j] x_j^2 / 2  over x, for a design of the host (the
/// CPU's kernels), over the rows of all ranks. `weights` is empty for all one; l2 is [width].
LeastSquares least_squares(const Design& design, std::span<const double> labels, std::span<const double> weights,
                           double share, std::span<const double> l2, Workers& workers, const Ranks& ranks = {});

}  // namespace linden
