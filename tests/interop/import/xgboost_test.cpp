// XGBoost's models, made by hand: what each part of a file means, and what is refused.
#include "interop/import/xgboost/xgboost.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "boosting/model/model.hpp"
#include "interop/small_models.hpp"
#include "linden/error.hpp"
#include "loss/link_only.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

BoostedModel boosted(const Json& json) { return std::get<BoostedModel>(read_xgboost(json.dump())); }

std::string refused(const Json& json) {
  return refusal<FileError>([&] { read_xgboost(json.dump()); });
}

std::vector<double> predictions(const BoostedModel& model, std::vector<double> rows,
                                Output output = Output::prediction) {
  const auto features = static_cast<int>(model.feature_names().size());
  return model.predict(Dataset::from_rows(rows, features), {.output = output}).contiguous().to_vector<double>();
}

TEST(ReadXgboost, SplitsFloatsByLess) {
  const BoostedModel model = boosted(xgboost_json());
  EXPECT_FALSE(model.has_config());
  EXPECT_EQ(model.loss().name(), "squared");
  EXPECT_EQ(model.feature_names(), (std::vector<std::string>{"0", "1"}));
  EXPECT_EQ(model.initial_score(), std::vector<double>{0.5});
  // 0.5 itself goes right, and so does what rounds to it as a float.
  const double below = std::nextafter(0.5f, 0.0f), rounds_up = std::nextafter(0.5, 0.0);
  EXPECT_EQ(predictions(model, {0.5, 0, below, 0, rounds_up, 0, below, -2, below, -2.5}),
            (std::vector<double>{4.5, 2.5, 4.5, 2.5, -0.5}));
  EXPECT_EQ(predictions(model, {nan, nan, nan, -3, 1, nan}), (std::vector<double>{2.5, -0.5, 4.5}));
  const Tree& tree = model.trees()[0];
  EXPECT_EQ(tree.nodes[0].gain, 8.5);
  EXPECT_EQ(tree.nodes[0].cover, 10);
  EXPECT_EQ(tree.nodes[1].gain, 3.25);
  EXPECT_EQ(tree.nodes[1].cover, 6);
}

TEST(ReadXgboost, ReadsTheSameFromAllForms) {
  const std::string json = boosted(xgboost_json()).to_string();
  EXPECT_EQ(std::get<BoostedModel>(read_xgboost(ubjson_of(xgboost_json()))).to_string(), json);
  for (const char* opening : {"", "binf", "CONFIG-offset:12345678"})
    EXPECT_EQ(
        std::get<BoostedModel>(read_xgboost(xgboost_binary(0, 0.5f, "reg:linear", "gbtree", opening))).to_string(),
        json);
  const Json snapshot{{"Model", xgboost_json()}, {"Config", Json::object()}};
  EXPECT_EQ(boosted(snapshot).to_string(), json);
}

// Nodes in another order, with one that was deleted.
TEST(ReadXgboost, NumbersNodesAnew) {
  Json tree = xgboost_tree();
  tree["left_children"] = {5, -1, -1, -1, -1, 4};
  tree["right_children"] = {1, -1, -1, -1, -1, 2};
  tree["default_left"] = {true, false, false, false, false, false};
  tree["split_indices"] = {0, 0, 0, 2147483647, 0, 1};
  tree["split_conditions"] = {0.5, 4, 2, 99, -1, -2};
  tree["loss_changes"] = {8.5, 0, 0, 0, 0, 3.25};
  tree["sum_hessian"] = {10, 4, 4, 0, 2, 6};
  for (const char* name : {"split_type", "base_weights", "parents"}) tree[name] = {0, 0, 0, 0, 0, 0};
  EXPECT_EQ(boosted(xgboost_json({tree})).to_string(), boosted(xgboost_json()).to_string());
}

