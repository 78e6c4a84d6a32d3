// Prediction over bytes, which `predict` calls for many rows.
#pragma once

#include "backend/tree_kernels.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// Bytes of scratch memory that a worker wants.
std::int64_t byte_scratch(const ByteForestView& forest);

/// What TreeKernels::predict does, by task.bytes.
void predict_bytes(Context& context, const PredictTask& task);

LINDEN_LEVEL_END
}  // namespace linden
