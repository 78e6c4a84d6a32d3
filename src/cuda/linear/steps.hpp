// The GPU's kernels of linear models: the entries of the table in backend/linear_kernels.hpp.
#pragma once

#include "backend/linear_kernels.hpp"

namespace linden::cuda {

void design_scores(Context&, const DesignScoresTask&);
void evaluate(Context&, const EvaluateTask&);
void hessian_product(Context&, const HessianProductTask&);
void hessian(Context&, const HessianTask&);

}  // namespace linden::cuda
