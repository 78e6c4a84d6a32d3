// Where the features of a model are found in other data: columns by name, categories by theirs.
#pragma once

#include <cstdint>
#include <linden/data.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "model/features/model_schema.hpp"

namespace linden {

/// Where a kernel's feature comes from: a column of the data, and how its category codes translate.
struct FeatureSource {
  int column = 0;                  ///< or -1: sparse rows without the column, 0 in all of them
  std::vector<std::int32_t> code;  ///< the wanted code of each of the column's codes, -1 unknown; empty: the same
};

/// Where the features `used` are found in `data`. Every feature of the model must be there, used or not; sparse rows
/// may lack some, but not all. Where features are called by their places (data/text/place_names.hpp) and dense data
/// lacks some of them, columns are taken in their order if there are as many; column f7 of sparse rows in memory is 7.
/// A category is found by its text or else, where one category alone has its number, by that: "4.0" is "4".
/// Throws DataError, opening with `where`, for one that is not, or whose kind is another.
std::vector<FeatureSource> match_features(std::string_view where, const Dataset& data, const ModelSchema& model,
                                          const std::vector<int>& used);

}  // namespace linden
