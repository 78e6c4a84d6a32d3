// What a configuration says of cuts: bins of single features, cuts that are forced, and rows that count by their
// weights, as if they were there so often.
#include "boosting/bins/cut_rules.hpp"

#include <gtest/gtest.h>

#include "boosting/bins/cuts.hpp"
#include "boosting/sparse_data.hpp"
#include "rows/blocks.hpp"

namespace linden {
namespace {

std::vector<Cuts> cuts_of(RowSource& source, const CutRules& rules) {
  Workers workers(2);
  return make_cuts(source, rules, {}, workers);
}

std::vector<Cuts> cuts_of(const Dataset& data, const BoostingConfig& config, std::span<const double> weights = {}) {
  DatasetSource source(data);
  return cuts_of(source, CutRules(config, data.feature_names(), weights));
}

// Columns of different shapes; `spread`: of sparse ones most are 0.
RandomData columns(Random& random, int rows, bool is_sparse) {
  RandomData data;
  for (int f = 0; f < 4; ++f) {
    std::vector<double> values = random_numbers(random, rows, f == 0 ? 5 : f == 1 ? 60 : 900, f % 2 ? 0.1 : 0);
    for (double& v : values) v = is_sparse && random.chance(0.7) ? 0 : v;
    add_numbers(data, std::move(values));
  }
  data.label.assign(static_cast<std::size_t>(rows), 0);
  return data;
}

TEST(CutRules, RowsCountByTheirWeightsAsCopiesOfThem) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Random random(seed);
    const int rows = seed == 1 ? 20'000 : 50 + random.below(900);  // the first are many enough for a sort by digits
    const bool is_sparse = seed % 2 == 0;
    const RandomData data = columns(random, rows, is_sparse);
    std::vector<double> weights;
    std::vector<int> copies;
    for (int row = 0; row < rows; ++row) {
      weights.push_back(row % 10 == 0 ? 40 : 1 + random.below(4));
      copies.insert(copies.end(), static_cast<std::size_t>(weights.back()), row);
    }
    BoostingConfig config{.max_bins = random.one_of({4, 16, 255})};
    if (seed % 3 == 0) config.bins.cuts = {{"x2", {0.5, 3}}, {"x1", {7}}};
    const auto dataset = [&](const RandomData& of) { return is_sparse ? both(of).sparse : both(of).dense; };
    const std::vector<Cuts> wanted = cuts_of(dataset(data.take(copies)), config);
    config.bins.weighted = true;
    const Dataset some = dataset(data);
    const std::vector<Cuts> found = cuts_of(some, config, weights);
    ASSERT_EQ(found.size(), wanted.size());
    for (std::size_t f = 0; f < wanted.size(); ++f) EXPECT_EQ(found[f].numeric, wanted[f].numeric) << seed << " " << f;
    // Units of weight do not matter, nor do blocks; what is told of rows is of rows.
    for (double& weight : weights) weight *= 0.25;
    const std::vector<Cuts> scaled = cuts_of(some, config, weights);
    Blocks blocks(some, {rows / 3, 17});
    const std::vector<Cuts> by_block = cuts_of(blocks, CutRules(config, some.feature_names(), weights));
    for (std::size_t f = 0; f < wanted.size(); ++f) {
      EXPECT_EQ(scaled[f].numeric, wanted[f].numeric) << seed << " " << f;
      EXPECT_EQ(by_block[f].numeric, wanted[f].numeric) << seed << " " << f;
      std::vector<std::int64_t> in_bin(static_cast<std::size_t>(found[f].bins));
      for (const double v : data.features[f].values) ++in_bin[static_cast<std::size_t>(found[f].bin_of_number(v))];
      EXPECT_EQ(found[f].rows_elsewhere, rows - *std::ranges::max_element(in_bin)) << seed << " " << f;
      EXPECT_EQ(in_bin[static_cast<std::size_t>(found[f].usual_bin)], *std::ranges::max_element(in_bin));
    }
  }
}

TEST(CutRules, HeavyRowsGetFinerBins) {
  RandomData data;
  std::vector<double> values, weights;
  for (int row = 0; row < 2000; ++row) {
    values.push_back(row);
    weights.push_back(row < 1000 ? 9 : 1);
  }
  add_numbers(data, values);
  data.label.assign(2000, 0);
  BoostingConfig config{.max_bins = 20};
  EXPECT_EQ(cuts_of(data.dataset(), config, weights)[0].bin_of_number(1000), 10);
  config.bins.weighted = true;
  EXPECT_EQ(cuts_of(data.dataset(), config, weights)[0].bin_of_number(1000), 17);  // nine tenths of the weight,
                                                                                   // 56 heavy rows a bin
}

