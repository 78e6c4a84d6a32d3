// Scores of a dataset under a forest: columns matched by name, rows by threads, outputs side by side.
#pragma once

#include <linden/data.hpp>
#include <linden/loss.hpp>
#include <linden/tensor.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "backend/tree_kernels.hpp"
#include "boosting/forest.hpp"
#include "boosting/raw_view.hpp"

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

/// Adds trees to scores [outputs, rows] and, unless null, writes leaves [rows, trees].
void run_forest(const TreeKernels& kernels, Context& context, const ForestView& forest, const RawView& rows,
                double* scores, std::int32_t* leaves);

/// Scores [outputs, rows] through the loss's link: [rows], or [rows, outputs] for more than one.
Tensor predictions(const Loss& loss, int outputs, std::int64_t rows, const double* scores, bool linked, Arena& arena);

}  // namespace linden
