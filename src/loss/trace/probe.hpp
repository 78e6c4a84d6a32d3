// A few made-up rows, and what a loss does on them.
#pragma once

#include "loss/trace/trace.hpp"

namespace linden {

/// Labels are classes or small whole numbers, scores and parameters smooth and all different.
struct Probe {
  Tensor score, label;
  std::vector<Tensor> parameters;
};

/// How many probes differ: in the number of rows, in the spread of scores, and in all numbers.
constexpr int most_probes = 3;
Probe make_probe(const TraceOptions& options, int number);

/// Whether some row's loss moves with another row's score; of one loss in all, whether the slope in one does.
bool mixes_rows(const TensorLoss& loss, const TraceOptions& options);

/// Whether the function is one of rows apart, at these scores [rows] or [rows, K].
bool mixes_rows_at(const TensorLoss& loss, const Tensor& score, const Tensor& label,
                   std::span<const Tensor> parameters);

/// Whether the program, read from one probe, gives the losses of the others, or their sum or mean: it does not where
/// the function has put a number that it took from the rows (item(), size(0)) into the expression.
bool agrees(const RowProgram& program, const TensorLoss& loss, const TraceOptions& options, Reduction reduction);

}  // namespace linden
