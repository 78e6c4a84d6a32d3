// Small models of LightGBM, written by hand: what their lines mean, and what is refused.
#include "interop/import/lightgbm/lightgbm.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "interop/import/frame.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

using imports::frame;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double bound = 1e-35f;  // what counts as zero

struct Model {
  std::string head = "objective=regression\n", infos = "[0:9] [0:9] 1:3:12:-1", names = "a b c", trees = {},
              tail = "\nend of trees\n\n";
  int outputs = 1;

  std::string text() const {
    return fmt::format(
        "tree\nversion=v4\nnum_class={0}\nnum_tree_per_iteration={0}\nlabel_index=0\nmax_feature_idx=2\n{1}"
        "feature_names={2}\nfeature_infos={3}\n\n{4}{5}",
        outputs, head, names, infos, trees, tail);
  }
  BoostedModel read() const { return BoostedModel(read_lightgbm(text())); }
  std::string refusal() const {
    return linden::refusal<FileError>([&] { read_lightgbm(text()); });
  }
};

// A split with leaves 1 (left) and 2.
std::string stump(int feature, const std::string& threshold, int decision, const std::string& more = "num_cat=0\n") {
  return fmt::format(
      "Tree=0\nnum_leaves=2\n{3}split_feature={0}\nsplit_gain=7\nthreshold={1}\ndecision_type={2}\n"
      "left_child=-1\nright_child=-2\nleaf_value=1 2\nleaf_weight=2.5 3.5\nleaf_count=5 6\ninternal_value=0\n"
      "internal_weight=6\ninternal_count=11\nis_linear=0\nshrinkage=0.1\n\n\n",
      feature, threshold, decision, more);
}

std::vector<double> scores(const BoostedModel& model, const std::vector<std::vector<std::string>>& rows,
                           Output output = Output::score) {
  const Tensor found =
      model
          .predict(frame(model, rows.size(), [&](std::size_t f, std::size_t row) { return rows[row][f]; }),
                   {.output = output, .threads = 1})
          .contiguous();
  return {found.data<double>(), found.data<double>() + found.elements()};
}

std::vector<double> scores_of_a(const BoostedModel& model, const std::vector<double>& values) {
  std::vector<std::vector<std::string>> rows;
  for (const double value : values) rows.push_back({fmt::format("{}", value), "0", ""});
  return scores(model, rows);
}

TEST(ReadLightgbm, SendsNumbersWhereLightgbmDoes) {
  // Missing types none, zero and NaN, by default to the right, then to the left.
  const std::vector<double> values{nan, 0, bound, -bound, std::nextafter(bound, 1), -1e-30, 0.5, 0.75, -3};
  struct Case {
    int decision;
    std::vector<double> at_half, at_minus_one;
  };
  const std::vector<Case> cases{
      {0, {1, 1, 1, 1, 1, 1, 1, 2, 1}, {2, 2, 2, 2, 2, 2, 2, 2, 1}},
      {2, {1, 1, 1, 1, 1, 1, 1, 2, 1}, {2, 2, 2, 2, 2, 2, 2, 2, 1}},
      {4, {2, 2, 2, 2, 1, 1, 1, 2, 1}, {2, 2, 2, 2, 2, 2, 2, 2, 1}},
      {6, {1, 1, 1, 1, 1, 1, 1, 2, 1}, {1, 1, 1, 1, 2, 2, 2, 2, 1}},
      {8, {2, 1, 1, 1, 1, 1, 1, 2, 1}, {2, 2, 2, 2, 2, 2, 2, 2, 1}},
      {10, {1, 1, 1, 1, 1, 1, 1, 2, 1}, {1, 2, 2, 2, 2, 2, 2, 2, 1}},
  };
  for (const Case& one : cases) {
    EXPECT_EQ(scores_of_a(Model{.trees = stump(0, "0.5", one.decision)}.read(), values), one.at_half) << one.decision;
    EXPECT_EQ(scores_of_a(Model{.trees = stump(0, "-1", one.decision)}.read(), values), one.at_minus_one)
        << one.decision;
  }
}

