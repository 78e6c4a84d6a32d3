// The fields of BoostingConfig as text: order, defaults, bounds, and what is said about values that do not fit.
#include <gtest/gtest.h>

#include <limits>

#include "base/fail.hpp"
#include "boosting/random_data.hpp"

namespace linden {
namespace {

std::string set(std::string_view name, std::string_view value) {
  BoostingConfig config;
  return refusal<ArgumentError>([&] { set_field(config, name, value); });
}

template <class Change>
std::string check_after(const Change& change) {
  BoostingConfig config;
  change(config);
  return refusal<ArgumentError>([&] { config.check(); });
}

TEST(Config, FieldsStandInTheOrderOfTheirDeclaration) {
  std::string text, losses;
  for (const std::string& name : loss::names()) losses += " | " + name;
  for (const FieldInfo& f : fields(BoostingConfig{})) text += fmt::format("{} = {} | {}\n", f.name, f.value, f.range);
  EXPECT_EQ(text, "loss = automatic | automatic" + losses +
                      "\nrounds = automatic | automatic | [1, 1000000]\n"
                      "learning_rate = 0.1 | (0, 1]\n"
                      "growth = leaf_wise | leaf_wise | level_wise | oblivious\n"
                      "max_leaves = automatic | automatic | [2, 1048576]\n"
                      "max_depth = 0 | [0, 64]\n"
                      "max_bins = 256 | [4, 65535]\n"
                      "l1 = 0 | >= 0\n"
                      "l2 = automatic | automatic | >= 0\n"
                      "min_gain = 0 | >= 0\n"
                      "min_child_weight = 0.001 | >= 0\n"
                      "min_rows_in_leaf = automatic | automatic | [1, 2147483647]\n"
                      "row_fraction = automatic | automatic | (0, 1]\n"
                      "feature_fraction = 1 | (0, 1]\n"
                      "seed = 0 | >= 0\n"
                      "constraints.monotone = none | NAME=-1|0|1,...\n"
                      "constraints.monotone_method = basic | basic | intermediate\n"
                      "constraints.monotone_penalty = 0 | >= 0\n"
                      "constraints.interactions = none | NAME,NAME,...;NAME,...\n"
                      "constraints.max_delta_step = 0 | >= 0\n"
                      "constraints.forced_splits = none | "
                      "{\"feature\":NAME,\"threshold\":NUMBER,\"left\":{...},\"right\":{...}}\n"
                      "feature_sampling.by_level = 1 | (0, 1]\n"
                      "feature_sampling.by_node = 1 | (0, 1]\n"
                      "feature_sampling.weights = none | NAME=NUMBER,...\n"
                      "costs.split = 0 | >= 0\n"
                      "costs.features = none | NAME=NUMBER,...\n"
                      "costs.gain_factors = none | NAME=NUMBER,...\n"
                      "regularization.path_smooth = 0 | >= 0\n"
                      "regularization.extra_trees = false | true | false\n"
                      "linear_leaves.enabled = false | true | false\n"
                      "linear_leaves.l2 = 1 | >= 0\n"
                      "linear_leaves.max_features = 8 | [1, 16]\n"
                      "linear_leaves.clamp = true | true | false\n"
                      "sampling.kind = uniform | uniform | groups | stratified | goss | mvs | bayesian | poisson\n"
                      "sampling.top_fraction = 0.2 | [0, 1)\n"
                      "sampling.other_fraction = 0.1 | (0, 1)\n"
                      "sampling.positive_fraction = 1 | (0, 1]\n"
                      "sampling.negative_fraction = 1 | (0, 1]\n"
                      "sampling.regularization = 1 | >= 0\n"
                      "sampling.temperature = 1 | > 0\n"
                      "mode.kind = boosting | boosting | dart | forest\n"
                      "mode.parallel_trees = 1 | [1, 10000]\n"
                      "mode.drop_rate = 0.1 | (0, 1]\n"
                      "mode.max_drop = 50 | [0, 1000000]\n"
                      "mode.skip_drop = 0.5 | [0, 1)\n"
                      "mode.one_drop = false | true | false\n"
                      "mode.drop_by = uniform | uniform | weight\n"
                      "mode.normalization = tree | tree | forest | paper\n"
                      "schedule.decay = none | none | linear | geometric\n"
                      "schedule.last = 0.01 | (0, 1]\n"
                      "categories.encoding = automatic | automatic | partition | one_hot | statistics\n"
                      "categories.by_feature = none | NAME=partition|one_hot|statistics|automatic,...\n"
                      "categories.one_hot_most = 4 | [0, 255]\n"
                      "categories.partition_most = 255 | [0, 2147483647]\n"
                      "categories.combinations = 3 | [1, 3]\n"
                      "categories.prior_weight = 10 | > 0\n"
                      "multi_output.strategy = one_output_per_tree | one_output_per_tree | multi_output_tree\n"
                      "multi_output.sketch = 20 | [1, 64]\n"
                      "class_weights.balanced = false | true | false\n"
                      "class_weights.positive = 1 | > 0\n"
                      "class_weights.by_class = none | NAME=NUMBER,...\n"
                      "bins.max_bins = none | NAME=NUMBER,...\n"
                      "bins.cuts = none | NAME=NUMBER|NUMBER|...,...\n"
                      "bins.weighted = false | true | false\n");
  for (const FieldInfo& f : fields(BoostingConfig{})) EXPECT_FALSE(f.meaning.empty()) << f.name;
  // The same order.
  BoostingConfig all{loss::squared(), 1, 1, Growth::leaf_wise, 2, 0, 4, 0, 0, 0, 0, 1, 1, 1, 0, {{{"age", 1}}}};
  EXPECT_NO_THROW(all.check());
}

TEST(Config, EveryFieldIsSetByTheTextThatFieldsGives) {
  BoostingConfig config{
      .loss = loss::poisson(),
      .rounds = 7,
      .learning_rate = 0.3,
      .growth = Growth::level_wise,
      .max_leaves = 9,
      .max_depth = 4,
      .max_bins = 17,
      .l1 = 0.125,
      .l2 = 1e-300,
      .min_gain = 1e22,
      .min_child_weight = 3.5,
      .min_rows_in_leaf = 2,
      .row_fraction = 0.7,
      .feature_fraction = 0.9,
      .seed = std::numeric_limits<std::uint64_t>::max(),
      .constraints = {.monotone = {{"age", 1}, {"a,b", -1}, {"x", 0}},
                      .monotone_method = MonotoneMethod::intermediate,
                      .monotone_penalty = 1.5,
                      .interactions = {{"age", "a,b"}, {"x;y", " z"}, {"say \"no\""}},
                      .max_delta_step = 0.7,
                      .forced_splits = {{.feature = "a \"b\" \\",
                                         .threshold = -2.5,
                                         .left = {{.feature = "x", .categories = {"a, b", "c"}}},
                                         .right = {{.feature = "y", .threshold = 1e300}}}}},
      .feature_sampling = {.by_level = 0.5, .by_node = 0.25, .weights = {{"age", 0.5}}},
      .costs = {.split = 0.01, .features = {{"age", 3}}, .gain_factors = {{"x", 0}}},
      .regularization = {.path_smooth = 2.5, .extra_trees = true},
      .linear_leaves = {.enabled = true, .l2 = 0.25, .max_features = 3, .clamp = false},
      .sampling = {Sampling::stratified, 0.1, 0.3, 0.4, 0.5, 7, 0.2},
      .mode = {Mode::dart, 4, 0.2, 7, 0.3, true, DropBy::weight, Normalization::paper},
      .schedule = {Decay::geometric, 0.02},
      .categories = {.encoding = CategoryEncoding::one_hot,
                     .by_feature = {{"x", CategoryEncoding::statistics}, {"a,b", CategoryEncoding::automatic}},
                     .one_hot_most = 7,
                     .partition_most = 99,
                     .combinations = 2,
                     .prior_weight = 0.5},
      .bins = {.max_bins = {{"age", 64}, {"a,b", 1000}},
               .cuts = {{"a,b", {18, -2.5, 1e300}}, {"say \"no\"", {0.1}}},
               .weighted = true}};
  BoostingConfig copy;
  for (const FieldInfo& f : fields(config)) set_field(copy, f.name, f.value);
  const auto a = fields(config), b = fields(copy);
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_EQ(a[i].value, b[i].value) << a[i].name;
  EXPECT_EQ(copy.learning_rate, 0.3);
  EXPECT_EQ(copy.seed, std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(copy.growth, Growth::level_wise);
  ASSERT_EQ(copy.constraints.monotone.size(), 3u);
  EXPECT_EQ(copy.constraints.monotone[1].feature, "a,b");
  EXPECT_EQ(copy.constraints.monotone[1].value, -1);
  EXPECT_EQ(copy.constraints.interactions, config.constraints.interactions);
  ASSERT_EQ(copy.constraints.forced_splits.size(), 1u);
  const ForcedSplit& root = copy.constraints.forced_splits[0];
  EXPECT_EQ(root.feature, "a \"b\" \\");
  EXPECT_EQ(root.threshold, -2.5);
  ASSERT_EQ(root.left.size(), 1u);
  EXPECT_EQ(root.left[0].categories, (std::vector<std::string>{"a, b", "c"}));
  ASSERT_EQ(root.right.size(), 1u);
  EXPECT_EQ(root.right[0].threshold, 1e300);
  EXPECT_TRUE(copy.regularization.extra_trees);
  ASSERT_EQ(copy.bins.cuts.size(), 2u);
  EXPECT_EQ(copy.bins.cuts[0].feature, "a,b");
  EXPECT_EQ(copy.bins.cuts[0].cuts, (std::vector<double>{18, -2.5, 1e300}));
}

TEST(Config, BinsOfFeaturesAreRefusedWithTheFeature) {
  const std::string field = "BoostingConfig.bins.cuts: ";
  EXPECT_EQ(set("bins.max_bins", "age=3"),
            "BoostingConfig.bins.max_bins: feature \"age\" has 3; it must be a whole number in [4, 65535].");
  EXPECT_EQ(set("bins.max_bins", "age=64.5"),
            "BoostingConfig.bins.max_bins: feature \"age\" has 64.5; it must be a whole number in [4, 65535].");
  const std::string hint =
      " is not NAME=NUMBER|NUMBER|...,... Hint: cuts go by names, age=18|65,fare=7.5; a name with a comma in it stands "
      "in double quotes.";
  for (const std::string text : {"age", "age=", "age=1|", "age=1|x", "=3", "age=1,", "\"age=1"})
    EXPECT_EQ(set("bins.cuts", text), fmt::format("{}\"{}\"{}", field, text, hint));
  EXPECT_EQ(set("bins.cuts", "age=1,age=2"),
            field + "feature \"age\" is there twice. Hint: one list with all of its cuts.");
  EXPECT_EQ(set("bins.cuts", "age=1|2|1"), field + "feature \"age\" has the cut 1 twice. Hint: leave one out.");
  EXPECT_EQ(set("bins.cuts", "age=1|inf"), field + "feature \"age\" has the cut inf; it must be a finite number.");
  EXPECT_EQ(check_after([](BoostingConfig& c) {
              c.bins.cuts = {{"age", {}}};
            }),
            field + "feature \"age\" has no cut. Hint: leave it out.");
  EXPECT_EQ(check_after([](BoostingConfig& c) {
              c.bins.cuts = {{"age", {1, 2, 3}}};
              c.bins.max_bins = {{"age", 4}};
            }),
            field +
                "feature \"age\" has 3 cuts, for which 4 bins are too few: 5 are wanted, the one for missing values "
                "counted. Hint: fewer cuts, or more of BoostingConfig.max_bins.");
  BoostingConfig config;
  config.bins.cuts = {{"age", {1, 2, 3}}};
  EXPECT_NO_THROW(config.check());
  set_field(config, "bins.cuts", " age = 18 | 65 , \"a,b\"=-0");
  ASSERT_EQ(config.bins.cuts.size(), 2u);
  EXPECT_EQ(config.bins.cuts[0].cuts, (std::vector<double>{18, 65}));
  EXPECT_EQ(config.bins.cuts[1].feature, "a,b");
  EXPECT_FALSE(std::signbit(config.bins.cuts[1].cuts[0]));
}

TEST(Config, WhatIsUnsetIsAutomatic) {
  BoostingConfig config{.rounds = 3, .max_leaves = 5, .l2 = 0, .min_rows_in_leaf = 7, .row_fraction = 0.5};
  for (const char* field : {"rounds", "max_leaves", "l2", "min_rows_in_leaf", "row_fraction"})
    set_field(config, field, "automatic");
  EXPECT_FALSE(config.rounds || config.max_leaves || config.l2 || config.min_rows_in_leaf || config.row_fraction);
  EXPECT_EQ(fmt::format("{}", fields(config)[1].value), "automatic");
  EXPECT_EQ(set("learning_rate", "automatic"), "BoostingConfig.learning_rate: \"automatic\" is not a number.");
}

TEST(Config, RulesOfGrowthOutOfBoundsAreRefused) {
  EXPECT_EQ(set("constraints.max_delta_step", "-1"),
            "BoostingConfig.constraints.max_delta_step is -1; it must be >= 0.");
  EXPECT_EQ(set("feature_sampling.by_node", "0"),
            "BoostingConfig.feature_sampling.by_node is 0; it must be in (0, 1].");
  EXPECT_EQ(set("feature_sampling.weights", "a=-1"),
            "BoostingConfig.feature_sampling.weights: feature \"a\" has -1; it must be >= 0.");
  EXPECT_EQ(set("regularization.extra_trees", "yes"),
            "BoostingConfig.regularization.extra_trees is \"yes\"; it must be true or false.");
  EXPECT_EQ(
      set("constraints.interactions", "a,b;;c"),
      "BoostingConfig.constraints.interactions: \"a,b;;c\" is not NAME,NAME,...;NAME,... Hint: a semicolon stands "
      "between groups; a name with a comma or a semicolon in it stands in double quotes.");
  EXPECT_EQ(set("constraints.interactions", "a,b;c,c"),
            "BoostingConfig.constraints.interactions: feature \"c\" is twice in group 1. Hint: leave one out.");
  EXPECT_EQ(check_after([](BoostingConfig& c) { c.constraints.interactions = {{}}; }),
            "BoostingConfig.constraints.interactions: group 0 has no feature. Hint: leave it out.");
  const std::string hint = " Hint: {\"feature\":\"age\",\"threshold\":30,\"left\":{...},\"right\":{...}}, or none.";
  EXPECT_EQ(set("constraints.forced_splits", "{\"feature\": 0, \"threshold\": 1}"),
            "BoostingConfig.constraints.forced_splits: feature must be the name of a feature." + hint);
  EXPECT_EQ(set("constraints.forced_splits", "{\"feature\": \"a\", \"left\": {}}"),
            "BoostingConfig.constraints.forced_splits: left has no feature." + hint);
  EXPECT_EQ(
      set("constraints.forced_splits", "{\"feature\": \"a\"}"),
      "BoostingConfig.constraints.forced_splits: the document must have either a threshold or categories." + hint);
  EXPECT_EQ(
      set("constraints.forced_splits", "{\"feature\": \"a\", \"theshold\": 1}"),
      "BoostingConfig.constraints.forced_splits: theshold is unknown; a split has feature, threshold or categories, "
      "left and right." +
          hint);
  EXPECT_EQ(check_after([](BoostingConfig& c) {
              c.constraints.forced_splits = {{"a", 1}, {"b", 2}};
            }),
            "BoostingConfig.constraints.forced_splits: 2 splits of one node; there may be one.");
  EXPECT_EQ(
      check_after([](BoostingConfig& c) {
        c.constraints.forced_splits = {{"a", 1, {"x"}}};
      }),
      "BoostingConfig.constraints.forced_splits: the split by feature \"a\" has a threshold and categories. Hint: "
      "leave one out.");
}

TEST(Config, RulesThatCouldHaveNoEffectAreRefused) {
  EXPECT_EQ(check_after([](BoostingConfig& c) {
              c.feature_sampling.weights = {{"a", 2}};
            }),
            "BoostingConfig.feature_sampling.weights are for draws of features, and none are drawn. Hint: "
            ".feature_fraction, .feature_sampling.by_level or .by_node below 1.");
  EXPECT_EQ(
      check_after([](BoostingConfig& c) { c.constraints.monotone_penalty = 1; }),
      "BoostingConfig.constraints.monotone_penalty is 1, and no feature is monotone. Hint: .constraints.monotone.");
  EXPECT_EQ(
      check_after([](BoostingConfig& c) {
        c.loss = loss::absolute();
        c.regularization.path_smooth = 1;
      }),
      "BoostingConfig.regularization.path_smooth is 1, but leaves of loss absolute are order statistics, which are "
      "not smoothed. Hint: 0, or loss huber.");
}

TEST(Config, WhatDoesNotGoWithLinearLeavesIsRefused) {
  const auto with = [](const auto& change) {
    return check_after([&](BoostingConfig& c) {
      c.linear_leaves.enabled = true;
      change(c);
    });
  };
  const std::string linear = "BoostingConfig.linear_leaves.enabled is true, but ", hint = " Hint: leave one out.";
  EXPECT_EQ(with([](BoostingConfig& c) { c.loss = loss::absolute(); }),
            linear +
                "leaves of loss absolute are order statistics, which have no slopes. Hint: loss huber is like "
                "absolute.");
  EXPECT_EQ(with([](BoostingConfig& c) {
              c.constraints.monotone = {{"a", -1}};
            }),
            linear + ".constraints.monotone is set, which slopes could break." + hint);
  EXPECT_EQ(with([](BoostingConfig& c) { c.constraints.max_delta_step = 0.5; }),
            linear + ".constraints.max_delta_step is 0.5, which bounds constant leaves alone." + hint);
  EXPECT_EQ(with([](BoostingConfig& c) { c.regularization.path_smooth = 2; }),
            linear + ".regularization.path_smooth is 2, which smooths constant leaves alone." + hint);
  EXPECT_EQ(check_after([](BoostingConfig& c) { c.linear_leaves.l2 = 3; }),
            "BoostingConfig.linear_leaves.l2 is 3, which has an effect only with .linear_leaves.enabled = true. Hint: "
            "leave it out.");
}

TEST(Config, WhatDoesNotGoWithObliviousTreesIsRefused) {
  const auto refused = [](const auto& change) {
    return check_after([&](BoostingConfig& c) {
      c.growth = Growth::oblivious;
      change(c);
    });
  };
  EXPECT_EQ(refused([](BoostingConfig& c) { c.max_depth = 17; }),
            "BoostingConfig.max_depth is 17, but with .growth = oblivious it must be in [0, 16].");
  EXPECT_EQ(refused([](BoostingConfig& c) { c.max_leaves = 64; }),
            "BoostingConfig.max_leaves does not go with .growth = oblivious, whose trees have 2 to the power of "
            ".max_depth leaves. Hint: .max_depth, or .growth = level_wise.");
  const auto whatever = [](const std::string& field) {
    return "BoostingConfig." + field +
           " does not go with .growth = oblivious, where all nodes of a level have one split, whatever rows that "
           "leaves "
           "on a side. Hint: leave it out, or .growth = level_wise.";
  };
  EXPECT_EQ(refused([](BoostingConfig& c) { c.min_rows_in_leaf = 1; }), whatever("min_rows_in_leaf"));
  EXPECT_EQ(refused([](BoostingConfig& c) { c.min_child_weight = 1; }), whatever("min_child_weight"));
  EXPECT_EQ(refused([](BoostingConfig& c) {
              c.constraints.monotone = {{"age", 1}};
            }),
            "BoostingConfig.constraints.monotone does not go with .growth = oblivious, where leaves without rows have "
            "no value to order by. Hint: leave it out, or .growth = level_wise.");
  EXPECT_EQ(refused([](BoostingConfig& c) { c.constraints.forced_splits = {{.feature = "age", .threshold = 3}}; }),
            "BoostingConfig.constraints.forced_splits does not go with .growth = oblivious, where both sides of a "
            "split go on by the same one. Hint: leave it out, or .growth = level_wise.");
  EXPECT_EQ(refused([](BoostingConfig& c) { c.feature_sampling.by_node = 0.5; }),
            "BoostingConfig.feature_sampling.by_node does not go with .growth = oblivious, where all nodes of a level "
            "have one split. Hint: .feature_sampling.by_level, or .growth = level_wise.");
  EXPECT_EQ(
      refused([](BoostingConfig& c) { c.multi_output.strategy = MultiStrategy::multi_output_tree; }),
      "BoostingConfig.multi_output.strategy = multi_output_tree does not go with .growth = oblivious, whose levels "
      "are sought for one output. Hint: leave it out, or .growth = level_wise.");
  EXPECT_EQ(
      refused([](BoostingConfig& c) { c.linear_leaves.enabled = true; }),
      "BoostingConfig.linear_leaves.enabled does not go with .growth = oblivious, whose leaves may have no rows to "
      "find slopes from. Hint: leave it out, or .growth = level_wise.");
  EXPECT_EQ(refused([](BoostingConfig& c) { c.max_bins = 257; }),
            "BoostingConfig.max_bins = 257 does not go with .growth = oblivious, whose levels are sought in histograms "
            "of at most 256 bins. Hint: .max_bins = 256, or .growth = level_wise.");
  EXPECT_EQ(refused([](BoostingConfig& c) {
              c.bins.max_bins = {{"age", 1000}};
            }),
            "BoostingConfig.bins.max_bins = 1000 of \"age\" does not go with .growth = oblivious, whose levels are "
            "sought in histograms of at most 256 bins. Hint: at most 256, or .growth = level_wise.");
  BoostingConfig fine{.growth = Growth::oblivious, .max_depth = 16};
  fine.feature_sampling.by_level = 0.5;
  fine.constraints.interactions = {{"a", "b"}};
  fine.constraints.max_delta_step = 1;
  fine.regularization = {.path_smooth = 1, .extra_trees = true};
  fine.costs.split = 1;
  fine.bins.max_bins = {{"age", 64}};
  EXPECT_NO_THROW(fine.check());
}

TEST(Config, ForcedSplitsMayStandOnSeveralLines) {
  BoostingConfig config;
  set_field(config, "constraints.forced_splits",
            "{\n  \"feature\": \"a b\",\t\"threshold\": 1.5,\n  \"left\": { \"feature\": \"c\", \"categories\": [ \"x "
            "y\" ] }\n}\n");
  EXPECT_EQ(fields(config)[20].value,
            "{\"feature\":\"a b\",\"threshold\":1.5,\"left\":{\"feature\":\"c\",\"categories\":[\"x y\"]}}");
}

TEST(Config, ValuesOutOfBoundsAreRefusedWithTheBounds) {
  EXPECT_EQ(set("rounds", "0"), "BoostingConfig.rounds is 0; it must be in [1, 1000000].");
  EXPECT_EQ(set("rounds", "1000001"), "BoostingConfig.rounds is 1000001; it must be in [1, 1000000].");
  EXPECT_EQ(set("learning_rate", "0"), "BoostingConfig.learning_rate is 0; it must be in (0, 1].");
  EXPECT_EQ(set("learning_rate", "1.5"), "BoostingConfig.learning_rate is 1.5; it must be in (0, 1].");
  EXPECT_EQ(set("learning_rate", "nan"), "BoostingConfig.learning_rate is nan; it must be in (0, 1].");
  EXPECT_EQ(set("growth", "depth_wise"),
            "BoostingConfig.growth is \"depth_wise\"; it must be leaf_wise, level_wise or oblivious.");
  EXPECT_EQ(set("max_leaves", "1"), "BoostingConfig.max_leaves is 1; it must be in [2, 1048576].");
  EXPECT_EQ(set("max_depth", "65"), "BoostingConfig.max_depth is 65; it must be in [0, 64].");
  EXPECT_EQ(set("max_depth", "-1"), "BoostingConfig.max_depth is -1; it must be in [0, 64].");
  EXPECT_EQ(set("max_bins", "3"), "BoostingConfig.max_bins is 3; it must be in [4, 65535].");
  EXPECT_EQ(set("max_bins", "65536"), "BoostingConfig.max_bins is 65536; it must be in [4, 65535].");
  EXPECT_EQ(set("l1", "-0.5"), "BoostingConfig.l1 is -0.5; it must be >= 0.");
  EXPECT_EQ(set("l2", "-1"), "BoostingConfig.l2 is -1; it must be >= 0.");
  EXPECT_EQ(set("l2", "inf"), "BoostingConfig.l2 is inf; it must be >= 0.");
  EXPECT_EQ(set("min_gain", "-1"), "BoostingConfig.min_gain is -1; it must be >= 0.");
  EXPECT_EQ(set("min_child_weight", "-1"), "BoostingConfig.min_child_weight is -1; it must be >= 0.");
  EXPECT_EQ(set("min_rows_in_leaf", "0"), "BoostingConfig.min_rows_in_leaf is 0; it must be in [1, 2147483647].");
  EXPECT_EQ(set("row_fraction", "0"), "BoostingConfig.row_fraction is 0; it must be in (0, 1].");
  EXPECT_EQ(set("feature_fraction", "1.01"), "BoostingConfig.feature_fraction is 1.01; it must be in (0, 1].");
  EXPECT_EQ(set("loss", "squarred"),
            "loss: no loss \"squarred\". Did you mean \"squared\"? Losses: " + listing(loss::names()) + ".");
}

TEST(Config, ParametersOfTheLossFollowIt) {
  BoostingConfig config;
  set_field(config, "loss", "quantile");
  set_field(config, "loss.level", "0.9");
  EXPECT_EQ(config.loss.parameters(), (std::vector<LossParameter>{{"level", 0.9}}));
  const std::vector<FieldInfo> infos = fields(config);
  EXPECT_EQ(infos[0].name, "loss");
  EXPECT_EQ(infos[0].value, "quantile");
  EXPECT_EQ(infos[1].name, "loss.level");
  EXPECT_EQ(infos[1].value, "0.9");
  EXPECT_EQ(infos[1].range, "(0, 1), or several");
  EXPECT_EQ(infos[1].meaning, "the share of labels that lie below the prediction");
  EXPECT_EQ(infos[2].name, "rounds");
  set_field(config, "loss", "huber");
  EXPECT_EQ(fields(config)[1].name, "loss.delta");
  EXPECT_EQ(fields(config)[1].value, "1");
  EXPECT_EQ(fields(config)[1].range, "> 0");
  set_field(config, "loss", "focal");
  set_field(config, "loss.gamma", "0");
  EXPECT_EQ(fields(config)[1].value, "0");
  EXPECT_EQ(fields(config)[1].range, "[0, 100)");
}

std::string set_for(const char* loss, std::string_view name, std::string_view value) {
  BoostingConfig config{.loss = loss::by_name(loss)};
  const std::vector<LossParameter> before = config.loss.parameters();
  const std::string message = refusal<ArgumentError>([&] { set_field(config, name, value); });
  EXPECT_EQ(config.loss.parameters(), before);
  return message;
}

TEST(Config, ParametersThatTheLossDoesNotHaveAreRefused) {
  EXPECT_EQ(set_for("squared", "loss.level", "0.9"),
            "loss squared has no parameter \"level\". Parameters: none. Hint: quantile, expectile have it.");
  std::vector<std::string> with_delta;
  for (const std::string& name : loss::names())
    for (const LossParameter& parameter : loss::by_name(name).parameters())
      if (parameter.name == "delta") with_delta.push_back(name);
  EXPECT_EQ(set_for("quantile", "loss.delta", "0.9"),
            "loss quantile has no parameter \"delta\". Parameters: level. Hint: " + listing(with_delta) + " have it.");
  EXPECT_EQ(set_for("quantile", "loss.levle", "0.9"),
            "loss quantile has no parameter \"levle\". Did you mean \"level\"? Parameters: level.");
  EXPECT_EQ(set_for("softmax", "loss.", "0.9"), "loss softmax has no parameter \"\". Parameters: none.");
}

TEST(Config, ParametersOutOfRangeAreRefusedWithTheBounds) {
  EXPECT_EQ(set_for("quantile", "loss.level", "1"), "loss::quantile: level is 1, but it must be in (0, 1).");
  EXPECT_EQ(set_for("quantile", "loss.level", "nan"), "loss::quantile: level is nan, but it must be in (0, 1).");
  EXPECT_EQ(set_for("huber", "loss.delta", "0"), "loss::huber: delta is 0, but it must be > 0.");
  EXPECT_EQ(set_for("huber", "loss.delta", "inf"), "loss::huber: delta is inf, but it must be > 0.");
  EXPECT_EQ(set_for("focal", "loss.gamma", "-0.5"), "loss::focal: gamma is -0.5, but it must be in [0, 100).");
  EXPECT_EQ(set_for("quantile", "loss.level", "half"), "BoostingConfig.loss.level: \"half\" is not a number.");
}

TEST(Config, TextThatIsNoNumberIsRefused) {
  EXPECT_EQ(set("rounds", "many"), "BoostingConfig.rounds: \"many\" is not a whole number.");
  EXPECT_EQ(set("rounds", "10.5"), "BoostingConfig.rounds: \"10.5\" is not a whole number.");
  EXPECT_EQ(set("rounds", ""), "BoostingConfig.rounds: \"\" is not a whole number.");
  EXPECT_EQ(set("seed", "-1"), "BoostingConfig.seed is -1; it must be >= 0 and at most 18446744073709551615.");
  EXPECT_EQ(set("seed", "-"), "BoostingConfig.seed: \"-\" is not a whole number.");
  EXPECT_EQ(set("rounds", "99999999999999999999"),
            "BoostingConfig.rounds is 99999999999999999999; it must be in [1, 1000000].");
  for (const char* text : {"1e400", "1e-400"})
    EXPECT_EQ(set("l2", text),
              fmt::format("BoostingConfig.l2 is {}, which is out of range: sizes of numbers other than 0 are from "
                          "2.3e-308 to 1.7e308.",
                          text));
  EXPECT_EQ(set("l2", "1,5"), "BoostingConfig.l2: \"1,5\" is not a number.");
  EXPECT_EQ(set("l2", " 1"), "BoostingConfig.l2: \" 1\" is not a number.");
}

TEST(Config, AnUnknownFieldIsRefusedWithTheNearest) {
  const std::string rest =
      "constraints.monotone_method, constraints.monotone_penalty, constraints.interactions, "
      "constraints.max_delta_step, constraints.forced_splits, "
      "feature_sampling.by_level, feature_sampling.by_node, feature_sampling.weights, costs.split, costs.features, "
      "costs.gain_factors, regularization.path_smooth, regularization.extra_trees, linear_leaves.enabled, "
      "linear_leaves.l2, linear_leaves.max_features, linear_leaves.clamp, sampling.kind, "
      "sampling.top_fraction, "
      "sampling.other_fraction, sampling.positive_fraction, sampling.negative_fraction, sampling.regularization, "
      "sampling.temperature, mode.kind, mode.parallel_trees, mode.drop_rate, mode.max_drop, mode.skip_drop, "
      "mode.one_drop, mode.drop_by, mode.normalization, schedule.decay, schedule.last, "
      "categories.encoding, categories.by_feature, categories.one_hot_most, categories.partition_most, "
      "categories.combinations, categories.prior_weight, "
      "multi_output.strategy, multi_output.sketch, class_weights.balanced, class_weights.positive, "
      "class_weights.by_class, bins.max_bins, bins.cuts, bins.weighted.";
  EXPECT_EQ(set("learning_rat", "0.1"),
            "BoostingConfig has no field \"learning_rat\". Did you mean \"learning_rate\"? Fields: loss, rounds, "
            "learning_rate, growth, max_leaves, max_depth, max_bins, l1, l2, min_gain, min_child_weight, "
            "min_rows_in_leaf, row_fraction, feature_fraction, seed, constraints.monotone, " +
                rest);
  EXPECT_EQ(set("bagging", "0.1"),
            "BoostingConfig has no field \"bagging\". Fields: loss, rounds, learning_rate, growth, max_leaves, "
            "max_depth, max_bins, l1, l2, min_gain, min_child_weight, min_rows_in_leaf, row_fraction, "
            "feature_fraction, seed, constraints.monotone, " +
                rest);
}

TEST(Config, FieldsOfAGroupHaveItsNameBeforeThem) {
  BoostingConfig config;
  set_field(config, "constraints.monotone", "age=1,income=-1");
  ASSERT_EQ(config.constraints.monotone.size(), 2u);
  EXPECT_EQ(config.constraints.monotone[0].feature, "age");
  EXPECT_EQ(config.constraints.monotone[1].value, -1);
  const std::vector<FieldInfo> all = fields(config);
  EXPECT_EQ(std::ranges::find(all, "constraints.monotone", &FieldInfo::name)->value, "age=1,income=-1");
  set_field(config, "constraints.monotone", "none");
  EXPECT_TRUE(config.constraints.monotone.empty());
  EXPECT_TRUE(
      set("monotone", "age=1")
          .starts_with(
              "BoostingConfig has no field \"monotone\". Did you mean \"constraints.monotone\"? Fields: loss, "));
  EXPECT_TRUE(set("monotone_constraints", "age=1")
                  .starts_with("BoostingConfig has no field \"monotone_constraints\". Here that is "
                               "constraints.monotone. Fields: loss, "));
  EXPECT_EQ(set("constraints.monotonic", "age=1"),
            "BoostingConfig.constraints has no field \"monotonic\". Did you mean \"monotone\"? Fields: monotone, "
            "monotone_method, monotone_penalty, interactions, max_delta_step, forced_splits.");
  EXPECT_TRUE(
      set("constraints", "age=1")
          .starts_with(
              "BoostingConfig has no field \"constraints\". Did you mean \"constraints.monotone\"? Fields: loss, "));
  EXPECT_TRUE(set("rounds.monotone", "1").starts_with("BoostingConfig has no field \"rounds.monotone\". "));
}

TEST(Config, ValuesForFeaturesAreRefusedWithTheFeature) {
  const std::string field = "BoostingConfig.constraints.monotone: ";
  EXPECT_EQ(set("constraints.monotone", "age=2"), field + "feature \"age\" has 2; it must be -1, 0 or 1.");
  EXPECT_EQ(set("constraints.monotone", "age=nan"), field + "feature \"age\" has nan; it must be -1, 0 or 1.");
  EXPECT_EQ(set("constraints.monotone", "age=1,age=1"), field + "feature \"age\" is there twice. Hint: leave one out.");
  EXPECT_EQ(set("constraints.monotone", "age"),
            field +
                "\"age\" is not NAME=NUMBER,... Hint: values go by names, age=1,income=-1; a name with a comma "
                "in it stands in double quotes.");
  EXPECT_EQ(check_after([](BoostingConfig& c) {
              c.constraints.monotone = {{"age", 0.5}};
            }),
            field + "feature \"age\" has 0.5; it must be -1, 0 or 1.");
  EXPECT_EQ(check_after([](BoostingConfig& c) {
              c.max_bins = 3, c.constraints.monotone = {{"age", 7}};
            }),
            "BoostingConfig.max_bins is 3; it must be in [4, 65535].");
}

TEST(Config, CheckNamesTheFirstFieldOutOfRange) {
  EXPECT_EQ(check_after([](BoostingConfig& c) { c.max_bins = 100000, c.l2 = -1; }),
            "BoostingConfig.max_bins is 100000; it must be in [4, 65535].");
  EXPECT_EQ(check_after([](BoostingConfig& c) { c.row_fraction = std::numeric_limits<double>::quiet_NaN(); }),
            "BoostingConfig.row_fraction is nan; it must be in (0, 1].");
  EXPECT_EQ(check_after([](BoostingConfig& c) { c.min_child_weight = std::numeric_limits<double>::infinity(); }),
            "BoostingConfig.min_child_weight is inf; it must be >= 0.");
  EXPECT_NO_THROW(BoostingConfig{}.check());
}

TEST(Config, ARefusedValueLeavesTheFieldAsItWas) {
  BoostingConfig config;
  EXPECT_THROW(set_field(config, "rounds", "0"), ArgumentError);
  EXPECT_FALSE(config.rounds);
}

TEST(Config, FitBoostedChecksIt) {
  RandomData data;
  add_numbers(data, {1, 2});
  data.label = {1, 2};
  EXPECT_EQ(refusal<ArgumentError>([&] { fit_boosted(data.dataset(), {.rounds = 0}); }),
            "BoostingConfig.rounds is 0; it must be in [1, 1000000].");
  EXPECT_EQ(
      refusal<ArgumentError>([&] {
        fit_boosted(data.dataset({"age"}), {.constraints = {.monotone = {{"agee", 1}}}});
      }),
      "BoostingConfig.constraints.monotone: the data has no feature \"agee\". Did you mean \"age\"? Features: age.");
}

}  // namespace
}  // namespace linden
