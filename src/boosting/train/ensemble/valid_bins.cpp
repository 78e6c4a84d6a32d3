#include "boosting/train/ensemble/valid_bins.hpp"

#include <algorithm>
#include <cmath>

#include "backend/raw_value.hpp"
#include "boosting/bins/feature_cuts.hpp"
#include "rows/dataset_rows.hpp"
#include "rows/device_rows.hpp"

namespace linden {
namespace {

std::vector<FeatureSource> sources_of(std::span<const FeatureSource> all, std::span<const int> features) {
  std::vector<FeatureSource> sources;
  for (const int f : features) sources.push_back(all[static_cast<std::size_t>(f)]);
  return sources;
}

// Whether a value is missing, or a category that training has no row of.
bool is_missing(const Cuts& cuts, double value) {
  if (!cuts.categorical) return std::isnan(value);
  return value < 0 || value >= static_cast<double>(cuts.seen.size()) || !cuts.seen[static_cast<std::size_t>(value)];
}

// Those of the features that have such a value in some row, and no bin for it.
std::vector<int> without_a_bin(const Dataset& data, std::span<const FeatureSource> sources,
                               const std::vector<Cuts>& cuts, std::vector<int> features, Workers& workers) {
  std::erase_if(features, [&](int f) { return cuts[static_cast<std::size_t>(f)].has_room_for_missing(); });
  if (features.empty()) return features;
  const DatasetRows raw(data, sources_of(sources, features));
  const RowsView& rows = raw.view();
  std::vector<std::uint8_t> found(features.size());
  if (rows.sparse) {
    each_entry(rows, 0, rows.rows,
               [&](std::int64_t, std::int32_t i, double value) { found[i] = found[i] != 0 || std::isnan(value); });
  } else {
    workers.each(std::ssize(features), [&](std::int64_t i, int) {
      const Cuts& feature = cuts[static_cast<std::size_t>(features[i])];
      for (std::int64_t row = 0; row < rows.rows && found[i] == 0; ++row)
        found[i] = is_missing(feature, raw_value(rows.columns[i], row));
    });
  }
  std::vector<int> result;
  for (std::size_t i = 0; i < features.size(); ++i)
    if (found[i] != 0) result.push_back(features[i]);
  return result;
}

}  // namespace

ValidBins::ValidBins(const Backend& backend, Context& context, const Dataset& data,
                     std::span<const FeatureSource> sources, const std::vector<Cuts>& cuts, const Bins& training)
    : places_(cuts.size(), training.used()) {
  const std::vector<int>& used = training.used();
  const auto first_wide = used.end() - training.view().wide.features;
  const auto middle = data.is_sparse() ? used.begin() + training.view().features : first_wide;
  const std::vector<int> dense(used.begin(), middle), sparse(middle, first_wide), wide(first_wide, used.end());
  const std::vector<int> missing = without_a_bin(data, sources, cuts, used, context.workers);
  const std::int64_t rows = data.rows();
  view_.rows = rows;
  view_.features = static_cast<std::int32_t>(dense.size() + missing.size());
  by_feature_ = DeviceArray<std::uint8_t>(backend.memory, context, rows * view_.features, "bins of validation rows");
  view_.by_feature = by_feature_.data();
  const auto bin = [&](std::span<const int> features, const FeatureCutList& list, std::int64_t first_feature) {
    if (features.empty()) return;
    BinsView part;
    part.rows = rows;
    part.features = static_cast<std::int32_t>(features.size());
    part.by_feature = view_.by_feature + first_feature * rows;
    const DatasetRows raw(data, sources_of(sources, features));
    DeviceRows(backend, context, raw.view()).each_part([&](const RowsView& values, std::int64_t first) {
      backend.tree.bin(context, {values, list.data(), part, first});
    });
  };
  bin(dense, FeatureCutList(cuts, dense), 0);
  bin(missing, FeatureCutList::of_missing(cuts, missing), std::ssize(dense));

  if (!sparse.empty()) {
    std::vector<FeatureBins> features(static_cast<std::size_t>(view_.features));  // of dense ones nothing is asked
    const auto kept = std::span(training.features()).subspan(dense.size());
    features.insert(features.end(), kept.begin(), kept.end());
    features_ = DeviceArray<FeatureBins>(backend.memory, context, std::ssize(features), "the list of features");
    features_.upload(features.data());
    view_.feature = features_.data();
    std::vector<int> columns;
    for (const int f : sparse) columns.push_back(sources[static_cast<std::size_t>(f)].column);
    DatasetSource entries(data);
    sparse_ = SparseEntries(backend, context, entries, columns, cuts, sparse, false);
    view_.sparse = sparse_.view();
  }

  if (!wide.empty()) {
    wide_ = WideColumns(cuts, wide, rows);
    wide_.add(DatasetRows(data, sources_of(sources, wide)).view(), 0, context.workers);
    view_.wide = wide_.place(backend, context);
  }

  for (const int f : wide) places_.of[static_cast<std::size_t>(f)] += static_cast<std::int32_t>(missing.size());
  for (const int f : sparse) places_.of[static_cast<std::size_t>(f)] += static_cast<std::int32_t>(missing.size());
  for (std::size_t i = 0; i < missing.size(); ++i)
    places_.missing_of[static_cast<std::size_t>(missing[i])] = static_cast<std::int32_t>(dense.size() + i);
}

}  // namespace linden
