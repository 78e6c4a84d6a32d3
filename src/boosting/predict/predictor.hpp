// Scores of rows under a forest, and the leaves that they reach.
#pragma once

#include <span>

#include "backend/backend.hpp"
#include "boosting/predict/device_forest.hpp"
#include "rows/device_rows.hpp"

namespace linden {

/// Adds trees to scores [outputs, rows] in the device's memory. The forest's features are those at these places of the
/// rows.
void add_trees(const Backend& backend, Context& context, const DeviceForest& forest, DeviceRows& rows,
               std::span<const int> features, double* scores, std::int64_t score_stride);

/// Adds the first `trees` trees to scores [outputs, rows] of the host.
void add_scores(const Backend& backend, Context& context, const Forest& forest, std::int32_t trees,
                const RowsView& rows, std::span<double> scores);

/// The leaves [rows, trees] that rows reach in the first `trees` trees.
void find_leaves(const Backend& backend, Context& context, const Forest& forest, std::int32_t trees,
                 const RowsView& rows, std::int32_t* leaves);

}  // namespace linden
