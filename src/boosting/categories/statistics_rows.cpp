#include "boosting/categories/statistics_rows.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "backend/math/philox.hpp"
#include "rows/dataset_rows.hpp"

namespace linden {
namespace {

std::vector<std::uint32_t> random_order(std::int64_t rows, std::uint64_t seed) {
  std::vector<std::pair<std::uint64_t, std::uint32_t>> drawn;
  drawn.reserve(static_cast<std::size_t>(rows));
  for (std::int64_t row = 0; row < rows; ++row)
    drawn.emplace_back(random_bits(seed, Draw::categories, 0, static_cast<std::uint64_t>(row)),
                       static_cast<std::uint32_t>(row));
  std::ranges::sort(drawn);
  std::vector<std::uint32_t> order;
  order.reserve(drawn.size());
  for (const auto& [bits, row] : drawn) order.push_back(row);
  return order;
}

}  // namespace

StatisticsRows::StatisticsRows(const Dataset& train, const Labels& labels, std::span<const double> weights,
                               std::uint64_t seed)
    : train_(train), labels_(labels), weights_(weights), rows_(train.rows()), order_(random_order(rows_, seed)) {
  if (labels.loss.label_kind() == LabelKind::classes) {
    const int classes = std::max(labels.loss.classes(), 2);
    first_class_ = classes == 2 ? 1 : 0;
    statistics_ = classes == 2 ? 1 : classes;
  } else {
    statistics_ = static_cast<int>(std::ssize(labels.values) / rows_);
  }
  double total = 0;
  for (std::int64_t row = 0; row < rows_; ++row) total += weight(static_cast<std::size_t>(row));
  for (int k = 0; k < statistics_; ++k) {
    double sum = 0;
    for (std::size_t row = 0; row < static_cast<std::size_t>(rows_); ++row) sum += weight(row) * target(k, row);
    prior_.push_back(sum / total);
  }
}

TupleKey StatisticsRows::key(const std::vector<int>& features) const {
  std::vector<std::int64_t> categories;
  for (const int f : features)
    categories.push_back(std::ssize(train_.columns()[static_cast<std::size_t>(f)].categories));
  return TupleKey(std::move(categories));
}

std::vector<std::int32_t> StatisticsRows::tuples(const std::vector<int>& features, std::size_t count,
                                                 KeyNumbers& numbers) const {
  const TupleKey key = this->key(features);
  std::array<ColumnView, most_combined> columns;
  for (std::size_t i = 0; i < features.size(); ++i)
    columns[i] = view_of(train_.columns()[static_cast<std::size_t>(features[i])]);
  std::vector<std::int32_t> tuples;
  tuples.reserve(count);
  for (std::size_t i = 0; i < count; ++i)
    tuples.push_back(numbers.add(key.of([&](std::size_t place) {
      const ColumnView& column = columns[place];
      return static_cast<const std::int32_t*>(column.values)[std::int64_t{order_[i]} * column.stride];
    })));
  return tuples;
}

LearnedTable learned_table(const StatisticsRows& rows, const std::vector<int>& features, double prior_weight) {
  KeyNumbers numbers;
  const std::vector<std::int32_t> tuples = rows.tuples(features, rows.order().size(), numbers);
  const int statistics = rows.statistics();
  std::vector<double> tuple_rows(numbers.size()), sums(numbers.size());
  std::vector<std::vector<double>> all_sums;
  LearnedTable learned{StatisticsTable(features, rows.key(features), prior_weight, rows.prior()), {}};
  for (int k = 0; k < statistics; ++k) {
    double* const column = learned.columns.emplace_back(Tensor::empty({rows.rows()})).data<double>();
    rows.each_ordered(k, tuples, prior_weight, tuple_rows, sums,
                      [&](std::size_t i, double value) { column[rows.order()[i]] = value; });
    all_sums.push_back(sums);
  }
  // Of weights a row may know all: they say nothing of its label.
  double* const column = learned.columns.emplace_back(Tensor::empty({rows.rows()})).data<double>();
  for (std::size_t i = 0; i < tuples.size(); ++i)
    column[rows.order()[i]] = tuple_rows[static_cast<std::size_t>(tuples[i])];

  std::vector<std::size_t> by_key(numbers.size());
  std::iota(by_key.begin(), by_key.end(), std::size_t{0});
  std::ranges::sort(by_key, {}, [&](std::size_t tuple) { return numbers.keys()[tuple]; });
  std::vector<double> of_tuple(static_cast<std::size_t>(statistics));
  for (const std::size_t tuple : by_key) {
    for (std::size_t k = 0; k < all_sums.size(); ++k) of_tuple[k] = all_sums[k][tuple];
    learned.table.add(numbers.keys()[tuple], tuple_rows[tuple], of_tuple);
  }
  return learned;
}

}  // namespace linden
