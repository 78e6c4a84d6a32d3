// Rankings on a GPU: the models of the CPU, to the byte.
#include <gtest/gtest.h>

#include "boosting/random_queries.hpp"
#include "device/gpu.hpp"

namespace linden {
namespace {

using DeviceRanking = device_test::OnGpu;

TEST_F(DeviceRanking, EveryLossGivesTheBytesOfTheCpu) {
  for (const std::string& loss : losses_of_groups())
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
      Random random(seed);
      RandomQueries queries = random_queries(random, 20 + random.below(250), 40, 3);
      if (seed % 2 == 0)
        for (int row = 0; row < queries.data.rows(); ++row)
          queries.data.weight.push_back(random.one_of({0.0, 1.0, 0.5}));
      BoostingConfig config{.loss = loss::by_name(loss), .rounds = 2, .max_leaves = 5, .min_rows_in_leaf = 2};
      if (seed >= 3 && loss != loss::xendcg().name())
        config.loss = config.loss.with_parameter("position_bias", 1).with_parameter("truncation", 4);
      config.row_fraction = seed == 4 ? 0.6 : 1;
      FitOptions options{.threads = 2, .valid = queries.dataset(), .save_history = true};
      const std::string expected = bytes_of(fit_boosted(queries.dataset(), config, options));
      options.device = gpu();
      EXPECT_EQ(bytes_of(fit_boosted(queries.dataset(), config, options)), expected) << loss << ", seed " << seed;
    }
}

}  // namespace
}  // namespace linden
