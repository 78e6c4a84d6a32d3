// What a fit derives from its features of categories, by its configuration.
#pragma once

#include <linden/boosting.hpp>
#include <span>
#include <string>
#include <vector>

#include "base/parallel.hpp"
#include "boosting/bins/category_bins.hpp"
#include "boosting/categories/derived_columns.hpp"
#include "model/labels.hpp"

namespace linden {

/// Statistics of the features that have this encoding, and of combinations of features that one of the interactions
/// allows. `slopes`: one an output, where there are categories.
LearnedColumns learn_statistics(const Dataset& train, const Labels& labels,
                                const std::vector<CategoryEncoding>& encodings, const BoostingConfig& config,
                                std::span<const RowSlopes> slopes, Workers& workers);

/// What users would want to know of the features that automatic encodings turned into statistics, or nothing.
std::string statistics_remark(const Dataset& train, const std::vector<CategoryEncoding>& encodings,
                              const BoostingConfig& config, const TargetStatistics& statistics);

}  // namespace linden
