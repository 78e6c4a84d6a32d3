// The cuts of rows on several ranks: those of all rows on one, to the bit.
#include <gtest/gtest.h>

#include "boosting/bins/cuts.hpp"
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

TEST(RankCuts, OfFewValuesAreThoseOfAllRows) {
  Random random(4);
  RandomData data;
  for (const int distinct : {1, 2, 30, 700}) add_numbers(data, random_numbers(random, 900, distinct, 0.1));
  data.label.assign(900, 0);
  for (const int bins : {255, 20, 2}) expect_cuts_of_one_machine(data.dataset(), 3, bins);
}

}  // namespace
}  // namespace linden
