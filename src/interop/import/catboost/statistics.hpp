// CatBoost's CTRs as target statistics of ours. Its tables know tuples of categories by hashes of hashes; of a file
// that has the names of categories, too, it can be found which tuples these are.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "boosting/categories/statistics_table.hpp"
#include "interop/import/catboost/features.hpp"

namespace linden::catboost {

class Statistics {
 public:
  /// Of the member "ctr_data", where there is one, for a model whose labels have so many statistics. `features` must
  /// outlive the object. Throws FileError where tables are none, or have tuples whose categories have no names.
  Statistics(const Features& features, const std::optional<Place>& data, int statistics);

  /// By feature the names of the categories that tuples and tests are of, ascending.
  const std::vector<std::vector<std::string>>& categories() const noexcept { return categories_; }
  /// The code of a category, or missing_code: CatBoost has a category without a letter where values are missing here.
  std::int32_t code(const Test& test) const;

  /// A split by a CTR: what is greater than the threshold in this column passes.
  struct Cut {
    int column = -1;  ///< -1: all rows go the same way
    double threshold = 0;
    bool all_pass = false;
  };
  /// Of split number `split`, for rows that pass these of the CTR's tests, a bit each.
  Cut cut(std::size_t split, std::uint32_t passed);

  /// A split of rows that miss a category of this feature, which pass, from all others, those of unknown ones, too: a
  /// table of one tuple says it, where a split by category would send unknown ones along.
  Cut missing(int feature);

  /// The tables that cuts were made of.
  TargetStatistics tables() const;

 private:
  struct Tuple {
    std::array<std::int32_t, most_combined> names;  // numbers in names_
    std::uint32_t passed;
  };
  struct Counts {
    const Ctr* ctr = nullptr;
    std::size_t width = 0;  // counts of a tuple
    double denominator = 0;
    std::vector<Tuple> tuples;
    std::vector<double> counts;  // [tuples, width]
  };
  using Candidates = std::vector<std::vector<std::int32_t>>;  // by feature, numbers in names_

  void read(const Place& place, Counts& counts);
  bool find_tuples(const std::vector<std::uint64_t>& keys, const Candidates& candidates, Counts& counts) const;
  void find_categories();
  double count(const Counts& counts, std::size_t tuple, int target) const;
  double total(const Counts& counts, std::size_t tuple) const;
  int table_of(const Ctr& ctr, std::uint32_t passed);
  int column_of(int table, int statistic) const;
  StatisticsTable make_table(const Ctr& ctr, std::uint32_t passed) const;
  std::uint64_t signed_hash(std::int32_t name) const;

  const Features& features_;
  int statistics_;
  std::vector<std::pair<std::uint32_t, std::string>> names_;  // with their hashes, ascending
  std::map<std::string, Counts> counts_;                      // by the name of the table
  Candidates candidates_;
  std::vector<std::vector<std::string>> categories_;
  std::vector<std::map<std::int32_t, std::int32_t>> codes_;  // by feature, of numbers in names_
  using TableKey = std::tuple<std::string, std::uint32_t, float, float, int>;
  std::map<TableKey, int> numbers_;  // of tables; -1: of no tuples
  std::map<int, int> missing_;       // by feature, the number of its table
  std::vector<StatisticsTable> tables_;
  std::map<std::pair<std::size_t, std::uint32_t>, Cut> cuts_;
};

}  // namespace linden::catboost
