// Neighbours against counting shared leaves pair by pair.
#include <gtest/gtest.h>

#include <algorithm>

#include "inspection/small_models.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

TEST(Neighbours, ShareMostLeaves) {
  const BoostedModel model = mixed_model();
  const Dataset train = mixed(120), rows = mixed(150).take(std::vector<std::int64_t>{3, 77, 149});
  const Tensor known = model.predict(train, {.output = Output::leaf}),
               asked = model.predict(rows, {.output = Output::leaf});
  const auto trees = static_cast<std::int64_t>(model.trees().size());
  for (const int threads : {1, 3}) {
    const Neighbours found = neighbours(model, train, rows, {.count = 7, .threads = threads});
    ASSERT_EQ(found.row.shape(), (Shape{3, 7}));
    for (std::int64_t row = 0; row < 3; ++row) {
      std::vector<std::pair<int, std::int64_t>> shared;  // less how many, row
      for (std::int64_t other = 0; other < 120; ++other) {
        int count = 0;
        for (std::int64_t tree = 0; tree < trees; ++tree)
          count += known.data<std::int32_t>()[other * trees + tree] == asked.data<std::int32_t>()[row * trees + tree];
        shared.emplace_back(-count, other);
      }
      std::ranges::sort(shared);
      for (std::int64_t i = 0; i < 7; ++i) {
        EXPECT_EQ(found.row.data<std::int64_t>()[row * 7 + i], shared[static_cast<std::size_t>(i)].second);
        EXPECT_EQ(found.share.at<double>({row, i}),
                  -shared[static_cast<std::size_t>(i)].first / static_cast<double>(trees));
      }
    }
  }
}

TEST(Neighbours, OfATrainingRowBeginWithItsLike) {
  const BoostedModel model = mixed_model();
  const Dataset train = mixed(60);
  const Neighbours found = neighbours(model, train, train, {.count = 100});
  EXPECT_EQ(found.row.shape(), (Shape{60, 60}));
  for (std::int64_t row = 0; row < 60; ++row) EXPECT_EQ(found.share.at<double>({row, 0}), 1);
}

TEST(Neighbours, Refusals) {
  EXPECT_EQ(refusal<ArgumentError>([] { neighbours(mixed_model(), mixed(20), mixed(20), {.count = 0}); }),
            "neighbours: .count is 0; it must be 1 or more.");
  EXPECT_EQ(
      refusal<ArgumentError>([] { neighbours(mixed_model(), mixed(20).take(std::vector<std::int64_t>{}), mixed(20)); }),
      "neighbours: the training data has no rows.");
}

}  // namespace
}  // namespace linden
