// The cuts of rows on several ranks: those of all rows on one, to the bit.
#include <gtest/gtest.h>

#include "boosting/bins/cuts.hpp"
#include "boosting/bins/number_cuts.hpp"
#include "boosting/bins/rank_cuts.hpp"
#include "boosting/random_data.hpp"
#include "meeting.hpp"

namespace linden {
namespace {

std::vector<Cuts> cuts_on(const Dataset& data, const CutRules& rules, const Ranks& ranks) {
  Workers workers(2);
  DatasetSource source(data);
  return make_cuts(source, rules, {}, workers, ranks);
}

void expect_cuts_of_one_machine(const Dataset& data, int ranks, int bins) {
  const std::vector<Cuts> wanted = cuts_on(data, bins, {});
  std::vector<std::vector<std::int64_t>> rows(static_cast<std::size_t>(ranks));
  for (std::int64_t row = 0; row < data.rows(); ++row)
    rows[static_cast<std::size_t>(row % 10 == 3 ? 0 : row % ranks)].push_back(row);
  Meeting meeting(ranks, false);
  meeting.run([&](int rank) {
    Meeting::Member comms(meeting, host_memory_kernels(), rank);
    Workers workers(1);
    Context context{workers, nullptr, &comms};
    const std::vector<Cuts> found =
        cuts_on(data.take(rows[static_cast<std::size_t>(rank)]), bins, {host_memory_kernels(), context});
    for (std::size_t f = 0; f < wanted.size(); ++f) {
      EXPECT_EQ(found[f].numeric, wanted[f].numeric) << "feature " << f;
      EXPECT_EQ(found[f].bins, wanted[f].bins);
      EXPECT_EQ(found[f].has_missing, wanted[f].has_missing);
      EXPECT_EQ(found[f].usual_bin, wanted[f].usual_bin);
      EXPECT_EQ(found[f].rows_elsewhere, wanted[f].rows_elsewhere);
    }
  });
}

// More values than are gathered, in shapes that divide badly: exponents far apart, one value for half of the rows, few
// values beside many, infinities of neither sign.
TEST(RankCuts, AreThoseOfAllRows) {
  constexpr int rows = 20'000;
  Random random(3);
  std::vector<double> even, wide, heavy, few, with_missing, sorted, floats;
  for (int row = 0; row < rows; ++row) {
    even.push_back(random.uniform());
    wide.push_back((random.chance(0.5) ? -1 : 1) * std::exp(60 * random.normal()));
    heavy.push_back(random.chance(0.5) ? 0.0 : random.normal());
    few.push_back(random.chance(0.9) ? random.below(5) : 1e-9 * random.normal());
    with_missing.push_back(random.chance(0.3) ? missing_value : random.normal());
    sorted.push_back(row);
    floats.push_back(static_cast<float>(random.normal()));
  }
  Dataset data;
  for (const auto& [name, values] :
       std::vector<std::pair<std::string, std::vector<double>*>>{{"even", &even},
                                                                 {"wide", &wide},
                                                                 {"heavy", &heavy},
                                                                 {"few", &few},
                                                                 {"missing", &with_missing},
                                                                 {"sorted", &sorted},
                                                                 {"floats", &floats}})
    data = data.with_column(name, *values);
  for (const int bins : {256, 16, 3}) expect_cuts_of_one_machine(data, bins == 16 ? 4 : 2, bins);
}

// Values of all ranks, ascending.
NumbersOfRank merged(std::span<const NumbersOfRank> ranks) {
  NumbersOfRank all;
  for (const NumbersOfRank& rank : ranks) {
    all.missing += rank.missing;
    for (const ValueCount& v : rank.values) all.values.push_back(v);
  }
  std::ranges::sort(all.values, {}, &ValueCount::value);
  std::vector<ValueCount> distinct;
  for (const ValueCount& v : all.values) {
    if (distinct.empty() || distinct.back().value != v.value) distinct.push_back({v.value, 0, 0});
    distinct.back().weight += v.weight;
    distinct.back().rows += v.rows;
  }
  all.values.swap(distinct);
  return all;
}

NumbersOfRank some_numbers(Random& random, int count, double scale, double ties, bool weighted) {
  NumbersOfRank rank;
  for (int i = 0; i < count; ++i) {
    const double value = random.chance(ties) ? random.below(7) : scale * random.normal();
    const int rows = random.chance(0.2) ? 1 + random.below(40) : 1;
    rank.values.push_back({value, weighted ? 1 + random.below(1000) : rows, rows});
  }
  rank.missing = random.chance(0.5) ? 1 + random.below(9) : 0;
  const std::int64_t missing = rank.missing;
  rank = merged(std::vector{rank});
  rank.missing = missing;
  return rank;
}

// However little is told at a time, by rows and by weights, with cuts that are forced, where ranks have far from the
// same values, or none.
TEST(RankCuts, DoNotDependOnWhatIsToldAtOnce) {
  constexpr int ranks = 3, features = 4;
  Random random(5);
  for (const bool weighted : {false, true})
    for (const Exchanges& limits : {Exchanges{}, Exchanges{1, 0, 0, 2, 2}, Exchanges{6, 30, 0, 3, 5},
                                    Exchanges{0, 0, 1 << 10, 2, 100}, Exchanges{40, 0, 0, 64, 64}}) {
      BoostingConfig config;
      config.max_bins = 2 + random.below(60);
      config.bins.weighted = weighted;
      config.bins.cuts = {{"f2", {-0.5, 1.25, 1e9}}};
      const std::vector<std::string> names{"f0", "f1", "f2", "f3"};
      const CutRules rules(config, names, weighted ? std::vector<double>{1, 2} : std::vector<double>());
      std::vector<std::vector<NumbersOfRank>> numbers(features);
      for (int f = 0; f < features; ++f)
        for (int rank = 0; rank < ranks; ++rank) {
          const int count = rank == 1 && random.chance(0.5) ? 0 : 900;
          numbers[f].push_back(f == 3 ? NumbersOfRank{{}, rank}
                                      : some_numbers(random, count, f == 1 ? 1e-6 * (1 + rank) : 1, 0.3, weighted));
        }
      Meeting meeting(ranks, false);
      meeting.run([&](int rank) {
        Meeting::Member comms(meeting, host_memory_kernels(), rank);
        Workers workers(1);
        Context context{workers, nullptr, &comms};
        std::vector<NumbersOfRank> mine;
        for (const auto& of : numbers) mine.push_back(of[static_cast<std::size_t>(rank)]);
        std::vector<Cuts> found(features);
        find_rank_cuts({host_memory_kernels(), context}, mine, std::vector<std::int64_t>{0, 1, 2, 3}, rules, 0, found,
                       limits);
        for (std::size_t f = 0; f < features; ++f) {
          const NumbersOfRank all = merged(numbers[f]);
          const Cuts wanted = cuts_of_counts(all.values, all.missing, rules, static_cast<std::int64_t>(f));
          EXPECT_EQ(found[f].numeric, wanted.numeric) << "feature " << f;
          EXPECT_EQ(found[f].bins, wanted.bins) << "feature " << f;
          EXPECT_EQ(found[f].has_missing, wanted.has_missing);
          EXPECT_EQ(found[f].usual_bin, wanted.usual_bin);
          EXPECT_EQ(found[f].rows_elsewhere, wanted.rows_elsewhere);
        }
      });
    }
}

// Counts what goes through.
class Counting : public Communicator {
 public:
  explicit Counting(Communicator& ranks) : ranks_(ranks) {}
  int rank() const override { return ranks_.rank(); }
  int size() const override { return ranks_.size(); }
  void sum(std::int64_t* values, std::int64_t count) override {
    bytes += 8 * count;
    ranks_.sum(values, count);
  }
  void max(double* values, std::int64_t count) override {
    bytes += 8 * count;
    ranks_.max(values, count);
  }
  void gather(const void* mine, std::int64_t of_rank, void* all) override {
    bytes += of_rank;
    ranks_.gather(mine, of_rank, all);
  }
  std::int64_t bytes = 0;

