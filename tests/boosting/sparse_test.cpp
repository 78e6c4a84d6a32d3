// Sparse rows give the model of the same values in dense columns, to the byte, whatever the data and the configuration:
// sparse features take other ways through every step of a tree.
#include <gtest/gtest.h>

#include "boosting/monotone.hpp"
#include "boosting/random_config.hpp"
#include "boosting/random_rules.hpp"
#include "boosting/sparse_data.hpp"
#include "loss/definition.hpp"

namespace linden {
namespace {

std::string check_one(Random& random, const std::string& loss) {
  const int rows = 5 + random.below(random.one_of({20, 100, 395, 2000}));
  RandomData data = random_sparse(random, rows, 1 + random.below(30), loss);
  if (random.chance(0.4))
    for (int row = 0; row < rows; ++row) data.weight.push_back(random.one_of({0.0, 1.0, 0.3, 2.0, 5.5, 1000.0}));
  if (!data.weight.empty()) data.weight[0] = 1;
  BoostingConfig config = random_config(random, loss);
  config.loss = random_parameter(random, config.loss);
  config.max_bins = random.one_of({256, 256, 8, 4});
  config.row_fraction = random.one_of({1.0, 1.0, 0.6});
  config.feature_fraction = random.one_of({1.0, 1.0, 0.5});
  if (random.chance(0.2)) constrain(random, data, config);
  if (random.chance(0.5)) add_rules(random, data, config, renewal_level(config.loss.definition().spec) > 0);
  // Newton's step is endless where the loss does not bend up.
  if (loss == "inverse_gaussian") config.constraints.max_delta_step = 0.5;
  const SparsePair pair = both(data);
  const BoostedModel expected = fit_boosted(pair.dense, config, {.threads = 1});
  const std::string bytes = bytes_of(expected);
  for (const int threads : {1, 2, 7}) {
    const BoostedModel model = fit_boosted(pair.sparse, config, {.threads = threads});
    std::string settings;
    for (const FieldInfo& field : fields(config)) settings += fmt::format(" {}={}", field.name, field.value);
    if (bytes_of(model) != bytes)
      return fmt::format("{} threads, {} rows, {} features:{}\n{}\n of dense columns:\n{}", threads, rows,
                         data.features.size(), settings, dump(model.trees()), dump(expected.trees()));
    if (numbers_of(model.predict(pair.sparse)) != numbers_of(expected.predict(pair.dense))) return "predictions differ";
  }
  return "";
}

class Sparse : public testing::TestWithParam<std::string> {};
TEST_P(Sparse, RowsGiveTheModelOfDenseColumns) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Random random(seed);
    ASSERT_EQ(check_one(random, GetParam()), "") << "seed " << seed;
  }
}
INSTANTIATE_TEST_SUITE_P(Boosting, Sparse, testing::ValuesIn(row_losses()));

// Many columns of 0 and 1: dense rows keep them by their ones. In the same rows with -1 for 0 and 0 for 1 they are kept
// as bytes, for an absent value would then be a 1.
TEST(Flags, AreKeptByTheirOnesWithTheSameTrees) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    Random random(seed);
    const int rows = 600 + random.below(5000);
    RandomData data = random_data(random, rows, 1, "squared"), shifted;
    data.features.clear();
    data.dictionary.clear();
    for (int text = 0; text < 4; ++text) {
      const std::vector<double> codes = random_codes(random, rows, 12, 0);
      for (int code = 3; code < 12; ++code) {
        std::vector<double> flags;
        for (const double c : codes) flags.push_back(c == code ? 1 : 0);
        add_numbers(data, std::move(flags));
      }
      add_numbers(data, random_numbers(random, rows, 60, 0.1));
    }
    for (int row = 0; row < rows; ++row)
      data.label[row] += 3 * data.features[1].values[row] - data.features[15].values[row];
    shifted = data;
    for (std::size_t f = 0; f < data.features.size(); ++f)
      if (f % 10 != 9)
        for (double& value : shifted.features[f].values) value -= 1;
    BoostingConfig config = random_config(random, "squared");
    if (random.chance(0.5)) add_rules(random, data, config);
    config.constraints.forced_splits.clear();  // by thresholds
    const BoostedModel wanted = fit_boosted(shifted.dataset(), config, {.threads = 1});
    for (const int threads : {1, 3}) {
      const BoostedModel model = fit_boosted(data.dataset(), config, {.threads = threads});
      EXPECT_EQ(numbers_of(model.predict(data.dataset())), numbers_of(wanted.predict(shifted.dataset()))) << seed;
      EXPECT_EQ(bytes_of(model), bytes_of(fit_boosted(both(data).sparse, config, {.threads = threads}))) << seed;
      ASSERT_EQ(model.trees().size(), wanted.trees().size());
      for (std::size_t t = 0; t < wanted.trees().size(); ++t) {
        const std::vector<TreeNode>&found = model.trees()[t].nodes, &nodes = wanted.trees()[t].nodes;
        ASSERT_EQ(found.size(), nodes.size()) << seed;
        for (std::size_t i = 0; i < nodes.size(); ++i) {
          EXPECT_EQ(found[i].feature, nodes[i].feature) << seed;
          EXPECT_EQ(found[i].gain, nodes[i].gain) << seed;
          EXPECT_EQ(found[i].rows, nodes[i].rows) << seed;
        }
      }
    }
  }
}

}  // namespace
}  // namespace linden
