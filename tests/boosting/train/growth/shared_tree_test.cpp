// Trees that add to all outputs, against brute force; and what must hold of the models that they make.
#include "boosting/train/growth/shared_tree.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "boosting/oracle/all_outputs.hpp"
#include "boosting/random_rules.hpp"
#include "boosting/rows_and_modes.hpp"
#include "meeting.hpp"
#include "sanitizers.hpp"

namespace linden {
namespace {

void check_many(std::uint64_t first_seed, int count, bool ruled = false) {
  int failures = 0;
  for (std::uint64_t seed = first_seed; seed < first_seed + trials(count) && failures < 5; ++seed) {
    Random random(seed);
    const SeveralOutputs data = several_outputs(random, 8 + random.below(random.one_of({20, 100, 300})));
    BoostingConfig config = several_outputs_config(random, data);
    config.row_fraction = random.one_of({1.0, 1.0, 0.6});
    if (ruled) {
      add_rules(random, data.rows, config);
      config.constraints.max_delta_step = config.regularization.path_smooth = 0;
      config.constraints.forced_splits.clear();
      choose_encoding(seed, data.rows, config);
    }
    const std::string found = oracle::check(data, config);
    if (found.empty()) continue;
    ADD_FAILURE() << "seed " << seed << ", " << data.rows.rows() << " rows, " << data.outputs << " outputs: " << found
                  << "\n"
                  << config;
    ++failures;
  }
}

TEST(SharedTree, IsThatOfBruteForce) { check_many(1000, 500); }
TEST(SharedTree, UnderRulesIsThatOfBruteForce) { check_many(3000, 400, true); }

TEST(SharedTree, LargeNodesTakeWideCellsAndParts) {
  Random random(7);
  SeveralOutputs data{.outputs = 3};
  for (int f = 0; f < 2; ++f) {
    std::vector<double> values;
    for (int row = 0; row < 150'000; ++row)
      values.push_back(f == 1 && random.chance(0.2) ? missing_value : random.below(7));
    add_numbers(data.rows, std::move(values));
  }
  for (int row = 0; row < 150'000; ++row) {
    const double x = data.rows.features[0].values[static_cast<std::size_t>(row)];
    data.rows.label.push_back(random.chance(0.003) ? 2 : random.chance(x / 9) ? 1 : 0);  // a rare class: 24 bits
  }
  BoostingConfig config{.loss = loss::softmax({.classes = 3}), .rounds = 1, .max_leaves = 5, .min_rows_in_leaf = 1000};
  config.multi_output.strategy = MultiStrategy::multi_output_tree;
  EXPECT_EQ(oracle::check(data, config), "");
}

TEST(SharedTree, ManyFeaturesAreSummedInGroups) {
  Random random(10);
  SeveralOutputs data = several_outputs(random, 300);
  for (int f = 0; f < 70; ++f) add_numbers(data.rows, random_numbers(random, 300, 30, f % 3 ? 0.0 : 0.1));
  BoostingConfig config = several_outputs_config(random, data);
  config.rounds = 1;
  config.max_leaves = 12;
  config.min_rows_in_leaf = 2;
  EXPECT_EQ(oracle::check(data, config), "");
}

TEST(SharedTree, OfOneOutputIsTheTreeOfThatOutput) {
  for (const std::string loss : {"squared", "logistic"}) {
    const Dataset train = rows_for(loss, 300);
    BoostingConfig config = config_of({}, loss);
    const BoostedModel plain = fit_boosted(train, config);
    config.multi_output.strategy = MultiStrategy::multi_output_tree;
    EXPECT_EQ(dump(fit_boosted(train, config).trees()), dump(plain.trees())) << loss;
  }
}

TEST(SharedTree, AllWaysToPredictAgree) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    Random random(seed);
    const SeveralOutputs data = several_outputs(random, 300);
    const Dataset train = data.dataset();
    BoostingConfig config = several_outputs_config(random, data);
    config.rounds = 5;
    const BoostedModel model = fit_boosted(train, config);
    const std::vector<double> all = numbers_of(model.predict(train));
    const BoostedModel loaded = BoostedModel::from_string(model.to_string());
    EXPECT_EQ(bytes_of(loaded), bytes_of(model));
    EXPECT_EQ(numbers_of(loaded.predict(train)), all);
    EXPECT_EQ(loaded.rounds(), 5);
    const auto outputs = static_cast<std::size_t>(model.outputs());
    std::vector<double> out(outputs);
    for (std::size_t row = 0; row < 300; row += 7) {
      std::vector<double> values;
      for (const reference::Feature& feature : data.rows.features)
        values.push_back(feature.categorical && feature.values[row] < 0 ? missing_value : feature.values[row]);
      model.predict_row(values, out);
      for (std::size_t k = 0; k < outputs; ++k) EXPECT_EQ(out[k], all[row * outputs + k]) << seed << " " << row;
    }
  }
}

TEST(SharedTree, ModesSamplesAndRulesMakeModelsThatDoNotDependOnThreads) {
  const Dataset rows = rows_for("softmax", 1500);
  std::vector<std::int64_t> numbers(1500);
  std::iota(numbers.begin(), numbers.end(), 0);
  const Dataset train = rows.take(std::span(numbers).first(1200)), valid = rows.take(std::span(numbers).last(300));
  std::vector<Settings> all = rows_and_modes();
  all.push_back({{"regularization.extra_trees", "true"}});
  all.push_back({{"feature_sampling.by_node", "0.5"}, {"feature_sampling.by_level", "0.8"}});
  all.push_back({{"constraints.interactions", "x0,x1;x2,x3,x4"}});
  all.push_back({{"costs.split", "0.01"}, {"costs.features", "x0=2"}, {"costs.gain_factors", "x1=3"}});
  for (Settings settings : all) {
    if (settings.back().first == "sampling.negative_fraction" || settings[0].first == "linear_leaves.enabled") continue;
    settings.emplace_back("multi_output.strategy", "multi_output_tree");
    const BoostingConfig config = config_of(settings, "softmax");
    const FitOptions options{.threads = 1, .valid = valid, .metrics = {metric::logloss()}, .train_metrics = true};
    const BoostedModel model = fit_boosted(train, config, options);
    ASSERT_EQ(model.rounds(), 5) << text_of(settings);
    for (const int threads : {2, 5})
      EXPECT_EQ(bytes_of(fit_boosted(train, config, {.threads = threads})), bytes_of(model)) << text_of(settings);
    EXPECT_EQ(bytes_of(BoostedModel::from_string(model.to_string())), bytes_of(model)) << text_of(settings);
    const std::vector<MetricValue>& last = model.history().back();
    const auto logloss = [&](const Dataset& data) {
      return metric::logloss().evaluate({.prediction = model.predict(data), .label = model.labels_of(data)});
    };
    EXPECT_NEAR(last[0].value, logloss(valid), 1e-9) << text_of(settings);
    EXPECT_NEAR(last[1].value, logloss(train), 1e-9) << text_of(settings);
  }
}

TEST(SharedTree, GoesOnFromAModelAsInOneGo) {
  const Dataset train = rows_for("softmax", 500);
  BoostingConfig config =
      config_of({{"multi_output.strategy", "multi_output_tree"}, {"row_fraction", "0.7"}}, "softmax", 6);
  const BoostedModel whole = fit_boosted(train, config);
  config.rounds = 2;
  const BoostedModel first = fit_boosted(train, config);
  config.rounds = 4;
  EXPECT_EQ(bytes_of(fit_boosted(train, config, {.start = first})), bytes_of(whole));
  config.multi_output.strategy = MultiStrategy::one_output_per_tree;
  EXPECT_EQ(refusal<ArgumentError>([&] { fit_boosted(train, config, {.start = first}); }),
            "fit_boosted: the trees of .start add to all outputs each, and those of this fit would to one. Hint: "
            ".multi_output.strategy = multi_output_tree.");
}

TEST(SharedTree, IsRefittedMergedAndSliced) {
  const Dataset train = rows_for("softmax", 500);
  const BoostingConfig config = config_of({{"multi_output.strategy", "multi_output_tree"}}, "softmax");
  const BoostedModel model = fit_boosted(train, config);
  const BoostedModel again = refit_leaves(model, train, {.decay = 0});
  for (std::size_t t = 0; t < model.trees().size(); ++t)
    for (std::size_t i = 0; i < model.trees()[t].leaf_values.size(); ++i) {
      const double value = model.trees()[t].leaf_values[i];
      EXPECT_NEAR(again.trees()[t].leaf_values[i], value, 1e-6 * std::abs(value));
    }
  const BoostedModel mean = average_models({model, model});
  const std::vector<double> twice = numbers_of(mean.predict(train)), once = numbers_of(model.predict(train));
  for (std::size_t i = 0; i < once.size(); ++i) EXPECT_NEAR(twice[i], once[i], 1e-12);
  EXPECT_EQ(model.slice(1, 4).trees().size(), 3u);
  EXPECT_EQ(numbers_of(model.first_rounds(3).predict(train)), numbers_of(model.predict(train, {.rounds = 3})));
  EXPECT_FALSE(model.importances().empty());
}

TEST(SharedTree, SparseRowsAreKeptDense) {
  Random random(3);
  SeveralOutputs data{.outputs = 4};
  std::vector<double> dense;
  constexpr int rows = 400, features = 30;
  for (int row = 0; row < rows; ++row) {
    data.rows.label.push_back(row % 4);
    for (int f = 0; f < features; ++f)
      dense.push_back(random.chance(f % 4 == row % 4 ? 0.3 : 0.05) ? 1 + random.below(3) : 0);
  }
  std::vector<std::int64_t> offsets{0}, columns;
  std::vector<double> values;
  for (int row = 0; row < rows; ++row) {
    for (int f = 0; f < features; ++f)
      if (const double x = dense[static_cast<std::size_t>(row * features + f)]; x != 0) {
        columns.push_back(f);
        values.push_back(x);
      }
    offsets.push_back(std::ssize(columns));
  }
  const Tensor label = Tensor::copy_of(std::span(data.rows.label), {rows});
  const Dataset sparse = Dataset::from_csr(offsets, columns, values, features, {.label = label});
  const Dataset whole = Dataset::from_rows(dense, features, {.label = label});
  BoostingConfig config = config_of({{"multi_output.strategy", "multi_output_tree"}}, "softmax");
  EXPECT_EQ(dump(fit_boosted(sparse, config).trees()), dump(fit_boosted(whole, config).trees()));
}

TEST(SharedTree, RefusesWhatItDoesNotKnow) {
  const auto refused = [](const Settings& settings, const std::string& loss = "softmax") {
    Settings all = settings;
    all.emplace_back("multi_output.strategy", "multi_output_tree");
    return refusal<ArgumentError>([&] { config_of(all, loss).check(); });
  };
  for (const auto& [field, value] : Settings{{"constraints.monotone", "x0=1"},
                                             {"constraints.max_delta_step", "0.5"},
                                             {"constraints.forced_splits", R"({"feature":"x0","threshold":1})"},
                                             {"regularization.path_smooth", "2"}})
    EXPECT_EQ(refused({{field, value}}),
              fmt::format("BoostingConfig.multi_output.strategy is multi_output_tree, whose trees know no "
                          "BoostingConfig.{}. Hint: leave it out, or .multi_output.strategy = one_output_per_tree.",
                          field));
  const std::string wide =
      "BoostingConfig.multi_output.strategy is multi_output_tree, whose trees know no features of more than 256 bins, "
      "but BoostingConfig.{} is 300. Hint: at most 256, or .multi_output.strategy = one_output_per_tree.";
  EXPECT_EQ(refused({{"max_bins", "300"}}), fmt::format(fmt::runtime(wide), "max_bins"));
  EXPECT_EQ(refused({{"bins.max_bins", "x0=300"}}), fmt::format(fmt::runtime(wide), "bins.max_bins of \"x0\""));
  EXPECT_EQ(refused({}, "absolute"),
            "BoostingConfig.multi_output.strategy is multi_output_tree, but leaves of loss absolute are order "
            "statistics, which only trees with one output have. Hint: loss huber, or .multi_output.strategy = "
            "one_output_per_tree.");
  EXPECT_EQ(refusal<ArgumentError>([] {
              config_of({{"multi_output.sketch", "5"}}, "softmax").check();
            }),
            "BoostingConfig.multi_output.sketch is 5, which has an effect only with .multi_output.strategy = "
            "multi_output_tree. Hint: leave it out.");
}

// Ranks that have parts of the rows grow the tree of one machine.
Tree tree_of_rank(Comms* comms, const SeveralOutputs& data, const std::vector<int>& own, const std::vector<Cuts>& cuts,
                  const std::vector<reference::Plane>& slopes, int sketch) {
  const Backend& on = backend_of(Device::cpu());
  Workers workers(1);
  DeviceContext context(Device::cpu(), workers, comms);
  SeveralOutputs part = data;
  part.rows = data.rows.take(own);
  const Dataset rows = part.rows.dataset();
  DatasetSource source(rows);
  const GrowthLimits limits{.max_leaves = 9, .min_child_weight = 1e-3, .min_rows_in_leaf = 3};
  const Bins bins(on, context, source, cuts, limits.min_rows_in_leaf, {}, true);
  SharedTree grower(on, context, cuts, bins, limits, data.outputs, sketch, {});
  Gradients gradients(on, context, data.outputs, std::ssize(own));
  const GradientTask task = gradients.on_host();
  for (std::int64_t k = 0; k < data.outputs; ++k)
    for (std::int64_t row = 0; row < std::ssize(own); ++row) {
      const reference::Plane& of = slopes[static_cast<std::size_t>(k)];
      const float g = of.gradients[static_cast<std::size_t>(own[static_cast<std::size_t>(row)])];
      const float h = of.curvatures[static_cast<std::size_t>(own[static_cast<std::size_t>(row)])];
      task.gradients[k * std::ssize(own) + row] = g;
      task.curvatures[k * std::ssize(own) + row] = h;
      task.ranges[k].max_gradient = std::max(task.ranges[k].max_gradient, std::abs(double{g}));
      task.ranges[k].max_curvature = std::max(task.ranges[k].max_curvature, double{h});
    }
  gradients.upload();
  std::vector<std::int32_t> features(static_cast<std::size_t>(bins.view().features));
  std::iota(features.begin(), features.end(), 0);
  grower.input().features = features.data();
  grower.input().feature_count = static_cast<std::int32_t>(features.size());
  grower.input().sample_rows = std::ssize(own);
  const std::vector<double> start(static_cast<std::size_t>(data.outputs));
  Scores scores(on, context, start, std::ssize(own));
  Ensemble ensemble(on, context, cuts, bins, Scores(on, context, start, std::ssize(own)), start);
  grower.grow_round(gradients, scores, false, ensemble, {.always = 5, .draws = false});
  return ensemble.added().at(0);
}

TEST(SharedTree, OfRanksIsThatOfOneMachine) {
  for (std::uint64_t seed = 1; seed <= static_cast<std::uint64_t>(trials(20)); ++seed) {
    Random random(seed);
    SeveralOutputs data = several_outputs(random, 100 + random.below(400));
    data.rows.weight.clear();
    std::vector<std::vector<double>> scores(data.rows.label.size(),
                                            std::vector<double>(static_cast<std::size_t>(data.outputs)));
    const auto slopes = oracle::slopes_of(data.loss(), data, scores);
    Workers workers(1);
    std::vector<RowSlopes> first;
    for (const reference::Plane& own : slopes) first.emplace_back(std::span(own.gradients), std::span(own.curvatures));
    const Dataset rows = data.rows.dataset();
    DatasetSource source(rows);
    const std::vector<Cuts> cuts = make_cuts(source, 32, first, workers);
    std::vector<int> all(data.rows.label.size());
    std::iota(all.begin(), all.end(), 0);
    const int sketch = random.one_of({2, 20});
    const std::string wanted = dump({tree_of_rank(nullptr, data, all, cuts, slopes, sketch)});
    std::vector<std::vector<int>> parts(3);
    for (const int row : all) parts[static_cast<std::size_t>(random.below(3))].push_back(row);
    std::vector<std::string> found(3);
    Meeting meeting(3, false);
    meeting.run([&](int rank) {
      Meeting::Member comms(meeting, backend_of(Device::cpu()).memory, rank);
      const auto r = static_cast<std::size_t>(rank);
      found[r] = dump({tree_of_rank(&comms, data, parts[r], cuts, slopes, sketch)});
    });
    for (const std::string& tree : found) EXPECT_EQ(tree, wanted) << seed;
  }
}

}  // namespace
}  // namespace linden
