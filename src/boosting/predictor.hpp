// Scores of a dataset under a forest: columns matched by name, rows by threads, outputs side by side.
#pragma once

#include <linden/data.hpp>
#include <linden/loss.hpp>
#include <linden/tensor.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backend/backend.hpp"
#include "boosting/device_forest.hpp"
#include "boosting/device_rows.hpp"

namespace linden {

/// The features of a model by name, as prediction matches data to them.
struct FeatureNames {
  const std::vector<std::string>& names;
  const std::vector<bool>& categorical;
  const std::vector<std::vector<std::string>>& categories;
};

/// Where the features `used` are found in `data`. Every feature of the model must be there, used or not. Throws
/// DataError, opening with `where`, for one that is not, or whose kind is another.
std::vector<FeatureSource> match_features(std::string_view where, const Dataset& data, const FeatureNames& model,
                                          const std::vector<int>& used);

/// Adds trees to scores [outputs, rows] in the device's memory. The forest's features are those at these places of the
/// rows.
void add_trees(const Backend& backend, Context& context, const DeviceForest& forest, DeviceRows& rows,
               std::span<const int> features, double* scores, std::int64_t score_stride);

/// Adds the first `trees` trees to scores [outputs, rows] of the host.
void add_scores(const Backend& backend, Context& context, const Forest& forest, std::int32_t trees, const RawView& rows,
                std::span<double> scores);

/// The leaves [rows, trees] that rows reach in the first `trees` trees.
void find_leaves(const Backend& backend, Context& context, const Forest& forest, std::int32_t trees,
                 const RawView& rows, std::int32_t* leaves);

/// Scores [outputs, rows] through the loss's link: [rows], or [rows, outputs] for more than one.
Tensor predictions(const Loss& loss, int outputs, std::int64_t rows, const double* scores, bool linked, Arena& arena);

}  // namespace linden
