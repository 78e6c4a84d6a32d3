// StatisticsRows: training rows as target statistics are learned from them, and the statistics that the rows themselves
// have: of the rows before them alone, in a random order, so that none knows its own label.
#pragma once

#include <algorithm>
#include <cstdint>
#include <linden/data.hpp>
#include <span>
#include <vector>

#include "boosting/categories/statistics_table.hpp"
#include "model/labels.hpp"

namespace linden {

class StatisticsRows {
 public:
  /// Of two classes the statistic is the share of the second, of more one share each, of real labels the mean of each.
  /// `weights` is empty for all one. What is passed must outlive the object.
  StatisticsRows(const Dataset& train, const Labels& labels, std::span<const double> weights, std::uint64_t seed);

  std::int64_t rows() const noexcept { return rows_; }
  int statistics() const noexcept { return statistics_; }
  /// The means over all rows.
  const std::vector<double>& prior() const noexcept { return prior_; }
  /// All rows in random order, by the seed and their numbers.
  const std::vector<std::uint32_t>& order() const noexcept { return order_; }
  double weight(std::size_t row) const { return weights_.empty() ? 1 : weights_[row]; }
  double target(int statistic, std::size_t row) const {
    if (first_class_ < 0) return labels_.values[static_cast<std::size_t>(statistic * rows_) + row];
    return labels_.values[row] == first_class_ + statistic ? 1 : 0;
  }

  /// The key of tuples of these features.
  TupleKey key(const std::vector<int>& features) const;
  /// The number of the tuple of each of the first `count` rows in their order, by its first coming.
  std::vector<std::int32_t> tuples(const std::vector<int>& features, std::size_t count, KeyNumbers& numbers) const;

  /// The statistic of each of these rows of the order, whose tuples these are: of the rows before it that have its
  /// tuple. `rows` and `sums` have, in the end, what each tuple has; both are overwritten.
  template <class Use>
  void each_ordered(int statistic, std::span<const std::int32_t> tuples, double prior_weight, std::vector<double>& rows,
                    std::vector<double>& sums, const Use& use) const {
    const double prior = prior_[static_cast<std::size_t>(statistic)];
    std::ranges::fill(rows, 0.0);
    std::ranges::fill(sums, 0.0);
    for (std::size_t i = 0; i < tuples.size(); ++i) {
      const auto tuple = static_cast<std::size_t>(tuples[i]);
      const std::size_t row = order_[i];
      use(i, target_statistic(sums[tuple], rows[tuple], prior, prior_weight));
      rows[tuple] += weight(row);
      sums[tuple] += weight(row) * target(statistic, row);
    }
  }

 private:
  const Dataset& train_;
  const Labels& labels_;
  std::span<const double> weights_;
  std::int64_t rows_;
  int statistics_ = 1;
  int first_class_ = -1;  // of the statistics; -1: labels are real
  std::vector<double> prior_;
  std::vector<std::uint32_t> order_;
};

/// The table of a combination of features, and of each training row the values of its columns.
struct LearnedTable {
  StatisticsTable table;
  std::vector<Tensor> columns;  ///< [rows] f64 each, as TargetStatistics orders them
};

LearnedTable learned_table(const StatisticsRows& rows, const std::vector<int>& features, double prior_weight);

}  // namespace linden
