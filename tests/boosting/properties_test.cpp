// What must not change a model: threads and instruction levels under random rules, the layout and type of memory,
// columns that say nothing, and strictly monotone transforms. (What must hold of each option is in
// options/options_test.cpp.)
#include <gtest/gtest.h>

#include <cstdlib>

#include "boosting/instruction_levels.hpp"
#include "boosting/monotone.hpp"
#include "boosting/random_config.hpp"
#include "boosting/random_data.hpp"
#include "boosting/random_rules.hpp"

namespace linden {
namespace {

const std::vector<std::string> losses = row_losses();

BoostingConfig some_config(const std::string& loss) {
  BoostingConfig config{.loss = loss::by_name(loss), .rounds = 5, .learning_rate = 0.3, .max_leaves = 12};
  config.min_rows_in_leaf = 3;
  return config;
}

RandomData some_data(std::uint64_t seed, const std::string& loss, int rows = 500) {
  Random random(seed);
  RandomData data = random_data(random, rows, 6, loss, 200);
  add_numbers(data, random_numbers(random, rows, 300, 0.1));  // more values than bins
  for (int row = 0; row < rows; ++row) data.weight.push_back(random.one_of({1.0, 0.7, 3.0}));
  return data;
}

// Under random rules of growth.
BoostingConfig ruled(std::uint64_t seed, RandomData data) {
  Random random(seed);
  BoostingConfig config = some_config("squared");
  config.rounds = 2;
  if (random.chance(0.4)) constrain(random, data, config);
  add_rules(random, data, config);
  if (seed % 2 == 0) config.max_bins = 1000;  // of which the last feature has some hundreds
  return config;
}

TEST(Properties, ModelBytesUnderRulesDoNotDependOnThreads) {
  const RandomData data = some_data(1, "squared", 20'000);
  const Dataset train = data.dataset();
  for (std::uint64_t seed = 1; seed <= 24; ++seed) {
    const std::string one = bytes_of(fit_boosted(train, ruled(seed, data), {.threads = 1}));
    for (const int threads : {2, 5})
      EXPECT_EQ(bytes_of(fit_boosted(train, ruled(seed, data), {.threads = threads})), one) << seed << ", " << threads;
    EXPECT_EQ(bytes_of(BoostedModel::from_string(one)), one) << seed;
  }
}

TEST(Properties, ModelBytesDoNotDependOnThreads) {
  for (const std::string& loss : losses) {
    const Dataset train = some_data(1, loss, 40'000).dataset();
    BoostingConfig config = some_config(loss);
    config.rounds = 2;
    for (const double fraction : {1.0, 0.6}) {
      config.row_fraction = config.feature_fraction = fraction;
      const std::string one = bytes_of(fit_boosted(train, config, {.threads = 1}));
      for (const int threads : {2, 7})
        EXPECT_EQ(bytes_of(fit_boosted(train, config, {.threads = threads})), one) << loss << ", " << threads;
    }
  }
}

// Sparse rows of the numbers of `data`: zeros are absent.
Dataset sparse_dataset(const RandomData& data) {
  std::vector<std::int64_t> offsets{0};
  std::vector<std::int32_t> columns;
  std::vector<double> values;
  for (int row = 0; row < data.rows(); ++row) {
    for (std::size_t f = 0; f < data.features.size(); ++f)
      if (const double v = data.features[f].values[row]; v != 0) {
        columns.push_back(static_cast<std::int32_t>(f));
        values.push_back(v);
      }
    offsets.push_back(std::ssize(columns));
  }
  std::vector<std::int64_t> all;
  for (int row = 0; row < data.rows(); ++row) all.push_back(row);
  return Dataset::from_csr(std::span<const std::int64_t>(offsets), std::span<const std::int32_t>(columns),
                           std::span<const double>(values), static_cast<int>(data.features.size()),
                           {.label = data.label, .weight = data.weight})
      .take(all);  // a copy, which outlives the lists
}

TEST(Properties, RowsOfWeightZeroAreAsIfTheyWereNotThere) {
  for (const std::string& loss : losses)
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
      Random random(seed);
      const bool is_sparse = seed % 3 == 0;
      RandomData data = random_data(random, 80 + random.below(300), 4, loss);
      if (is_sparse) {
        data.features.clear();
        for (int f = 0; f < 6; ++f) {
          std::vector<double> values = random_numbers(random, data.rows(), 300, 0.05);
          for (double& v : values) v = random.chance(0.7) ? 0 : v;
          add_numbers(data, std::move(values));
        }
      } else {
        add_codes(data, random_codes(random, data.rows(), 290, 0.1), 300);
      }
      for (int row = 0; row < data.rows(); ++row) data.weight.push_back(random.one_of({0.0, 0.0, 1.0, 0.7, 3.0}));
      data.weight[0] = data.weight[1] = 1;
      for (int row = 0; row < data.rows(); ++row) {  // what could not be missed, were it seen
        if (data.weight[row] > 0 || random.chance(0.5)) continue;
        data.label[row] = loss::by_name(loss).link() == Link::identity ? 1e6 : 17;
        for (reference::Feature& feature : data.features)
          feature.values[row] = feature.categorical ? feature.values[row] : 1e9;
      }
      BoostingConfig config = some_config(loss);
      config.row_fraction = random.one_of({1.0, 0.6});
      const auto dataset = [&](const RandomData& d) { return is_sparse ? sparse_dataset(d) : d.dataset(); };
      EXPECT_EQ(bytes_of(fit_boosted(dataset(data), config)), bytes_of(fit_boosted(dataset(data.counted()), config)))
          << loss << ", seed " << seed;
    }
}

// Run by the next test in a process of its own, whose level the environment names.
TEST(Properties, DISABLED_WriteModelsOfThisLevel) {
  std::string lines;
  const auto add = [&](const Dataset& train, const BoostingConfig& config) {
    lines += bytes_of(fit_boosted(train, config));
  };
  Random random(3);
  RandomData wide;  // 24-bit entries, groups of features, sampling
  for (int f = 0; f < 40; ++f) add_numbers(wide, random_numbers(random, 900, 300, f % 2 ? 0.1 : 0));
  for (int row = 0; row < 900; ++row) wide.label.push_back(std::exp(4 * random.normal()));
  add(wide.dataset(), {.rounds = 3, .growth = Growth::level_wise, .row_fraction = 0.8});
  add(wide.dataset(), {.rounds = 3, .growth = Growth::oblivious, .row_fraction = 0.8});
  const RandomData data = some_data(2, "squared");
  for (std::uint64_t seed = 1; seed <= 12; ++seed) add(data.dataset(), ruled(seed, data));
  for (std::uint64_t seed = 1; seed <= 8; ++seed) add(data.dataset(), as_oblivious(random, ruled(seed, data)));
  write_file(std::getenv("LINDEN_TEST_FILE"), lines);
}

TEST(Properties, ModelBytesUnderRulesDoNotDependOnTheInstructionLevel) {
  const std::string write = "Properties.DISABLED_WriteModelsOfThisLevel";
  const std::vector<std::string> v2 = models_of_level("v2", write);
  EXPECT_EQ(v2.size(), 22u);
  for (const std::string level : {"v3", "v4"}) {
    const std::vector<std::string> models = models_of_level(level, write);
    EXPECT_TRUE(models.empty() || models == v2) << level;
  }
}

TEST(Properties, AnUnknownInstructionLevelIsRefused) {
  const std::string program = std::filesystem::read_symlink("/proc/self/exe").string();
  const std::string log = (scratch() / "isa.log").string();
  std::system(fmt::format("LINDEN_ISA=avx9 LINDEN_TEST_FILE=/dev/null '{}' --gtest_also_run_disabled_tests "
                          "--gtest_filter='*WriteModelsOfThisLevel' > '{}' 2>&1 || true",
                          program, log)
                  .c_str());
  EXPECT_NE(read_file(log).find("LINDEN_ISA is \"avx9\"; it must be v2, v3 or v4."), std::string::npos);
}

TEST(Properties, AWeightIsAsManyRowsWhereLeavesAreRenewed) {
  for (const Loss& loss : {loss::absolute(), loss::quantile({.level = 0.9}), loss::quantile({.level = 0.3})}) {
    Random random(9);
    RandomData data = random_data(random, 400, 4, loss.name(), 40);
    // Which categories are rare is a matter of rows, not of their weights.
    std::erase_if(data.features, [](const reference::Feature& feature) { return feature.categorical; });
    std::vector<int> copies;
    for (int row = 0; row < data.rows(); ++row) {
      data.weight.push_back(random.below(4));
      for (int i = 0; i < static_cast<int>(data.weight[row]); ++i) copies.push_back(row);
    }
    RandomData many = data.take(copies);
    many.weight.clear();
    // Without l2 many gains are equal but for their rounding, which differs between a weight and its copies.
    const BoostingConfig config{.loss = loss, .rounds = 1, .l2 = 1, .min_child_weight = 8, .min_rows_in_leaf = 1};
    const BoostedModel a = fit_boosted(data.dataset(), config), b = fit_boosted(many.dataset(), config);
    EXPECT_EQ(a.initial_score(), b.initial_score());
    ASSERT_EQ(a.trees()[0].nodes.size(), b.trees()[0].nodes.size());
    EXPECT_GT(a.trees()[0].leaves(), 3);
    EXPECT_EQ(a.trees()[0].leaf_values, b.trees()[0].leaf_values) << loss.name();
  }
}

TEST(Properties, StrictlyMonotoneTransformsDoNotChangePredictions) {
  for (const std::string& loss : losses) {
    RandomData data = some_data(6, loss);
    for (reference::Feature& feature : data.features)
      if (!feature.categorical)
        for (double& v : feature.values) v = std::clamp(std::round(v * 16) / 16, -1e4, 1e4);
    const auto predictions = [&](const RandomData& d) {
      const Dataset train = d.dataset();
      return numbers_of(fit_boosted(train, some_config(loss)).predict(train, {.output = Output::score}));
    };
    const std::vector<double> plain = predictions(data);
    const std::function<double(double)> transforms[] = {
        [](double v) { return v * v * v; }, [](double v) { return 1e-3 * v - 700; },
        [](double v) { return v < 0 ? v : std::log1p(v); }, [](double v) { return v * 1e300; }};
    for (const auto& transform : transforms) {
      RandomData other = data;
      for (reference::Feature& feature : other.features)
        if (!feature.categorical) std::ranges::transform(feature.values, feature.values.begin(), transform);
      EXPECT_EQ(predictions(other), plain) << loss;
    }
  }
}

TEST(Properties, ConstantEmptyAndRepeatedColumnsChangeNothing) {
  for (const std::string& loss : losses) {
    const RandomData data = some_data(7, loss);
    RandomData more = data;
    const auto rows = static_cast<std::size_t>(data.rows());
    add_numbers(more, std::vector<double>(rows, 3.5));
    add_numbers(more, std::vector<double>(rows, missing_value));
    add_codes(more, std::vector<double>(rows, 2), 5);
    add_codes(more, std::vector<double>(rows, -1), 0);
    for (std::size_t f = 0; f < data.features.size(); ++f) {
      more.features.push_back(data.features[f]);
      more.dictionary.push_back(data.dictionary[f]);
    }
    EXPECT_EQ(dump(fit_boosted(more.dataset(), some_config(loss)).trees()),
              dump(fit_boosted(data.dataset(), some_config(loss)).trees()))
        << loss;
  }
}

// Row-major values that f32 holds exactly, with zeros and missing ones.
struct Grid {
  int rows = 300, features = 5;
  std::vector<double> values, label;
  Grid() {
    Random random(8);
    for (int i = 0; i < rows * features; ++i)
      values.push_back(random.chance(0.4) ? 0 : random.chance(0.1) ? missing_value : random.below(400) / 8.0 - 20);
    for (int row = 0; row < rows; ++row) label.push_back(values[row * features] > 1 ? 1 : random.normal());
  }
};

TEST(Properties, ModelBytesDoNotDependOnLayoutOrType) {
  const Grid grid;
  const BoostingConfig config = some_config("squared");
  const RowOptions options{.label = grid.label};
  const auto rows_of = [&](const auto& values) {
    return Dataset::from_rows(std::span(values), grid.features, options);
  };
  const std::string bytes = bytes_of(fit_boosted(rows_of(grid.values), config));

  const std::vector<float> floats(grid.values.begin(), grid.values.end());
  EXPECT_EQ(bytes_of(fit_boosted(rows_of(floats), config)), bytes) << "f32";

  std::vector<double> columns;
  for (int f = 0; f < grid.features; ++f)
    for (int row = 0; row < grid.rows; ++row) columns.push_back(grid.values[row * grid.features + f]);
  EXPECT_EQ(
      bytes_of(fit_boosted(Dataset::from_columns(std::span<const double>(columns), grid.features, options), config)),
      bytes)
      << "column-major";

  std::vector<std::int64_t> offsets{0};
  std::vector<std::int32_t> places;
  std::vector<double> entries;
  for (int row = 0; row < grid.rows; ++row) {
    for (int f = 0; f < grid.features; ++f) {
      const double v = grid.values[row * grid.features + f];
      if (v == 0 && (row + f) % 3 != 0) continue;  // some zeros are written down
      places.push_back(f);
      entries.push_back(v);
    }
    offsets.push_back(static_cast<std::int64_t>(places.size()));
  }
  const std::vector<float> float_entries(entries.begin(), entries.end());
  const auto sparse = [&](const auto& values) {
    return Dataset::from_csr(std::span<const std::int64_t>(offsets), std::span<const std::int32_t>(places),
                             std::span(values), grid.features, options);
  };
  EXPECT_EQ(bytes_of(fit_boosted(sparse(std::as_const(entries)), config)), bytes) << "sparse";
  EXPECT_EQ(bytes_of(fit_boosted(sparse(float_entries), config)), bytes) << "sparse f32";

  const BoostedModel model = fit_boosted(rows_of(grid.values), config);
  const std::vector<double> predictions = numbers_of(model.predict(rows_of(grid.values)));
  EXPECT_EQ(numbers_of(model.predict(rows_of(floats))), predictions);
  EXPECT_EQ(numbers_of(model.predict(sparse(std::as_const(entries)))), predictions);
}

TEST(Properties, MinusZeroIsZero) {
  RandomData data;
  add_numbers(data, {0.0, -0.0, 0.0, -0.0, 1, 1, -1, -1});
  data.label = {1, 1, 1, 1, 2, 2, 5, 5};
  const BoostingConfig config{.rounds = 2, .min_rows_in_leaf = 1};
  const std::string bytes = bytes_of(fit_boosted(data.dataset(), config));
  for (double& v : data.features[0].values) v += 0.0;
  EXPECT_EQ(bytes_of(fit_boosted(data.dataset(), config)), bytes);
}

}  // namespace
}  // namespace linden
