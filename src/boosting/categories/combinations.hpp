// Which features of categories are worth a statistic together: pairs and triples whose statistics of the rows before
// each row part best what is left of the gradients at the first scores, when single features and those that were chosen
// before have taken their parts. So of many that tell the same one is taken. The number of rows that are looked at is
// bounded.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "base/parallel.hpp"
#include "boosting/bins/category_bins.hpp"
#include "boosting/categories/statistics_rows.hpp"

namespace linden {

struct CombinationOptions {
  int most_features = 3;  ///< of a combination
  double prior_weight = 1;
  std::function<bool(const std::vector<int>&)> may_meet = {};  ///< whether these features may stand together
};

/// Pairs and triples, each ascending, of these features, the best first, at most 64. `slopes`: one an output, of all
/// rows.
std::vector<std::vector<int>> good_combinations(const StatisticsRows& rows, const std::vector<int>& features,
                                                std::span<const RowSlopes> slopes, const CombinationOptions& options,
                                                Workers& workers);

}  // namespace linden
