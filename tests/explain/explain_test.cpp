// What features add to the scores of trees, against the definition: sums over all sets of features.
#include "explain/brute_force.hpp"

#include "boosting/categories/statistics_data.hpp"
#include "boosting/model/foreign_splits.hpp"

namespace linden {
namespace {

using namespace brute_force;
using hand_made::Options;

// Models of all kinds, of at most six features.
std::vector<Options> kinds() {
  const auto numbers = [](int features) { return std::vector<int>(static_cast<std::size_t>(features), 0); };
  return {{},
          {.rounds = 2, .categories = numbers(6)},
          {.rounds = 4, .categories = numbers(2)},  // features come again and again on one way
          {.zeros_missing = true},
          {.linear = true},
          {.linear = true, .rounds = 8, .categories = numbers(3)},
          {.outputs = 3, .loss = loss::softmax({.classes = 3})},
          {.outputs = 3, .linear = true, .loss = loss::softmax({.classes = 3})},
          {.outputs = 3, .add_to_all = true, .loss = loss::softmax({.classes = 3})}};
}

TEST(Explain, IsTheShapleyValueOfTheTrainingRows) {
  Random random(1);
  for (const Options& options : kinds())
    for (const bool by_rows : {false, true}) {
      const BoostedModel model = hand_made::random_model(random, options);
      const RandomData data = hand_made::random_rows(random, options, 5);
      const Explanation found =
          explain(model, data.dataset(model.feature_names()), {.interactions = true, .by_rows = by_rows, .threads = 2});
      EXPECT_EQ(found.names, model.feature_names());
      for (int row = 0; row < data.rows(); ++row)
        for (int k = 0; k < options.outputs; ++k)
          expect_game(found, row, k, path_dependent_game(model, hand_made::row_of(data, row), k, by_rows));
    }
}

TEST(Explain, IsTheShapleyValueOfABackground) {
  Random random(2);
  for (const Options& options : kinds())
    for (const bool weighted : {false, true}) {
      const BoostedModel model = hand_made::random_model(random, options);
      const RandomData data = hand_made::random_rows(random, options, 2);
      RandomData others = hand_made::random_rows(random, options, 9);
      std::vector<std::vector<double>> background;
      std::vector<double> weight(9, 1.0);
      for (int row = 0; row < 9; ++row) background.push_back(hand_made::row_of(others, row));
      if (weighted) {
        for (double& w : weight) w = random.below(3);
        weight[0] = 1;
        others.weight = weight;
      }
      const Explanation found =
          explain(model, data.dataset(model.feature_names()),
                  {.background = others.dataset(model.feature_names()), .interactions = true, .threads = 2});
      for (int row = 0; row < data.rows(); ++row)
        for (int k = 0; k < options.outputs; ++k)
          expect_game(found, row, k, interventional_game(model, hand_made::row_of(data, row), k, background, weight));
    }
}

// Trees of every growth, with more features than a rule of fixed points has, tables of leaves, several tiles of rows.
struct Fit {
  std::string loss = "squared";
  std::string growth = "leaf_wise";
  int leaves = 31, features = 12;
  std::vector<std::pair<std::string, std::string>> fields = {};
};
const std::vector<Fit>& fits() {
  static const std::vector<Fit> all{
      {},
      {.loss = "softmax", .growth = "level_wise", .leaves = 16},
      {.growth = "oblivious", .leaves = 32},
      {.loss = "softmax", .growth = "oblivious", .leaves = 4},
      {.growth = "leaf_wise", .leaves = 64, .features = 40},
      {.loss = "softmax",
       .growth = "leaf_wise",
       .leaves = 12,
       .fields = {{"multi_output.strategy", "multi_output_tree"}}},
      {.loss = "squared", .growth = "leaf_wise", .leaves = 9, .fields = {{"linear_leaves.enabled", "true"}}},
      {.loss = "squared",
       .growth = "leaf_wise",
       .leaves = 16,
       .fields = {{"mode.kind", "forest"}, {"row_fraction", "0.7"}}},
      {.loss = "poisson", .growth = "leaf_wise", .leaves = 16, .fields = {{"mode.kind", "dart"}}},
  };
  return all;
}

BoostedModel fitted(const Fit& fit, const Dataset& data) {
  BoostingConfig config{.loss = loss::by_name(fit.loss), .rounds = 5};
  set_field(config, "growth", fit.growth);
  if (fit.growth == "oblivious") {
    config.max_depth = std::bit_width(static_cast<unsigned>(fit.leaves)) - 1;
  } else {
    config.max_leaves = fit.leaves;
    config.min_rows_in_leaf = 2;
  }
  for (const auto& [name, value] : fit.fields) set_field(config, name, value);
  return fit_boosted(data, config, {.threads = 2});
}

TEST(Explain, SumsToTheScoreAndHasTheSameBytesOnAnyNumberOfThreads) {
  Random random(3);
  for (const Fit& fit : fits()) {
    const Dataset data = random_data(random, 300, fit.features, fit.loss).dataset();
    const BoostedModel model = fitted(fit, data);
    const Tensor scores = model.predict(data, {.output = Output::score});
    const Explanation one = explain(model, data, {.interactions = true, .threads = 1});
    expect_sums(one, scores);
    for (const int threads : {2, 7}) {
      const Explanation more = explain(model, data, {.interactions = true, .threads = threads});
      EXPECT_EQ(numbers_of(more.values), numbers_of(one.values));
      EXPECT_EQ(numbers_of(more.interactions), numbers_of(one.interactions));
    }
    const std::vector<std::int64_t> some{3, 1, 4, 15, 92, 65};
    const Dataset background = data.take(some);
    const Explanation against = explain(model, data, {.background = background, .threads = 1});
    expect_sums(against, scores);
    EXPECT_EQ(numbers_of(explain(model, data, {.background = background, .threads = 3}).values),
              numbers_of(against.values));
    expect_sums(explain(model, data, {.rounds = 2}), model.predict(data, {.output = Output::score, .rounds = 2}));
  }
}

// Of an oblivious tree many rows look up what a few walk to.
TEST(Explain, TablesOfLeavesSayWhatWalksDo) {
  Random random(4);
  const Dataset data = random_data(random, 600, 6, "squared").dataset();
  const BoostedModel model = fitted({.growth = "oblivious", .leaves = 64}, data);
  const Explanation all = explain(model, data);
  const std::vector<std::int64_t> few{5, 17, 400};
  const Explanation some = explain(model, data.take(few));
  for (std::size_t i = 0; i < few.size(); ++i)
    for (int f = 0; f < 6; ++f)
      EXPECT_NEAR(some.values.data<double>()[i * 6 + f], all.values.data<double>()[few[i] * 6 + f], 1e-12);
}

TEST(Explain, SparseRowsAreExplainedAsDenseOnes) {
  Random random(5);
  const RandomData data = [&] {
    RandomData made;
    for (int f = 0; f < 8; ++f) {
      std::vector<double> values;
      for (int row = 0; row < 300; ++row) values.push_back(random.chance(0.7) ? 0 : random.normal());
      add_numbers(made, std::move(values));
    }
    for (int row = 0; row < 300; ++row)
      made.label.push_back(made.features[0].values[row] * made.features[1].values[row] + made.features[2].values[row]);
    return made;
  }();
  const Dataset dense = data.dataset();
  std::string text;
  for (int row = 0; row < 300; ++row) {
    text += fmt::format("{}", data.label[row]);
    for (int f = 0; f < 8; ++f)
      if (const double x = data.features[f].values[row]; x != 0) text += fmt::format(" {}:{}", f, x);
    text += "\n";
  }
  write_file(scratch() / "rows.libsvm", text);
  const Dataset sparse =
      Dataset::from_libsvm((scratch() / "rows.libsvm").string(), {.features = 8, .zero_based = true});
  const BoostedModel model = fitted({.leaves = 10}, sparse);
  const Explanation found = explain(model, sparse, {.interactions = true});
  expect_sums(found, model.predict(sparse, {.output = Output::score}));
  std::vector<Column> columns = dense.columns();
  for (std::size_t f = 0; f < columns.size(); ++f) columns[f].name = model.feature_names()[f];
  const Explanation same = explain(model, Dataset::from_named(columns), {.interactions = true});
  EXPECT_EQ(numbers_of(found.values), numbers_of(same.values));
  EXPECT_EQ(numbers_of(found.interactions), numbers_of(same.interactions));
}

// Two features of which one is only asked where the other is large, by hand.
TEST(Explain, IsWhatOneWorksOutByHand) {
  BoostedModel::State state;
  state.config.loss = link_only_loss("someone's", Link::identity, 1, LabelKind::real);
  state.has_config = false;
  state.feature_names = {"a", "b"};
  state.categorical = {false, false};
  state.categories.resize(2);
  state.groups.resize(2);
  state.initial_score = {0.5};
  Tree& tree = state.trees.emplace_back();
  tree.nodes.resize(5);
  const auto set = [&](int at, int feature, double threshold, int left, double cover) {
    TreeNode& node = tree.nodes[static_cast<std::size_t>(at)];
    node.feature = feature;
    node.threshold = threshold;
    node.left = left;
    node.right = left + 1;
    node.cover = cover;
    if (feature >= 0) return;
    node.left = node.right = -1;
    node.leaf = static_cast<int>(tree.leaf_values.size());
    tree.leaf_values.push_back(threshold);
  };
  set(0, 0, 1, 1, 10);
  set(1, -1, 1, 0, 4);  // a <= 1: 1
  set(2, 1, 2, 3, 6);   // else by b:
  set(3, -1, 2, 0, 2);  // b <= 2: 2
  set(4, -1, 8, 0, 4);  // else 8
  for (const int leaf : {1, 3, 4}) tree.nodes[static_cast<std::size_t>(leaf)].threshold = 0;
  const BoostedModel model(as_loaded("two features", state));
  const Dataset row = Dataset::from_named({{.name = "a", .values = Tensor::copy_of(std::vector<double>{3}, {1})},
                                           {.name = "b", .values = Tensor::copy_of(std::vector<double>{5}, {1})}});
  const Explanation found = explain(model, row, {.interactions = true});
  // Nothing known: 0.4 * 1 + 0.2 * 2 + 0.4 * 8 = 4; a: 6; b: 0.4 * 1 + 0.6 * 8 = 5.2; both: 8.
  EXPECT_NEAR(found.constant[0], 4.5, 1e-15);
  EXPECT_NEAR(found.values.data<double>()[0], ((6 - 4) + (8 - 5.2)) / 2, 1e-14);
  EXPECT_NEAR(found.values.data<double>()[1], ((5.2 - 4) + (8 - 6)) / 2, 1e-14);
  const double both = (8 - 6 - 5.2 + 4) / 2;
  EXPECT_NEAR(found.interactions.data<double>()[1], both, 1e-14);
  EXPECT_NEAR(found.interactions.data<double>()[2], both, 1e-14);
  EXPECT_NEAR(found.interactions.data<double>()[0], 2, 1e-14);
  EXPECT_NEAR(found.interactions.data<double>()[3], 1.2, 1e-14);
}

// What XGBoost 3.4.1 says of two trees of its own: features that come again on one way, missing values.
TEST(Explain, HasTheFiguresOfXgboost) {
  BoostedModel::State state;
  state.config.loss = link_only_loss("reg:squarederror", Link::identity, 1, LabelKind::real);
  state.has_config = false;
  state.feature_names = {"a", "b", "c"};
  state.categorical = {false, false, false};
  state.categories.resize(3);
  state.groups.resize(3);
  state.initial_score = {0.25};
  struct Theirs {
    std::vector<int> features;
    std::vector<float> conditions;  // of leaves their values
    std::vector<int> left, default_left;
    std::vector<double> hessians;
  };
  for (const Theirs& theirs :
       {Theirs{{2, 1, 2, 0, 0, 2, 0, 1, 0, 0, 0, 0, 0},
               {-0.75f, -0.65f, 1.3499999f, -0.625f, -1.3307692f, 0.45f, 0.482f, -1.3f, -0.95f, 0.041249998f,
                -0.5525862f, -0.69625f, 0.144375f},
               {1, 3, 5, -1, -1, 7, -1, 9, 11, -1, -1, -1, -1},
               {1, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0},
               {60, 15, 45, 3, 12, 41, 4, 31, 10, 3, 28, 3, 7}},
        Theirs{{2, 2, 2, 0, 2, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0},
               {-0.75f, -1.25f, 1.3499999f, -0.27026924f, -1.05f, 0.65f, 0.2892f, -0.94439906f, -0.39426923f,
                -0.70000005f, 0.25f, -0.40217185f, -0.03513147f, -0.6829655f, -0.13990033f},
               {1, 3, 5, -1, 7, 9, -1, -1, -1, 11, 13, -1, -1, -1, -1},
               {1, 1, 1, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0},
               {60, 15, 45, 4, 11, 41, 4, 7, 4, 34, 7, 10, 24, 4, 3}}}) {
    Tree& tree = state.trees.emplace_back();
    tree.nodes.resize(theirs.features.size());
    for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
      TreeNode& node = tree.nodes[i];
      node.cover = theirs.hessians[i];
      if (theirs.left[i] < 0) {
        node.leaf = static_cast<int>(tree.leaf_values.size());
        tree.leaf_values.push_back(theirs.conditions[i]);
        continue;
      }
      node.feature = theirs.features[i];
      node.threshold = threshold_for(theirs.conditions[i], Comparison::less);
      node.missing_left = theirs.default_left[i] != 0;
      node.left = theirs.left[i];
      node.right = node.left + 1;
    }
  }
  const BoostedModel model(as_loaded("a model of XGBoost", state));
  const std::vector<double> rows{0.3, -0.4, 1.1, -1.2, missing_value, 0.2, 0.9, 1.5, -0.7};
  const Explanation found =
      explain(model, Dataset::from_rows(rows, 3, {.names = model.feature_names()}), {.interactions = true});
  EXPECT_NEAR(found.constant[0], -0.5578600764274597, 1e-6);
  const std::vector<double> contribs{0.29987651109695435,  -0.04816397279500961, 0.6653910279273987,
                                     -0.2466607391834259,  -0.04032571613788605, 0.14008840918540955,
                                     -0.07826864719390869, 0.09845761954784393,  0.09518448263406754};
  const std::vector<double> pairs{
      0.14953482151031494,   0.016722433269023895, 0.1336192488670349,   0.016722433269023895,  -0.09423074871301651,
      0.029344340786337852,  0.1336192488670349,   0.029344340786337852, 0.5024275183677673,    -0.2364867925643921,
      -0.02229658141732216,  0.012122632935643196, -0.02229658141732216, -0.025979656726121902, 0.007950526662170887,
      0.012122632935643196,  0.007950526662170887, 0.12001524865627289,  -0.1455959528684616,   0.1082976758480072,
      -0.040970370173454285, 0.1082976758480072,   -0.04235781729221344, 0.03251776099205017,   -0.040970370173454285,
      0.03251776099205017,   0.10363709926605225};
  for (std::size_t i = 0; i < contribs.size(); ++i) EXPECT_NEAR(found.values.data<double>()[i], contribs[i], 1e-6) << i;
  for (std::size_t i = 0; i < pairs.size(); ++i) EXPECT_NEAR(found.interactions.data<double>()[i], pairs[i], 1e-6) << i;
}

TEST(Explain, OffsetsAreNoPartOfIt) {
  Random random(6);
  RandomData data = random_data(random, 200, 3, "squared");
  std::vector<double> offset;
  for (int row = 0; row < 200; ++row) offset.push_back(random.normal());
  const Dataset rows = data.dataset().with_offset(offset);
  const BoostedModel model = fitted({.leaves = 6}, rows);
  expect_sums(explain(model, rows), model.predict(rows, {.output = Output::score}), offset);
  EXPECT_NE(refusal<DataError>([&] { explain(model, data.dataset()); }).find("the data has no offset"),
            std::string::npos);
}

TEST(Explain, DerivedColumnsShareWithTheirFeatures) {
  const Dataset rows = categories_data(4, 900, {400, 12}).dataset();
  const BoostedModel model = fitted({.loss = "logistic", .leaves = 8}, rows);
  ASSERT_TRUE(std::ranges::any_of(model.derived_features(),
                                  [](const DerivedFeature& one) { return one.features.size() == 2; }));
  const Explanation found = explain(model, rows, {.interactions = true});
  EXPECT_EQ(found.values.shape(), (Shape{900, 3}));
  expect_sums(found, model.predict(rows, {.output = Output::score}));
  const std::vector<std::int64_t> some{3, 1, 4};
  const Dataset few = rows.take(some);
  expect_sums(explain(model, few, {.background = few}), model.predict(few, {.output = Output::score}));
}

TEST(Explain, ModelsFromFilesAndOfEitherFamilyAreExplainedAlike) {
  Random random(8);
  const Dataset data = random_data(random, 120, 4, "logistic").dataset();
  const BoostedModel model = fitted({.loss = "logistic", .leaves = 5}, data);
  const std::vector<double> values = numbers_of(explain(model, data).values);
  EXPECT_EQ(numbers_of(explain(BoostedModel::from_string(model.to_string()), data).values), values);
  EXPECT_EQ(numbers_of(explain(AnyModel(model), data).values), values);
}

TEST(Explain, Refusals) {
  Random random(9);
  const Dataset data = random_data(random, 120, 4, "squared").dataset();
  const BoostedModel model = fitted({.leaves = 5}, data);
  EXPECT_EQ(refusal<ArgumentError>([&] { explain(BoostedModel(), data); }),
            "explain: the model is empty. Hint: fit_boosted and BoostedModel::load make one.");
  EXPECT_EQ(refusal<ArgumentError>([&] { explain(model, data, {.rounds = 6}); }),
            "explain: 6 rounds of a model that has 5. Hint: 0 uses all.");
  EXPECT_EQ(refusal<ArgumentError>([&] { explain(model, data, {.background = data, .by_rows = true}); }),
            "explain: .by_rows is of training rows, and a .background takes their place. Hint: leave one out.");
  EXPECT_EQ(refusal<DataError>([&] { explain(model, data, {.background = data.take(std::vector<std::int64_t>{})}); }),
            "explain: .background has no rows.");
  EXPECT_NE(refusal<DataError>([&] {
              explain(model, data, {.background = Dataset::from_rows({1, 2}, 2)});
            }).find("explain: .background"),
            std::string::npos);
  Options unknown;
  BoostedModel::State state = hand_made::random_state(random, unknown);
  for (Tree& tree : state.trees)
    for (TreeNode& node : tree.nodes) node.cover = 0, node.rows = 0;
  const BoostedModel without(as_loaded("a model without rows", state));
  const Dataset rows = hand_made::random_rows(random, unknown, 5).dataset(without.feature_names());
  EXPECT_NE(
      refusal<ArgumentError>([&] { explain(without, rows); })
          .find("does not say how many training rows came to its nodes, so that there is no background to explain "
                "it against. Hint: give rows of your own, .background = train."),
      std::string::npos);
  expect_sums(explain(without, rows, {.background = rows}), without.predict(rows, {.output = Output::score}));
}

TEST(Explain, TreesOfManyLevelsAreRefused) {
  BoostedModel::State state;
  state.config.loss = link_only_loss("someone's", Link::identity, 1, LabelKind::real);
  state.has_config = false;
  state.feature_names = {"a"};
  state.categorical = {false};
  state.categories.resize(1);
  state.groups.resize(1);
  state.initial_score = {0};
  const auto chain = [&](int levels) {
    state.trees.assign(1, {});
    Tree& tree = state.trees[0];
    tree.nodes.resize(static_cast<std::size_t>(2 * levels + 1));
    for (int level = 0; level < levels; ++level) {
      TreeNode& split = tree.nodes[static_cast<std::size_t>(2 * level)];
      split.feature = 0;
      split.threshold = level;
      split.left = 2 * level + 1;
      split.right = 2 * level + 2;
      split.cover = 1;
    }
    for (TreeNode& node : tree.nodes)
      if (node.feature < 0) {
        node.leaf = static_cast<int>(tree.leaf_values.size());
        node.cover = 1;
        tree.leaf_values.push_back(node.leaf);
      }
    return BoostedModel(as_loaded("a chain", state));
  };
  const Dataset rows =
      Dataset::from_named({{.name = "a", .values = Tensor::copy_of(std::vector<double>{-1, 3, 1020.5, 5000}, {4})}});
  const BoostedModel deep = chain(1024);
  expect_sums(explain(deep, rows), deep.predict(rows, {.output = Output::score}));
  expect_sums(explain(deep, rows, {.background = rows}), deep.predict(rows, {.output = Output::score}));
  EXPECT_EQ(refusal<ArgumentError>([&] { explain(chain(1025), rows); }),
            "explain: tree 0 has 1025 levels; trees of up to 1024 are explained.");
}

}  // namespace
}  // namespace linden