TEST(ReadXgboost, TakesBaseScoresForPredictions) {
  const auto start = [](const std::string& objective, const std::string& base) {
    return boosted(xgboost_json({xgboost_tree()}, objective, base)).initial_score().at(0);
  };
  EXPECT_EQ(start("reg:squarederror", "-2.5E0"), -2.5);
  EXPECT_EQ(start("reg:squarederror", "[1.5]"), 1.5);
  EXPECT_EQ(start("binary:logistic", "5E-1"), 0);
  EXPECT_FLOAT_EQ(static_cast<float>(start("binary:logistic", "2.5E-1")), std::log(1.f / 3));
  EXPECT_FLOAT_EQ(static_cast<float>(start("reg:logistic", "0")), std::log(1e-6f / (1 - 1e-6f)));
  EXPECT_FLOAT_EQ(static_cast<float>(start("count:poisson", "2")), std::log(2.f));
  EXPECT_EQ(start("binary:logitraw", "5E-1"), 0.5);
  EXPECT_EQ(std::get<BoostedModel>(read_xgboost(xgboost_binary(0, 0.25f, "binary:logistic"))).initial_score()[0], 0.25);
  EXPECT_NEAR(std::get<BoostedModel>(read_xgboost(xgboost_binary(1, 0.25f, "binary:logistic"))).initial_score()[0],
              std::log(1. / 3), 1e-6);
  EXPECT_EQ(refused(xgboost_json({xgboost_tree()}, "count:poisson", "-1")),
            "base_score -1 is no prediction of objective count:poisson.");
  EXPECT_EQ(refused(xgboost_json({xgboost_tree()}, "reg:squarederror", "half")),
            "learner.learner_model_param.base_score is \"half\", but must be a number or a list of them.");
  EXPECT_EQ(refused(xgboost_json({xgboost_tree()}, "reg:squarederror", "[1,2]")),
            "base_score has 2 entries for 1 outputs.");
}

struct ObjectiveCase {
  const char* objective;
  const char* loss;
  Link link;
  LabelKind labels;
  const char* parameter = nullptr;
  const char* value = nullptr;
};

TEST(ReadXgboost, HasTheLossWhereItIsOurs) {
  for (const ObjectiveCase& one : std::initializer_list<ObjectiveCase>{
           {"reg:squarederror", "squared", Link::identity, LabelKind::real},
           {"reg:linear", "squared", Link::identity, LabelKind::real},
           {"reg:squaredlogerror", "reg:squaredlogerror", Link::identity, LabelKind::nonnegative},
           {"reg:absoluteerror", "absolute", Link::identity, LabelKind::real},
           {"reg:pseudohubererror", "pseudo_huber", Link::identity, LabelKind::real, "huber_slope", "2.5"},
           {"reg:pseudohubererror", "reg:pseudohubererror", Link::identity, LabelKind::real},
           {"reg:quantileerror", "quantile", Link::identity, LabelKind::real, "quantile_alpha", "[0.25]"},
           {"reg:expectileerror", "expectile", Link::identity, LabelKind::real, "expectile_alpha", "0.75"},
           {"reg:logistic", "cross_entropy", Link::sigmoid, LabelKind::share},
           {"binary:logistic", "logistic", Link::sigmoid, LabelKind::classes},
           {"binary:logitraw", "binary:logitraw", Link::identity, LabelKind::real},
           {"binary:hinge", "binary:hinge", Link::sigmoid, LabelKind::classes},
           {"count:poisson", "poisson", Link::exp, LabelKind::nonnegative},
           {"reg:gamma", "gamma", Link::exp, LabelKind::positive},
           {"reg:tweedie", "tweedie", Link::exp, LabelKind::nonnegative, "tweedie_variance_power", "1.25"},
           {"reg:tweedie", "reg:tweedie", Link::exp, LabelKind::nonnegative, "tweedie_variance_power", "1"},
           {"survival:cox", "cox", Link::exp, LabelKind::times},
           {"survival:aft", "survival:aft", Link::exp, LabelKind::times},
           {"rank:ndcg", "rank:ndcg", Link::identity, LabelKind::grades},
       }) {
    SCOPED_TRACE(one.objective);
    Json json = xgboost_json({xgboost_tree()}, one.objective);
    if (one.parameter != nullptr) json["learner"]["objective"]["some_param"][one.parameter] = one.value;
    const BoostedModel model = boosted(json);
    EXPECT_EQ(model.loss().name(), one.loss);
    EXPECT_EQ(model.loss().link(), one.link);
    EXPECT_EQ(model.loss().label_kind(), one.labels);
    EXPECT_EQ(is_link_only(model.loss()), std::string(one.loss).find(':') != std::string::npos);
    EXPECT_EQ(model.classes().size(), one.labels == LabelKind::classes ? 2U : 0U);
  }
  const AnyModel tweedie = read_xgboost(xgboost_binary(1, 0.5f, "reg:tweedie"));
  EXPECT_EQ(std::get<BoostedModel>(tweedie).loss().parameters(),
            (std::vector<LossParameter>{{"variance_power", 1.25}}));
  Json aft = xgboost_json({xgboost_tree()}, "survival:aft");
  aft["learner"]["objective"]["aft_loss_param"] = {{"aft_loss_distribution", "logistic"},
                                                   {"aft_loss_distribution_scale", "1.5"}};
  EXPECT_EQ(boosted(aft).loss().name(), "aft_logistic");
  EXPECT_EQ(boosted(aft).loss().parameters(), (std::vector<LossParameter>{{"scale", 1.5}}));
  EXPECT_EQ(refused(xgboost_json({xgboost_tree()}, "reg:gama")).substr(0, 99),
            "objective \"reg:gama\" is not known, so that nothing says what its scores mean. Did you mean \"reg:gam");
}

