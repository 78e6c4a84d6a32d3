#include "boosting/bins/cuts.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "boosting/bins/category_bins.hpp"
#include "boosting/bins/radix_sort.hpp"

namespace linden {
namespace {

// A cut c with a <= c < b, half way where that is possible.
double between(double a, double b) {
  const double middle = a / 2 + b / 2;
  return middle >= a && middle < b ? middle : a;
}

// What one worker needs for one feature after another.
struct Scratch {
  std::vector<double> values;
  std::vector<ValueCount> counts;
  SortScratch sort;
};

// The distinct values among scratch.values, ascending, in scratch.counts.
void count_values(Scratch& scratch) {
  radix_sort(scratch.values, scratch.sort);
  std::vector<ValueCount>& counts = scratch.counts;
  counts.clear();
  for (const double v : scratch.values) {
    if (counts.empty() || counts.back().value != v) counts.push_back({v, 0});
    ++counts.back().rows;
  }
}

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

Cuts dense_numeric_cuts(const Column& column, int max_bins, Scratch& scratch) {
  const std::int64_t rows = column.values.elements(), stride = column.values.strides()[0];
  std::vector<double>& present = scratch.values;
  present.resize(static_cast<std::size_t>(rows));
  std::size_t count = 0;
  const auto gather = [&](const auto* v) {
    for (std::int64_t i = 0; i < rows; ++i) {
      present[count] = v[i * stride];  // written over by the next value when it is missing
      count += !std::isnan(v[i * stride]);
    }
  };
  if (column.values.dtype() == DType::f32)
    gather(column.values.data<float>());
  else
    gather(column.values.data<double>());
  present.resize(count);
  count_values(scratch);
  return numeric_cuts(scratch.counts, rows - static_cast<std::int64_t>(count), max_bins);
}

// Sparse features: the values of each column, zeros counted rather than stored.
std::vector<Cuts> sparse_cuts(const SparseRows& rows, std::int64_t row_count, int max_bins, Workers& workers) {
  const std::size_t features = rows.names.size();
  const std::span<const std::int32_t> columns = rows.columns.span<const std::int32_t>();
  std::vector<std::int64_t> first(features + 1);
  for (const std::int32_t c : columns) ++first[c + 1];
  std::partial_sum(first.begin(), first.end(), first.begin());
  std::vector<double> values(columns.size());
  std::vector<std::int64_t> next(first.begin(), first.end() - 1);
  const auto scatter = [&](const auto* v) {
    for (std::size_t e = 0; e < columns.size(); ++e) values[next[columns[e]]++] = v[e];
  };
  if (rows.values.dtype() == DType::f32)
    scatter(rows.values.data<float>());
  else
    scatter(rows.values.data<double>());

  std::vector<Cuts> cuts(features);
  std::vector<Scratch> scratch(static_cast<std::size_t>(workers.threads()));
  workers.each(static_cast<std::int64_t>(features), [&](std::int64_t f, int worker) {
    std::vector<ValueCount>& counts = scratch[worker].counts;
    std::vector<double>& present = scratch[worker].values;
    present.assign(values.begin() + first[f], values.begin() + first[f + 1]);
    const auto missing = static_cast<std::int64_t>(std::erase_if(present, [](double v) { return std::isnan(v); }));
    count_values(scratch[worker]);
    const std::int64_t zeros = row_count - (first[f + 1] - first[f]);
    if (zeros > 0) {
      const auto at = std::lower_bound(counts.begin(), counts.end(), 0.0,
                                       [](const ValueCount& c, double v) { return c.value < v; });
      if (at != counts.end() && at->value == 0)
        at->rows += zeros;
      else
        counts.insert(at, {0.0, zeros});
    }
    cuts[f] = numeric_cuts(counts, missing, max_bins);
  });
  return cuts;
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

std::vector<Cuts> make_cuts(const Dataset& data, int max_bins, std::span<const RowSlopes> slopes, Workers& workers) {
  if (data.is_sparse()) return sparse_cuts(data.sparse(), data.rows(), max_bins, workers);
  std::vector<Cuts> cuts(data.columns().size());
  std::vector<Scratch> scratch(static_cast<std::size_t>(workers.threads()));
  workers.each(data.features(), [&](std::int64_t f, int worker) {
    const Column& column = data.columns()[f];
    cuts[f] = column.categorical ? categorical_cuts(column, max_bins, slopes)
                                 : dense_numeric_cuts(column, max_bins, scratch[worker]);
  });
  return cuts;
}

}  // namespace linden
