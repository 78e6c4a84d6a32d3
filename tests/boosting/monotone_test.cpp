// Monotone features: no prediction ever goes against their signs, whatever the loss, to the last bit.
#include "boosting/monotone.hpp"

namespace linden {
namespace {

TEST(Monotone, NoPredictionGoesAgainstTheSigns) {
  std::uint64_t seed = 1000;
  for (const char* loss : {"squared", "logistic", "poisson", "huber"})
    check_monotone(Device::cpu(), loss, seed += 100, 25);
}

TEST(Monotone, NorOfRenewedLeaves) {
  check_monotone(Device::cpu(), "quantile", 2000, 30);
  check_monotone(Device::cpu(), "absolute", 2100, 30);
}

TEST(Monotone, NorOfAnyOutputOfSoftmax) { check_monotone(Device::cpu(), "softmax", 3000, 25); }

TEST(Monotone, RisingDataLoseNothing) {
  RandomData data;
  std::vector<double> x;
  for (int row = 0; row < 200; ++row) x.push_back(row % 50);
  add_numbers(data, x);
  for (const double value : x) data.label.push_back(value * value);
  const BoostingConfig config{.rounds = 20, .max_leaves = 8};
  BoostingConfig rising = config;
  rising.constraints.monotone = {{"x0", 1}};
  const std::vector<double> expected = numbers_of(fit_boosted(data.dataset(), config).predict(data.dataset()));
  const std::vector<double> found = numbers_of(fit_boosted(data.dataset(), rising).predict(data.dataset()));
  for (std::size_t row = 0; row < expected.size(); ++row) EXPECT_NEAR(found[row], expected[row], 40);
}

TEST(Monotone, FallingDataUnderARisingSignAreOneLeaf) {
  RandomData data;
  std::vector<double> x;
  for (int row = 0; row < 100; ++row) x.push_back(row);
  add_numbers(data, x);
  for (const double value : x) data.label.push_back(-value);
  BoostingConfig config{.rounds = 2};
  config.constraints.monotone = {{"x0", 1}};
  const BoostedModel model = fit_boosted(data.dataset(), config);
  for (const Tree& tree : model.trees()) EXPECT_EQ(tree.leaves(), 1);
}

TEST(Monotone, ASignOfZeroChangesNothing) {
  Random random(5);
  const RandomData data = random_data(random, 300, 3, "squared");
  const BoostingConfig config{.rounds = 3};
  BoostingConfig free = config;
  free.constraints.monotone = {{"x0", 0}};
  EXPECT_EQ(dump(fit_boosted(data.dataset(), free).trees()), dump(fit_boosted(data.dataset(), config).trees()));
}

TEST(Monotone, CategoriesHaveNoOrder) {
  RandomData data;
  add_codes(data, {0, 1, 0, 1}, 2);
  data.label = {1, 2, 3, 4};
  BoostingConfig config;
  config.constraints.monotone = {{"x0", -1}};
  EXPECT_EQ(
      refusal<ArgumentError>([&] { fit_boosted(data.dataset(), config); }),
      "BoostingConfig.constraints.monotone: feature \"x0\" has -1, but holds categories, which have no order. Hint: "
      "leave it out, or pass it as a column of numbers.");
}

}  // namespace
}  // namespace linden