TEST(ReadLightgbm, SplitsOffWhatIsMissing) {
  const BoostedModel model = Model{.trees = stump(0, "inf", 8)}.read();
  EXPECT_EQ(scores_of_a(model, {1e308, -5, nan}), (std::vector<double>{1, 1, 2}));
}

TEST(ReadLightgbm, KnowsCategoriesByTheirNumbers) {
  // The bits of 12 and 3: to the left. Others, unknown ones and missing ones: to the right.
  const BoostedModel model =
      Model{.trees = stump(2, "0", 1, "num_cat=1\ncat_boundaries=0 1\ncat_threshold=4104\n")}.read();
  EXPECT_TRUE(model.is_categorical(2));
  EXPECT_EQ(model.categories(2), (std::vector<std::string>{"1", "12", "3"}));
  EXPECT_EQ(scores(model, {{"0", "0", "3"}, {"0", "0", "12"}, {"0", "0", "1"}, {"0", "0", "44"}, {"0", "0", ""}}),
            (std::vector<double>{1, 1, 2, 2, 2}));
}

TEST(ReadLightgbm, CallsCategoriesAsTheDataFrameDid) {
  Model source{.infos = "[0:9] [0:9] 0:1:2",
               .trees = stump(2, "0", 1, "num_cat=1\ncat_boundaries=0 1\ncat_threshold=5\n"),
               .tail = "\nend of trees\n\npandas_categorical:[[\"red\", \"blue\", \"a\\\"true\"]]\n"};
  EXPECT_EQ(source.read().categories(2), (std::vector<std::string>{"a\"true", "blue", "red"}));
  EXPECT_EQ(scores(source.read(), {{"0", "0", "red"}, {"0", "0", "blue"}, {"0", "0", "a\"true"}}),
            (std::vector<double>{1, 2, 1}));
  source.tail = "\nend of trees\n\npandas_categorical:[[1.0, 2.5, 7]]\n";
  EXPECT_EQ(source.read().categories(2), (std::vector<std::string>{"1", "2.5", "7"}));
  source.infos = "[0:9] [0:9] 0:1";
  source.trees = stump(2, "0", 1, "num_cat=1\ncat_boundaries=0 1\ncat_threshold=1\n");
  source.tail = "\nend of trees\n\npandas_categorical:[[false, true]]\n";
  EXPECT_EQ(source.read().categories(2), (std::vector<std::string>{"False", "True"}));
  source.tail = "\nend of trees\n\npandas_categorical:[[\"x\"]]\n";  // one too few
  EXPECT_EQ(source.read().categories(2), (std::vector<std::string>{"0", "1"}));
  ASSERT_EQ(source.read().warnings().size(), 1u);
}

// A leaf of 10 + 2 a + 0.5 b, or 1 where either is missing.
TEST(ReadLightgbm, LinearLeavesAreConstantWhereAnythingIsMissing) {
  std::string tree = stump(1, "5", 8);
  tree.replace(tree.find("is_linear=0"), 11,
               "is_linear=1\nleaf_const=10 20\nnum_features=2 0\nleaf_features=0 1  \nleaf_coeff=2 0.5  ");
  const BoostedModel model = Model{.trees = tree}.read();
  EXPECT_EQ(scores(model, {{"1", "2", ""}, {"", "2", ""}, {"1", "", ""}, {"1", "7", ""}, {"-3", "5", ""}}),
            (std::vector<double>{13, 1, 20, 20, 6.5}));
  // b is there where the split sends missing ones to the other side: one test of a, and none of b.
  EXPECT_EQ(model.trees()[0].leaves(), 3);
  tree.replace(tree.find("decision_type=8"), 15, "decision_type=2");
  EXPECT_EQ(Model{.trees = tree}.read().trees()[0].leaves(), 4);
}

