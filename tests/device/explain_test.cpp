// Explanations on a GPU are those of the CPU, but for how products are rounded.
#include "explain/brute_force.hpp"

#include "device/gpu.hpp"

namespace linden::device_test {
namespace {

using brute_force::expect_sums;

class ExplainOnGpu : public OnGpu {
 protected:
  void expect_same_explanation(const std::string& what, const BoostedModel& model, const Dataset& rows,
                               const std::optional<Dataset>& background = {}) {
    ExplainOptions options{.background = background, .interactions = true, .threads = 2};
    const Explanation here = explain(model, rows, options);
    options.device = gpu();
    const Explanation there = explain(model, rows, options);
    expect_like(what, there.values, here.values, {.tolerance = 1e-12});
    expect_like(what + ", interactions", there.interactions, here.interactions, {.tolerance = 1e-12});
    EXPECT_EQ(there.constant, here.constant);
  }
  // Against training rows, and against some of the rows, by weights of which one is 0.
  void expect_same_explanations(const std::string& what, const BoostedModel& model, const Dataset& rows) {
    expect_same_explanation(what, model, rows);
    const Dataset some = rows.take(std::vector<std::int64_t>{3, 1, 4, 15, 9, 2, 6});
    expect_same_explanation(what + ", a background", model, rows,
                            some.with_weight(std::vector<double>{1, 2, 0, 1, 0.5, 3, 1}));
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
    expect_same_explanations("by hand", model, data.dataset(model.feature_names()));
  }
}

TEST_F(ExplainOnGpu, TreesOfTheLibraryWithManyFeatures) {
  Random random(2);
  const Dataset rows = random_data(random, 130, 30, "squared").dataset();
  for (const char* growth : {"leaf_wise", "oblivious"}) {
    BoostingConfig config{.rounds = 2};
    set_field(config, "growth", growth);
    config.max_depth = 4;
    expect_same_explanations(growth, fit_boosted(rows, config, {.threads = 2}), rows);
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
  expect_same_explanations("sparse", fit_boosted(rows, config, {.threads = 2}), rows);
}

// The features of a way fill more than a word.
TEST_F(ExplainOnGpu, WaysOfManyFeatures) {
  BoostedModel::State state;
  state.config.loss = link_only_loss("someone's", Link::identity, 1, LabelKind::real);
  state.has_config = false;
  state.initial_score = {0};
  constexpr int levels = 70;
  Tree& tree = state.trees.emplace_back();
  tree.nodes.resize(2 * levels + 1);
  for (int level = 0; level < levels; ++level) {
    TreeNode& split = tree.nodes[static_cast<std::size_t>(2 * level)];
    split.feature = level;
    split.left = 2 * level + 1;
    split.right = 2 * level + 2;
  }
  for (TreeNode& node : tree.nodes) {
    node.cover = 1;
    if (node.feature >= 0) continue;
    node.leaf = static_cast<int>(tree.leaf_values.size());
    tree.leaf_values.push_back(node.leaf % 7);
  }
  Random random(5);
  std::vector<Column> columns;
  for (int f = 0; f < levels; ++f) {
    state.feature_names.push_back(fmt::format("f{}", f));
    std::vector<double> values;
    for (int row = 0; row < 20; ++row) values.push_back(random.chance(0.96) ? 1 : -1);
    columns.push_back({.name = state.feature_names.back(), .values = Tensor::copy_of(values, {20})});
  }
  state.categorical.assign(levels, false);
  state.categories.resize(levels);
  state.groups.resize(levels);
  const BoostedModel model(as_loaded("a chain", state));
  const Dataset rows = Dataset::from_named(columns);
  expect_same_explanation("many features", model, rows, rows);
  expect_sums(explain(model, rows, {.background = rows, .device = gpu()}),
              model.predict(rows, {.output = Output::score}));
}

TEST_F(ExplainOnGpu, RefusesLinearModels) {
  const Dataset numbers = Dataset::from_rows({1, 2, 3, 4, 5, 7}, 1, {.label = {1, 2, 3, 5, 5, 7}});
  const LinearModel linear = fit_linear(numbers);
  EXPECT_EQ(refusal<DeviceError>([&] { explain(linear, numbers, {.background = numbers, .device = gpu()}); }),
            "explain: linear models are explained on the CPU, and not on cuda:0. Hint: Device::cpu().");
}

}  // namespace
}  // namespace linden::device_test
