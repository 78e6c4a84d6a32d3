#include "boosting/bins/sparse_entries.hpp"

#include <algorithm>
#include <numeric>

#include "backend/raw_value.hpp"

namespace linden {
namespace {

constexpr std::int64_t chunk_rows = 1024;

// The feature of every entry, or -1 for one that is not kept, and its bin.
struct Binned {
  std::vector<std::int32_t> feature;
  std::vector<std::uint8_t> bin;
};

// place[column]: of the feature whose values are there, among `features`; -1: of none.
Binned bin_entries(const RowsView& rows, std::span<const std::int32_t> place, const std::vector<Cuts>& cuts,
                   std::span<const int> features, Workers& workers) {
  const EntriesView& all = rows.entries;
  const std::int64_t start = all.offsets[0];
  const auto count = static_cast<std::size_t>(all.offsets[rows.rows] - start);
  Binned entries{std::vector<std::int32_t>(count), std::vector<std::uint8_t>(count)};
  const auto bin = [&](const auto* values) {
    workers.chunks(rows.rows, chunk_rows, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
      for (std::int64_t e = all.offsets[begin]; e < all.offsets[end]; ++e) {
        const std::int32_t column = all.indices[e];
        entries.feature[e - start] = place[column];
        if (place[column] < 0) continue;
        const Cuts& of_feature = cuts[features[place[column]]];
        const int b = of_feature.bin_of_number(values[e]);
        entries.bin[e - start] = static_cast<std::uint8_t>(b);
        if (b == of_feature.usual_bin) entries.feature[e - start] = -1;
      }
    });
  };
  if (all.dtype == DType::f32)
    bin(static_cast<const float*>(all.values));
  else
    bin(static_cast<const double*>(all.values));
  return entries;
}

// Calls add(feature, bin) for the bins of dense rows that are not the usual ones, features ascending, and end_row()
// behind each row.
template <class Add, class EndRow>
void each_unusual(const RowsView& rows, std::span<const int> columns, const std::vector<Cuts>& cuts,
                  std::span<const int> features, Workers& workers, const Add& add, const EndRow& end_row) {
  constexpr std::int64_t tile_rows = 4096, stride = tile_rows + 64;  // columns that do not all lie in one cache set
  std::vector<std::uint8_t> bins(features.size() * static_cast<std::size_t>(stride)), usual;
  for (const int f : features) usual.push_back(static_cast<std::uint8_t>(cuts[f].usual_bin));
  for (std::int64_t begin = 0; begin < rows.rows; begin += tile_rows) {
    const std::int64_t count = std::min(tile_rows, rows.rows - begin);
    workers.each(std::ssize(features), [&](std::int64_t i, int) {
      const Cuts& of_feature = cuts[features[i]];
      const ColumnView& column = rows.columns[columns[i]];
      for (std::int64_t row = 0; row < count; ++row)
        bins[i * stride + row] = static_cast<std::uint8_t>(of_feature.bin_of_number(raw_value(column, begin + row)));
    });
    for (std::int64_t row = 0; row < count; ++row) {
      for (std::size_t i = 0; i < usual.size(); ++i)
        if (const std::uint8_t bin = bins[i * static_cast<std::size_t>(stride) + static_cast<std::size_t>(row)];
            bin != usual[i])
          add(static_cast<std::int32_t>(i), bin);
      end_row();
    }
  }
}

}  // namespace

SparseEntries::SparseEntries(const Backend& backend, Context& context, RowSource& source, std::span<const int> columns,
                             const std::vector<Cuts>& cuts, std::span<const int> features, bool by_row) {
  std::vector<std::int32_t> place_of(static_cast<std::size_t>(source.schema().features), -1);
  for (std::size_t i = 0; i < features.size(); ++i)
    if (columns[i] >= 0) place_of[columns[i]] = static_cast<std::int32_t>(i);
  row_first_.assign(1, 0);
  row_first_.reserve(static_cast<std::size_t>(source.schema().rows) + 1);
  feature_first_.resize(features.size() + 1);
  std::vector<std::uint8_t> bins;  // of all rows, row by row
  std::size_t kept = 0;
  each_block(source, [&](const RowBlock& block) {
    if (!block.rows.sparse) {
      const auto add = [&](std::int32_t feature, std::uint8_t bin) {
        row_features_.push_back(feature);
        bins.push_back(bin);
        ++feature_first_[feature + 1];
        ++kept;
      };
      return each_unusual(block.rows, columns, cuts, features, context.workers, add,
                          [&] { row_first_.push_back(static_cast<std::int64_t>(kept)); });
    }
    const Binned entries = bin_entries(block.rows, place_of, cuts, features, context.workers);
    const std::int64_t* const offsets = block.rows.entries.offsets;
    row_features_.resize(kept + entries.feature.size());
    bins.resize(row_features_.size());
    for (std::int64_t row = 0; row < block.rows.rows; ++row) {
      for (std::int64_t e = offsets[row] - offsets[0]; e < offsets[row + 1] - offsets[0]; ++e) {
        if (entries.feature[e] < 0) continue;
        row_features_[kept] = entries.feature[e];
        bins[kept++] = entries.bin[e];
        ++feature_first_[entries.feature[e] + 1];
      }
      row_first_.push_back(static_cast<std::int64_t>(kept));
    }
    row_features_.resize(kept);
    bins.resize(kept);
  });
  row_features_.shrink_to_fit();
  std::partial_sum(feature_first_.begin(), feature_first_.end(), feature_first_.begin());
  feature_rows_.resize(kept);
  feature_bins_.resize(kept);
  std::vector<std::int64_t> next = feature_first_;
  for (std::size_t row = 0; row + 1 < row_first_.size(); ++row)
    for (std::int64_t e = row_first_[row]; e < row_first_[row + 1]; ++e) {
      const std::int64_t to = next[row_features_[e]]++;
      feature_rows_[to] = static_cast<std::uint32_t>(row);
      feature_bins_[to] = bins[e];
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
