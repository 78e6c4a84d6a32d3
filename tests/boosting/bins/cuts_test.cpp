// Cut points of data: what is missing, categories, and that they are the same however the values lie.
#include "boosting/bins/cuts.hpp"

#include <gtest/gtest.h>

#include "boosting/bins/category_bins.hpp"
#include "boosting/bins/values/radix_sort.hpp"
#include "boosting/random_data.hpp"
#include "rows/blocks.hpp"

namespace linden {
namespace {

TEST(Cuts, OfDataCountTheMissingBin) {
  RandomData data;
  std::vector<double> values;
  for (int i = 0; i < 400; ++i) values.push_back(i % 4 == 3 ? missing_value : i);
  add_numbers(data, values);
  add_numbers(data, std::vector<double>(400, missing_value));
  add_numbers(data, std::vector<double>(400, 2));
  std::vector<double> codes;
  for (int i = 0; i < 400; ++i) codes.push_back(i % 50 == 0 ? -1 : i % 10 < 5 ? 7 : i % 10);
  add_codes(data, codes, 12);
  data.label.assign(400, 0);
  Workers workers(2);
  const std::vector<float> none(400, 0), ones(400, 1);
  const RowSlopes slopes[] = {{none, ones}};
  const Dataset dataset = data.dataset();
  DatasetSource source(dataset);
  const std::vector<Cuts> cuts = make_cuts(source, 8, slopes, workers);
  EXPECT_EQ(cuts[0].bins, 8);
  EXPECT_TRUE(cuts[0].has_missing);
  EXPECT_LT(cuts[1].bins, 2);
  EXPECT_LT(cuts[2].bins, 2);
  EXPECT_EQ(cuts[3].bins, 6);  // 7 (more often than the others together), 5, 6, 8, 9, missing
  EXPECT_EQ(cuts[3].bin_of[7], 0);
  EXPECT_TRUE(cuts[3].seen[9]);
  EXPECT_FALSE(cuts[3].seen[0]);
  EXPECT_FALSE(cuts[3].seen[11]);
}

// Rows side by side, columns one after another, floats and doubles, in blocks or as a whole.
TEST(Cuts, DoNotDependOnHowValuesLie) {
  Random random(3);
  constexpr int rows = 50'000, features = 11;  // enough to be divided, not sorted
  std::vector<float> by_row(rows * features), by_column(rows * features);
  for (int row = 0; row < rows; ++row)
    for (int f = 0; f < features; ++f) {
      const double x = random.normal();
      const double v = f % 4 == 0   ? x
                       : f % 4 == 1 ? std::round(x * 4)
                       : f % 4 == 2 ? std::max(x, 0.0)
                                    : std::exp(9 * x);
      by_row[row * features + f] = static_cast<float>(random.chance(f == 5 ? 0.2 : 0) ? missing_value : v);
      by_column[f * rows + row] = by_row[row * features + f];
    }
  const std::vector<double> doubles_by_row(by_row.begin(), by_row.end()),
      doubles_by_column(by_column.begin(), by_column.end());
  const Dataset plain = Dataset::from_columns(doubles_by_column, features);
  Blocks blocks(plain, {10'000});
  Workers workers(3);
  const std::vector<Cuts> wanted = make_cuts(blocks, 64, {}, workers);
  for (const Dataset& data : {plain, Dataset::from_rows(doubles_by_row, features), Dataset::from_rows(by_row, features),
                              Dataset::from_columns(by_column, features)}) {
    DatasetSource source(data);
    const std::vector<Cuts> found = make_cuts(source, 64, {}, workers);
    ASSERT_EQ(found.size(), wanted.size());
    for (std::size_t f = 0; f < wanted.size(); ++f) {
      EXPECT_EQ(found[f].numeric, wanted[f].numeric) << f;
      EXPECT_EQ(found[f].bins, wanted[f].bins) << f;
      EXPECT_EQ(found[f].has_missing, f == 5) << f;
      EXPECT_EQ(found[f].usual_bin, wanted[f].usual_bin) << f;
      EXPECT_EQ(found[f].rows_elsewhere, wanted[f].rows_elsewhere) << f;
    }
  }
}

TEST(RadixSort, SortsLikeStdSort) {
  Random random(1);
  for (const int count : {0, 1, 255, 256, 1000, 70'000})
    for (const bool floats : {false, true}) {
      std::vector<double> values;
      for (int i = 0; i < count; ++i) {
        const double v = random.normal() * std::pow(10.0, random.below(600) - 300);
        const auto f = static_cast<float>(random.normal() * std::pow(10.0, random.below(60) - 30));
        values.push_back(i % 50 == 0 ? -0.0 : i % 50 == 1 ? 0.0 : floats ? f : v);
      }
      std::vector<double> wanted = values;
      std::ranges::sort(wanted);
      SortScratch scratch;
      radix_sort(values, scratch);
      EXPECT_EQ(values, wanted) << count << " " << floats;
      for (const double v : values) EXPECT_FALSE(v == 0 && std::signbit(v));
    }
}

}  // namespace
}  // namespace linden