TEST(ReadXgboost, HasClassesAndTargets) {
  Json json = xgboost_json({xgboost_tree(), xgboost_tree(), xgboost_tree(), xgboost_tree()}, "multi:softprob");
  Json& learner = json["learner"];
  learner["learner_model_param"]["num_class"] = "2";
  // Two trees of a forest an output, output by output.
  learner["gradient_booster"]["model"]["tree_info"] = {0, 0, 1, 1};
  trees_of(json)[3]["split_conditions"][2] = 6;
  const BoostedModel classes = boosted(json);
  EXPECT_EQ(classes.loss().name(), "softmax");
  EXPECT_EQ(classes.classes(), (std::vector<std::string>{"0", "1"}));
  EXPECT_EQ(classes.rounds(), 2);
  EXPECT_EQ(predictions(classes, {1, 0}, Output::score), (std::vector<double>{8.5, 10.5}));
  EXPECT_EQ(predictions(classes, {1, 0}, Output::label), std::vector<double>{1});

  learner["objective"]["name"] = "reg:squarederror";
  learner["learner_model_param"] = {
      {"base_score", "[1E0,-1E0]"}, {"num_class", "0"}, {"num_feature", "2"}, {"num_target", "2"}};
  const BoostedModel targets = boosted(json);
  EXPECT_EQ(targets.loss().name(), "squared");
  EXPECT_EQ(predictions(targets, {1, 0}), (std::vector<double>{9, 9}));

  learner["gradient_booster"]["model"]["tree_info"] = {0, 0, 0, 1};
  EXPECT_EQ(refused(json), "output 1 has 1 trees, and output 0 has 3.");
  learner["gradient_booster"]["model"]["tree_info"] = {0, 0, 0, 2};
  EXPECT_EQ(refused(json), "tree 3 adds to output 2 of 2.");
}

TEST(ReadXgboost, SortsTheLevelsOfQuantiles) {
  Json json = xgboost_json({xgboost_tree(), xgboost_tree()}, "reg:quantileerror", "[3,1]");
  Json& learner = json["learner"];
  learner["learner_model_param"]["num_target"] = "2";
  learner["objective"]["quantile_loss_param"] = {{"quantile_alpha", "[1E-1, 9E-1]"}};
  learner["gradient_booster"]["model"]["tree_info"] = {0, 1};
  EXPECT_EQ(boosted(json).loss().parameters(), (std::vector<LossParameter>{{"level", 0.1}, {"level", 0.9}}));
  EXPECT_EQ(predictions(boosted(json), {1, 0}), (std::vector<double>{5, 7}));
  learner["objective"] = {{"name", "reg:expectileerror"}, {"expectile_loss_param", {{"expectile_alpha", "[0.1,0.9]"}}}};
  EXPECT_EQ(
      refused(json),
      "objective reg:expectileerror has 2 levels, whose predictions XGBoost makes of one another's scores: no link "
      "here does that. Hint: a model for each level.");
}

