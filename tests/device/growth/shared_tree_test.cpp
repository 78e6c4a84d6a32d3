// Trees that add to all outputs, on a GPU: the models of the CPU, to the byte.
#include "boosting/rows_and_modes.hpp"
#include "boosting/train/several_outputs.hpp"
#include "device/gpu.hpp"
#include "sanitizers.hpp"

namespace linden::device_test {
namespace {

using SharedTreeOnGpu = OnGpu;

std::string difference(const Device& gpu, const Dataset& train, const BoostingConfig& config) {
  const BoostedModel expected = fit_boosted(train, config, {.threads = 2});
  const BoostedModel model = fit_boosted(train, config, {.device = gpu, .threads = 2});
  if (dump(model.trees()) != dump(expected.trees()))
    return "trees differ:\n" + dump(model.trees()) + "\non the CPU:\n" + dump(expected.trees());
  if (numbers_of(model.predict(train, {.device = gpu})) != numbers_of(expected.predict(train))) return "predictions";
  return bytes_of(model) == bytes_of(expected) ? "" : "files differ";
}

TEST_F(SharedTreeOnGpu, GivesTheBytesOfTheCpu) {
  for (std::uint64_t seed = 1; seed <= static_cast<std::uint64_t>(trials(24)); ++seed) {
    Random random(seed);
    const SeveralOutputs data = several_outputs(random, 20 + random.below(random.one_of({50, 300})));
    BoostingConfig config = several_outputs_config(random, data);
    config.rounds = 2;
    config.row_fraction = random.one_of({1.0, 1.0, 0.6});
    config.feature_fraction = random.one_of({1.0, 1.0, 0.5});
    config.regularization.extra_trees = random.chance(0.2);
    config.feature_sampling.by_node = random.one_of({1.0, 1.0, 0.6});
    ASSERT_EQ(difference(gpu(), data.dataset(), config), "") << "seed " << seed << "\n" << config;
  }
}

TEST_F(SharedTreeOnGpu, LargeNodesTakeSeveralTiles) {
  Random random(5);
  SeveralOutputs data{.outputs = 3};
  for (int f = 0; f < 3; ++f) add_numbers(data.rows, random_numbers(random, 9'000, f == 0 ? 300 : 9, f == 1 ? 0.1 : 0));
  for (int row = 0; row < 9'000; ++row)
    data.rows.label.push_back(
        random.chance(0.002) ? 2 : std::sin(data.rows.features[0].values[static_cast<std::size_t>(row)]) > 0);
  BoostingConfig config{.loss = data.loss(), .rounds = 2, .max_leaves = 10};
  config.multi_output.strategy = MultiStrategy::multi_output_tree;
  EXPECT_EQ(difference(gpu(), data.dataset(), config), "");
}

TEST_F(SharedTreeOnGpu, InModesThatDropAndAverageTrees) {
  const Dataset train = rows_for("softmax", 80);
  for (const Settings& settings : {Settings{{"mode.kind", "dart"}, {"mode.skip_drop", "0"}, {"mode.drop_rate", "0.5"}},
                                   Settings{{"mode.kind", "forest"}, {"row_fraction", "0.6"}},
                                   Settings{{"sampling.kind", "mvs"}, {"row_fraction", "0.5"}}}) {
    BoostingConfig config = config_of(settings, "softmax", 3);
    config.multi_output.strategy = MultiStrategy::multi_output_tree;
    EXPECT_EQ(difference(gpu(), train, config), "") << text_of(settings);
  }
}

}  // namespace
}  // namespace linden::device_test
