// Cuts that are known are those of the configuration, and no other's.
#include "boosting/bins/known_cuts.hpp"

#include <gtest/gtest.h>

#include "boosting/fit_in_rounds.hpp"
#include "boosting/random_data.hpp"

namespace linden {
namespace {

TEST(KnownCuts, AreMadeOncePerFieldThatHasASay) {
  KnownCuts known;
  int made = 0;
  const auto ask = [&](const BoostingConfig& config) { known.of(config, [&] { return ++made, std::vector<Cuts>(); }); };
  ask({});
  ask({.rounds = 3, .learning_rate = 0.5, .growth = Growth::level_wise, .max_leaves = 5, .max_depth = 2});
  ask({.l1 = 1, .l2 = 3, .min_gain = 1, .min_child_weight = 2, .min_rows_in_leaf = 4});
  ask({.row_fraction = 0.5, .feature_fraction = 0.5, .seed = 8});
  EXPECT_EQ(made, 1);
  ask({.max_bins = 16});
  EXPECT_EQ(made, 2);
  ask({.loss = loss::poisson()});
  ask({.loss = loss::quantile({.level = 0.1})});
  ask({.loss = loss::quantile({.level = 0.2})});
  EXPECT_EQ(made, 5);
  ask({.constraints = {.monotone = {{"x", 1}}}});  // not known to have no say
  EXPECT_EQ(made, 6);
}

TEST(KnownCuts, FitsThatShareThemAreThoseThatDoNot) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    Random random(seed);
    const Dataset train = random_data(random, 150, 5, "logistic").dataset();
    KnownCuts known;
    for (int i = 0; i < 4; ++i) {
      const BoostingConfig config{.loss = i == 3 ? loss::squared() : loss::logistic(),
                                  .rounds = 2,
                                  .learning_rate = 0.2 + 0.1 * i,
                                  .max_leaves = 4 + i,
                                  .max_bins = i == 2 ? 8 : 64,
                                  .l2 = 0.5 * i,
                                  .min_rows_in_leaf = 1 + 9 * i};
      const FitOptions options{.threads = 1};
      FitInRounds fit = fit_in_rounds(train, config, options, &known);
      while (fit.next()) {
      }
      EXPECT_EQ(fit.model().to_string(), fit_boosted(train, config, options).to_string());
    }
  }
}

}  // namespace
}  // namespace linden
