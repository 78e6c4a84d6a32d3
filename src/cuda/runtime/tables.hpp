// The GPU's side of the seam.
#pragma once

#include "backend/explain_kernels.hpp"
#include "backend/linear_kernels.hpp"
#include "backend/tensor_kernels.hpp"
#include "backend/tree_kernels.hpp"

namespace linden::cuda {

const TensorKernels& tensor_kernels();
const TreeKernels& tree_kernels();
const LinearKernels& linear_kernels();
const ExplainKernels& explain_kernels();

}  // namespace linden::cuda
