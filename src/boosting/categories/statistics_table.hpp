// StatisticsTable: what the labels of the training rows are on average, category by category of a feature, or tuple by
// tuple of two or three features. A tuple of few rows tells little, so that its mean is drawn towards that of all rows,
// the prior, which counts as a number of rows of its own.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "boosting/categories/key_numbers.hpp"

namespace linden {

/// Codes of what is no category of the training data. Missing values are a category of their own; a category that
/// training has not seen makes a tuple that it has not seen.
inline constexpr std::int32_t missing_code = -1, unseen_code = -2;

inline constexpr std::size_t most_combined = 3;  ///< features of a table

/// `rows` is a sum of weights, `sum` that of the labels by these weights.
inline double target_statistic(double sum, double rows, double prior, double prior_weight) {
  return (sum + prior_weight * prior) / (rows + prior_weight);
}

/// One number for each tuple of codes of some features: their codes are its digits.
class TupleKey {
 public:
  /// How many categories each of the features has.
  explicit TupleKey(std::vector<std::int64_t> categories) : categories_(std::move(categories)) {}

  /// How many tuples there may be, or 0 where 62 bits do not hold their numbers.
  std::uint64_t tuples() const noexcept;
  /// `code(i)`: that of the i-th feature, missing_code or a category.
  template <class CodeOf>
  std::uint64_t of(const CodeOf& code) const {
    std::uint64_t key = 0;
    for (std::size_t i = 0; i < categories_.size(); ++i)
      key = key * static_cast<std::uint64_t>(categories_[i] + 1) + static_cast<std::uint64_t>(code(i) + 1);
    return key;
  }

 private:
  std::vector<std::int64_t> categories_;
};

class StatisticsTable {
 public:
  /// Of features that are numbered `features`, ascending. `prior`: one a statistic.
  StatisticsTable(std::vector<int> features, TupleKey key, double prior_weight, std::vector<double> prior);

  const std::vector<int>& features() const noexcept { return features_; }
  const TupleKey& key() const noexcept { return key_; }
  double prior_weight() const noexcept { return prior_weight_; }
  const std::vector<double>& prior() const noexcept { return prior_; }
  /// Means of labels a tuple has: 1, or one a class or label. What is asked for with the number behind the last of them
  /// is the sum of the tuple's weights.
  int statistics() const noexcept { return static_cast<int>(prior_.size()); }
  std::size_t tuples() const noexcept { return rows_.size(); }

  /// Another tuple, whose key is larger than those before it. `sums`: one a statistic.
  void add(std::uint64_t key, double rows, std::span<const double> sums);
  std::uint64_t key_of(std::size_t tuple) const { return numbers_.keys()[tuple]; }
  double rows(std::size_t tuple) const { return rows_[tuple]; }
  double sum(std::size_t tuple, int statistic) const {
    return sums_[tuple * prior_.size() + static_cast<std::size_t>(statistic)];
  }

  /// The number of a tuple, or -1; codes may be unseen_code, too. `code(i)` is that of the i-th feature.
  template <class CodeOf>
  std::int32_t find(const CodeOf& code) const {
    for (std::size_t i = 0; i < features_.size(); ++i)
      if (code(i) == unseen_code) return -1;
    return numbers_.find(key_.of(code));
  }
  /// What a tuple that find gave has; -1 has no rows.
  double value(std::int32_t tuple, int statistic) const {
    const double rows = tuple < 0 ? 0 : rows_[static_cast<std::size_t>(tuple)];
    if (statistic == statistics()) return rows;
    const double sum = tuple < 0 ? 0 : this->sum(static_cast<std::size_t>(tuple), statistic);
    return target_statistic(sum, rows, prior_[static_cast<std::size_t>(statistic)], prior_weight_);
  }

 private:
  std::vector<int> features_;
  TupleKey key_;
  double prior_weight_;
  std::vector<double> prior_;
  KeyNumbers numbers_;
  std::vector<double> rows_, sums_;
};

/// The tables of a model. They make derived columns, which follow the features that the data has: of each table in turn
/// one for each statistic, and one of weights.
class TargetStatistics {
 public:
  struct Place {
    std::size_t table;
    int statistic;
  };

  bool empty() const noexcept { return tables_.empty(); }
  const std::vector<StatisticsTable>& tables() const noexcept { return tables_; }
  int columns() const noexcept { return static_cast<int>(places_.size()); }
  Place place(int column) const { return places_[static_cast<std::size_t>(column)]; }

  /// Behind those that are there.
  void add(StatisticsTable table);
  void append(const TargetStatistics& others);
  /// Removes the tables none of whose columns is `used`, and returns the new number of each of the old columns, -1
  /// where there is none.
  std::vector<int> keep(const std::vector<bool>& used);

  /// The features that tables are of, ascending.
  const std::vector<int>& members() const noexcept { return members_; }
  /// Where the features of a table stand among them.
  const std::array<int, most_combined>& member_places(std::size_t table) const { return member_places_[table]; }

 private:
  void find_members();

  std::vector<StatisticsTable> tables_;
  std::vector<Place> places_;
  std::vector<int> members_;
  std::vector<std::array<int, most_combined>> member_places_;
};

}  // namespace linden