 private:
  Communicator& ranks_;
};

// Of floats that hardly repeat a rank tells less than half a byte a value, where there are many to a bin.
TEST(RankCuts, TakeFewBytes) {
  constexpr int rows = 60'000;
  Random random(6);
  std::vector<std::vector<double>> columns(2);
  for (int row = 0; row < rows; ++row)
    for (std::vector<double>& column : columns) column.push_back(static_cast<float>(random.normal()));
  Meeting meeting(2, false);
  meeting.run([&](int rank) {
    Meeting::Seat seat(meeting, rank);
    Counting counting(seat);
    HostComms comms(counting, host_memory_kernels());
    Workers workers(1);
    Context context{workers, nullptr, &comms};
    std::vector<NumbersOfRank> mine;
    for (const std::vector<double>& column : columns) {
      std::vector<ValueCount> values;
      for (int row = rank; row < rows; row += 2) values.push_back({column[static_cast<std::size_t>(row)], 1});
      mine.push_back(merged(std::vector{NumbersOfRank{values}}));
    }
    std::vector<Cuts> found(2);
    find_rank_cuts({host_memory_kernels(), context}, mine, std::vector<std::int64_t>{0, 1}, 16, 0, found,
                   {.least_listed = 1024, .listed_at_once = 1 << 14, .parts_at_once = 1 << 10});
    EXPECT_EQ(found[0].bins, 16);
    EXPECT_LT(counting.bytes, rows / 2);
  });
}

TEST(RankCuts, OfFewValuesAreThoseOfAllRows) {
  Random random(4);
  RandomData data;
  for (const int distinct : {1, 2, 30, 700}) add_numbers(data, random_numbers(random, 900, distinct, 0.1));
  data.label.assign(900, 0);
  for (const int bins : {255, 20, 2}) expect_cuts_of_one_machine(data.dataset(), 3, bins);
}

}  // namespace
}  // namespace linden