TEST(ReadXgboost, HasLeavesOfSeveralValues) {
  Json tree = xgboost_tree();
  tree["tree_param"]["size_leaf_vector"] = "2";
  tree["base_weights"] = {0, 0, 0, 0, 4, 40, -1, -10, 2, 20};
  Json json = xgboost_json({tree}, "reg:squarederror", "0");
  json["learner"]["learner_model_param"]["num_target"] = "2";
  const std::vector<double> wanted{4, 40, -1, -10, 2, 20}, rows{1, 0, 0, -3, 0, 0};
  EXPECT_EQ(predictions(boosted(json), rows), wanted);  // as up to 3.0
  tree["leaf_weights"] = {2, 20, -1, -10, 4, 40};
  tree["base_weights"] = Json::array();
  tree["right_children"] = {2, 4, 2, 1, 0};
  trees_of(json) = Json::array({tree});  // in braces alone it would be a copy to some compilers
  EXPECT_EQ(predictions(boosted(json), rows), wanted);
  EXPECT_EQ(boosted(json).trees()[0].output, Tree::all_outputs);
  tree["right_children"] = {2, 4, 3, 1, 0};
  trees_of(json) = Json::array({tree});
  EXPECT_EQ(refused(json), "learner.gradient_booster.model.trees[0] has no values for leaf 2.");
}

TEST(ReadXgboost, WeighsTreesOfDart) {
  Json json = xgboost_json({xgboost_tree(), xgboost_tree()});
  Json& booster = json["learner"]["gradient_booster"];
  const std::vector<double> wanted{0.5 + 0.25 * 4 + 0.5 * 4};
  const Json model = booster["model"];
  booster = {{"name", "dart"}, {"gbtree", {{"name", "gbtree"}, {"model", model}}}, {"weight_drop", {0.25, 0.5}}};
  EXPECT_EQ(predictions(boosted(json), {1, 0}), wanted);
  booster = {{"name", "gbtree"}, {"model", model}, {"weight_drop", {0.25, 0.5}}};
  EXPECT_EQ(predictions(boosted(json), {1, 0}), wanted);
  booster = {{"name", "gbtree"}, {"model", model}};
  booster["model"]["weight_drop"] = {0.25, 0.5};
  EXPECT_EQ(predictions(boosted(json), {1, 0}), wanted);
  booster["model"]["weight_drop"] = {0.25};  // the others weigh 1
  EXPECT_EQ(predictions(boosted(json), {1, 0}), std::vector<double>{0.5 + 1 + 4});
  EXPECT_EQ(predictions(std::get<BoostedModel>(read_xgboost(xgboost_binary(0, 0.5f, "reg:linear", "dart"))), {1, 0}),
            std::vector<double>{2.5});
}

TEST(ReadXgboost, MakesLinearModelsOfGblinear) {
  Json json = xgboost_json({}, "binary:logistic");
  json["learner"]["gradient_booster"] = {{"name", "gblinear"},
                                         {"model", {{"boosted_rounds", 3}, {"weights", {2, -3, 0.25}}}}};
  const auto check = [](const AnyModel& any) {
    const LinearModel& model = std::get<LinearModel>(any);
    EXPECT_EQ(model.weights(), (std::vector<double>{2, -3}));
    EXPECT_EQ(model.intercept(), std::vector<double>{0.25});
    EXPECT_EQ(model.loss().name(), "logistic");
    EXPECT_EQ(model.certificate().status, FitStatus::imported);
    EXPECT_EQ(model.predict(Dataset::from_rows({1.0, 0.5}, 2), {.output = Output::score}).item(), 0.75);
    EXPECT_EQ(model.warnings().size(), 1U);
  };
  check(read_xgboost(json.dump()));
  check(read_xgboost(xgboost_binary(1, 0.5f, "binary:logistic", "gblinear")));
  json["learner"]["gradient_booster"]["model"]["weights"] = {2, -3};
  EXPECT_EQ(
      refused(json),
      "gblinear has 2 weights for 2 features and 1 outputs; there must be one of each feature and one more for each "
      "output.");
  // The first base score is that of all outputs.
  Json several = json;
  several["learner"]["learner_model_param"] = {
      {"base_score", "[1E0,-1E0]"}, {"num_class", "0"}, {"num_feature", "2"}, {"num_target", "2"}};
  several["learner"]["objective"]["name"] = "reg:squarederror";
  several["learner"]["gradient_booster"]["model"]["weights"] = {1, 2, 3, 4, 5, 6};
  EXPECT_EQ(std::get<LinearModel>(read_xgboost(several.dump())).weights(), (std::vector<double>{1, 3, 2, 4}));
  EXPECT_EQ(std::get<LinearModel>(read_xgboost(several.dump())).intercept(), (std::vector<double>{6, 7}));
  json["learner"]["gradient_booster"]["model"]["weights"] = {2, -3, 1};
  json["learner"]["objective"]["name"] = "reg:absoluteerror";
  EXPECT_EQ(std::get<LinearModel>(read_xgboost(json.dump())).loss().name(), "absolute");
  // Losses that linear models do not take are there by their links.
  for (const char* objective : {"survival:cox", "rank:pairwise"}) {
    json["learner"]["objective"]["name"] = objective;
    EXPECT_EQ(std::get<LinearModel>(read_xgboost(json.dump())).loss().name(), objective);
  }
}

