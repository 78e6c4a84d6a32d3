// Derived columns behind those of the data: what trees read of categories in place of the categories themselves.
#pragma once

#include <functional>
#include <linden/data.hpp>
#include <span>
#include <vector>

#include "base/parallel.hpp"
#include "boosting/bins/category_bins.hpp"
#include "boosting/categories/statistics_table.hpp"
#include "model/labels.hpp"
#include "model/features/match_features.hpp"

namespace linden {

/// The data with more columns of numbers, [rows] f64 each, behind its own.
Dataset with_columns(const Dataset& data, std::vector<Tensor> columns);

/// These derived columns, ascending, for rows of any data: statistics of all training rows. `source(f)`: where feature
/// f of the model is found in the data.
std::vector<Tensor> derived_columns(const Dataset& data, const TargetStatistics& statistics,
                                    std::span<const int> columns,
                                    const std::function<const FeatureSource&(int)>& source, Workers& workers);

/// What a fit derives from its rows.
struct LearnedColumns {
  TargetStatistics statistics;
  std::vector<Tensor> columns;  ///< all, for the training rows: statistics of the rows before each
};

struct LearningOptions {
  std::uint64_t seed = 0;
  double prior_weight = 1;
  int most_combined = 3;                                       ///< features of a table
  std::function<bool(const std::vector<int>&)> may_meet = {};  ///< whether a table may be of these features
};

/// Tables of each of the `encoded` features, and of good combinations of the `combined` ones. `weights` are empty for
/// all one; `slopes`: one an output.
LearnedColumns learned_columns(const Dataset& train, const Labels& labels, std::span<const double> weights,
                               std::vector<int> encoded, const std::vector<int>& combined,
                               std::span<const RowSlopes> slopes, const LearningOptions& options, Workers& workers);

}  // namespace linden
