// The bins of values, of missing ones and of categories without a row, as kernels find them.
#include "boosting/bins/feature_cuts.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace linden {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

// Numbers up to 1, up to 2.5 and beyond; of categories, the third was not seen.
std::vector<Cuts> cuts(bool has_missing) {
  Cuts numbers, categories;
  numbers.numeric = {1, 2.5};
  numbers.bins = has_missing ? 4 : 3;
  numbers.has_missing = has_missing;
  categories.categorical = true;
  categories.bin_of = {1, 0, 0, 1};
  categories.seen = {true, true, false, true};
  categories.bins = has_missing ? 3 : 2;
  categories.has_missing = has_missing;
  return {numbers, categories};
}

TEST(FeatureCuts, HaveABinForWhatIsMissing) {
  for (const bool has_missing : {true, false}) {  // that of training, or the one after the last
    const std::vector<Cuts> all = cuts(has_missing);
    const FeatureCutList list(all, std::vector<int>{1, 0});
    const FeatureCuts& categories = list.data()[0];
    const FeatureCuts& numbers = list.data()[1];
    const std::vector<double> values{-1e300, 1, 1.01, 2.5, 3, missing};
    std::vector<int> bins;
    for (const double value : values) bins.push_back(bin_of(numbers, value));
    EXPECT_EQ(bins, (std::vector{0, 0, 1, 1, 2, 3}));
    bins.clear();
    for (const double code : {0, 1, 2, 3, 4, -1}) bins.push_back(bin_of_code(categories, code));
    EXPECT_EQ(bins, (std::vector{1, 0, 2, 1, 2, 2}));
  }
}

TEST(FeatureCuts, SayWhetherAValueIsMissing) {
  const std::vector<Cuts> all = cuts(false);
  const FeatureCutList list = FeatureCutList::of_missing(all, std::vector<int>{0, 1});
  EXPECT_EQ(bin_of(list.data()[0], -1e300), 0);
  EXPECT_EQ(bin_of(list.data()[0], 1e300), 0);
  EXPECT_EQ(bin_of(list.data()[0], missing), 1);
  std::vector<int> bins;
  for (const double code : {0, 1, 2, 3, 4, -1}) bins.push_back(bin_of_code(list.data()[1], code));
  EXPECT_EQ(bins, (std::vector{0, 0, 1, 0, 1, 1}));
}

}  // namespace
}  // namespace linden
