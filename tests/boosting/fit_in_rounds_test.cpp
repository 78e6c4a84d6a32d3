// A fit that is driven round by round is that of fit_boosted, also where several go on side by side.
#include "boosting/fit_in_rounds.hpp"

#include <gtest/gtest.h>

#include <linden/ops.hpp>
#include <linden/threads.hpp>

#include "boosting/random_data.hpp"

namespace linden {
namespace {

Dataset rows_of(std::uint64_t seed) {
  Random random(seed);
  return random_data(random, 80, 4, "squared").dataset();
}

TEST(FitInRounds, PausesAfterEachRoundWithItsMetrics) {
  const Dataset train = rows_of(1), valid = rows_of(1);
  const BoostingConfig config{.rounds = 3, .max_leaves = 4};
  const FitOptions options{.threads = 1, .valid = valid};
  const BoostedModel expected = fit_boosted(train, config, options);
  FitInRounds fit = fit_in_rounds(train, config, options);
  for (std::size_t round = 0; round < 3; ++round) {
    ASSERT_TRUE(fit.next());
    ASSERT_EQ(fit.metrics().size(), expected.history()[round].size());
    EXPECT_EQ(fit.metrics()[0].value, expected.history()[round][0].value);
  }
  EXPECT_FALSE(fit.next());
  EXPECT_FALSE(fit.next());
  EXPECT_EQ(fit.model().to_string(), expected.to_string());
}

TEST(FitInRounds, CallbacksAreAskedWhenTheFitGoesOn) {
  const Dataset train = rows_of(2);
  const BoostingConfig config{.rounds = 9};
  int asked = 0;
  const auto second = [&](const Round&) { return ++asked == 2 ? Signal::stop_and_keep(1) : Signal::proceed(); };
  const FitOptions options{.threads = 1, .callbacks = {second}};
  FitInRounds fit = fit_in_rounds(train, config, options);
  EXPECT_TRUE(fit.next());
  EXPECT_EQ(asked, 0);
  EXPECT_TRUE(fit.next());
  EXPECT_EQ(asked, 1);
  EXPECT_FALSE(fit.next());
  EXPECT_EQ(fit.model().rounds(), 1);
}

TEST(FitInRounds, SeveralGoOnSideBySide) {
  // A loss of the tape: its tensors use the threads in force here.
  const Loss tape = loss::custom("centred", [](const Tensor& score, const Tensor& y) {
    return square(score - y) + 0.1 * square(score - mean(score));
  });
  for (const Loss& loss : {loss::squared(), tape}) {
    const BoostingConfig config{.loss = loss, .rounds = 4, .max_leaves = 4};
    const FitOptions options{.threads = 2};
    const std::vector<Dataset> train = {rows_of(3), rows_of(4), rows_of(5)};
    {
      const Threads threads(2);
      std::vector<FitInRounds> fits;
      for (const Dataset& rows : train) fits.push_back(fit_in_rounds(rows, config, options));
      for (int round = 0; round <= 4; ++round)
        for (FitInRounds& fit : fits) EXPECT_EQ(fit.next(), round < 4);
      for (std::size_t i = 0; i < train.size(); ++i)
        EXPECT_EQ(dump(fits[i].model().trees()), dump(fit_boosted(train[i], config, options).trees()));
      EXPECT_EQ(Threads::current(), 2);
    }
  }
}

TEST(FitInRounds, AFitThatIsLeftHalfWayIsGone) {
  const Dataset train = rows_of(6);
  const BoostingConfig config{.rounds = 50};
  const FitOptions options{.threads = 2};
  FitInRounds fit = fit_in_rounds(train, config, options);
  EXPECT_TRUE(fit.next());
}

TEST(FitInRounds, ThrowsWhatTheFitThrowsAndHasEnded) {
  const Dataset train = rows_of(7);
  const BoostingConfig config{.rounds = 0};
  const FitOptions options;
  FitInRounds fit = fit_in_rounds(train, config, options);
  EXPECT_THROW(fit.next(), ArgumentError);
  EXPECT_FALSE(fit.next());
}

}  // namespace
}  // namespace linden
