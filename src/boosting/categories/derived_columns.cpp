#include "boosting/categories/derived_columns.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "boosting/categories/combinations.hpp"
#include "data/dataset/builder.hpp"
#include "rows/dataset_rows.hpp"

namespace linden {
namespace {

constexpr std::int64_t chunk_rows = 1 << 14;

// A feature of categories in some data, by the codes of the model.
class CodeReader {
 public:
  CodeReader(const Dataset& data, const FeatureSource& source)
      : column_(view_of(data.columns()[static_cast<std::size_t>(source.column)])), translation_(source.code) {}

  std::int32_t operator[](std::int64_t row) const {
    // A column that is missing in all rows may hold numbers.
    if (column_.dtype != DType::i32) return missing_code;
    const std::int32_t code = static_cast<const std::int32_t*>(column_.values)[row * column_.stride];
    if (code < 0) return missing_code;
    if (translation_.empty()) return code;
    const std::int32_t known = translation_[static_cast<std::size_t>(code)];
    return known < 0 ? unseen_code : known;
  }

 private:
  ColumnView column_;
  std::span<const std::int32_t> translation_;
};

}  // namespace

Dataset with_columns(const Dataset& data, std::vector<Tensor> columns) {
  if (columns.empty()) return data;
  DatasetBuilder::State state = DatasetBuilder::state(data);
  for (Tensor& values : columns) state.columns.push_back({.values = std::move(values)});
  return DatasetBuilder::make(std::move(state));
}

std::vector<Tensor> derived_columns(const Dataset& data, const TargetStatistics& statistics,
                                    std::span<const int> columns,
                                    const std::function<const FeatureSource&(int)>& source, Workers& workers) {
  struct Wanted {
    std::size_t table;
    std::vector<CodeReader> codes;
    std::vector<std::pair<int, double*>> columns;  // the statistic and where it goes
  };
  std::vector<Wanted> wanted;
  std::vector<Tensor> values;
  for (const int column : columns) {
    const auto [table, statistic] = statistics.place(column);
    if (wanted.empty() || wanted.back().table != table) {
      Wanted& next = wanted.emplace_back(Wanted{table, {}, {}});
      for (const int f : statistics.tables()[table].features()) next.codes.emplace_back(data, source(f));
    }
    wanted.back().columns.emplace_back(statistic, values.emplace_back(Tensor::empty({data.rows()})).data<double>());
  }
  const std::int64_t chunks = (data.rows() + chunk_rows - 1) / chunk_rows;
  workers.each(std::ssize(wanted) * chunks, [&](std::int64_t task, int) {
    const Wanted& one = wanted[static_cast<std::size_t>(task / chunks)];
    const StatisticsTable& table = statistics.tables()[one.table];
    const std::int64_t begin = task % chunks * chunk_rows, end = std::min(begin + chunk_rows, data.rows());
    for (std::int64_t row = begin; row < end; ++row) {
      const std::int32_t tuple = table.find([&](std::size_t i) { return one.codes[i][row]; });
      for (const auto& [statistic, to] : one.columns) to[row] = table.value(tuple, statistic);
    }
  });
  return values;
}

LearnedColumns learned_columns(const Dataset& train, const Labels& labels, std::span<const double> weights,
                               std::vector<int> encoded, const std::vector<int>& combined,
                               std::span<const RowSlopes> slopes, const LearningOptions& options, Workers& workers) {
  LearnedColumns learned;
  if (encoded.empty()) return learned;
  const StatisticsRows rows(train, labels, weights, options.seed);
  std::vector<std::vector<int>> tables;
  for (const int f : encoded) tables.push_back({f});
  const std::vector<std::vector<int>> combinations = good_combinations(
      rows, combined, slopes,
      {.most_features = options.most_combined, .prior_weight = options.prior_weight, .may_meet = options.may_meet},
      workers);
  tables.insert(tables.end(), combinations.begin(), combinations.end());
  std::vector<std::optional<LearnedTable>> all(tables.size());
  workers.each(std::ssize(tables), [&](std::int64_t i, int) {
    const auto t = static_cast<std::size_t>(i);
    all[t] = learned_table(rows, tables[t], options.prior_weight);
  });
  for (std::optional<LearnedTable>& one : all) {
    learned.statistics.add(std::move(one->table));
    std::ranges::move(one->columns, std::back_inserter(learned.columns));
  }
  return learned;
}

}  // namespace linden
