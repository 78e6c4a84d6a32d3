// The kernels that explain rows, and what they have in common.
#pragma once

#include "backend/explain_kernels.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

void contributions(Context& context, const ExplainTask& task);
void interactions(Context& context, const ExplainTask& task);
void against_background(Context& context, const ExplainTask& task, const BackgroundTask& background);
std::int64_t background_scratch(Context& context, const ExplainTask& task);
std::int64_t explain_scratch(Context& context, const ExplainTask& task);

LINDEN_LEVEL_END
}  // namespace linden
