#include "boosting/bins/sparse_entries.hpp"

#include <numeric>

namespace linden {
namespace {

constexpr std::int64_t chunk_rows = 1024;

// The feature of every entry, or -1 for one that is not kept, and its bin.
struct Binned {
  std::vector<std::int32_t> feature;
  std::vector<std::uint8_t> bin;
};

Binned bin_entries(const SparseRows& rows, std::span<const int> columns_of_features, const std::vector<Cuts>& cuts,
                   std::span<const int> features, Workers& workers) {
  const auto offsets = rows.offsets.span<const std::int64_t>();
  const auto columns = rows.columns.span<const std::int32_t>();
  std::vector<std::int32_t> place(rows.names.size(), -1);
  for (std::size_t i = 0; i < features.size(); ++i)
    if (columns_of_features[i] >= 0) place[columns_of_features[i]] = static_cast<std::int32_t>(i);
  Binned entries{std::vector<std::int32_t>(columns.size()), std::vector<std::uint8_t>(columns.size())};
  const auto bin = [&](const auto* values) {
    const auto row_count = static_cast<std::int64_t>(offsets.size()) - 1;
    workers.chunks(row_count, chunk_rows, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
      for (std::int64_t e = offsets[begin]; e < offsets[end]; ++e) {
        const std::int32_t column = columns[e];
        entries.feature[e] = place[column];
        if (place[column] < 0) continue;
        const Cuts& of_feature = cuts[features[place[column]]];
        const int b = of_feature.bin_of_number(values[e]);
        entries.bin[e] = static_cast<std::uint8_t>(b);
        if (b == of_feature.usual_bin) entries.feature[e] = -1;
      }
    });
  };
  if (rows.values.dtype() == DType::f32)
    bin(rows.values.data<float>());
  else
    bin(rows.values.data<double>());
  return entries;
}

}  // namespace

SparseEntries::SparseEntries(const Backend& backend, Context& context, const SparseRows& rows,
                             std::span<const int> columns, const std::vector<Cuts>& cuts, std::span<const int> features,
                             bool by_row) {
  Binned entries = bin_entries(rows, columns, cuts, features, context.workers);
  const auto offsets = rows.offsets.span<const std::int64_t>();
  row_first_.assign(1, 0);
  row_first_.reserve(offsets.size());
  feature_first_.resize(features.size() + 1);
  std::size_t kept = 0;
  for (std::size_t row = 0; row + 1 < offsets.size(); ++row) {
    for (std::int64_t e = offsets[row]; e < offsets[row + 1]; ++e) {
      if (entries.feature[e] < 0) continue;
      entries.feature[kept] = entries.feature[e];
      entries.bin[kept++] = entries.bin[e];
      ++feature_first_[entries.feature[e] + 1];
    }
    row_first_.push_back(static_cast<std::int64_t>(kept));
  }
  std::partial_sum(feature_first_.begin(), feature_first_.end(), feature_first_.begin());
  row_features_.assign(entries.feature.begin(), entries.feature.begin() + static_cast<std::ptrdiff_t>(kept));
  entries.feature = {};
  feature_rows_.resize(kept);
  feature_bins_.resize(kept);
  std::vector<std::int64_t> next = feature_first_;
  for (std::size_t row = 0; row + 1 < offsets.size(); ++row)
    for (std::int64_t e = row_first_[row]; e < row_first_[row + 1]; ++e) {
      const std::int64_t to = next[row_features_[e]]++;
      feature_rows_[to] = static_cast<std::uint32_t>(row);
      feature_bins_[to] = entries.bin[e];
    }
  if (!by_row) row_first_ = {}, row_features_ = {};

  const auto place = [&]<class T>(OnDevice<T>& array, const std::vector<T>& values) {
    array = OnDevice<T>(backend.memory, context, values.data(), static_cast<std::int64_t>(values.size()),
                        "entries of sparse features");
    return array.data();
  };
  view_ = {static_cast<std::int32_t>(features.size()),   static_cast<std::int64_t>(kept),
           place(device_row_first_, row_first_),         place(device_row_features_, row_features_),
           place(device_feature_first_, feature_first_), place(device_feature_rows_, feature_rows_),
           place(device_feature_bins_, feature_bins_)};
}

}  // namespace linden
