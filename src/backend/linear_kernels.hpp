// The seam of linear models: everything that their solvers ask of a device, as one table of functions over plain
// memory.
//
// The loops that call it stand in src/linear. The CPU's table is src/cpu/linear/table.cpp, the GPU's
// src/cuda/linear/table.cpp. Cholesky factors come from the tensor table.
//
// A design is the matrix A [rows, width] of the standardised columns and, last, a column of ones for the intercept
// (zeros without one). It is never made: kernels standardise raw values while they read them. Tasks and views are the
// host's; arrays behind them are the device's. All arithmetic is in double. Sums follow an order that depends on
// sizes alone.
//
// Rows that a GPU has no room for come to it in parts, one after the other, each with the same task: arrays by row are
// those of all rows, and sums go on where the part before has left them. They are there after the last part, and the
// same, to the byte, as those of all rows at once.
#pragma once

#include <cstdint>

#include "backend/context.hpp"
#include "backend/loss/row_losses.hpp"
#include "backend/rows_view.hpp"

namespace linden {

/// Rows of numbers with what standardises them. The entries of sparse rows are numbered as the features are; on a GPU
/// they are there by columns, too, and dense columns are contiguous and of one dtype.
struct DesignView : RowsView {
  /// Where part of the rows come between the others. Parts but the last have whole multiples of design_part_rows, or of
  /// sparse rows, whose sums by column are added part by part, any number that depends on the data alone. The CPU's
  /// kernels take all rows at once.
  std::int64_t rows_before = 0, rows_after = 0;
  bool intercept = true;
  const double* shift = nullptr;   ///< [features]: A(i, j) = (x(i, j) - shift[j]) * factor[j]
  const double* factor = nullptr;  ///< [features]; 0 for a feature that is left out: its A(i, j) are 0

  std::int64_t width() const noexcept { return std::int64_t{features} + 1; }
  std::int64_t all_rows() const noexcept { return rows_before + rows + rows_after; }
  bool is_first() const noexcept { return rows_before == 0; }
  bool is_last() const noexcept { return rows_after == 0; }
  bool is_whole() const noexcept { return is_first() && is_last(); }
};

inline constexpr std::int64_t design_part_rows = 256;

/// Weights of rows: weight_i / (their sum).
struct DesignWeights {
  const double* weights = nullptr;  ///< [rows], or null for all one
  double share = 1;                 ///< 1 / their sum
};

/// scores [outputs, rows] = (A parameters^T)^T for parameters [outputs, width]. Here and below [rows] are all rows, of
/// which a part's task reads and writes its own.
struct DesignScoresTask {
  DesignView design;
  std::int32_t outputs = 1;
  const double* parameters = nullptr;
  double* scores = nullptr;
  void* scratch = nullptr;  ///< design_scratch() bytes
};

/// In one pass over tiles of rows: scores; loss and derivatives of every row; the gradient [outputs, width] of the
/// weighted mean loss.
struct EvaluateTask {
  DesignView design;
  DesignWeights weights;
  LossSpec loss;
  const double* labels = nullptr;      ///< [rows]
  const double* parameters = nullptr;  ///< [outputs, width]
  double* scores = nullptr;            ///< out [outputs, rows]
  /// Out [outputs, rows], of a row without its weight: second derivatives, as the loss's rules have them and never
  /// negative; for softmax the shares p_k, from which its whole curvature follows: [k = l] p_k - p_k p_l.
  double* curvatures = nullptr;
  double* gradient = nullptr;       ///< out [outputs, width]
  double* mean_loss = nullptr;      ///< out: one number, of the weighted mean; not finite where a row's loss is not
  const double* offsets = nullptr;  ///< [outputs, rows], added to the scores; null: none
  /// For losses that the tape evaluates (LossKind::tape) scores and losses are left alone: d loss / d score of every
  /// row, [outputs, rows], without weights, is given, and only the gradient is formed.
  const double* row_gradients = nullptr;
  /// `scores` are given, offsets and all, and not formed of the parameters: for kernels that say takes_scores.
  bool has_scores = false;
  /// Of a loss with one output, for kernels that say takes_scores: so many points are evaluated in one pass. What is
  /// [outputs, ...] above, and the mean loss, is of one point after another; offsets are those of all.
  std::int32_t points = 1;
  void* scratch = nullptr;  ///< design_scratch() bytes, for outputs * points
};

/// out [outputs, width] = Hessian of the weighted mean loss times direction [outputs, width].
struct HessianProductTask {
  DesignView design;
  DesignWeights weights;
  bool softmax = false;  ///< what `curvatures` are
  std::int32_t outputs = 1;
  const double* curvatures = nullptr;  ///< from EvaluateTask
  const double* direction = nullptr;
  double* out = nullptr;
  void* scratch = nullptr;
};

/// out [size, size], size = outputs * width, row-major, its lower half: the Hessian of the weighted mean loss plus
/// `diagonal`. The rest of `out` is left undefined.
struct HessianTask {
  DesignView design;
  DesignWeights weights;
  bool softmax = false;
  std::int32_t outputs = 1;
  const double* curvatures = nullptr;
  const double* diagonal = nullptr;  ///< [size], added to out(i, i)
  /// [width]: coupling[j] is added to the entries (k j, l j) of all pairs of outputs k, l. Softmax has no curvature
  /// along the sum over k, unless a penalty gives it some.
  const double* coupling = nullptr;  ///< null: none
  double* out = nullptr;
  void* scratch = nullptr;  ///< design_scratch(with_hessian) bytes
};

/// out [width + 1, width + 1], row-major, its upper half: R of the Householder QR of the rows
/// sqrt(weight_i share) (A_i, label_i). Zeros below.
struct TriangleTask {
  DesignView design;
  DesignWeights weights;
  const double* labels = nullptr;
  double* out = nullptr;
  void* scratch = nullptr;  ///< design_scratch(with_hessian) bytes
};

/// Seconds that work takes on a device, roughly: what matters is where one solver overtakes another.
struct LinearRates {
  double gram;         ///< a multiplication of the Gram matrix of dense rows
  double sparse_gram;  ///< of a pair of entries of a sparse row
  double pass;         ///< an entry read in one pass: scores and gradient
  double sparse_pass;
  double factor;  ///< a multiplication of a Cholesky factor
};

struct LinearKernels {
  /// Whether hessian() takes sparse rows; if not, it wants them dense.
  bool has_sparse_hessian;
  /// Whether evaluate() goes on from scores that are known.
  bool takes_scores;
  LinearRates rates;
  /// Bytes of scratch memory that a task of this design wants, the same for all kinds but HessianTask, which
  /// wants `with_hessian`. On a GPU kernels take what they need from the stream's pool, and it is 0 but for rows that
  /// come in parts: their sums lie there from the first part to the last. The first part says how much they take.
  std::int64_t (*design_scratch)(Context&, const DesignView&, std::int32_t outputs, bool with_hessian);
  void (*scores)(Context&, const DesignScoresTask&);
  void (*evaluate)(Context&, const EvaluateTask&);
  void (*hessian_product)(Context&, const HessianProductTask&);
  void (*hessian)(Context&, const HessianTask&);
  /// Null on a GPU.
  void (*triangle)(Context&, const TriangleTask&);
};

/// The CPU's table for this machine's instruction level.
const LinearKernels& cpu_linear_kernels();

}  // namespace linden
