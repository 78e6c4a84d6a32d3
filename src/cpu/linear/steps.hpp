// The CPU's kernels of linear models: the entries of the table in backend/linear_kernels.hpp.
#pragma once

#include "backend/math/host_device.hpp"
#include "backend/linear_kernels.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

std::int64_t design_scratch(Context&, const DesignView&, std::int32_t outputs, bool with_hessian);
void design_scores(Context&, const DesignScoresTask&);
void evaluate(Context&, const EvaluateTask&);
void hessian_product(Context&, const HessianProductTask&);
void hessian(Context&, const HessianTask&);
void triangle(Context&, const TriangleTask&);

LINDEN_LEVEL_END
}  // namespace linden
