#include "selection/fold_results.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "refusal.hpp"

namespace linden {
namespace {

TEST(OutOfFold, IsTheMeanOfTheFoldsThatHoldARowOut) {
  OutOfFold all(4);
  all.add({2, 0}, Tensor::of({0.5, 0.25}));
  all.add({2, 3}, Tensor::of({1.0, 0.125}));
  const Tensor mean = std::move(all).mean();
  EXPECT_EQ(mean.shape(), Shape{4});
  const auto p = mean.span<const double>();
  EXPECT_EQ(p[0], 0.25);
  EXPECT_TRUE(std::isnan(p[1]));
  EXPECT_EQ(p[2], 0.75);
  EXPECT_EQ(p[3], 0.125);
}

TEST(OutOfFold, KeepsOutputsApart) {
  OutOfFold all(2);
  all.add({1}, Tensor::of({1.0, 2.0, 3.0}).reshape({1, 3}));
  const Tensor mean = std::move(all).mean();
  EXPECT_EQ(mean.shape(), (Shape{2, 3}));
  EXPECT_TRUE(std::isnan(mean.span<const double>()[2]));
  EXPECT_EQ(mean.span<const double>()[5], 3);
}

TEST(FoldWarnings, SayEachThingOnceAndInWhichFolds) {
  FoldWarnings warnings(Dataset::from_rows({1.0, 2.0}, 1));
  warnings.add(0, {"odd", "rare"});
  warnings.add(3, {"odd"});
  EXPECT_EQ(warnings.all(), (std::vector<std::string>{"folds 1, 4: odd", "fold 1: rare"}));
}

TEST(InFold, ErrorsSayWhichFold) {
  const Dataset data = Dataset::from_rows({1.0, 2.0, 3.0, 4.0}, 1);
  const PreparedFolds folds("here", data, data.folds({.count = 2}));
  EXPECT_EQ(refusal<DataError>([&] { in_fold("here", folds, 1, [] { fail<DataError>("fit_boosted: no luck."); }); }),
            "here: fold 2 of 2: no luck.");
  EXPECT_EQ(refusal<ArgumentError>([&] { in_fold("here", folds, 0, [] { fail<ArgumentError>("no."); }); }),
            "here: fold 1 of 2: no.");
  EXPECT_EQ(in_fold("here", folds, 0, [] { return 3; }), 3);
}

}  // namespace
}  // namespace linden