// Listed categories go right, all others left; f0 is of categories.
Json by_category(const std::vector<int>& right, int default_left) {
  Json tree = xgboost_tree();
  tree["left_children"] = {1, -1, -1};
  tree["right_children"] = {2, -1, -1};
  tree["default_left"] = {default_left, 0, 0};
  tree["split_indices"] = {0, 0, 0};
  tree["split_conditions"] = {0, -1, 1};
  tree["split_type"] = {1, 0, 0};
  tree["categories"] = right;
  tree["categories_nodes"] = {0};
  tree["categories_segments"] = {0};
  tree["categories_sizes"] = {right.size()};
  for (const char* name : {"loss_changes", "sum_hessian"}) tree[name] = {1, 1, 1};
  return tree;
}

TEST(ReadXgboost, SplitsByCategory) {
  Json json = xgboost_json({by_category({0, 2}, 0), by_category({2, 3}, 1)}, "reg:squarederror", "0");
  json["learner"]["feature_types"] = {"c", "float"};
  // Names, whose byte order is not that of their codes.
  const std::string names = "zoofrogant\xc3\xa4hn";
  Json bytes = Json::array();
  for (const char c : names) bytes.push_back(static_cast<int>(static_cast<signed char>(c)));
  json["learner"]["gradient_booster"]["model"]["cats"] = {
      {"enc",
       {{{"offsets", {0, 3, 7, 10, 14}}, {"values", bytes}}, {{"offsets", Json::array()}, {"values", Json::array()}}}},
      {"feature_segments", {0, 4, 4}},
      {"sorted_idx", {0, 1, 2, 3}}};
  const BoostedModel named = boosted(json);
  EXPECT_EQ(named.categories(0), (std::vector<std::string>{"ant", "frog", "zoo", "\xc3\xa4hn"}));
  EXPECT_TRUE(named.warnings().empty());
  const auto of = [](const BoostedModel& model, const char* name) {
    std::vector<RowValue> row{name, 0};
    double out = 0;
    model.predict_row(row, {&out, 1});
    return out;
  };
  EXPECT_EQ(of(named, "zoo"), 1 - 1);
  EXPECT_EQ(of(named, "frog"), -1 - 1);
  EXPECT_EQ(of(named, "ant"), 1 + 1);
  EXPECT_EQ(of(named, "\xc3\xa4hn"), -1 + 1);
  EXPECT_EQ(of(named, "bee"), 1 - 1);  // as missing

  // Without names they are called by their codes, also those that no split lists.
  json["learner"]["gradient_booster"]["model"].erase("cats");
  const BoostedModel numbered = boosted(json);
  EXPECT_EQ(numbered.categories(0).size(), 256U);
  ASSERT_EQ(numbered.warnings().size(), 1U);
  EXPECT_EQ(of(numbered, "0"), 0);
  EXPECT_EQ(of(numbered, "2"), 2);
  EXPECT_EQ(of(numbered, "10"), -2);
  EXPECT_EQ(of(numbered, "255"), -2);
  EXPECT_EQ(of(numbered, "256"), 0);
  EXPECT_EQ(BoostedModel::from_string(numbered.to_string()).to_string(), numbered.to_string());

  trees_of(json)[0] = by_category({0, 0}, 0);
  EXPECT_EQ(refused(json), "tree 0: node 0 lists a category of \"0\" twice.");
  trees_of(json)[0] = by_category({2000000000}, 0);
  EXPECT_EQ(refused(json),
            "feature \"0\" has categories without names up to 2000000001; 2000000001 of all features are too many.");
  trees_of(json)[0] = xgboost_tree();
  EXPECT_EQ(refused(json), "\"0\" is of categories, and a split takes it for numbers.");
}

