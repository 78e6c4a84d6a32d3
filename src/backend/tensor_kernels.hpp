// The seam of tensors: everything that tensor ops ask of a device, as one table of functions over plain memory.
//
// The ops that call it stand in src/ops: they check, broadcast, promote and allocate, and hand over loops whose
// dimensions are already merged where memory allows. Kernels neither allocate nor check. The CPU's table is made in
// src/cpu/tensor/table.cpp, once per instruction level.
//
// Every result has the same bytes for any number of threads: sums run over fixed chunks in a fixed order, written down
// beside each kernel.
#pragma once

#include <cstdint>

#include "backend/context.hpp"
#include "backend/tensor/fused_program.hpp"
#include "backend/tensor/tasks.hpp"

namespace linden {

struct TensorKernels {
  /// `op` numbers an entry of UnaryOps, BinaryOps (scalar_ops.hpp). Inputs have the output's dtype, except that
  /// predicates and comparisons write boolean.
  void (*unary)(Context&, std::int32_t op, const ElementwiseTask<2>&);
  void (*binary)(Context&, std::int32_t op, const ElementwiseTask<3>&);
  /// out = mask ? a : b; operands out, mask (boolean), a, b.
  void (*where)(Context&, const ElementwiseTask<4>&);
  /// out = in, converted to the output's dtype (towards zero; to boolean: whether it is not 0).
  void (*copy)(Context&, const ElementwiseTask<2>&);
  /// Several of the four above in one pass: the program's results from its inputs. No result is an input.
  void (*fused)(Context&, const FusedProgram&, const FusedTask&);

  void (*reduce)(Context&, const ReduceTask&);
  /// Operands out (i64, axis stride unused), in: the first position of the largest (smallest) element; NaN wins.
  void (*arg_reduce)(Context&, bool largest, const AxisTask<2>&);
  /// Operands out, in of one dtype.
  void (*cumulative_sum)(Context&, const AxisTask<2>&);
  /// Operands values, indices (i64), in: stable, NaN last in either direction. `scratch` has room for
  /// sort_scratch(length) bytes for each worker.
  void (*sort)(Context&, bool descending, const AxisTask<3>&, void* scratch);
  /// Operands out, index (i64, length of the task, checked), in: out[i] = in[index[i]] along the axis.
  void (*gather)(Context&, const AxisTask<3>&);
  /// Operands out, index, in: out[index[i]] += in[i] along the axis, i in ascending order.
  void (*scatter_add)(Context&, const AxisTask<3>&);

  void (*matmul)(Context&, const MatmulTask&);
  /// The lower factor of the symmetric matrix in the lower half of `a` [n, n], dense row-major, in place; zeros above.
  /// Returns the first pivot that is not positive, or -1.
  std::int64_t (*cholesky)(Context&, DType, void* a, std::int64_t n);
  void (*solve_triangular)(Context&, const TriangularTask&);

  void (*random)(Context&, const RandomTask&);
  void (*sgd_step)(Context&, const StepTask&);
  void (*adam_step)(Context&, const StepTask&);
};

constexpr std::int64_t sort_scratch(std::int64_t length) { return 32 * length; }

/// The CPU's table for this machine's instruction level.
const TensorKernels& cpu_tensor_kernels();

}  // namespace linden
