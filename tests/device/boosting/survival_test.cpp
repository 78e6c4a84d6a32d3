// Survival on a GPU: the models of the CPU, to the byte, the hazard in common to all rows with them.
#include <gtest/gtest.h>

#include "boosting/random_data.hpp"
#include "device/gpu.hpp"

namespace linden {
namespace {

using DeviceSurvival = device_test::OnGpu;

TEST_F(DeviceSurvival, EveryLossGivesTheBytesOfTheCpu) {
  for (const Loss& loss : {loss::cox(), loss::cox({.ties = loss::Ties::breslow}), loss::aft(),
                           loss::aft({.distribution = loss::TimeDistribution::extreme, .scale = 0.5})})
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      Random random(seed);
      RandomData data = random_data(random, 50 + random.below(1500), 4, loss.name());
      if (seed == 2)
        for (int row = 0; row < data.rows(); ++row) data.weight.push_back(random.one_of({0.0, 1.0, 0.5}));
      BoostingConfig config{.loss = loss, .rounds = 2, .max_leaves = 5, .min_rows_in_leaf = 2};
      config.row_fraction = seed == 3 ? 0.6 : 1;
      FitOptions options{.threads = 2, .valid = data.dataset(), .save_history = true};
      const BoostedModel expected = fit_boosted(data.dataset(), config, options);
      options.device = gpu();
      const BoostedModel found = fit_boosted(data.dataset(), config, options);
      EXPECT_EQ(bytes_of(found), bytes_of(expected)) << loss.name() << ", seed " << seed;
      EXPECT_EQ(found.survival(data.dataset(), {1, 2}, {.device = gpu()}).to_vector<double>(),
                expected.survival(data.dataset(), {1, 2}).to_vector<double>());
    }
}

}  // namespace
}  // namespace linden
