#include "linear/recipe/raw_features.hpp"

#include <numeric>

#include "rows/dataset_rows.hpp"

namespace linden {
namespace {

std::vector<int> all_features(const ModelSchema& schema) {
  std::vector<int> all(schema.feature_names.size());
  std::iota(all.begin(), all.end(), 0);
  return all;
}

}  // namespace

RawFeatures::RawFeatures(std::string_view where, const Dataset& data, const ModelSchema& schema)
    : rows_(data.rows()), sources_(match_features(where, data, schema, all_features(schema))) {
  for (const FeatureSource& source : sources_)
    columns_.push_back(view_of(data.columns()[static_cast<std::size_t>(source.column)]));
}

}  // namespace linden
