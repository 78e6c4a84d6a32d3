// The GPU's kernels of linear models: the entries of the table in backend/linear_kernels.hpp.
#pragma once

#include "backend/linear_kernels.hpp"

namespace linden::cuda {

void design_scores(Context&, const DesignScoresTask&);
void evaluate(Context&, const EvaluateTask&);
void hessian_product(Context&, const HessianProductTask&);
void hessian(Context&, const HessianTask&);

/// Bytes of what is kept from part to part of these rows: of all tasks but hessian(), and of that.
std::int64_t pass_room(const DesignView& design, std::int32_t outputs);
std::int64_t hessian_room(const DesignView& design, std::int32_t outputs);

}  // namespace linden::cuda