TEST(ReadXgboost, HasNamesOfFeatures) {
  Json json = xgboost_json();
  json["learner"]["feature_names"] = {"age", "fare"};
  const BoostedModel model = boosted(json);
  EXPECT_EQ(model.feature_names(), (std::vector<std::string>{"age", "fare"}));
  const auto rows = [](const NameList& names) { return Dataset::from_rows({0.0, 1.0}, 2, {.names = names}); };
  EXPECT_EQ(model.predict(rows({"fare", "age"})).item(), 4.5);
  EXPECT_THROW(model.predict(rows({"a", "b"})), DataError);
  json["learner"]["feature_names"] = {"age"};
  EXPECT_EQ(refused(json), "there are 1 names for 2 features.");
}

TEST(ReadXgboost, TakesColumnsInTheirOrderWithoutNames) {
  const BoostedModel model = boosted(xgboost_json());
  const auto rows = [](const NameList& names) { return Dataset::from_rows({0.0, 1.0}, 2, {.names = names}); };
  EXPECT_EQ(model.predict(rows({"a", "b"})).item(), 2.5);
  EXPECT_EQ(model.predict(rows({"1", "0"})).item(), 4.5);
  EXPECT_EQ(BoostedModel::from_string(model.to_string()).predict(rows({"a", "b"})).item(), 2.5);
  EXPECT_EQ(refusal<DataError>([&] {
              model.predict(Dataset::from_rows({0.0, 1.0, 2.0}, 3, {.names = {"a", "b", "c"}}));
            }),
            "BoostedModel::predict: no column \"0\", which the model was trained on. Columns: a, b, c. Hint: 2 "
            "columns would be taken in their order.");
}

// Whatever sparse rows lack is missing to XGBoost; 0 that is there is 0.
TEST(ReadXgboost, TakesWhatSparseRowsLackForMissing) {
  const BoostedModel model = boosted(xgboost_json());
  std::vector<std::int64_t> offsets{0};
  std::vector<std::int32_t> columns;
  std::vector<double> values, wanted;
  for (int i = 0; i < 300; ++i) {  // many rows are predicted in another way than few
    if (i % 3 != 0) columns.push_back(0), values.push_back(i % 3 == 1 ? 0 : 1);
    if (i % 2 != 0) columns.push_back(1), values.push_back(i % 4 == 1 ? 0 : -3);
    offsets.push_back(std::ssize(columns));
    wanted.push_back(0.5 + (i % 3 == 2 ? 4 : i % 4 == 3 ? -1 : 2));
  }
  const Dataset rows = Dataset::from_csr(offsets, columns, values, 2);
  for (int times = 0; times < 20; ++times) EXPECT_EQ(model.predict(rows).to_vector<double>(), wanted);
  const std::vector<std::int64_t> few{0, 1, 1};
  EXPECT_EQ(model.predict(Dataset::from_csr(few, std::vector<int>{0}, std::vector<double>{1}, 2)).to_vector<double>(),
            (std::vector<double>{4.5, 2.5}));
  Json right = xgboost_tree();
  right["default_left"] = {0, 0, 0, 0, 0};
  const BoostedModel other = boosted(xgboost_json({right}));
  EXPECT_EQ(other.predict(Dataset::from_csr(few, std::vector<int>{1}, std::vector<double>{1}, 2)).to_vector<double>(),
            (std::vector<double>{4.5, 4.5}));
  BoostedModel::State dense = other.state();
  dense.absent_missing = false;
  EXPECT_EQ(refusal<ArgumentError>([&] {
              merge_models({{model, 1}, {BoostedModel(std::make_shared<const BoostedModel::State>(dense)), 1}});
            }),
            "merge_models: what sparse rows lack is 0 to model 1, and not to model 0.");
}

