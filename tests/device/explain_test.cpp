// Explanations on a GPU are those of the CPU, but for how products are rounded.
#include "explain/brute_force.hpp"

#include "device/gpu.hpp"

namespace linden::device_test {
namespace {

class ExplainOnGpu : public OnGpu {
 protected:
  void expect_same_explanation(const std::string& what, const BoostedModel& model, const Dataset& rows) {
    const Explanation here = explain(model, rows, {.interactions = true, .threads = 2});
    const Explanation there = explain(model, rows, {.interactions = true, .threads = 2, .device = gpu()});
    expect_like(what, there.values, here.values, {.tolerance = 1e-12});
    expect_like(what + ", interactions", there.interactions, here.interactions, {.tolerance = 1e-12});
    EXPECT_EQ(there.constant, here.constant);
  }
};

TEST_F(ExplainOnGpu, TreesOfAllKinds) {
  Random random(1);
  using hand_made::Options;
  for (const Options& options :
       {Options{}, Options{.zeros_missing = true}, Options{.linear = true}, Options{.rounds = 2, .categories = {0, 0}},
        Options{.outputs = 3, .add_to_all = true, .loss = loss::softmax({.classes = 3})}}) {
    const BoostedModel model = hand_made::random_model(random, options);
    const RandomData data = hand_made::random_rows(random, options, options.linear ? 20 : 130);
    expect_same_explanation("by hand", model, data.dataset(model.feature_names()));
  }
}

TEST_F(ExplainOnGpu, TreesOfTheLibraryWithManyFeatures) {
  Random random(2);
  const Dataset rows = random_data(random, 130, 30, "squared").dataset();
  for (const char* growth : {"leaf_wise", "oblivious"}) {
    BoostingConfig config{.rounds = 2};
    set_field(config, "growth", growth);
    config.max_depth = 4;
    expect_same_explanation(growth, fit_boosted(rows, config, {.threads = 2}), rows);
  }
}

TEST_F(ExplainOnGpu, SparseRows) {
  Random random(3);
  std::string text;
  for (int row = 0; row < 130; ++row) {
    text += fmt::format("{}", random.normal());
    for (int f = 0; f < 6; ++f)
      if (random.chance(0.4)) text += fmt::format(" {}:{}", f, random.normal());
    text += "\n";
  }
  write_file(scratch() / "gpu.libsvm", text);
  const Dataset rows = Dataset::from_libsvm((scratch() / "gpu.libsvm").string(), {.features = 6, .zero_based = true});
  BoostingConfig config{.rounds = 3};
  config.min_rows_in_leaf = 2;
  config.max_leaves = 8;
  expect_same_explanation("sparse", fit_boosted(rows, config, {.threads = 2}), rows);
}

TEST_F(ExplainOnGpu, RefusesABackground) {
  Random random(4);
  const Dataset rows = random_data(random, 60, 3, "squared").dataset();
  const BoostedModel model = fit_boosted(rows, {.rounds = 2}, {.threads = 2});
  EXPECT_EQ(refusal<DeviceError>([&] { explain(model, rows, {.background = rows, .device = gpu()}); }),
            "explain: cuda:0 explains trees against their training rows; against a .background the CPU does. Hint: "
            "Device::cpu(), or leave the background out.");
  const Dataset numbers = Dataset::from_rows({1, 2, 3, 4, 5, 7}, 1, {.label = {1, 2, 3, 5, 5, 7}});
  const LinearModel linear = fit_linear(numbers);
  EXPECT_EQ(refusal<DeviceError>([&] { explain(linear, numbers, {.background = numbers, .device = gpu()}); }),
            "explain: linear models are explained on the CPU, and not on cuda:0. Hint: Device::cpu().");
}

}  // namespace
}  // namespace linden::device_test
