// Rungs of successive halving in closed form.
#include "selection/schedule.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "refusal.hpp"

namespace linden {
namespace {

TEST(Schedule, WithoutHalvingIsOneRung) {
  const std::vector<Rung> rungs = schedule({.trials = 7}, 100, 500);
  ASSERT_EQ(rungs.size(), 1u);
  EXPECT_EQ(rungs[0].trials, 7);
  EXPECT_EQ(rungs[0].rounds, 100);
  EXPECT_EQ(rungs[0].rows, 500);
}

TEST(Schedule, EachRungHasFewerTrialsAndMoreOfTheBudget) {
  const std::vector<Rung> rungs = schedule({.trials = 50, .halving = Halving{.factor = 3, .least = 10}}, 270, 500);
  ASSERT_EQ(rungs.size(), 4u);
  const int trials[] = {50, 16, 5, 1}, rounds[] = {10, 30, 90, 270};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(rungs[i].trials, trials[i]);
    EXPECT_EQ(rungs[i].rounds, rounds[i]);
    EXPECT_EQ(rungs[i].rows, 500);
  }
  // With a larger least there are fewer rungs.
  EXPECT_EQ(schedule({.trials = 50, .halving = Halving{.least = 11}}, 270, 500).size(), 3u);
}

TEST(Schedule, IsThatOfTheFormula) {
  for (int trials = 1; trials <= 100; trials += 3)
    for (int factor = 2; factor <= 5; ++factor)
      for (const std::int64_t all : {1, 10, 999, 5000}) {
        const Halving halving{.budget = Halving::Budget::rows, .factor = factor, .least = 7};
        const std::vector<Rung> rungs = schedule({.trials = trials, .halving = halving}, 20, all);
        int s = 0;
        while (std::pow(factor, s + 1) <= trials && std::floor(all / std::pow(factor, s + 1)) >= 7) ++s;
        ASSERT_EQ(rungs.size(), static_cast<std::size_t>(s) + 1);
        for (int i = 0; i <= s; ++i) {
          const Rung& rung = rungs[static_cast<std::size_t>(i)];
          EXPECT_EQ(rung.trials, std::floor(trials / std::pow(factor, i)));
          EXPECT_EQ(rung.rows, std::floor(all / std::pow(factor, s - i)));
          EXPECT_EQ(rung.rounds, 20);
        }
      }
}

TEST(Schedule, RefusesWhatIsOutOfRange) {
  const auto refused = [](const SearchOptions& options) {
    return refusal<ArgumentError>([&] { check_schedule(options); });
  };
  EXPECT_EQ(refused({.trials = 0}), "SearchOptions.trials is 0; it must be in [1, 1000000].");
  EXPECT_EQ(refused({.seconds = -1}), "SearchOptions.seconds is -1; it must be >= 0.");
  EXPECT_EQ(refused({.halving = Halving{.factor = 1}}), "Halving.factor is 1; it must be 2 or more.");
  EXPECT_EQ(refused({.halving = Halving{.least = -1}}), "Halving.least is -1; it must be >= 0.");
}

}  // namespace
}  // namespace linden