TEST(ReadXgboost, PredictsManySparseRowsInParts) {
  constexpr int features = 64, count = 70'000;
  std::vector<Json> trees;
  for (int f = 0; f < features; ++f) {
    trees.push_back(xgboost_tree());
    trees.back()["split_indices"] = {f, (f + 1) % features, 0, 0, 0};
  }
  Json json = xgboost_json(trees);
  json["learner"]["learner_model_param"]["num_feature"] = std::to_string(features);
  const BoostedModel model = boosted(json);
  std::vector<std::int64_t> offsets{0};
  std::vector<std::int32_t> columns;
  std::vector<float> values;
  for (int row = 0; row < count; ++row) {
    columns.push_back(row % features);
    values.push_back(static_cast<float>(row % 3) - 1);
    offsets.push_back(std::ssize(columns));
  }
  const Dataset rows = Dataset::from_csr(offsets, columns, values, features);
  const std::vector<double> all = model.predict(rows).to_vector<double>();
  ASSERT_EQ(all.size(), count);
  std::vector<std::int64_t> some;
  for (std::int64_t row = 0; row < count; row += 997) some.push_back(row);
  const std::vector<double> wanted = model.predict(rows.take(some)).to_vector<double>();
  for (std::size_t i = 0; i < some.size(); ++i) EXPECT_EQ(all[static_cast<std::size_t>(some[i])], wanted[i]) << some[i];
  EXPECT_EQ(model.predict(rows, {.output = Output::leaf}).shape(), Shape({count, features}));
}

TEST(ReadXgboost, KeepsTheFeaturesOfWideModelsThatAreRead) {
  Json json = xgboost_json();
  json["learner"]["learner_model_param"]["num_feature"] = "2000000000";
  trees_of(json)[0]["split_indices"] = {1999999999, 7, 0, 0, 0};
  const BoostedModel model = boosted(json);
  EXPECT_EQ(model.feature_names(), (std::vector<std::string>{"7", "1999999999"}));
  EXPECT_EQ(model.predict(Dataset::from_rows({-3.0, 0.0}, 2, {.names = {"7", "1999999999"}})).item(), -0.5);
  json["learner"]["learner_model_param"]["num_feature"] = "1000000";
  EXPECT_EQ(refused(json), "a split reads feature 1999999999 of 1000000.");
}

TEST(ReadXgboost, SaysWhichRoundWasTheBest) {
  Json json = xgboost_json();
  json["learner"]["attributes"]["best_iteration"] = "11";
  ASSERT_EQ(boosted(json).warnings().size(), 1U);
  EXPECT_EQ(
      boosted(json).warnings()[0],
      "training was stopped early, with iteration 11 the best: all rounds are here, and predictions are by all of "
      "them, as those of XGBoost's Booster are; its scikit-learn interface takes 12 iterations.");
}

TEST(ReadXgboost, RefusesTreesThatAreNone) {
  const auto with = [](const char* name, const Json& list) {
    Json tree = xgboost_tree();
    tree[name] = list;
    return xgboost_json({tree});
  };
  EXPECT_EQ(refused(with("left_children", {1, 3, -1, 0, -1})),
            "tree 0: node 3 has node 0 for a child, which is none of its own.");
  EXPECT_EQ(refused(with("left_children", {1, 9, -1, -1, -1})),
            "tree 0: node 1 has node 9 for a child, which is none of its own.");
  EXPECT_EQ(refused(with("right_children", {2, -1, -1, -1, -1})),
            "tree 0: node 1 has node -1 for a child, which is none of its own.");
  EXPECT_EQ(refused(with("split_indices", {0, 5, 0, 0, 0})), "tree 0: node 1 splits by feature 5 of 2.");
  EXPECT_EQ(refused(with("sum_hessian", {1, 2})),
            "learner.gradient_booster.model.trees[0] has 2 entries in \"sum_hessian\" for 5 nodes.");
  EXPECT_EQ(refused(with("left_children", Json::array())), "learner.gradient_booster.model.trees[0] has no nodes.");
  EXPECT_EQ(refused(xgboost_json({})), "XGBoost's trees: body.trees is empty.");
  Json json = xgboost_json();
  json["learner"]["gradient_booster"]["name"] = "gbforest";
  EXPECT_EQ(refused(json), "learner.gradient_booster.name is \"gbforest\", but gbtree, dart and gblinear are known.");
  std::string cut = xgboost_binary();
  cut.resize(600);
  EXPECT_EQ(refusal<FileError>([&] { read_xgboost(cut); }),
            "there are 5 nodes, more than the file has room for at byte 476.");
}

}  // namespace
}  // namespace linden
