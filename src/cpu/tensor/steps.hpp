// The CPU's tensor kernels, one source file each: the entries of the table in backend/tensor_kernels.hpp.
#pragma once

#include "backend/math/host_device.hpp"
#include "backend/tensor_kernels.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

void unary(Context&, std::int32_t op, const ElementwiseTask<2>&);
void binary(Context&, std::int32_t op, const ElementwiseTask<3>&);
void where(Context&, const ElementwiseTask<4>&);
void copy(Context&, const ElementwiseTask<2>&);
void fused(Context&, const FusedProgram&, const FusedTask&);
void reduce(Context&, const ReduceTask&);
void arg_reduce(Context&, bool largest, const AxisTask<2>&);
void cumulative_sum(Context&, const AxisTask<2>&);
void sort(Context&, bool descending, const AxisTask<3>&, void* scratch);
void gather(Context&, const AxisTask<3>&);
void scatter_add(Context&, const AxisTask<3>&);
void matmul(Context&, const MatmulTask&);
std::int64_t cholesky(Context&, DType, void* a, std::int64_t n);
void solve_triangular(Context&, const TriangularTask&);
void random(Context&, const RandomTask&);
void sgd_step(Context&, const StepTask&);
void adam_step(Context&, const StepTask&);

LINDEN_LEVEL_END
}  // namespace linden
