// What is written for LightGBM, read and evaluated by what its documentation and its source say of the format.
#include <cmath>
#include <map>
#include <sstream>

#include "interop/export/random_models.hpp"

namespace linden {
namespace {

using exported::Case;

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in(text);
  return {std::istream_iterator<std::string>(in), {}};
}

struct TheirTree {
  std::map<std::string, std::vector<double>> lines;

  double number(const std::string& name, int i) const { return lines.at(name).at(i); }
  int whole(const std::string& name, int i) const { return static_cast<int>(number(name, i)); }

  bool goes_left(int node, double x) const {
    const int decision = whole("decision_type", node), missing = decision >> 2 & 3;
    if ((decision & 1) != 0) {
      if (std::isnan(x) || x < 0) return false;
      const int code = static_cast<int>(x), set = whole("threshold", node);
      const int begin = whole("cat_boundaries", set), end = whole("cat_boundaries", set + 1);
      if (code / 32 >= end - begin) return false;
      return (static_cast<std::uint32_t>(number("cat_threshold", begin + code / 32)) >> (code % 32) & 1) != 0;
    }
    if (std::isnan(x) && missing != 2) x = 0;
    if ((missing == 1 && std::abs(x) <= 1.0000000180025095e-35) || (missing == 2 && std::isnan(x)))
      return (decision & 2) != 0;
    return x <= number("threshold", node);
  }

  double predict(const std::vector<double>& row) const {
    int at = number("num_leaves", 0) == 1 ? -1 : 0;
    while (at >= 0) at = whole(goes_left(at, row[whole("split_feature", at)]) ? "left_child" : "right_child", at);
    const int leaf = ~at;
    if (whole("is_linear", 0) == 0) return number("leaf_value", leaf);
    int before = 0;
    for (int i = 0; i < leaf; ++i) before += whole("num_features", i);
    double sum = number("leaf_const", leaf);
    for (int i = 0; i < whole("num_features", leaf); ++i) {
      const double x = row[whole("leaf_features", before + i)];
      if (std::isnan(x)) return number("leaf_value", leaf);
      sum += number("leaf_coeff", before + i) * x;
    }
    return sum;
  }
};

struct TheirModel {
  std::map<std::string, std::string> header;
  std::vector<TheirTree> trees;

  explicit TheirModel(const std::string& text) {
    std::istringstream in(text);
    std::string line;
    std::vector<std::size_t> starts;
    for (; std::getline(in, line) && line != "end of trees";) {
      const std::size_t equals = line.find('=');
      if (line.starts_with("Tree=")) {
        EXPECT_EQ(line, "Tree=" + std::to_string(trees.size()));
        starts.push_back(static_cast<std::size_t>(in.tellg()) - line.size() - 1);
        trees.emplace_back();
      } else if (equals != line.npos) {
        const std::string name = line.substr(0, equals), rest = line.substr(equals + 1);
        if (trees.empty()) {
          header[name] = rest;
        } else {
          std::vector<double>& numbers = trees.back().lines[name];
          for (const std::string& word : words_of(rest)) numbers.push_back(std::stod(word));
        }
      }
    }
    starts.push_back(text.find("end of trees"));
    const std::vector<std::string> sizes = words_of(header.at("tree_sizes"));
    EXPECT_EQ(sizes.size(), trees.size());
    for (std::size_t t = 0; t < trees.size(); ++t) EXPECT_EQ(std::stoul(sizes[t]), starts[t + 1] - starts[t]);
  }

