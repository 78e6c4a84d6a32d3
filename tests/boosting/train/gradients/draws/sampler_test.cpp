// Sampling rows and features: exact counts, the seed decides, every item as likely as the others.
#include "boosting/train/gradients/draws/drawn.hpp"

#include <gtest/gtest.h>

#include <set>

#include "boosting/random_data.hpp"

namespace linden {
namespace {

std::vector<std::uint32_t> draw(std::int64_t count, double fraction, std::uint64_t seed, Draw use, std::uint32_t round,
                                int threads = 2) {
  Workers workers(threads);
  return drawn(count, fraction, seed, use, round, workers);
}

TEST(Sample, HasTheExactCountAscendingWithoutRepetition) {
  for (const std::int64_t count : {1, 2, 7, 100, 1001, 40'000})
    for (const double fraction : {1e-9, 0.1, 0.25, 0.5, 0.999}) {
      const auto sample = draw(count, fraction, 3, Draw::rows, 5);
      EXPECT_EQ(static_cast<std::int64_t>(sample.size()),
                std::max<std::int64_t>(1, std::llrint(fraction * static_cast<double>(count))));
      for (std::size_t i = 1; i < sample.size(); ++i) EXPECT_LT(sample[i - 1], sample[i]);
      EXPECT_LT(sample.back(), count);
    }
}

TEST(Sample, EveryItemIsAsLikelyAsTheOthers) {
  constexpr int items = 40, rounds = 4000;
  std::vector<int> times(items);
  for (int round = 0; round < rounds; ++round)
    for (const std::uint32_t i : draw(items, 0.3, 1, Draw::rows, round)) ++times[i];
  double chi_square = 0;  // of 40 counts with mean 1200 and variance 840, nearly independent
  for (const int n : times) chi_square += (n - 1200.0) * (n - 1200.0) / 840;
  EXPECT_LT(chi_square, 80);  // one seed in ten thousand is above
}

TEST(Sample, DoesNotDependOnThreads) {
  for (const std::int64_t count : {5, 16'384, 50'001})
    for (const double fraction : {0.01, 0.5, 0.9999})
      EXPECT_EQ(draw(count, fraction, 6, Draw::rows, 1, 1), draw(count, fraction, 6, Draw::rows, 1, 3)) << count;
}

TEST(Sample, DependsOnSeedUseAndRound) {
  const auto sample = draw(200, 0.5, 1, Draw::rows, 0);
  EXPECT_EQ(draw(200, 0.5, 1, Draw::rows, 0), sample);
  EXPECT_NE(draw(200, 0.5, 2, Draw::rows, 0), sample);
  EXPECT_NE(draw(200, 0.5, 1, Draw::features, 0), sample);
  EXPECT_NE(draw(200, 0.5, 1, Draw::rows, 1), sample);
}

RandomData plain_data(int rows, int features) {
  Random random(11);
  RandomData data;
  for (int f = 0; f < features; ++f) add_numbers(data, random_numbers(random, rows, 50, 0));
  for (int row = 0; row < rows; ++row) data.label.push_back(random.normal());
  return data;
}

TEST(Sample, TreesSeeTheirRowsAndNoMore) {
  const Dataset train = plain_data(333, 4).dataset();
  for (const double fraction : {0.1, 0.5, 0.77}) {
    const BoostingConfig config{.rounds = 5, .min_rows_in_leaf = 2, .row_fraction = fraction, .seed = 9};
    const BoostedModel model = fit_boosted(train, config);
    for (const Tree& tree : model.trees()) EXPECT_EQ(tree.nodes[0].rows, std::llrint(fraction * 333));
    EXPECT_EQ(bytes_of(fit_boosted(train, config)), bytes_of(model));
    BoostingConfig other = config;
    other.seed = 10;
    EXPECT_NE(dump(fit_boosted(train, other).trees()), dump(model.trees()));
  }
}

TEST(Sample, ALeafOfASampledTreeSumsItsSampledRows) {
  const RandomData data = plain_data(400, 3);
  const BoostingConfig config{.rounds = 1, .min_rows_in_leaf = 5, .row_fraction = 0.4, .seed = 4};
  const BoostedModel model = fit_boosted(data.dataset(), config);
  const Tensor leaf = model.predict(data.dataset(), {.output = Output::leaf});
  std::vector<double> gradient(400), rows(400);
  for (const std::uint32_t row : draw(400, 0.4, 4, Draw::rows, 0)) {
    gradient[leaf.at<std::int32_t>({row, 0})] += static_cast<float>(model.initial_score()[0] - data.label[row]);
    ++rows[leaf.at<std::int32_t>({row, 0})];
  }
  int number = 0;
  for (const TreeNode& node : model.trees()[0].nodes) {
    if (node.feature >= 0) continue;
    EXPECT_EQ(node.rows, rows[number]);
    EXPECT_NEAR(model.trees()[0].value(node), -0.1 * gradient[number] / (rows[number] + 1), 1e-12);
    ++number;
  }
}

TEST(Sample, TreesUseTheirFeaturesAndNoMore) {
  const Dataset train = plain_data(300, 10).dataset();
  BoostingConfig config{.rounds = 30, .min_rows_in_leaf = 2, .feature_fraction = 0.3};
  std::set<int> all;
  const BoostedModel model = fit_boosted(train, config);
  for (const Tree& tree : model.trees()) {
    std::set<int> used;
    for (const TreeNode& node : tree.nodes)
      if (node.feature >= 0) used.insert(node.feature);
    EXPECT_EQ(used.size(), 3u);  // noise: every feature has something to offer
    all.merge(used);
  }
  EXPECT_EQ(all.size(), 10u);
}

}  // namespace
}  // namespace linden
