#include "boosting/categories/combinations.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace linden {
namespace {

constexpr std::size_t judged_rows = std::size_t{1} << 17;  // over all statistics
constexpr std::size_t sampled_values = 4096;               // which the cuts come from
constexpr std::size_t most_cells = 32;
constexpr std::size_t most_pooled = 10;  // features that are combined
constexpr std::size_t most_combinations = 64;

// Where the values are cut into cells of about as many rows each.
std::vector<double> cuts_of(const std::vector<double>& values) {
  std::vector<double> sample;
  const std::size_t step = std::max<std::size_t>(values.size() / sampled_values, 1);
  for (std::size_t i = 0; i < values.size(); i += step) sample.push_back(values[i]);
  std::ranges::sort(sample);
  std::vector<double> cuts;
  for (std::size_t cell = 1; cell < most_cells; ++cell) cuts.push_back(sample[cell * sample.size() / most_cells]);
  cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
  return cuts;
}

// Features together, and for each of their statistics the cells that rows are in by its value.
struct Candidate {
  std::vector<int> features;
  std::vector<std::vector<std::uint8_t>> cells = {};
  double gain = 0;
};

// What is left of the gradients when constants for the cells of those that were chosen have been taken off.
class Residuals {
 public:
  // Of so many rows at the front of the order.
  Residuals(const StatisticsRows& rows, std::span<const RowSlopes> slopes, std::size_t count) : rows_(rows) {
    for (const RowSlopes& output : slopes) {
      std::vector<double>& left = left_.emplace_back();
      Sums all;
      for (std::size_t i = 0; i < count; ++i) {
        left.push_back(output.gradients()[rows.order()[i]]);
        all.add(left[i], weight(i));
      }
      for (std::size_t i = 0; i < count; ++i) left[i] -= weight(i) * all.mean();
    }
  }

  // What constants for the cells would gain.
  double gain(const Candidate& one) const {
    double gain = 0;
    for (std::size_t output = 0; output < left_.size(); ++output)
      for (const Sums& sums : sums_of(one, output)) gain += sums.score();
    return gain;
  }
  void take_off(const Candidate& one) {
    for (std::size_t output = 0; output < left_.size(); ++output) {
      const std::array<Sums, most_cells> sums = sums_of(one, output);
      const std::vector<std::uint8_t>& cells = cells_of(one, output);
      for (std::size_t i = 0; i < cells.size(); ++i) left_[output][i] -= weight(i) * sums[cells[i]].mean();
    }
  }

 private:
  struct Sums {
    double gradient = 0, rows = 0;
    void add(double g, double weight) { gradient += g, rows += weight; }
    double mean() const { return gradient / (rows + 1); }
    double score() const { return gradient * mean(); }
  };

  double weight(std::size_t i) const { return rows_.weight(rows_.order()[i]); }
  // An output goes with the statistic of its number, or the last.
  static const std::vector<std::uint8_t>& cells_of(const Candidate& one, std::size_t output) {
    return one.cells[std::min(output, one.cells.size() - 1)];
  }
  std::array<Sums, most_cells> sums_of(const Candidate& one, std::size_t output) const {
    std::array<Sums, most_cells> sums;
    const std::vector<std::uint8_t>& cells = cells_of(one, output);
    for (std::size_t i = 0; i < cells.size(); ++i) sums[cells[i]].add(left_[output][i], weight(i));
    return sums;
  }

  const StatisticsRows& rows_;
  std::vector<std::vector<double>> left_;  // [outputs][rows]
};

std::vector<std::vector<std::uint8_t>> cells_of(const StatisticsRows& rows, const std::vector<int>& features,
                                                std::size_t count, double prior_weight) {
  KeyNumbers numbers;
  const std::vector<std::int32_t> tuples = rows.tuples(features, count, numbers);
  std::vector<double> tuple_rows(numbers.size()), sums(numbers.size()), values(count);
  std::vector<std::vector<std::uint8_t>> cells;
  for (int k = 0; k < rows.statistics(); ++k) {
    rows.each_ordered(k, tuples, prior_weight, tuple_rows, sums,
                      [&](std::size_t i, double value) { values[i] = value; });
    const std::vector<double> cuts = cuts_of(values);
    std::vector<std::uint8_t>& own = cells.emplace_back();
    for (const double value : values)
      own.push_back(static_cast<std::uint8_t>(std::ranges::upper_bound(cuts, value) - cuts.begin()));
  }
  return cells;
}

// All pairs, then all triples, of features that may meet and whose tuples have numbers.
std::vector<Candidate> combinations_of(const StatisticsRows& rows, const std::vector<int>& features,
                                       const CombinationOptions& options) {
  std::vector<Candidate> all;
  std::set<std::vector<int>> shorter;
  for (const int f : features) shorter.insert({f});
  for (int size = 2; size <= options.most_features; ++size) {
    std::set<std::vector<int>> longer;
    for (const std::vector<int>& one : shorter)
      for (const int f : features) {
        if (f <= one.back()) continue;
        std::vector<int> more = one;
        more.push_back(f);
        longer.insert(std::move(more));
      }
    for (const std::vector<int>& one : longer)
      if (rows.key(one).tuples() > 0 && (!options.may_meet || options.may_meet(one))) all.push_back({one});
    shorter = std::move(longer);
  }
  return all;
}

}  // namespace

std::vector<std::vector<int>> good_combinations(const StatisticsRows& rows, const std::vector<int>& features,
                                                std::span<const RowSlopes> slopes, const CombinationOptions& options,
                                                Workers& workers) {
  std::vector<std::vector<int>> chosen;
  if (options.most_features < 2 || features.size() < 2) return chosen;
  const std::size_t count = std::min(judged_rows / static_cast<std::size_t>(rows.statistics()), rows.order().size());
  Residuals residuals(rows, slopes, count);
  const auto judge = [&](std::vector<Candidate>& all) {
    workers.each(std::ssize(all), [&](std::int64_t i, int) {
      Candidate& one = all[static_cast<std::size_t>(i)];
      if (one.cells.empty()) one.cells = cells_of(rows, one.features, count, options.prior_weight);
      one.gain = residuals.gain(one);
    });
  };
  std::vector<Candidate> single;
  for (const int f : features) single.push_back({{f}});
  judge(single);
  std::ranges::stable_sort(single, std::ranges::greater(), &Candidate::gain);
  if (single.size() > most_pooled) single.resize(most_pooled);
  std::vector<int> pooled;
  for (const Candidate& one : single) {  // trees have these anyway
    residuals.take_off(one);
    pooled.push_back(one.features.front());
  }
  std::ranges::sort(pooled);

  std::vector<Candidate> all = combinations_of(rows, pooled, options);
  while (!all.empty() && chosen.size() < most_combinations) {
    judge(all);
    const auto best = std::ranges::max_element(all, {}, &Candidate::gain);  // of equals the first
    if (!(best->gain > 0)) break;
    residuals.take_off(*best);
    chosen.push_back(std::move(best->features));
    all.erase(best);
  }
  return chosen;
}

}  // namespace linden
