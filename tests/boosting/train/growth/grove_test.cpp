// Trees that grow side by side are those that grow one after another, however many threads there are for so many
// outputs.
#include "boosting/train/growth/grove.hpp"

#include <gtest/gtest.h>

#include "boosting/random_data.hpp"

namespace linden {
namespace {

RandomData some_rows(int classes, int rows) {
  Random random(static_cast<std::uint64_t>(classes));
  RandomData data;
  for (int row = 0; row < rows; ++row) data.label.push_back(row % classes);
  std::vector<double> tells;
  for (const double label : data.label) tells.push_back(random.below(40) + 3 * label);
  add_numbers(data, std::move(tells));
  for (int f = 0; f < 4; ++f) add_numbers(data, random_numbers(random, rows, 30, 0.1));
  add_codes(data, random_codes(random, rows, 9, 0.1), 9);
  return data;
}

TEST(Grove, TreesOfARoundAreTheSameForAnyNumberOfThreads) {
  for (const int classes : {3, 4, 5, 11}) {
    const Dataset rows = some_rows(classes, 400).dataset();
    BoostingConfig config{.loss = loss::softmax({.classes = classes}), .rounds = 3, .max_leaves = 9};
    config.min_rows_in_leaf = 2;
    for (const double fraction : {1.0, 0.5}) {
      config.row_fraction = config.feature_fraction = fraction;
      const std::string one = bytes_of(fit_boosted(rows, config, {.threads = 1}));
      for (const int threads : {2, 3, 4, 7, 11, 12})
        EXPECT_EQ(bytes_of(fit_boosted(rows, config, {.threads = threads})), one) << classes << " on " << threads;
    }
  }
}

TEST(Grove, TreesComeInTheOrderOfOutputs) {
  const RandomData data = some_rows(5, 300);
  const Dataset rows = data.dataset();
  const BoostingConfig config{.loss = loss::softmax({.classes = 5}), .rounds = 2, .max_leaves = 6};
  const BoostedModel model = fit_boosted(rows, config, {.threads = 2});
  ASSERT_EQ(model.trees().size(), 10u);
  for (std::size_t i = 0; i < 10; ++i) EXPECT_EQ(model.trees()[i].output, static_cast<int>(i % 5));
}

}  // namespace
}  // namespace linden
