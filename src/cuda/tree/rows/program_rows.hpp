// Loss and derivatives of rows by a row program (backend/loss/row_program.hpp), in double and without weights: the one
// place where a GPU interprets programs, for trees and for linear models.
#pragma once

#include "backend/context.hpp"
#include "backend/loss/row_losses.hpp"

namespace linden::cuda {

/// Rows begin .. begin + count - 1 of `rows`.
struct ProgramRows {
  std::int64_t rows, begin, count;
  const double* scores;  ///< [outputs, rows]
  const double* labels;  ///< [rows]
  double* losses;        ///< out [count], or null
  double* slopes;        ///< out [outputs, count]
  double* curvatures;    ///< out [outputs, count], as the loss's rule has them and never negative (NaN stays)
  std::int64_t curvature_stride = 0;  ///< between outputs; 0: count
};

/// `loss` is of LossKind::program.
void program_rows(Context&, const LossSpec& loss, const ProgramRows&);

}  // namespace linden::cuda
