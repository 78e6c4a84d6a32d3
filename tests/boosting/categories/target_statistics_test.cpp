// Models that read categories through target statistics: they predict what their tables say, whatever the threads, the
// way that rows are given, and the file in between.
#include <gtest/gtest.h>

#include <linden/cross_validation.hpp>

#include "boosting/categories/statistics_data.hpp"
#include "boosting/model/model.hpp"

namespace linden {
namespace {

const BoostingConfig small_config{
    .loss = loss::logistic(), .rounds = 8, .max_leaves = 8, .categories = {.encoding = CategoryEncoding::statistics}};

// Oblivious trees, whose leaves are found another way.
BoostingConfig oblivious_config() {
  BoostingConfig config = small_config;
  config.max_leaves = {};
  config.growth = Growth::oblivious;
  config.max_depth = 4;
  return config;
}

const RandomData& some_rows() {
  static const RandomData data = categories_data(1, 500, {60, 40, 7});
  return data;
}

BoostedModel fitted(const BoostingConfig& config = small_config, const FitOptions& options = {.threads = 1}) {
  return fit_boosted(some_rows().dataset(), config, options);
}

// Rows with categories that training has not seen, by names that its dictionary lacks.
Dataset other_rows() {
  std::vector<std::string> a, b, c;
  std::vector<double> x;
  for (int row = 0; row < 40; ++row) {
    a.push_back(row % 5 == 0 ? "new" : row % 7 == 0 ? "" : fmt::format("c{:03}", row));
    b.push_back(row % 3 == 0 ? "another" : fmt::format("c{:03}", row % 40));
    c.push_back(fmt::format("c{:03}", row % 7));
    x.push_back(row % 6 == 0 ? missing_value : 0.1 * row);
  }
  return Dataset().with_column("x0", a).with_column("x1", b).with_column("x2", c).with_column("x3", x);
}

std::string name_of(const Column& column, std::int64_t row) {
  const std::int32_t code = column.values.at<std::int32_t>({row});
  return code < 0 ? "" : column.categories[static_cast<std::size_t>(code)];
}

// By the definition: the score of a row by trees whose derived columns are looked up in sums over the training rows.
double score_of(const BoostedModel& model, const Dataset& data, std::int64_t row) {
  const Dataset train = some_rows().dataset();
  const auto features = static_cast<int>(model.feature_names().size());
  double mean = 0;
  for (const double label : some_rows().label) mean += label;
  mean /= static_cast<double>(train.rows());
  const auto derived = [&](const DerivedFeature& feature) {
    double rows = 0, sum = 0;
    for (std::int64_t t = 0; t < train.rows(); ++t) {
      const bool is_same = std::ranges::all_of(feature.features, [&](int f) {
        const auto c = static_cast<std::size_t>(f);
        return name_of(train.columns()[c], t) == name_of(data.columns()[c], row);
      });
      rows += is_same ? 1 : 0;
      sum += is_same ? some_rows().label[static_cast<std::size_t>(t)] : 0;
    }
    return feature.name.ends_with(": rows") ? rows : (sum + 10 * mean) / (rows + 10);
  };
  double score = model.initial_score()[0];
  for (const Tree& tree : model.trees()) {
    const TreeNode* node = tree.nodes.data();
    while (node->feature >= 0) {
      const double value = node->feature >= features
                               ? derived(model.derived_features()[static_cast<std::size_t>(node->feature - features)])
                               : data.columns()[static_cast<std::size_t>(node->feature)].values.at<double>({row});
      const bool left = std::isnan(value) ? node->missing_left : value <= node->threshold;
      node = &tree.nodes[static_cast<std::size_t>(left ? node->left : node->right)];
    }
    score += tree.value(*node);
  }
  return score;
}

TEST(TargetStatisticsModel, PredictsByTheSumsOfItsTrainingRows) {
  for (const BoostingConfig& config : {small_config, oblivious_config()}) {
    const BoostedModel model = fitted(config);
    ASSERT_FALSE(model.derived_features().empty());
    for (const Dataset& data : {some_rows().dataset().take(std::vector<std::int64_t>{0, 3, 77, 499}), other_rows()}) {
      const Tensor scores = model.predict(data, {.output = Output::score, .threads = 1});
      for (std::int64_t row = 0; row < data.rows(); ++row)
        EXPECT_EQ(scores.at<double>({row}), score_of(model, data, row)) << row;
    }
  }
}

TEST(TargetStatisticsModel, NamesItsColumns) {
  const BoostedModel model = fitted();
  for (const DerivedFeature& derived : model.derived_features()) {
    std::vector<std::string> names;
    for (const int f : derived.features) names.push_back(model.feature_names()[static_cast<std::size_t>(f)]);
    const std::string of = fmt::format("{}", fmt::join(names, " & "));
    EXPECT_TRUE(derived.name == of + ": share of the label = 1" || derived.name == of + ": rows") << derived.name;
  }
  EXPECT_EQ(model.feature_names(), (std::vector<std::string>{"x0", "x1", "x2", "x3"}));
  EXPECT_EQ(model.name_of(4), model.derived_features()[0].name);
  EXPECT_EQ(model.name_of(3), "x3");
  const auto last = static_cast<int>(4 + model.derived_features().size());
  EXPECT_EQ(refusal<ArgumentError>([&] { model.name_of(last); }),
            fmt::format("BoostedModel::name_of: feature {} of {}.", last, last));
  for (const Importance& importance : model.importances())
    EXPECT_EQ(importance.name, model.name_of(importance.feature));
  const std::vector<Importance> all = model.importances();
  EXPECT_TRUE(std::ranges::any_of(all, [](const Importance& one) { return one.feature > 3; }));
  // Categories themselves are not split by.
  for (const Tree& tree : model.trees())
    for (const TreeNode& node : tree.nodes) EXPECT_TRUE(node.feature == -1 || node.feature >= 3);
}

TEST(TargetStatisticsModel, HasTheSameBytesOnAnyNumberOfThreads) {
  const std::string one = bytes_of(fitted());
  for (const int threads : {2, 5}) EXPECT_EQ(bytes_of(fitted(small_config, {.threads = threads})), one);
  BoostingConfig other = small_config;
  other.seed = 1;
  EXPECT_NE(dump(fitted(other).trees()), dump(fitted().trees()));
}

TEST(TargetStatisticsModel, IsTheSameFromItsFile) {
  for (const int classes : {0, 2, 4}) {
    const RandomData data = categories_data(3, 300, {50, 30}, classes);
    BoostingConfig config = small_config;
    config.loss = loss::automatic();
    const BoostedModel model = fit_boosted(data.dataset(), config, {.threads = 1});
    ASSERT_FALSE(model.derived_features().empty());
    const BoostedModel again = BoostedModel::from_string(bytes_of(model));
    EXPECT_EQ(bytes_of(again), bytes_of(model));
    EXPECT_EQ(numbers_of(again.predict(data.dataset())), numbers_of(model.predict(data.dataset())));
    ASSERT_EQ(again.derived_features().size(), model.derived_features().size());
    for (std::size_t i = 0; i < again.derived_features().size(); ++i)
      EXPECT_EQ(again.derived_features()[i].name, model.derived_features()[i].name);
  }
}

void expect_rows_one_by_one(const BoostedModel& model) {
  const RowPredictor predictor = model.row_predictor({"x3", "x2", "other", "x1", "x0"});
  for (const Dataset& data : {some_rows().dataset(), other_rows()}) {
    const Tensor all = model.predict(data, {.threads = 1});
    for (std::int64_t row = 0; row < data.rows(); ++row) {
      std::vector<double> codes;
      std::vector<RowValue> values;
      for (std::size_t f = 0; f < 4; ++f) {
        const Column& column = data.columns()[f];
        if (!column.categorical) {
          codes.push_back(column.values.at<double>({row}));
          values.emplace_back(codes.back());
          continue;
        }
        const std::int32_t code = column.values.at<std::int32_t>({row});
        const std::vector<std::string>& known = model.categories(static_cast<int>(f));
        const auto found = code < 0 ? known.end() : std::ranges::find(known, column.categories[code]);
        codes.push_back(code < 0 ? missing_value : static_cast<double>(found - known.begin()));
        values.push_back(code < 0 ? RowValue(missing_value) : RowValue(column.categories[code]));
      }
      double by_code = 0, by_name = 0;
      model.predict_row(codes, {&by_code, 1});
      model.predict_row(values, {&by_name, 1});
      EXPECT_EQ(by_code, all.at<double>({row}));
      EXPECT_EQ(by_name, all.at<double>({row}));
      EXPECT_EQ(predictor(std::vector<RowValue>{values[3], values[2], 7.0, values[1], values[0]}), by_name);
    }
  }
}

TEST(TargetStatisticsModel, PredictsRowsOneByOneAsAllAtOnce) {
  expect_rows_one_by_one(fitted());
  expect_rows_one_by_one(fitted(oblivious_config()));
}

TEST(TargetStatisticsModel, MeasuresValidationRowsAsItPredictsThem) {
  const Dataset valid = categories_data(9, 200, {60, 40, 7}).dataset();
  for (const BoostingConfig& config : {small_config, oblivious_config()}) {
    const BoostedModel model = fitted(config, {.threads = 1, .valid = valid, .metrics = {metric::logloss()}});
    const Tensor predicted = model.predict(valid, {.threads = 1});
    MetricInput input;
    input.prediction = predicted;
    input.score = model.predict(valid, {.output = Output::score, .threads = 1});
    input.label = valid.label();
    EXPECT_EQ(model.history().back()[0].value, metric::logloss().evaluate(input));
  }
}

// Of labels that are mere noise, which a category of one row would otherwise tell by heart.
TEST(TargetStatisticsModel, DoesNotLearnItsLabelsByHeart) {
  Random random(11);
  RandomData data;
  std::vector<double> codes;
  for (int row = 0; row < 2000; ++row) codes.push_back(row % 1000);
  add_codes(data, codes, 1000);
  for (int row = 0; row < 2000; ++row) data.label.push_back(random.below(2));
  const auto deviance = [&](const BoostedModel& model) {
    double sum = 0;
    for (const double score : numbers_of(model.predict(data.dataset(), {.output = Output::score})))
      sum += std::abs(score);
    return sum / 2000;
  };
  EXPECT_LT(deviance(fit_boosted(data.dataset(), small_config)), 0.15);
}

TEST(TargetStatisticsModel, IsChosenForManyCategoriesAndSaysSo) {
  RandomData data = categories_data(4, 900, {400, 12});
  const BoostedModel model = fit_boosted(data.dataset(), {.rounds = 3}, {.threads = 1});
  ASSERT_FALSE(model.derived_features().empty());
  EXPECT_EQ(model.warnings(), (std::vector<std::string>{
                                  "a feature has more than .categories.partition_most = 255 categories, so that trees "
                                  "read target statistics of x0, x1, and of 1 combination. Hint: "
                                  ".categories.encoding = partition keeps categories."}));
  data = categories_data(4, 900, {100, 12});
  const BoostedModel plain = fit_boosted(data.dataset(), {.rounds = 3}, {.threads = 1});
  EXPECT_TRUE(plain.derived_features().empty());
  EXPECT_TRUE(plain.warnings().empty());
}

TEST(TargetStatisticsModel, MergesWithOthers) {
  const Dataset rows = some_rows().dataset();
  BoostingConfig other = small_config;
  other.seed = 5;
  const BoostedModel a = fitted(), b = fitted(other);
  BoostingConfig partition = small_config;
  partition.categories = {.encoding = CategoryEncoding::partition};
  const BoostedModel c = fitted(partition);
  const BoostedModel merged = merge_models({{a, 0.5}, {b, 2}, {c, 1}});
  EXPECT_EQ(merged.derived_features().size(), a.derived_features().size() + b.derived_features().size());
  const auto score = [&](const BoostedModel& model, std::int64_t row) {
    return model.predict(rows, {.output = Output::score}).at<double>({row});
  };
  for (const std::int64_t row : {0, 9, 333})
    EXPECT_NEAR(score(merged, row), 0.5 * score(a, row) + 2 * score(b, row) + score(c, row), 1e-12);
  EXPECT_EQ(bytes_of(BoostedModel::from_string(bytes_of(merged))), bytes_of(merged));
  EXPECT_NEAR(score(average_models({a, b}), 4), (score(a, 4) + score(b, 4)) / 2, 1e-12);
  EXPECT_EQ(numbers_of(a.first_rounds(3).predict(rows)), numbers_of(a.predict(rows, {.rounds = 3})));
}

TEST(TargetStatisticsModel, IsNoStart) {
  const BoostedModel model = fitted();
  EXPECT_EQ(
      refusal<ArgumentError>([&] { fitted(small_config, {.start = model}); }),
      "fit_boosted: .start splits by target statistics, which know the labels of the rows that it was trained on, "
      "so that its scores of them are no start. Hint: train anew, or the start with .categories.encoding = "
      "partition.");
  // But a model without any may be gone on from with some.
  BoostingConfig partition = small_config;
  partition.categories = {.encoding = CategoryEncoding::partition};
  const BoostedModel start = fitted(partition);
  const BoostedModel both = fitted(small_config, {.threads = 1, .start = start});
  EXPECT_EQ(both.rounds(), 16);
  EXPECT_FALSE(both.derived_features().empty());
  EXPECT_EQ(dump(both.first_rounds(8).trees()), dump(start.trees()));
  EXPECT_EQ(bytes_of(BoostedModel::from_string(bytes_of(both))), bytes_of(both));
}

TEST(TargetStatisticsModel, HasItsLeavesRefitted) {
  const BoostedModel model = fitted();
  const Dataset rows = categories_data(12, 300, {60, 40, 7}).dataset();
  const BoostedModel same = refit_leaves(model, rows, {.decay = 1});
  EXPECT_EQ(bytes_of(same), bytes_of(model));
  const BoostedModel fresh = refit_leaves(model, rows, {.decay = 0});
  EXPECT_NE(dump(fresh.trees()), dump(model.trees()));
  EXPECT_EQ(fresh.derived_features().size(), model.derived_features().size());
}

TEST(TargetStatisticsModel, IsCrossValidated) {
  const Dataset rows = some_rows().dataset();
  const BoostedCrossValidation cv =
      cross_validate(rows, small_config, {.folds = rows.folds({.count = 3}), .threads = 1, .keep_models = true});
  ASSERT_EQ(cv.models.size(), 3u);
  for (std::size_t f = 0; f < 3; ++f) {
    EXPECT_FALSE(cv.models[f].derived_features().empty());
    EXPECT_EQ(bytes_of(cv.models[f]), bytes_of(fit_boosted(rows.take(cv.folds[f].train), small_config)));
  }
}

// Constraints, costs and draws are by names of features, and hold for what is derived from these.
TEST(TargetStatisticsModel, KeepsToItsInteractions) {
  BoostingConfig config = small_config;
  config.rounds = 20;
  config.constraints.interactions = {{"x0", "x1"}, {"x2", "x3"}};
  const BoostedModel model = fitted(config);
  const auto features_of = [&](const TreeNode& node) {
    return node.feature < 4 ? std::vector<int>{node.feature}
                            : model.derived_features()[static_cast<std::size_t>(node.feature - 4)].features;
  };
  bool has_pair = false;
  for (const Tree& tree : model.trees()) {
    std::vector<std::vector<int>> above(tree.nodes.size());
    for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
      const TreeNode& node = tree.nodes[i];
      if (node.feature < 0) continue;
      std::vector<int> way = above[i];
      for (const int f : features_of(node)) way.push_back(f);
      has_pair = has_pair || features_of(node).size() == 2;
      const auto in_first = [](int f) { return f < 2; };
      EXPECT_TRUE(std::ranges::all_of(way, in_first) || std::ranges::none_of(way, in_first));
      above[static_cast<std::size_t>(node.left)] = above[static_cast<std::size_t>(node.right)] = way;
    }
  }
  EXPECT_TRUE(has_pair);
}

TEST(TargetStatisticsModel, TakesWeightsAndCostsOfItsFeatures) {
  BoostingConfig config = small_config;
  config.costs.gain_factors = {{"x0", 0}};
  config.costs.features = {{"x2", 1e9}};
  config.feature_fraction = 0.9;
  config.feature_sampling.weights = {{"x1", 2}};
  const BoostedModel model = fitted(config);
  ASSERT_FALSE(model.derived_features().empty());
  for (const Importance& importance : model.importances()) {
    EXPECT_EQ(importance.name.find("x0"), std::string::npos) << importance.name;
    EXPECT_EQ(importance.name.find("x2"), std::string::npos) << importance.name;
  }
}

TEST(TargetStatisticsModel, GoesWithEveryWayToTrain) {
  for (const Mode mode : {Mode::dart, Mode::forest}) {
    BoostingConfig config = small_config;
    config.mode.kind = mode;
    config.row_fraction = 0.7;
    const BoostedModel model = fitted(config);
    EXPECT_EQ(bytes_of(fitted(config, {.threads = 3})), bytes_of(model));
    EXPECT_FALSE(model.derived_features().empty());
  }
}

}  // namespace
}  // namespace linden
