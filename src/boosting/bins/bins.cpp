#include "boosting/bins/bins.hpp"

#include <algorithm>

#include "base/fail.hpp"
#include "boosting/bins/feature_cuts.hpp"
#include "rows/device_rows.hpp"
#include "rows/selected_rows.hpp"

namespace linden {
namespace {

// A feature is kept by its entries when so few rows have one: they take nine bytes each, and a dense row two.
constexpr std::int64_t rows_for_an_entry = 4;

// Short rows have a power of two of bytes, so that none straddles two cache lines.
std::int64_t row_stride(std::int64_t features) {
  std::int64_t stride = 4;
  while (stride < features && stride < 64) stride *= 2;
  return stride >= features ? stride : (features + 31) / 32 * 32;
}

// The lists of entries are searched by what lies here: rows of several machines are kept dense.
bool is_sparse(const Context& context, const RowSchema& data, const Cuts& cuts) {
  return context.comms == nullptr && data.sparse && cuts.usual_bin == cuts.bin_of_number(0) &&
         cuts.rows_elsewhere * rows_for_an_entry <= data.rows;
}

// A column of two values, one of which, 0, most rows have: one of those that a text becomes, or a flag.
bool is_rare_flag(const Cuts& cuts, std::int64_t rows) {
  constexpr std::int64_t rows_for_a_one = 8;
  return !cuts.categorical && cuts.bins == 2 && !cuts.has_missing && cuts.usual_bin == cuts.bin_of_number(0) &&
         cuts.rows_elsewhere * rows_for_a_one <= rows;
}

// Whether such columns of dense rows are kept by their ones: where there are many, and no fewer than others. Growth
// then looks at the ones alone. A GPU takes 32 columns at a time, whatever is in them.
bool keeps_ones(const Backend& backend, const Context& context, const RowSchema& data, const std::vector<Cuts>& cuts) {
  constexpr std::int64_t many = 32;
  const auto flags = std::ranges::count_if(cuts, [&](const Cuts& c) { return is_rare_flag(c, data.rows); });
  const auto varying = std::ranges::count_if(cuts, [](const Cuts& c) { return c.bins >= 2; });
  return context.comms == nullptr && backend.memory.is_host && !data.sparse && flags >= many && 2 * flags >= varying;
}

FeatureBins describe(const Cuts& cuts, std::int32_t first_cell, int source) {
  return {first_cell, cuts.bins,    cuts.has_missing, cuts.categorical, static_cast<std::uint8_t>(cuts.usual_bin),
          0,          cuts.one_hot, source,           cuts.trusted_rows};
}

}  // namespace

Bins::Bins(const Backend& backend, Context& context, RowSource& source, const std::vector<Cuts>& cuts,
           std::int64_t min_rows_in_leaf, std::span<const double> monotone, bool all_dense, const StoredTable* table) {
  const RowSchema& data = source.schema();
  std::vector<int> sparse, wide;
  const bool ones = keeps_ones(backend, context, data, cuts);
  for (std::size_t f = 0; f < cuts.size(); ++f) {
    const Cuts& c = cuts[f];
    if (c.bins < 2) continue;
    varying_.push_back(-1);
    if (c.rows_elsewhere < min_rows_in_leaf) continue;
    if (c.is_wide()) {
      wide.push_back(static_cast<int>(f));
      continue;
    }
    if (!all_dense && (is_sparse(context, data, c) || (ones && is_rare_flag(c, data.rows)))) {
      sparse.push_back(static_cast<int>(f));
      continue;
    }
    features_.push_back(describe(c, view_.cells, static_cast<int>(f)));
    view_.cells += c.bins;
    view_.most_bins = std::max(view_.most_bins, c.bins);
    used_.push_back(static_cast<int>(f));
  }
  const std::vector<int> dense = used_;
  for (const int f : sparse) features_.push_back(describe(cuts[f], 0, f));
  used_.insert(used_.end(), sparse.begin(), sparse.end());
  for (const int f : wide) features_.push_back(describe(cuts[f], 0, f));
  used_.insert(used_.end(), wide.begin(), wide.end());
  if (context.comms != nullptr && !wide.empty())
    fail<ArgumentError>(
        "fit_boosted: features of more than 256 bins, of which there are {}, are not for rows on several machines or "
        "GPUs. "
        "Hint: .max_bins = 256.",
        wide.size());
  if (table != nullptr && !wide.empty())
    fail<ArgumentError>(
        "fit_boosted: features of more than 256 bins, of which there are {}, are not for rows in files. Hint: "
        ".max_bins = 256.",
        wide.size());
  std::vector<std::int32_t> place(cuts.size(), -1);
  for (std::size_t i = 0; i < used_.size(); ++i) place[used_[i]] = static_cast<std::int32_t>(i);
  for (std::size_t f = 0, v = 0; f < cuts.size(); ++f)
    if (cuts[f].bins >= 2) varying_[v++] = place[f];

  view_.rows = data.rows;
  view_.features = static_cast<std::int32_t>(dense.size());
  view_.row_stride = row_stride(view_.features);
  if (table == nullptr) {
    by_row_ = DeviceArray<std::uint8_t>(backend.memory, context, view_.rows * view_.row_stride, "bins");
    by_feature_ = DeviceArray<std::uint8_t>(backend.memory, context, view_.rows * view_.features, "bins by feature");
  }
  view_.constrained = std::ranges::any_of(monotone, [](double sign) { return sign != 0; });
  for (FeatureBins& feature : features_)
    if (!monotone.empty())
      feature.monotone = static_cast<std::int8_t>(monotone[static_cast<std::size_t>(feature.source)]);
  device_features_ = DeviceArray<FeatureBins>(backend.memory, context, static_cast<std::int64_t>(features_.size()),
                                              "the list of features");
  device_features_.upload(features_.data());
  view_.by_row = by_row_.data();
  view_.by_feature = by_feature_.data();
  view_.feature = device_features_.data();
  if (table != nullptr) {
    pages_ = pages_of_bins(backend, context, source, cuts, dense, view_, *table);
    memory_ = table->memory;
    return;
  }
  const FeatureCutList feature_cuts(cuts, dense);
  wide_ = WideColumns(cuts, wide, data.rows);
  each_block(source, [&](const RowBlock& block) {
    if (!wide.empty()) wide_.add(SelectedRows(block.rows, wide).view(), block.first, context.workers);
    const SelectedRows wanted(block.rows, dense);
    DeviceRows(backend, context, wanted.view()).each_part([&](const RowsView& rows, std::int64_t first) {
      backend.tree.bin(context, {rows, feature_cuts.data(), view_, block.first + first});
    });
  });
  if (!wide.empty()) view_.wide = wide_.place(backend, context);
  if (sparse.empty()) return;
  sparse_ = SparseEntries(backend, context, source, sparse, cuts, sparse, true);
  view_.sparse = sparse_.view();
}

}  // namespace linden
