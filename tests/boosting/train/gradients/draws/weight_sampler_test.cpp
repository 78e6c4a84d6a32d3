// Rows that weigh by their gradients or by chance, against samples worked out naively: sorted magnitudes, the threshold
// by trying all, one random number a row.
#include "boosting/model/config/defaults.hpp"
#include "boosting/train/gradients/draws/weight_sampler.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "boosting/random_data.hpp"
#include "boosting/train/gradients/draws/unit_sampler.hpp"

namespace linden {
namespace {

/// What a sample makes of gradients and curvatures, [outputs, rows].
struct Drawn {
  std::vector<std::uint32_t> rows;
  std::vector<float> gradients, curvatures;
  std::vector<GradientRange> ranges;
  bool changed = false;
};

class Rows {
 public:
  Rows(int rows, int outputs, std::uint64_t seed, bool with_ties = false) : rows_(rows), outputs_(outputs) {
    Random random(seed);
    for (int i = 0; i < rows * outputs; ++i) {
      const double size = with_ties ? random.below(3) : std::exp(3 * random.normal());
      gradient.push_back(static_cast<float>(random.chance(0.5) ? size : -size));
      curvature.push_back(static_cast<float>(with_ties ? 1 : random.uniform()));
    }
    for (int row = 0; row < rows; ++row) labels_.values.push_back(row % 5 == 0 ? 1 : 0);
    labels_.loss = outputs > 1 ? loss::softmax({.classes = outputs}) : loss::logistic();
  }

  Drawn draw(const BoostingConfig& asked, int round = 0, int threads = 2) {
    const BoostingConfig config = with_constants(asked, false);
    Workers workers(threads);
    Context context{workers};
    const Backend& backend = backend_of(Device::cpu());
    const FitRows fit_rows(backend, context, labels_, {});
    Gradients gradients(backend, context, outputs_, rows_);
    GradientTask task = gradients.on_host();
    std::ranges::copy(gradient, task.gradients);
    std::ranges::copy(curvature, task.curvatures);
    for (int k = 0; k < outputs_; ++k) {
      task.ranges[k] = {};
      for (int row = 0; row < rows_; ++row) {
        task.ranges[k].max_gradient =
            std::max<double>(task.ranges[k].max_gradient, std::abs(gradient[k * rows_ + row]));
        task.ranges[k].max_curvature = std::max<double>(task.ranges[k].max_curvature, curvature[k * rows_ + row]);
      }
    }
    gradients.upload();
    TreeInput tree;
    Drawn drawn;
    const std::unique_ptr<Sampler> sampler = row_sampler(backend, context, config, fit_rows, Dataset());
    drawn.changed = sampler->draw(round, gradients, tree);
    for (std::int64_t i = 0; i < tree.sample_rows; ++i)
      drawn.rows.push_back(tree.sample != nullptr ? tree.sample[i] : static_cast<std::uint32_t>(i));
    drawn.gradients.assign(task.gradients, task.gradients + gradient.size());
    drawn.curvatures.assign(task.curvatures, task.curvatures + gradient.size());
    drawn.ranges = gradients.ranges();
    return drawn;
  }

  /// What a row weighs of what was drawn, by its first gradient that is not 0; checks that all agree.
  double weight(const Drawn& drawn, std::uint32_t row) const {
    double weight = std::nan("");
    for (int k = 0; k < outputs_; ++k) {
      const std::size_t at = static_cast<std::size_t>(k * rows_) + row;
      for (const auto& [before, after] :
           {std::pair(gradient[at], drawn.gradients[at]), std::pair(curvature[at], drawn.curvatures[at])}) {
        if (before == 0) continue;
        const double times = static_cast<double>(after) / before;
        EXPECT_NEAR(times, std::isnan(weight) ? times : weight, 1e-5 * times);
        weight = times;
      }
    }
    return weight;
  }

