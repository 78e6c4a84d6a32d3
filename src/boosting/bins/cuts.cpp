#include "boosting/bins/cuts.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "boosting/bins/category_bins.hpp"
#include "boosting/bins/radix_sort.hpp"

namespace linden {
namespace {

// A cut c with a <= c < b, half way where that is possible.
double between(double a, double b) {
  const double middle = a / 2 + b / 2;
  return middle >= a && middle < b ? middle : a;
}

// The distinct values among `values`, ascending, in `counts`.
void count_values(std::vector<double>& values, std::vector<ValueCount>& counts, SortScratch& sort) {
  radix_sort(values, sort);
  counts.clear();
  for (const double v : values) {
    if (counts.empty() || counts.back().value != v) counts.push_back({v, 0});
    ++counts.back().rows;
  }
}

// What one worker needs for one feature after another.
struct Scratch {
  std::vector<double> values;
  std::vector<ValueCount> counts, merged;
  SortScratch sort;
};

Cuts numeric_cuts(std::span<const ValueCount> values, std::int64_t missing_rows, int max_bins) {
  Cuts cuts;
  const bool has_missing = missing_rows > 0;
  cuts.has_missing = has_missing;
  if (values.empty()) return cuts;
  cuts.numeric = cut_values(values, max_bins - (has_missing ? 1 : 0));
  cuts.bins = static_cast<int>(cuts.numeric.size()) + 1 + (has_missing ? 1 : 0);
  std::int64_t rows[256] = {};
  std::size_t bin = 0;
  for (const ValueCount& v : values) {
    while (bin < cuts.numeric.size() && cuts.numeric[bin] < v.value) ++bin;
    rows[bin] += v.rows;
  }
  if (has_missing) rows[cuts.bins - 1] = missing_rows;
  cuts.find_usual_bin(std::span(rows).first(static_cast<std::size_t>(cuts.bins)));
  return cuts;
}

// The values of one feature of numbers, block by block.
class NumberCounts {
 public:
  // Those of a block are in scratch.values, which is used up; they are in scratch.counts, with those of the blocks
  // before it, until the scratch is used again.
  void add(Scratch& scratch, std::int64_t missing) {
    missing_ += missing;
    count_values(scratch.values, scratch.counts, scratch.sort);
    if (before_.empty()) return;
    scratch.merged.clear();
    auto old = before_.begin();
    for (const ValueCount& v : scratch.counts) {
      for (; old != before_.end() && old->value < v.value; ++old) scratch.merged.push_back(*old);
      scratch.merged.push_back(v);
      if (old != before_.end() && old->value == v.value) scratch.merged.back().rows += old++->rows;
    }
    scratch.merged.insert(scratch.merged.end(), old, before_.end());
    scratch.counts.swap(scratch.merged);
  }
  // For a block that is not the last.
  void keep(const Scratch& scratch) { before_ = scratch.counts; }
  std::int64_t missing() const { return missing_; }

 private:
  std::vector<ValueCount> before_;
  std::int64_t missing_ = 0;
};

// What is known of a feature while blocks go by.
struct FeatureCounts {
  NumberCounts numbers;
  std::int64_t entries = 0;  // of sparse rows
  std::optional<CategoryCounts> categories;
};

std::int64_t take_present(const ColumnView& column, std::int64_t rows, std::vector<double>& present) {
  present.resize(static_cast<std::size_t>(rows));
  std::size_t count = 0;
  const auto gather = [&](const auto* v) {
    for (std::int64_t i = 0; i < rows; ++i) {
      present[count] = v[i * column.stride];  // written over by the next value when it is missing
      count += !std::isnan(v[i * column.stride]);
    }
  };
  if (column.dtype == DType::f32)
    gather(static_cast<const float*>(column.values));
  else
    gather(static_cast<const double*>(column.values));
  present.resize(count);
  return rows - static_cast<std::int64_t>(count);
}

// The values of sparse entries, column by column: those of column c from first[c] on.
struct ColumnValues {
  std::vector<std::int64_t> first;
  std::vector<double> values;

