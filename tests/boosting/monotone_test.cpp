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

// Pairs of rows of which the second is the first, but for steps up, or down, in monotone features. Many trees, so that
// their sums are rounded.
TEST(Monotone, NotInAMillionRandomPairs) {
  constexpr int features = 5, fits = 8, pairs = 125'000;
  constexpr int signs[features] = {1, -1, 1, 0, 0};
  Random random(11);
  const auto uniform = [&](std::size_t count) {
    std::vector<double> values(count);
    for (double& value : values) value = random.uniform();
    return values;
  };
  for (int fit = 0; fit < fits; ++fit) {
    RandomData data;
    for (int f = 0; f < features; ++f) add_numbers(data, uniform(600));
    for (std::size_t row = 0; row < 600; ++row) {
      const auto x = [&](int f) { return data.features[f].values[row]; };
      data.label.push_back(std::sin(7 * x(0)) - std::cos(5 * x(1) * x(3)) + x(2) * x(4) + 0.3 * random.normal());
    }
    BoostingConfig config{.rounds = 15, .learning_rate = 0.3, .max_leaves = 24, .min_rows_in_leaf = 3};
    for (int f = 0; f < features; ++f)
      config.constraints.monotone.push_back({fmt::format("f{}", f), static_cast<double>(signs[f])});
    if (fit % 2 == 0) config.constraints.monotone_method = MonotoneMethod::intermediate;
    const BoostedModel model = fit_boosted(data.dataset({"f0", "f1", "f2", "f3", "f4"}), config);

    std::vector<double> low(features * pairs), high;  // row by row
    for (double& value : low) value = random.uniform();
    high = low;
    for (std::size_t i = 0; i < high.size(); ++i)
      if (const int sign = signs[i % features]; sign != 0 && random.chance(0.6))
        high[i] = sign > 0 ? high[i] + random.uniform() * (1 - high[i]) : high[i] * random.uniform();
    const auto scores = [&](const std::vector<double>& rows) {
      return numbers_of(model.predict(Dataset::from_rows(rows, features)));
    };
    const std::vector<double> below = scores(low), above = scores(high);
    int against = 0, with = 0;
    for (std::size_t i = 0; i < below.size(); ++i) {
      against += above[i] < below[i];
      with += above[i] > below[i];
    }
    EXPECT_EQ(against, 0) << "fit " << fit;
    EXPECT_GT(with, pairs / 4) << "fit " << fit;
  }
}

// The sides of a split are bounded by each other's values and not by their middle, so that more is left to split.
TEST(Monotone, IntermediateBoundsLoseLess) {
  Random random(21);
  RandomData data;
  std::vector<double> a, b;
  for (int row = 0; row < 2000; ++row) {
    a.push_back(random.uniform());
    b.push_back(random.uniform());
    data.label.push_back(a.back() + b.back() * b.back() + 0.1 * random.normal());
  }
  add_numbers(data, a);
  add_numbers(data, b);
  const auto error = [&](MonotoneMethod method) {
    BoostingConfig config{.rounds = 1, .learning_rate = 1, .max_leaves = 64};
    config.constraints.monotone = {{"x0", 1}, {"x1", 1}};
    config.constraints.monotone_method = method;
    const std::vector<double> found = numbers_of(fit_boosted(data.dataset(), config).predict(data.dataset()));
    double sum = 0;
    for (std::size_t row = 0; row < found.size(); ++row) sum += std::pow(found[row] - data.label[row], 2);
    return sum / static_cast<double>(found.size());
  };
  EXPECT_LT(error(MonotoneMethod::intermediate), 0.9 * error(MonotoneMethod::basic));
}

TEST(Monotone, IntermediateBoundsWantAMonotoneFeatureAndFewLeaves) {
  BoostingConfig config;
  config.constraints.monotone_method = MonotoneMethod::intermediate;
  EXPECT_EQ(refusal<ArgumentError>([&] { config.check(); }),
            "BoostingConfig.constraints.monotone_method is intermediate, and no feature is monotone. Hint: "
            ".constraints.monotone.");
  config.constraints.monotone = {{"x0", 1}};
  config.max_leaves = 1025;
  EXPECT_EQ(
      refusal<ArgumentError>([&] { config.check(); }),
      "BoostingConfig.max_leaves is 1025, but .constraints.monotone_method = intermediate compares all leaves of a "
      "tree with one another, and takes at most 1024. Hint: basic, or fewer leaves.");
}

}  // namespace
}  // namespace linden
