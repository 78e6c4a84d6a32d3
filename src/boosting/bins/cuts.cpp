#include "boosting/bins/cuts.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <utility>

#include "boosting/bins/category_bins.hpp"
#include "boosting/bins/number_cuts.hpp"
#include "boosting/bins/rank_cuts.hpp"
#include "boosting/bins/values/quantiles.hpp"
#include "boosting/bins/values/radix_sort.hpp"

namespace linden {
namespace {

// What one worker needs for one feature after another.
struct Scratch {
  std::vector<double> values;           // of a block, that are there; ...
  std::vector<WeightedValue> weighted;  // ... or, where rows count by their weights, these
  std::vector<ValueCount> counts, merged;
  SortScratch sort;
  ValueRuns<float> floats;
  ValueRuns<double> doubles;
};

// The distinct values of a block, ascending, in scratch.counts: of `values` or `weighted`, one of which is empty.
void count_values(Scratch& scratch) {
  std::vector<ValueCount>& counts = scratch.counts;
  counts.clear();
  radix_sort(scratch.values, scratch.sort);
  for (const double v : scratch.values) {
    if (counts.empty() || counts.back().value != v) counts.push_back({v, 0});
    counts.back().rows = ++counts.back().weight;
  }
  radix_sort(scratch.weighted, scratch.sort);
  for (const auto& [v, weight] : scratch.weighted) {
    if (counts.empty() || counts.back().value != v) counts.push_back({v, 0});
    counts.back().weight += weight;
    ++counts.back().rows;
  }
}

// The values of one feature of numbers, block by block.
class NumberCounts {
 public:
  // Those of a block are in the scratch, which is used up; they are in scratch.counts, with those of the blocks before
  // it, until the scratch is used again.
  void add(Scratch& scratch, std::int64_t missing) {
    missing_ += missing;
    count_values(scratch);
    if (before_.empty()) return;
    scratch.merged.clear();
    auto old = before_.begin();
    for (const ValueCount& v : scratch.counts) {
      for (; old != before_.end() && old->value < v.value; ++old) scratch.merged.push_back(*old);
      scratch.merged.push_back(v);
      if (old == before_.end() || old->value != v.value) continue;
      scratch.merged.back().weight += old->weight;
      scratch.merged.back().rows += old++->rows;
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

// Fewer rows are sorted: of these, most runs would be divided to the end.
constexpr std::int64_t divided_rows = 50'000;

template <class T>
using KeyOf = typename ValueRuns<T>::Key;

// Rows [begin, end) of a column of numbers.
template <class T>
void write_keys(const ColumnView& column, std::int64_t begin, std::int64_t end, KeyOf<T>* keys) {
  const T* const values = static_cast<const T*>(column.values) + begin * column.stride;
  if (column.stride == 1)
    for (std::int64_t i = 0; i < end - begin; ++i) keys[i] = ValueRuns<T>::key_of(values[i]);
  else
    for (std::int64_t i = 0; i < end - begin; ++i) keys[i] = ValueRuns<T>::key_of(values[i * column.stride]);
}

template <class T>
Cuts cuts_of_keys(std::span<KeyOf<T>> keys, ValueRuns<T>& runs, int max_bins) {
  const std::int64_t missing = runs.take(keys);
  std::vector<ValueRun> all;
  if (runs.all().rows > 0) all.push_back(runs.all());
  const auto divide = [&](const ValueRun& run, std::int64_t, std::vector<ValueRun>& parts) { runs.divide(run, parts); };
  return numeric_cuts(quantiles_of(std::move(all), bins_of_values(missing, max_bins), divide), missing);
}

// Of a column of numbers, all rows of which are here.
template <class T>
Cuts cuts_of_column(const ColumnView& column, std::int64_t rows, ValueRuns<T>& runs, int max_bins) {
  runs.spare().resize(static_cast<std::size_t>(rows));
  write_keys<T>(column, 0, rows, runs.spare().data());
  return cuts_of_keys<T>(runs.spare(), runs, max_bins);
}

// Of columns whose rows lie side by side, so that it takes one pass over memory to read several.
constexpr std::ptrdiff_t columns_at_once = 8;

// `first_feature`: the number of the first of them.
template <class T>
void cuts_of_rows(std::span<const ColumnView> columns, std::int64_t rows, const CutRules& rules,
                  std::int64_t first_feature, Workers& workers, std::span<Scratch> scratches,
                  ValueRuns<T> Scratch::*runs, std::span<Cuts> cuts) {
  constexpr std::int64_t chunk_rows = 256;
  const std::ptrdiff_t most = std::min(columns_at_once, std::ssize(columns));
  std::vector<KeyOf<T>> keys(static_cast<std::size_t>(most * rows));
  for (std::ptrdiff_t first = 0; first < std::ssize(columns); first += most) {
    const std::ptrdiff_t count = std::min(most, std::ssize(columns) - first);
    workers.chunks(rows, chunk_rows, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
      for (std::ptrdiff_t i = 0; i < count; ++i)
        write_keys<T>(columns[first + i], begin, end, keys.data() + i * rows + begin);
    });
    workers.each(count, [&](std::int64_t i, int worker) {
      const std::span<KeyOf<T>> column(keys.data() + i * rows, static_cast<std::size_t>(rows));
      cuts[first + i] = cuts_of_keys<T>(column, scratches[worker].*runs, rules.max_bins(first_feature + first + i));
    });
  }
}

// Of the columns from `first` on that are of rows of one dtype: where they end.
std::int32_t end_of_rows(const RowsView& rows, std::int32_t first) {
  const auto is_alike = [&](std::int32_t f) {
    return rows.columns[f].stride > 1 && rows.columns[f].dtype == rows.columns[first].dtype;
  };
  std::int32_t last = first;
  while (last < rows.features && is_alike(last)) ++last;
  return last;
}

// Of the numbers among dense rows, all of which are here.
void cuts_of_numbers(const RowsView& rows, const CutRules& rules, Workers& workers, std::span<Scratch> scratches,
                     std::span<Cuts> cuts, const std::function<void(std::int64_t f)>& done) {
  std::vector<std::int32_t> apart;
  for (std::int32_t f = 0; f < rows.features;) {
    const DType dtype = rows.columns[f].dtype;
    const std::int32_t last = dtype == DType::i32 ? f : end_of_rows(rows, f);
    if (last == f) {
      if (dtype != DType::i32) apart.push_back(f);
      ++f;
      continue;
    }
    const std::span<const ColumnView> columns(rows.columns + f, rows.columns + last);
    const std::span<Cuts> to = cuts.subspan(f, last - f);
    if (dtype == DType::f32)
      cuts_of_rows<float>(columns, rows.rows, rules, f, workers, scratches, &Scratch::floats, to);
    else
      cuts_of_rows<double>(columns, rows.rows, rules, f, workers, scratches, &Scratch::doubles, to);
    f = last;
  }
  workers.each(std::ssize(apart), [&](std::int64_t i, int worker) {
    const ColumnView& column = rows.columns[apart[i]];
    Scratch& scratch = scratches[worker];
    const int max_bins = rules.max_bins(apart[i]);
    cuts[apart[i]] = column.dtype == DType::f32 ? cuts_of_column(column, rows.rows, scratch.floats, max_bins)
                                                : cuts_of_column(column, rows.rows, scratch.doubles, max_bins);
    if (done) done(apart[i]);
  });
}

// What is known of a feature while blocks go by.
struct FeatureCounts {
  NumberCounts numbers;
  std::int64_t entries = 0, weight = 0;  // of sparse rows: entries, and what they count
  std::optional<CategoryCounts> categories;
};

// The values of a column that are there, as make(value, row) has them; returns how many are not.
template <class Value, class Make>
std::int64_t take_present(const ColumnView& column, std::int64_t rows, std::vector<Value>& present, const Make& make) {
  present.resize(static_cast<std::size_t>(rows));
  std::size_t count = 0;
  const auto gather = [&](const auto* v) {
    for (std::int64_t i = 0; i < rows; ++i) {
      present[count] = make(v[i * column.stride], i);  // written over by the next value when it is missing
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

// Those of a block in the scratch. `weights`: of its rows, or empty.
std::int64_t take_present(const ColumnView& column, std::int64_t rows, std::span<const std::int64_t> weights,
                          Scratch& scratch) {
  if (weights.empty())
    return take_present(column, rows, scratch.values, [](double value, std::int64_t) { return value; });
  return take_present(column, rows, scratch.weighted, [&](double value, std::int64_t row) {
    return WeightedValue{value, weights[static_cast<std::size_t>(row)]};
  });
}

// The values of sparse entries, column by column: those of column c from first[c] on.
struct ColumnValues {
  std::vector<std::int64_t> first;
  std::vector<double> values;
  std::vector<std::int64_t> weights;  // of their rows; empty: all the same

  ColumnValues(const RowsView& rows, std::span<const std::int64_t> weights_of_rows)
      : first(static_cast<std::size_t>(rows.features) + 1) {
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
    if (weights_of_rows.empty()) return;
    weights.resize(values.size());
    next.assign(first.begin(), first.end() - 1);
    for (std::int64_t row = 0; row < rows.rows; ++row)
      for (std::int64_t e = entries.offsets[row]; e < entries.offsets[row + 1]; ++e)
        weights[next[entries.indices[e]]++] = weights_of_rows[static_cast<std::size_t>(row)];
  }
};

// The entries of a feature of sparse rows.
void add_entries(const ColumnValues& columns, std::int64_t f, FeatureCounts& feature, Scratch& scratch) {
  scratch.values.clear();
  scratch.weighted.clear();
  const std::int64_t first = columns.first[f], last = columns.first[f + 1];
  std::int64_t missing = 0;
  if (columns.weights.empty()) {
    scratch.values.assign(columns.values.begin() + first, columns.values.begin() + last);
    missing = static_cast<std::int64_t>(std::erase_if(scratch.values, [](double v) { return std::isnan(v); }));
    feature.weight += last - first;
  } else {
    for (std::int64_t e = first; e < last; ++e) {
      feature.weight += columns.weights[e];
      if (std::isnan(columns.values[e]))
        ++missing;
      else
        scratch.weighted.push_back({columns.values[e], columns.weights[e]});
    }
  }
  feature.entries += last - first;
  feature.numbers.add(scratch, missing);
}

// The zeros that sparse rows do not store.
void add_zeros(const ValueCount& zeros, std::vector<ValueCount>& counts) {
  if (zeros.rows == 0) return;
  const auto at =
      std::lower_bound(counts.begin(), counts.end(), 0.0, [](const ValueCount& c, double v) { return c.value < v; });
  if (at == counts.end() || at->value != 0) {
    counts.insert(at, zeros);
  } else {
    at->weight += zeros.weight;
    at->rows += zeros.rows;
  }
}

}  // namespace

void Cuts::find_usual_bin(std::span<const std::int64_t> rows_of_bins) {
  usual_bin = static_cast<int>(std::ranges::max_element(rows_of_bins) - rows_of_bins.begin());
  rows_elsewhere = std::accumulate(rows_of_bins.begin(), rows_of_bins.end(), std::int64_t{0}) - rows_of_bins[usual_bin];
}

int Cuts::bin_of_number(double value) const {
  if (std::isnan(value)) return missing_bin();
  return static_cast<int>(std::lower_bound(numeric.begin(), numeric.end(), value) - numeric.begin());
}

namespace {

// A pass over the rows for features [first, last).
struct ColumnPass {
  RowSource& source;
  const CutRules& rules;
  std::span<const RowSlopes> slopes;
  Workers& workers;
  std::vector<Scratch>& scratches;  // one a worker
  std::int64_t first, last;
  std::span<Cuts> all_cuts = {};  // of all features, where no other rank has rows of them
  std::function<void(std::int64_t f)> done = nullptr;

  // Calls end_numbers(f, counts, missing) or end_codes(f, counts) for each when all of its rows are known.
  template <class Numbers, class Codes>
  void run(const Numbers& end_numbers, const Codes& end_codes) const;
};

template <class Numbers, class Codes>
void ColumnPass::run(const Numbers& end_numbers, const Codes& end_codes) const {
  std::vector<FeatureCounts> features(static_cast<std::size_t>(last - first));
  std::int64_t weight = 0;  // of the rows so far
  each_block(source, [&](const RowBlock& block) {
    const RowsView& rows = block.rows;
    std::span<const std::int64_t> weights = rules.weights();
    if (!weights.empty())
      weights = weights.subspan(static_cast<std::size_t>(block.first), static_cast<std::size_t>(rows.rows));
    weight += weights.empty() ? rows.rows : std::accumulate(weights.begin(), weights.end(), std::int64_t{0});
    std::optional<ColumnValues> by_column;
    if (rows.sparse) by_column.emplace(rows, weights);
    const bool at_once = !all_cuts.empty() && !rows.sparse && block.first == 0 && block.is_last &&
                         rows.rows >= divided_rows && weights.empty();
    if (at_once) cuts_of_numbers(rows, rules, workers, scratches, all_cuts, done);
    workers.each(last - first, [&](std::int64_t i, int worker) {
      const std::int64_t f = first + i;
      FeatureCounts& feature = features[static_cast<std::size_t>(i)];
      Scratch& scratch = scratches[static_cast<std::size_t>(worker)];
      if (!rows.sparse && rows.columns[f].dtype == DType::i32) {
        if (!feature.categories) feature.categories.emplace(rows.columns[f].codes, slopes);
        feature.categories->add(rows.columns[f], rows.rows, block.first);
        if (!block.is_last) return;
        end_codes(f, std::move(*feature.categories));
        feature.categories.reset();
        return;
      }
      if (at_once && rules.forced(f).empty()) return;
      if (rows.sparse)
        add_entries(*by_column, f, feature, scratch);
      else
        feature.numbers.add(scratch, take_present(rows.columns[f], rows.rows, weights, scratch));
      if (!block.is_last) return feature.numbers.keep(scratch);
      if (rows.sparse)
        add_zeros({0.0, weight - feature.weight, block.first + rows.rows - feature.entries}, scratch.counts);
      end_numbers(f, scratch.counts, feature.numbers.missing());
      feature.numbers = {};
    });
  });
}

int category_bins(const CutRules& rules, std::int64_t f) { return std::min(rules.max_bins(f), most_category_bins); }

// Some features at a time, so that not all of their values stand in memory beside the rows.
std::vector<Cuts> cuts_of_ranks(RowSource& source, const CutRules& rules, std::span<const RowSlopes> slopes,
                                Workers& workers, const Ranks& ranks, std::vector<Scratch>& scratches) {
  constexpr std::int64_t most_values = std::int64_t{1} << 24;
  const std::int64_t count = source.schema().features;
  std::vector<Cuts> cuts(static_cast<std::size_t>(count));
  const double most_rows = ranks.max(static_cast<double>(std::max<std::int64_t>(source.schema().rows, 1)));
  const std::int64_t at_once = std::clamp<std::int64_t>(most_values / static_cast<std::int64_t>(most_rows), 8, 4096);
  for (std::int64_t first = 0; first < count; first += at_once) {
    const std::int64_t last = std::min(count, first + at_once);
    const auto size = static_cast<std::size_t>(last - first);
    std::vector<NumbersOfRank> numbers(size);
    std::vector<std::optional<CategoryCounts>> codes(size);
    const ColumnPass pass{source, rules, slopes, workers, scratches, first, last};
    pass.run(
        [&](std::int64_t f, const std::vector<ValueCount>& values, std::int64_t missing) {
          numbers[static_cast<std::size_t>(f - first)] = {values, missing};
        },
        [&](std::int64_t f, CategoryCounts counts) { codes[static_cast<std::size_t>(f - first)] = std::move(counts); });
    std::vector<std::int64_t> which;
    const std::span<Cuts> to = std::span(cuts).subspan(static_cast<std::size_t>(first), size);
    for (std::size_t i = 0; i < size; ++i) {
      if (!codes[i]) {
        which.push_back(static_cast<std::int64_t>(i));
        continue;
      }
      codes[i]->add_ranks(ranks);
      to[i] = codes[i]->cuts(category_bins(rules, first + static_cast<std::int64_t>(i)));
    }
    find_rank_cuts(ranks, numbers, which, rules, first, to);
  }
  return cuts;
}

}  // namespace

std::vector<Cuts> make_cuts(RowSource& source, const CutRules& rules, std::span<const RowSlopes> slopes,
                            Workers& workers, const Ranks& ranks, const std::function<void(std::int64_t f)>& done) {
  std::vector<Scratch> scratches(static_cast<std::size_t>(workers.threads()));
  if (!ranks.is_alone()) return cuts_of_ranks(source, rules, slopes, workers, ranks, scratches);
  std::vector<Cuts> cuts(static_cast<std::size_t>(source.schema().features));
  const auto place = [&](std::int64_t f) -> Cuts& { return cuts[static_cast<std::size_t>(f)]; };
  const ColumnPass pass{source, rules, slopes, workers, scratches, 0, std::ssize(cuts), cuts, done};
  pass.run([&](std::int64_t f, const std::vector<ValueCount>& values,
               std::int64_t missing) { place(f) = cuts_of_counts(values, missing, rules, f); },
           [&](std::int64_t f, const CategoryCounts& counts) { place(f) = counts.cuts(category_bins(rules, f)); });
  return cuts;
}

}  // namespace linden