  explicit ColumnValues(const RowsView& rows) : first(static_cast<std::size_t>(rows.features) + 1) {
    const EntriesView& entries = rows.entries;
    const std::int64_t begin = entries.offsets[0], end = entries.offsets[rows.rows];
    for (std::int64_t e = begin; e < end; ++e) ++first[entries.indices[e] + 1];
    std::partial_sum(first.begin(), first.end(), first.begin());
    values.resize(static_cast<std::size_t>(end - begin));
    std::vector<std::int64_t> next(first.begin(), first.end() - 1);
    const auto scatter = [&](const auto* v) {
      for (std::int64_t e = begin; e < end; ++e) values[next[entries.indices[e]]++] = v[e];
    };
    if (entries.dtype == DType::f32)
      scatter(static_cast<const float*>(entries.values));
    else
      scatter(static_cast<const double*>(entries.values));
  }
};

// The entries of a feature of sparse rows.
void add_entries(const ColumnValues& columns, std::int64_t f, FeatureCounts& feature, Scratch& scratch) {
  scratch.values.assign(columns.values.begin() + columns.first[f], columns.values.begin() + columns.first[f + 1]);
  feature.entries += std::ssize(scratch.values);
  const auto missing = static_cast<std::int64_t>(std::erase_if(scratch.values, [](double v) { return std::isnan(v); }));
  feature.numbers.add(scratch, missing);
}

// The zeros that sparse rows do not store.
void add_zeros(std::int64_t zeros, std::vector<ValueCount>& counts) {
  if (zeros == 0) return;
  const auto at =
      std::lower_bound(counts.begin(), counts.end(), 0.0, [](const ValueCount& c, double v) { return c.value < v; });
  if (at != counts.end() && at->value == 0)
    at->rows += zeros;
  else
    counts.insert(at, {0.0, zeros});
}

}  // namespace

std::vector<double> cut_values(std::span<const ValueCount> values, int bins) {
  std::vector<double> cuts;
  if (values.size() <= static_cast<std::size_t>(bins)) {
    for (std::size_t i = 0; i + 1 < values.size(); ++i) cuts.push_back(between(values[i].value, values[i + 1].value));
    return cuts;
  }
  std::int64_t rows_left = 0;  // in this bin and those after it
  for (const ValueCount& v : values) rows_left += v.rows;
  const auto fills_a_bin = [bins, rows = rows_left](const ValueCount& v) { return v.rows * bins >= rows; };
  auto giants_left = std::count_if(values.begin(), values.end(), fills_a_bin);
  std::int64_t in_bin = 0, bins_left = bins;
  for (std::size_t i = 0; i + 1 < values.size() && bins_left > 1; ++i) {
    in_bin += values[i].rows;
    giants_left -= fills_a_bin(values[i]);
    // A bin is full with its share of the rows left, or before a value that fills one by itself, as long as there are
    // bins for all of those.
    const bool full = in_bin * bins_left >= rows_left;
    if (!full && !(fills_a_bin(values[i + 1]) && bins_left > giants_left)) continue;
    cuts.push_back(between(values[i].value, values[i + 1].value));
    rows_left -= in_bin;
    in_bin = 0;
    --bins_left;
  }
  return cuts;
}

void Cuts::find_usual_bin(std::span<const std::int64_t> rows_of_bins) {
  usual_bin = static_cast<int>(std::ranges::max_element(rows_of_bins) - rows_of_bins.begin());
  rows_elsewhere = std::accumulate(rows_of_bins.begin(), rows_of_bins.end(), std::int64_t{0}) - rows_of_bins[usual_bin];
}

int Cuts::bin_of_number(double value) const {
  if (std::isnan(value)) return missing_bin();
  return static_cast<int>(std::lower_bound(numeric.begin(), numeric.end(), value) - numeric.begin());
}

std::vector<Cuts> make_cuts(RowSource& source, int max_bins, std::span<const RowSlopes> slopes, Workers& workers) {
  const auto count = static_cast<std::size_t>(source.schema().features);
  std::vector<Cuts> cuts(count);
  std::vector<FeatureCounts> features(count);
  std::vector<Scratch> scratches(static_cast<std::size_t>(workers.threads()));
  each_block(source, [&](const RowBlock& block) {
    const RowsView& rows = block.rows;
    std::optional<ColumnValues> by_column;
    if (rows.sparse) by_column.emplace(rows);
    workers.each(rows.features, [&](std::int64_t f, int worker) {
      FeatureCounts& feature = features[f];
      Scratch& scratch = scratches[worker];
      if (!rows.sparse && rows.columns[f].dtype == DType::i32) {
        if (!feature.categories) feature.categories.emplace(rows.columns[f].codes, slopes);
        feature.categories->add(rows.columns[f], rows.rows, block.first);
        if (!block.is_last) return;
        cuts[f] = feature.categories->cuts(max_bins);
        feature.categories.reset();
        return;
      }
      if (rows.sparse)
        add_entries(*by_column, f, feature, scratch);
      else
        feature.numbers.add(scratch, take_present(rows.columns[f], rows.rows, scratch.values));
      if (!block.is_last) return feature.numbers.keep(scratch);
      if (rows.sparse) add_zeros(block.first + rows.rows - feature.entries, scratch.counts);
      cuts[f] = numeric_cuts(scratch.counts, feature.numbers.missing(), max_bins);
      feature.numbers = {};
    });
  });
  return cuts;
}

}  // namespace linden
