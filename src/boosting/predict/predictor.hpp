// Scores of rows under a forest, and the leaves that they reach.
#pragma once

#include <span>

#include "backend/backend.hpp"
#include "backend/rows_view.hpp"
#include "boosting/predict/byte_forest.hpp"
#include "boosting/predict/forest.hpp"
#include "rows/device_rows.hpp"

namespace linden {

/// Adds the first `trees` trees to scores [outputs, rows] of the host. `bytes` is made from `forest`.
void add_scores(const Backend& backend, Context& context, const Forest& forest, const LazyByteForest& bytes,
                std::int32_t trees, const RowsView& rows, std::span<double> scores);

/// Adds all trees to scores of the device, [outputs, rows] of a stride between outputs, of rows with all features.
void add_scores(const Backend& backend, Context& context, const Forest& forest, DeviceRows& rows, double* scores,
                std::int64_t stride);

/// The leaves [rows, trees] that rows reach in the first `trees` trees.
void find_leaves(const Backend& backend, Context& context, const Forest& forest, const LazyByteForest& bytes,
                 std::int32_t trees, const RowsView& rows, std::int32_t* leaves);

}  // namespace linden
