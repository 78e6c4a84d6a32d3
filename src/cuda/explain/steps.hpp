// The GPU's kernels that explain rows.
#pragma once

#include "backend/explain_kernels.hpp"

namespace linden::cuda {

void contributions(Context& context, const ExplainTask& task);
void interactions(Context& context, const ExplainTask& task);
void against_background(Context& context, const ExplainTask& task, const BackgroundTask& background);

}  // namespace linden::cuda