TEST(ReadLightgbm, KeepsWhatIsKnownOfNodes) {
  const BoostedModel model = Model{.trees = stump(0, "0.5", 2)}.read();
  const std::vector<TreeNode>& nodes = model.trees()[0].nodes;
  ASSERT_EQ(nodes.size(), 3u);
  EXPECT_EQ(nodes[0].gain, 7);
  EXPECT_EQ(nodes[0].rows, 11);
  EXPECT_EQ(nodes[0].cover, 6);
  EXPECT_EQ(nodes[1].rows, 5);
  EXPECT_EQ(nodes[2].cover, 3.5);
  EXPECT_FALSE(model.has_config());
}

TEST(ReadLightgbm, KnowsObjectives) {
  const auto read = [](const std::string& objective, int outputs = 1, const std::string& parameters = "") {
    Model model{.head = objective.empty() ? "" : "objective=" + objective + "\n", .outputs = outputs};
    for (int k = 0; k < outputs; ++k) model.trees += "Tree=0\nnum_leaves=1\nnum_cat=0\nleaf_value=0.5\n\n";
    if (!parameters.empty()) model.tail += "parameters:\n" + parameters + "\nend of parameters\n";
    return model.read();
  };
  const auto name = [&](const auto&... arguments) { return read(arguments...).loss().name(); };
  EXPECT_EQ(name("regression"), "squared");
  EXPECT_EQ(name("regression_l1"), "absolute");
  EXPECT_EQ(name("poisson"), "poisson");
  EXPECT_EQ(name("binary sigmoid:1"), "logistic");
  EXPECT_EQ(name("cross_entropy"), "cross_entropy");
  EXPECT_EQ(name("lambdarank"), "lambdarank");
  EXPECT_EQ(name("multiclass num_class:3", 3), "softmax");
  EXPECT_EQ(name("multiclassova num_class:3 sigmoid:1", 3), "one_vs_all");
  EXPECT_EQ(name(""), "lightgbm custom");
  EXPECT_EQ(name("regression", 3), "lightgbm regression");
  EXPECT_EQ(read("quantile", 1, "[alpha: 0.3]").loss().parameters()[0].value, 0.3);
  EXPECT_EQ(read("tweedie", 1, "[tweedie_variance_power: 1.2]").loss().parameters()[0].value, 1.2);
  // Without its parameter it is known by its link.
  EXPECT_EQ(name("tweedie"), "lightgbm tweedie");
  EXPECT_EQ(read("tweedie").loss().link(), Link::exp);
  // A sigmoid is in the scores.
  const BoostedModel steep = read("binary sigmoid:2");
  EXPECT_EQ(scores(steep, {{"0", "0", ""}}), (std::vector<double>{1}));
  EXPECT_NEAR(scores(steep, {{"0", "0", ""}}, Output::prediction)[0], 1 / (1 + std::exp(-1.0)), 1e-15);
  EXPECT_EQ(steep.warnings().size(), 1u);
  for (const char* refused : {"regression sqrt", "cross_entropy_lambda"})
    EXPECT_THROW(read(refused), FileError) << refused;
}

TEST(ReadLightgbm, ForestsAreMeans) {
  const std::string one = stump(0, "0.5", 2), other = stump(0, "1.5", 2);
  const BoostedModel model = Model{.head = "objective=regression\naverage_output\n", .trees = one + other}.read();
  EXPECT_EQ(scores_of_a(model, {0, 1, 2}), (std::vector<double>{1, 1.5, 2}));
}