  std::vector<double> scores(const std::vector<double>& row) const {
    std::vector<double> scores(std::stoul(header.at("num_tree_per_iteration")));
    for (std::size_t t = 0; t < trees.size(); ++t) scores[t % scores.size()] += trees[t].predict(row);
    return scores;
  }
};

TEST(Lightgbm, ScoresHaveTheSameBits) {
  std::vector<hand_made::Options> all = exported::constant_leaves();
  all.push_back({.zeros_missing = true});
  std::uint64_t seed = 1;
  for (const hand_made::Options& options : all)
    for (int again = 0; again < 3; ++again) {
      const Case one = exported::random_case(seed++, options, 40);
      const TheirModel theirs(export_to_string(one.model, ExportFormat::lightgbm));
      for (const std::vector<double>& row : one.rows)
        ASSERT_EQ(theirs.scores(row), exported::scores_of(one, row)) << seed;
    }
}

TEST(Lightgbm, LeavesOfOneSlopeAreLinear) {
  Random random(3);
  hand_made::Options options{.linear = true, .categories = {0, 0, 4}};
  BoostedModel::State state = hand_made::random_state(random, options);
  for (Tree& tree : state.trees) {
    std::vector<LeafTerm> kept;
    for (const LeafTerm& term : tree.leaf_terms)
      if (kept.empty() || kept.back().leaf != term.leaf) kept.push_back(term);
    for (LeafTerm& term : kept) term.high = std::numeric_limits<double>::max(), term.low = -term.high;
    tree.leaf_terms = kept;
  }
  const BoostedModel model(as_loaded("a model", state));
  const TheirModel theirs(export_to_string(model, ExportFormat::lightgbm));
  const RandomData data = hand_made::random_rows(random, options, 60);
  for (int row = 0; row < 60; ++row) {
    const std::vector<double> values = hand_made::row_of(data, row);
    EXPECT_NEAR(theirs.scores(values)[0], hand_made::scores_of(model, values, model.trees().size())[0], 1e-13);
  }
}

// A split that sends missing values away, and behind it a leaf of two slopes.
TEST(Lightgbm, SlopesOfSeveralFeaturesWantThemToBeThere) {
  Random random(4);
  BoostedModel::State state = hand_made::random_state(random, {.rounds = 1, .categories = {0, 0}});
  Tree& tree = state.trees.front();
  tree.nodes.assign(5, {});
  tree.nodes[0] = {.feature = 0, .threshold = 1e300, .missing_left = false, .left = 1, .right = 2};
  tree.nodes[1] = {.feature = 1, .threshold = -1e300, .missing_left = true, .left = 3, .right = 4};
  tree.nodes[2].leaf = 0, tree.nodes[3].leaf = 1, tree.nodes[4].leaf = 2;
  tree.leaf_values = {1, 2, 3};
  constexpr double most = std::numeric_limits<double>::max();
  tree.leaf_terms = {{2, 0, 0.5, 0, -most, most}, {2, 1, -0.25, 0, -most, most}};
  const BoostedModel model(as_loaded("a model", state));
  const TheirModel theirs(export_to_string(model, ExportFormat::lightgbm));
  for (const double a : {missing_value, -1.0, 3.0})
    for (const double b : {missing_value, 0.5, 7.0})
      EXPECT_DOUBLE_EQ(theirs.scores({a, b})[0], hand_made::scores_of(model, {a, b}, 1)[0]) << a << " " << b;
  for (LeafTerm& term : tree.leaf_terms) term.leaf = 1;  // where missing values of the second feature go
  const BoostedModel other(as_loaded("a model", state));
  EXPECT_EQ(refusal<ArgumentError>([&] { export_to_string(other, ExportFormat::lightgbm); }),
            "export_model: lightgbm cannot hold this model: a leaf has slopes of several features, and a missing value "
            "of one would switch off all of them. Hint: train with linear_leaves.max_features = 1; cpp and c can say "
            "that.");
}

TEST(Lightgbm, WhatItsLeavesCannotSayIsRefused) {
  Random random(4);
  hand_made::Options options{.linear = true, .categories = {0, 0}};
  const BoostedModel model = hand_made::random_model(random, options);
  const std::string why = refusal<ArgumentError>([&] { export_to_string(model, ExportFormat::lightgbm); });
  EXPECT_TRUE(why.starts_with("export_model: lightgbm cannot hold this model: ")) << why;
}

TEST(Lightgbm, LinksAreObjectives) {
  const auto objective = [](Link link, int outputs, ExportOptions how = {}) {
    const Case one =
        exported::random_case(5, {.outputs = outputs, .loss = link_only_loss("a", link, outputs, LabelKind::real)}, 1);
    const TheirModel theirs(export_to_string(one.model, ExportFormat::lightgbm, how));
    return theirs.header.contains("objective") ? theirs.header.at("objective") : "";
  };
  EXPECT_EQ(objective(Link::identity, 1), "regression");
  EXPECT_EQ(objective(Link::identity, 2), "");
  EXPECT_EQ(objective(Link::sigmoid, 1), "binary sigmoid:1");
  EXPECT_EQ(objective(Link::sigmoid, 3), "multiclassova num_class:3 sigmoid:1");
  EXPECT_EQ(objective(Link::softmax, 3), "multiclass num_class:3");
  EXPECT_EQ(objective(Link::exp, 1), "poisson");
  EXPECT_EQ(objective(Link::expm1, 1, {.scores = true}), "regression");
  EXPECT_EQ(
      refusal<ArgumentError>([&] { objective(Link::exp, 2); }),
      "export_model: lightgbm cannot hold this model: it has no word for the link exp of 2 output(s). Hint: export "
      "the scores, and compute predictions from them.");
}

TEST(Lightgbm, NamesHaveNoMarksOfTheFormat) {
  Random random(6);
  BoostedModel::State state = hand_made::random_state(random, {.categories = {0, 0, 0, 2}});
  state.feature_names = {"a b", "a_b", "", "x\"{y}:[,]"};
  const std::string text = export_to_string(BoostedModel(as_loaded("a model", state)), ExportFormat::lightgbm);
  EXPECT_EQ(TheirModel(text).header.at("feature_names"), "a_b a_b_2 Column_2 x__y_____");
  EXPECT_NE(text.find("\npandas_categorical:[[\"c000\",\"c001\"]]\n"), text.npos);
}

}  // namespace
}  // namespace linden
