#include "boosting/model/matched_rows.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <string>
#include <utility>

#include "boosting/bins/category_groups.hpp"
#include "boosting/categories/derived_columns.hpp"

namespace linden {
namespace {

// Sparse rows as columns of the features that are asked for, missing where a row has no entry.
MatchedRows with_missing(const Dataset& data, const std::vector<FeatureSource>& sources) {
  const SparseRows& sparse = data.sparse();
  std::vector<int> asked(sparse.names.size(), -1);
  for (std::size_t i = 0; i < sources.size(); ++i)
    if (sources[i].column >= 0) asked[static_cast<std::size_t>(sources[i].column)] = static_cast<int>(i);
  MatchedRows dense;
  std::vector<Column> columns;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    columns.push_back({std::to_string(i), Tensor::full({data.rows()}, std::numeric_limits<double>::quiet_NaN())});
    dense.sources.push_back({static_cast<int>(i), {}});
  }
  const auto fill = [&](const auto* values) {
    const auto* const offsets = sparse.offsets.data<const std::int64_t>();
    const auto* const places = sparse.columns.data<const std::int32_t>();
    for (std::int64_t row = 0; row < data.rows(); ++row)
      for (std::int64_t e = offsets[row]; e < offsets[row + 1]; ++e)
        if (const int i = asked[static_cast<std::size_t>(places[e])]; i >= 0)
          columns[static_cast<std::size_t>(i)].values.data<double>()[row] = static_cast<double>(values[e]);
  };
  sparse.values.dtype() == DType::f32 ? fill(sparse.values.data<const float>())
                                      : fill(sparse.values.data<const double>());
  dense.data = Dataset::from_named(std::move(columns));
  return dense;
}

void add_sources(const Dataset& data, std::size_t columns, std::vector<FeatureSource>& sources) {
  const auto first = static_cast<int>(data.columns().size());
  for (std::size_t c = 0; c < columns; ++c) sources.push_back({first + static_cast<int>(c), {}});
}

}  // namespace

MatchedRows match_rows(std::string_view where, const Dataset& data, const BoostedModel::State& model,
                       const std::vector<int>& used, Workers& workers) {
  const auto features = static_cast<int>(model.feature_names.size());
  const auto first_derived = std::ranges::lower_bound(used, features);
  const std::vector<int> own(used.begin(), first_derived);
  MatchedRows matched{data, match_features(where, data, model, own)};
  translate_to_groups(matched.sources, own, model.groups);
  if (data.is_sparse() && model.absent_missing && !own.empty()) matched = with_missing(data, matched.sources);
  if (first_derived == used.end()) return matched;

  std::vector<int> columns;
  for (auto at = first_derived; at != used.end(); ++at) columns.push_back(*at - features);
  const std::vector<int>& members = model.statistics.members();
  const std::vector<FeatureSource> sources = match_features(where, data, model, members);
  const auto source = [&](int f) -> const FeatureSource& {
    return sources[static_cast<std::size_t>(std::ranges::lower_bound(members, f) - members.begin())];
  };
  std::vector<Tensor> values = derived_columns(data, model.statistics, columns, source, workers);
  add_sources(data, values.size(), matched.sources);
  matched.data = with_columns(data, std::move(values));
  return matched;
}

Dataset derive_all(const Dataset& data, const TargetStatistics& statistics, std::vector<FeatureSource>& sources,
                   Workers& workers) {
  std::vector<int> columns(static_cast<std::size_t>(statistics.columns()));
  std::iota(columns.begin(), columns.end(), 0);
  const auto source = [&](int f) -> const FeatureSource& { return sources[static_cast<std::size_t>(f)]; };
  std::vector<Tensor> values = derived_columns(data, statistics, columns, source, workers);
  add_sources(data, values.size(), sources);
  return with_columns(data, std::move(values));
}

}  // namespace linden
