// From a loss as a function of tensors to a row program: the function runs once on a few probe rows, and the tape that
// it leaves is read.
#pragma once

#include <functional>
#include <linden/loss.hpp>
#include <linden/tensor.hpp>
#include <span>
#include <string>
#include <vector>

#include "backend/loss/row_instructions.hpp"

namespace linden {

/// The loss of every row [rows] from scores [rows] (or [rows, K]), labels [rows] and parameters by row [rows].
using TensorLoss = std::function<Tensor(const Tensor& score, const Tensor& label, std::span<const Tensor> parameters)>;

struct TraceOptions {
  std::int32_t outputs = 1;
  std::int32_t parameters = 0;
  LabelKind labels = LabelKind::real;
  /// Gauss-Newton: the op (its number in UnaryOps) that counts as straight where it is applied to a score; or -1.
  std::int32_t link_op = -1;
};

/// What a function gives: one loss a row, or one in all that is their sum or their mean (as far as is known: one that
/// is neither counts as a sum).
enum class Reduction { none, sum, mean };

struct Trace {
  RowProgram program;       ///< of a row's loss, whatever the reduction
  std::string obstacle;     ///< why there is no program, as half a sentence; empty when there is one
  bool mixes_rows = false;  ///< with an obstacle: whether the loss of one row depends on the scores of others
  bool is_untried = false;  ///< the function throws on made-up rows: nothing is known of it, and mixes_rows is true
  Reduction reduction = Reduction::none;
};

/// Throws ShapeError when the result has neither one element a row nor one in all.
Trace trace(const std::string& name, const TensorLoss& loss, const TraceOptions& options);

}  // namespace linden
