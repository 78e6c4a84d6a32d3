// Rows of any data as the trees of a model read them: where its features are found, with the columns that it derives.
#pragma once

#include <string_view>
#include <vector>

#include "base/parallel.hpp"
#include "boosting/model/model.hpp"
#include "model/features/match_features.hpp"

namespace linden {

struct MatchedRows {
  Dataset data;                        ///< with derived columns behind its own; columns in place of sparse rows whose
                                       ///< absent values are missing to the model
  std::vector<FeatureSource> sources;  ///< one for each that was asked for
};

/// `used`: features and derived ones, ascending. Codes are those of the model, or, where it `groups` categories,
/// numbers of groups. Throws DataError as match_features does.
MatchedRows match_rows(std::string_view where, const Dataset& data, const BoostedModel::State& model,
                       const std::vector<int>& used, Workers& workers);

/// The data with all derived columns, and their sources behind those of all features, which `sources` has.
Dataset derive_all(const Dataset& data, const TargetStatistics& statistics, std::vector<FeatureSource>& sources,
                   Workers& workers);

}  // namespace linden