  void expect_ranges_of_the_sample(const Drawn& drawn) const {
    for (int k = 0; k < outputs_; ++k) {
      float most = 0, most_curvature = 0;
      for (const std::uint32_t row : drawn.rows) {
        most = std::max(most, std::abs(drawn.gradients[static_cast<std::size_t>(k * rows_) + row]));
        most_curvature = std::max(most_curvature, drawn.curvatures[static_cast<std::size_t>(k * rows_) + row]);
      }
      EXPECT_EQ(drawn.ranges[static_cast<std::size_t>(k)].max_gradient, most);
      EXPECT_EQ(drawn.ranges[static_cast<std::size_t>(k)].max_curvature, most_curvature);
    }
  }

  std::vector<float> gradient, curvature;

 private:
  int rows_, outputs_;
  Labels labels_{};
};

std::uint32_t number_of(std::uint64_t seed, int round, std::uint32_t row) {
  return random_words(seed, Draw::rows, static_cast<std::uint32_t>(round), row / 4).word[row % 4];
}

TEST(WeightSampler, GossKeepsTheLargestAndSomeOfTheOthers) {
  for (const int outputs : {1, 3})
    for (const bool with_ties : {false, true}) {
      const int rows = 1000;
      Rows data(rows, outputs, 3, with_ties);
      const BoostingConfig config{.seed = 5,
                                  .sampling = {.kind = Sampling::goss, .top_fraction = 0.15, .other_fraction = 0.2}};
      for (const int round : {0, 9}) EXPECT_FALSE(data.draw(config, round).changed);  // 1 / 0.1 rounds see all rows
      const Drawn drawn = data.draw(config, 10);
      EXPECT_TRUE(drawn.changed);
      data.expect_ranges_of_the_sample(drawn);
      std::vector<double> size(rows);
      for (int row = 0; row < rows; ++row)
        for (int k = 0; k < outputs; ++k)
          size[row] += std::abs(static_cast<double>(data.gradient[k * rows + row]) * data.curvature[k * rows + row]);
      // Of equal ones all are large, or none is: as many as fit.
      std::vector<double> sorted = size;
      std::ranges::sort(sorted, std::greater<>());
      std::size_t large = 150;
      while (large > 0 && sorted[large - 1] == sorted[large]) --large;
      const double least = large > 0 ? sorted[large - 1] : 1e300;
      const double chance = (350.0 - static_cast<double>(large)) / static_cast<double>(rows - large);
      std::vector<std::uint32_t> expected;
      for (std::uint32_t row = 0; row < rows; ++row)
        if (size[row] >= least || number_of(5, 10, row) < chance * 0x1p32) expected.push_back(row);
      EXPECT_EQ(drawn.rows, expected) << outputs << with_ties;
      for (const std::uint32_t row : drawn.rows)
        EXPECT_NEAR(data.weight(drawn, row), size[row] >= least ? 1 : 1 / chance, 1e-5) << row;
      for (const int threads : {1, 5}) EXPECT_EQ(data.draw(config, 10, threads).gradients, drawn.gradients);
    }
}

TEST(WeightSampler, MvsDrawsInProportionToTheGradientAndKeepsSums) {
  for (const int outputs : {1, 3})
    for (const double regularization : {0.0, 1.0, 5.0}) {
      const int rows = 800;
      Rows data(rows, outputs, 4);
      const BoostingConfig config{
          .row_fraction = 0.3, .seed = 6, .sampling = {.kind = Sampling::mvs, .regularization = regularization}};
      const Drawn drawn = data.draw(config, 2);
      data.expect_ranges_of_the_sample(drawn);
      std::vector<double> square(rows), size(rows);
      for (int row = 0; row < rows; ++row)
        for (int k = 0; k < outputs; ++k) square[row] += std::pow(data.gradient[k * rows + row], 2);
      double mean = 0;
      for (const double s : square) mean += std::sqrt(s) / rows;
      for (int row = 0; row < rows; ++row) size[row] = std::sqrt(square[row] + std::pow(regularization * mean, 2));
      // c by bisection: the chances min(1, size / c) add up to 240.
      double low = 0, high = 1e12;
      for (int i = 0; i < 300; ++i) {
        const double c = (low + high) / 2;
        double sum = 0;
        for (const double s : size) sum += std::min(1.0, s / c);
        (sum > 240 ? low : high) = c;
      }
      std::size_t next = 0;
      for (std::uint32_t row = 0; row < rows; ++row) {
        const double chance = std::min(1.0, size[row] / low), number = number_of(6, 2, row) * 0x1p-32;
        if (std::abs(number - chance) < 1e-6) continue;  // too close to tell
        const bool is_drawn = next < drawn.rows.size() && drawn.rows[next] == row;
        EXPECT_EQ(is_drawn, number < chance) << row;
        if (!is_drawn) continue;
        ++next;
        EXPECT_NEAR(data.weight(drawn, row), 1 / chance, 1e-4 / chance);
      }
      EXPECT_GT(next, 150u);
      EXPECT_LT(next, 330u);
      for (const int threads : {1, 5}) EXPECT_EQ(data.draw(config, 2, threads).gradients, drawn.gradients);
    }
}

// On average over rounds a sample has the sum of all rows: each estimate is unbiased.
TEST(WeightSampler, SumsAreThoseOfAllRowsOnAverage) {
  Rows data(300, 1, 8);
  double all = 0, all_curvature = 0;
  for (std::size_t i = 0; i < 300; ++i) {
    all += data.gradient[i];
    all_curvature += data.curvature[i];
  }
  for (const RowSampling& sampling : {RowSampling{.kind = Sampling::goss, .top_fraction = 0.1, .other_fraction = 0.3},
                                      {.kind = Sampling::mvs},
                                      {.kind = Sampling::bayesian},
                                      {.kind = Sampling::poisson}}) {
    BoostingConfig config{.learning_rate = 1, .sampling = sampling};
    if (sampling.kind == Sampling::mvs) config.row_fraction = 0.4;
    double sum = 0, squares = 0, curvature = 0;
    constexpr int rounds = 3000;
    for (int round = 10; round < 10 + rounds; ++round) {
      const Drawn drawn = data.draw(config, round, 1);
      double here = 0;
      for (const std::uint32_t row : drawn.rows) {
        here += drawn.gradients[row];
        curvature += drawn.curvatures[row];
      }
      sum += here;
      squares += (here - all) * (here - all);
    }
    const double error = std::sqrt(squares) / rounds;
    EXPECT_LT(std::abs(sum / rounds - all), 4 * error) << static_cast<int>(sampling.kind);
    EXPECT_NEAR(curvature / rounds, all_curvature, 0.05 * all_curvature) << static_cast<int>(sampling.kind);
  }
}

TEST(WeightSampler, BootstrapWeightsHaveTheirDistribution) {
  constexpr int rows = 60'000;
  Rows data(rows, 1, 9);
  std::ranges::fill(data.gradient, 1.0f);
  const Drawn bayesian = data.draw({.sampling = {.kind = Sampling::bayesian}});
  EXPECT_EQ(bayesian.rows.size(), rows);
  const Drawn squares = data.draw({.sampling = {.kind = Sampling::bayesian, .temperature = 2}});
  double mean = 0, second = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    const double expected = -std::log((number_of(0, 0, static_cast<std::uint32_t>(row)) + 0.5) * 0x1p-32);
    ASSERT_NEAR(bayesian.gradients[row], expected, 1e-6 * expected);
    ASSERT_NEAR(squares.gradients[row], expected * expected, 1e-6 * expected * expected);
    mean += bayesian.gradients[row] / rows;
    second += bayesian.gradients[row] * bayesian.gradients[row] / rows;
  }
  EXPECT_NEAR(mean, 1, 0.02);
  EXPECT_NEAR(second, 2, 0.1);
  for (const double mean_times : {1.0, 0.4}) {
    const Drawn poisson = data.draw({.row_fraction = mean_times, .sampling = {.kind = Sampling::poisson}});
    std::vector<double> times(16);
    times[0] = rows - static_cast<double>(poisson.rows.size());
    for (const std::uint32_t row : poisson.rows) ++times[static_cast<std::size_t>(poisson.gradients[row])];
    double share = std::exp(-mean_times);
    for (int k = 0; k < 6; ++k) {
      EXPECT_NEAR(times[static_cast<std::size_t>(k)] / rows, share, 0.01) << k;
      share *= mean_times / (k + 1);
    }
  }
}

TEST(WeightSampler, OddGradientsLeaveRowsToGrowFrom) {
  for (const Sampling kind : {Sampling::goss, Sampling::mvs, Sampling::poisson})
    for (const int rows : {1, 2, 3, 7})
      for (const float value : {0.0f, 1.0f, 3e38f, 1e-45f}) {
        Rows data(rows, 1, 1);
        std::ranges::fill(data.gradient, value);
        std::ranges::fill(data.curvature, value);
        BoostingConfig config{.learning_rate = 1, .sampling = {.kind = kind}};
        if (kind == Sampling::mvs) config.row_fraction = 0.3;
        for (int round = 1; round < 20; ++round) {
          const Drawn drawn = data.draw(config, round);
          EXPECT_GE(drawn.rows.size(), 1u);
          for (const std::uint32_t row : drawn.rows) {
            EXPECT_TRUE(std::isfinite(drawn.gradients[row]) && std::isfinite(drawn.curvatures[row]));
          }
        }
      }
}

TEST(UnitSampler, DrawsEachClassByItsFraction) {
  Rows data(1000, 1, 2);  // 200 of class 1
  const auto count = [&](const BoostingConfig& config) {
    const Drawn drawn = data.draw(config, 3);
    EXPECT_FALSE(drawn.changed);
    EXPECT_TRUE(std::ranges::is_sorted(drawn.rows));
    const auto positive = std::ranges::count_if(drawn.rows, [](std::uint32_t row) { return row % 5 == 0; });
    return std::pair(positive, std::ssize(drawn.rows) - positive);
  };
  EXPECT_EQ(count({.row_fraction = 0.35, .sampling = {.kind = Sampling::stratified}}), std::pair(70l, 280l));
  EXPECT_EQ(count({.sampling = {.kind = Sampling::stratified, .negative_fraction = 0.25}}), std::pair(200l, 200l));
  EXPECT_EQ(count({.row_fraction = 0.5, .sampling = {.kind = Sampling::stratified, .positive_fraction = 0.1}}),
            std::pair(10l, 400l));
}

TEST(UnitSampler, GroupsStayWhole) {
  Random random(5);
  const RandomData data = random_data(random, 900, 2, "squared");
  std::vector<int> group;
  for (int id = 0; std::ssize(group) < 900; ++id)
    for (int left = 1 + random.below(20); left > 0 && std::ssize(group) < 900; --left) group.push_back(id);
  const Dataset train = data.dataset().with_groups(group);
  const BoostingConfig config{
      .rounds = 5, .min_rows_in_leaf = 1, .row_fraction = 0.5, .seed = 3, .sampling = {.kind = Sampling::groups}};
  const BoostedModel model = fit_boosted(train, config);
  Workers workers(1);
  Context context{workers};
  const Backend& backend = backend_of(Device::cpu());
  Gradients gradients(backend, context, 1, 900);
  const std::unique_ptr<Sampler> sampler = group_sampler(backend, context, config, train);
  for (int round = 0; round < 5; ++round) {
    TreeInput tree;
    sampler->draw(round, gradients, tree);
    EXPECT_EQ(model.trees()[static_cast<std::size_t>(round)].nodes[0].rows, tree.sample_rows);
    std::vector<int> rows_of(static_cast<std::size_t>(group.back()) + 1), drawn_of = rows_of;
    for (const int id : group) ++rows_of[static_cast<std::size_t>(id)];
    for (std::int64_t i = 0; i < tree.sample_rows; ++i) ++drawn_of[static_cast<std::size_t>(group[tree.sample[i]])];
    int groups = 0;
    for (std::size_t id = 0; id < rows_of.size(); ++id) {
      EXPECT_TRUE(drawn_of[id] == 0 || drawn_of[id] == rows_of[id]);
      groups += drawn_of[id] > 0;
    }
    EXPECT_EQ(groups, std::llrint(0.5 * static_cast<double>(rows_of.size())));
  }
}

}  // namespace
}  // namespace linden