TEST(CutRules, FeaturesHaveBinsOfTheirOwn) {
  Random random(1);
  for (const int rows : {3000, 60'000}) {  // sorted and divided
    const Dataset data = columns(random, rows, false).dataset();
    const std::vector<Cuts> found =
        cuts_of(data, {.max_bins = 16, .bins = {.max_bins = {{"x1", 5}, {"x2", 40}, {"x3", 400}}}});
    EXPECT_LE(found[0].bins, 5);  // of so many values
    EXPECT_EQ(found[1].bins, 5);  // that of missing values counted
    EXPECT_TRUE(found[1].has_missing);
    EXPECT_EQ(found[2].bins, 40);
    EXPECT_LE(found[3].bins, 400);
    EXPECT_GE(found[3].bins, 375);  // 8 of 3000 rows each
    EXPECT_TRUE(found[3].is_wide());
    EXPECT_FALSE(found[2].is_wide());
    const std::vector<Cuts> alone = cuts_of(data, {.max_bins = 40});
    EXPECT_EQ(found[2].numeric, alone[2].numeric);
  }
}

TEST(CutRules, ForcedCutsAreThere) {
  Random random(2);
  for (const int rows : {3000, 60'000}) {
    const Dataset data = columns(random, rows, false).dataset();
    const std::vector<double> forced{1, -0.25, 30};
    for (const int bins : {5, 16, 256}) {
      const Cuts found = cuts_of(data, {.max_bins = bins, .bins = {.cuts = {{"x3", forced}}}})[3];
      EXPECT_LE(found.bins, bins);
      EXPECT_GE(found.bins, bins - 5);  // shares are rounded
      for (const double cut : forced) {
        EXPECT_TRUE(std::ranges::binary_search(found.numeric, cut)) << cut << ", " << bins;
        EXPECT_LT(found.bin_of_number(cut), found.bin_of_number(std::nextafter(cut, 1e9)));
      }
      EXPECT_TRUE(std::ranges::is_sorted(found.numeric));
    }
  }
}

// What the user sees of it.
TEST(CutRules, TreesSplitAtForcedCutsAndFitsSayWhatDoesNotGo) {
  RandomData data;
  std::vector<double> values, codes;
  for (int row = 0; row < 4000; ++row) {
    values.push_back(row);
    codes.push_back(row % 7);
    data.label.push_back(row <= 1234 ? 0 : 1);
  }
  add_numbers(data, values);
  add_codes(data, codes, 7);
  const Dataset train = data.dataset();
  BoostingConfig config{.rounds = 1, .max_leaves = 2, .max_bins = 8};
  EXPECT_NE(fit_boosted(train, config).trees()[0].nodes[0].threshold, 1234.25);
  config.bins.cuts = {{"x0", {1234.25, 1e9}}};  // the second divides nothing
  const BoostedModel model = fit_boosted(train, config);
  EXPECT_EQ(model.trees()[0].nodes[0].threshold, 1234.25);
  EXPECT_EQ(bytes_of(BoostedModel::from_string(model.to_string())), bytes_of(model));
  config.bins.weighted = true;
  EXPECT_EQ(fit_boosted(train, config).warnings(),
            std::vector<std::string>{".bins.weighted has no effect: rows have no weights."});

  const auto said = [&](const Binning& bins) {
    return refusal<ArgumentError>([&] { fit_boosted(train, {.bins = bins}); });
  };
  EXPECT_EQ(
      said({.cuts = {{"x1", {3}}}}),
      "BoostingConfig.bins.cuts: feature \"x1\" holds categories, which have no order. Hint: leave it out, or pass "
      "it as a column of numbers.");
  EXPECT_EQ(said({.cuts = {{"x9", {3}}}}),
            "BoostingConfig.bins.cuts: the data has no feature \"x9\". Did you mean \"x0\"? Features: x0, x1.");
  EXPECT_EQ(said({.max_bins = {{"x9", 30}}}),
            "BoostingConfig.bins.max_bins: the data has no feature \"x9\". Did you mean \"x0\"? Features: x0, x1.");
  EXPECT_EQ(said({.max_bins = {{"x1", 300}}}),
            "BoostingConfig.bins.max_bins: feature \"x1\" has 300, but holds categories, which have 256 bins at most. "
            "Hint: more categories than bins share some of them.");
}

// y goes up and down 400 times: bins of 78 rows each see none of it.
TEST(CutRules, MoreBinsThanABytesWorthFitWhatFewerCannotSee) {
  RandomData data;
  std::vector<double> values;
  for (int row = 0; row < 20'000; ++row) {
    values.push_back(std::sqrt(row));
    data.label.push_back(row / 25 % 2);
  }
  add_numbers(data, values);
  const Dataset train = data.dataset();
  const auto error = [&](const BoostingConfig& config) {
    const std::vector<double> found = numbers_of(fit_boosted(train, config).predict(train));
    double sum = 0;
    for (std::size_t i = 0; i < found.size(); ++i) sum += (found[i] - data.label[i]) * (found[i] - data.label[i]);
    return std::sqrt(sum / static_cast<double>(found.size()));
  };
  BoostingConfig config{.loss = loss::squared(), .rounds = 10, .learning_rate = 0.5, .max_leaves = 255};
  EXPECT_GT(error(config), 0.4);
  config.bins.max_bins = {{"x0", 20'000}};
  EXPECT_LT(error(config), 0.1);
}

}  // namespace
}  // namespace linden