TEST(ReadLightgbm, SaysWhatIsWrong) {
  const std::string good = stump(0, "0.5", 2);
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string tree = good;
    tree.replace(tree.find(from), from.size(), to);
    return Model{.trees = tree}.refusal();
  };
  EXPECT_EQ(changed("left_child=-1", "left_child=0"), "tree 0: node 0 is reached by more than one way.");
  EXPECT_EQ(changed("right_child=-2", "right_child=-9"), "tree 0: a split has the child -9, and there are 2 leaves.");
  EXPECT_EQ(changed("leaf_value=1 2", "leaf_value=1"), "tree 0: \"leaf_value\" has 1 entries, and 2 belong there.");
  EXPECT_EQ(changed("threshold=0.5", "threshold=x"),
            "tree 0: \"threshold\" has the entry \"x\", which is no number of its kind.");
  EXPECT_EQ(changed("split_feature=0", "split_feature=3"), "tree 0 uses feature 3 of 3.");
  EXPECT_EQ(changed("decision_type=2", "decision_type=14"), "tree 0: split 0 is by feature 0 with decision_type 14.");
  EXPECT_EQ(changed("num_leaves=2", "num_leaves=2147483647"),
            "tree 0: \"num_leaves\" is 2147483647, but must be in [1, 1073741823].");
  EXPECT_EQ((Model{.names = "a b", .trees = good}.refusal()),
            "the head: \"feature_names\" has 2 names, and 3 belong there.");
  EXPECT_EQ((Model{.head = "tree_sizes=1 2\n", .trees = good}.refusal()),
            "the file is cut short: 1 of 2 trees are there. Hint: copy it again.");
  EXPECT_EQ((Model{.trees = good, .outputs = 3}.refusal()), "there are 1 trees, and 3 in each round.");
}

TEST(ReadLightgbm, IsKnownByItsBeginning) {
  EXPECT_TRUE(looks_like_lightgbm(Model{}.text()));
  EXPECT_TRUE(looks_like_lightgbm("{\"name\": \"tree\", \"num_tree_per_iteration\": 1"));
  EXPECT_FALSE(looks_like_lightgbm("{\"learner\": {}}"));
  EXPECT_FALSE(looks_like_lightgbm("tree of life\n"));
}

// The same model as a dump.
TEST(ReadLightgbm, ReadsDumps) {
  const std::string text = R"({"name": "tree", "version": "v4", "num_class": 1, "num_tree_per_iteration": 1,
    "max_feature_idx": 2, "objective": "poisson", "average_output": false, "feature_names": ["a", "b", "c"],
    "feature_infos": {"a": {"min_value": 0, "max_value": 9, "values": []},
                      "c": {"min_value": 0, "max_value": 2, "values": [0, 2, 1]}},
    "tree_info": [{"tree_index": 0, "num_leaves": 3, "tree_structure":
      {"split_index": 0, "split_feature": 2, "split_gain": 3.5, "threshold": "0||2", "decision_type": "==",
       "default_left": false, "missing_type": "NaN", "internal_count": 10, "internal_weight": 4,
       "left_child": {"leaf_index": 0, "leaf_value": 0.25, "leaf_count": 4, "leaf_weight": 2},
       "right_child": {"split_index": 1, "split_feature": 0, "split_gain": 1, "threshold": 0.5, "decision_type": "<=",
          "default_left": true, "missing_type": "NaN", "internal_count": 6,
          "left_child": {"leaf_index": 1, "leaf_value": 1, "leaf_count": 3, "leaf_const": 10, "leaf_features": [1],
                         "leaf_coeff": [2]},
          "right_child": {"leaf_index": 2, "leaf_value": 2, "leaf_count": 3}}}}],
    "pandas_categorical": [["x", "y", "z"]]})";
  const BoostedModel model(read_lightgbm(text));
  EXPECT_EQ(model.loss().name(), "poisson");
  EXPECT_EQ(model.categories(2), (std::vector<std::string>{"x", "y", "z"}));
  EXPECT_EQ(scores(model, {{"0", "3", "x"}, {"0", "3", "y"}, {"", "", "y"}, {"1", "3", "y"}, {"0", "3", "w"}}),
            (std::vector<double>{0.25, 16, 1, 2, 16}));
}

}  // namespace
}  // namespace linden
