// A few made-up rows, and what a loss does on them.
#pragma once

#include "loss/trace.hpp"

namespace linden {

/// Labels are classes or small whole numbers, scores and parameters smooth and all different.
struct Probe {
  Tensor score, label;
  std::vector<Tensor> parameters;
};

/// How many probes differ: in the number of rows, in the spread of scores, and in all numbers.
constexpr int most_probes = 3;
Probe make_probe(const TraceOptions& options, int number);

/// Whether some row's loss moves with another row's score.
bool mixes_rows(const TensorLoss& loss, const TraceOptions& options);

/// Whether the program, read from one probe, gives the losses of the others: it does not where the function has put a
/// number that it took from the rows (item(), size(0)) into the expression.
bool agrees(const RowProgram& program, const TensorLoss& loss, const TraceOptions& options);

}  // namespace linden
