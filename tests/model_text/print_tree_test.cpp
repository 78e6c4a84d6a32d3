// Trees as text, as graphs and as JSON: names of every kind, categories, slopes, leaves of several values.
#include <gtest/gtest.h>

#include <linden/model_text.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "boosting/hand_made.hpp"
#include "boosting/model/model_file.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

using Json = nlohmann::json;

BoostedModel golden(const std::string& name) {
  return BoostedModel::load(LINDEN_SOURCE_DIR "/tests/golden/models/" + name);
}

TEST(PrintTree, AsText) {
  const BoostedModel model = golden("boosted_vectors.json");
  EXPECT_EQ(tree_text(model, 0),
            "age <= 1.5 or missing or zero  gain 9.5, 40 rows\n"
            "  yes: job in {smith}  gain 4, 25 rows\n"
            "    yes: leaf 0.25 -1 2  12 rows\n"
            "    no:  leaf -0.75 0.125 0  13 rows\n"
            "  no:  age <= 40 and not zero  gain 2.25, 15 rows\n"
            "    yes: leaf 1.5 3 -0.5  5 rows\n"
            "    no:  leaf 0 -2 1  10 rows\n");
  std::ostringstream stream;
  print_tree(stream, model, 0);
  EXPECT_EQ(stream.str(), tree_text(model, 0));
}

TEST(PrintTree, OfLinearLeaves) {
  EXPECT_EQ(tree_text(golden("boosted_linear_leaves.json"), 0),
            "age <= 37.5  gain 1254.71, 60 rows\n"
            "  yes: leaf 0.796311 + 0.0286924 (age - 27.5714)  14 rows\n"
            "  no:  city in {rome}  gain 130.375, 46 rows\n"
            "    yes: leaf -0.511833 - 0.00909096 (age - 63.8)  13 rows\n"
            "    no:  age <= 40.5 or missing  gain 130.015, 33 rows\n"
            "      yes: leaf 0.290278  5 rows\n"
            "      no:  leaf -0.224851 - 0.0095126 (age - 56.25)  28 rows\n");
}

TEST(PrintTree, ATreeAloneHasNumbers) {
  std::ostringstream stream;
  stream << golden("boosted_vectors.json").trees()[0];
  EXPECT_TRUE(
      stream.str().starts_with("feature 0 <= 1.5 or missing or zero  gain 9.5, 40 rows\n"
                               "  yes: feature 1 in {category "))
      << stream.str();
  std::ostringstream nothing;
  nothing << Tree();
  EXPECT_EQ(nothing.str(), "");
}

// As trees of XGBoost, which have no numbers of rows, and of ONNX, which have none of these.
TEST(PrintTree, WhatOtherLibrariesDoNotHaveIsUnknown) {
  const BoostedModel whole = golden("boosted_vectors.json");
  BoostedModel::State state = whole.state();
  for (TreeNode& node : state.trees[0].nodes) node.rows = 0;
  const BoostedModel without_rows(as_loaded("imported", state));
  for (TreeNode& node : state.trees[0].nodes) node.gain = node.cover = 0;
  const BoostedModel bare(as_loaded("imported", state));

  EXPECT_TRUE(tree_text(without_rows, 0).starts_with("age <= 1.5 or missing or zero  gain 9.5, rows unknown\n"))
      << tree_text(without_rows, 0);
  EXPECT_NE(tree_text(without_rows, 0).find("leaf 0.25 -1 2  rows unknown\n"), std::string::npos);
  EXPECT_TRUE(tree_text(bare, 0).starts_with("age <= 1.5 or missing or zero  gain unknown, rows unknown\n"));
  EXPECT_NE(tree_text(bare, 0, TreeFormat::dot).find("\\ngain unknown, rows unknown\"]"), std::string::npos);
  const auto root = [](const BoostedModel& model) {
    return Json::parse(tree_text(model, 0, TreeFormat::json))["nodes"][0];
  };
  EXPECT_EQ(root(without_rows)["gain"], 9.5);
  EXPECT_EQ(root(without_rows)["cover"], 40);
  EXPECT_TRUE(root(without_rows)["rows"].is_null());
  for (const char* name : {"rows", "gain", "cover"}) EXPECT_TRUE(root(bare)[name].is_null()) << name;
  EXPECT_EQ(diff(whole, without_rows).first_node, "node 0: 40 rows against rows unknown");
}

TEST(PrintTree, AsAGraph) {
  EXPECT_TRUE(tree_text(golden("boosted_vectors.json"), 1, TreeFormat::dot)
                  .starts_with("digraph tree_1 {\n  node [shape=box, fontname=\"sans-serif\"];\n  n0 "));
  const std::string text = tree_text(golden("boosted_vectors.json"), 0, TreeFormat::dot);
  for (const char* part :
       {"  n0 [label=\"age <= 1.5 or missing or zero\\ngain 9.5, 40 rows\"];\n", "  n0 -> n1 [label=\"yes\"];\n",
        "  n0 -> n2 [label=\"no\"];\n", "  n3 [label=\"leaf 0.25 -1 2\\n12 rows\", style=rounded];\n"})
    EXPECT_NE(text.find(part), std::string::npos) << part << text;
  EXPECT_TRUE(text.ends_with("}\n"));
}

// The language of Graphviz: a quoted text ends with the first quote that no backslash stands before, and holds no line
// feed of its own here; everything between such texts is of a few characters.
bool is_graph(const std::string& text) {
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '\\') {
      if (++i == text.size() || (text[i] != 'n' && text[i] != '"' && text[i] != '\\')) return false;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (quoted ? static_cast<unsigned char>(c) < ' '
                      : std::string_view("[]{};=>-_, \n").find(c) == std::string_view::npos && !std::isalnum(c)) {
      return false;
    }
  }
  return !quoted;
}

TEST(PrintTree, NamesOfEveryKindStayText) {
  Random random(1);
  for (int turn = 0; turn < 50; ++turn) {
    BoostedModel::State state = hand_made::random_state(random, {.linear = true, .zeros_missing = true});
    const std::string names[] = {"a \"b\"", "back\\slash", "two\nlines", "größe", "\\n\"]; evil", "<b>", ""};
    for (std::size_t f = 0; f < state.feature_names.size(); ++f)
      state.feature_names[f] = names[(f + static_cast<std::size_t>(turn)) % std::size(names)];
    state.categories[3] = {"\"", "\\", "a\nb", "c{}", "größe"};
    std::ranges::sort(state.categories[3]);
    const BoostedModel model(as_loaded("odd names", state));
    for (int tree = 0; tree < static_cast<int>(model.trees().size()); ++tree) {
      const std::string text = tree_text(model, tree, TreeFormat::dot);
      EXPECT_TRUE(is_graph(text)) << text;
      const Json json = Json::parse(tree_text(model, tree, TreeFormat::json));
      const std::vector<TreeNode>& nodes = model.trees()[static_cast<std::size_t>(tree)].nodes;
      ASSERT_EQ(json["nodes"].size(), nodes.size());
      for (std::size_t i = 0; i < nodes.size(); ++i)
        if (nodes[i].feature >= 0) {
          EXPECT_EQ(json["nodes"][i]["feature"], model.name_of(nodes[i].feature));
        }
    }
  }
}

TEST(PrintTree, AsJson) {
  const std::string text = tree_text(golden("boosted_linear_leaves.json"), 0, TreeFormat::json);
  EXPECT_EQ(std::ranges::count(text, '\n'), 1);
  const Json json = Json::parse(text);
  EXPECT_EQ(json["tree"], 0);
  EXPECT_EQ(json["output"], 0);
  EXPECT_EQ(json["nodes"][0],
            Json::parse(R"({"node":0,"feature":"age","threshold":37.5,"missing":"right","left":1,"right":2,)"
                        R"("gain":1254.7125174634277,"cover":60.0,"rows":60})"));
  EXPECT_EQ(json["nodes"][1],
            Json::parse(R"({"node":1,"leaf":0,"values":[0.7963111050923666],"terms":[{"feature":"age",)"
                        R"("slope":0.02869241236483264,"centre":27.571441650390625,"low":1.0,"high":52.0}],)"
                        R"("cover":14.0,"rows":14})"));
  EXPECT_EQ(json["nodes"][2]["left_categories"], Json({"rome"}));
  EXPECT_FALSE(json["nodes"][2].contains("threshold"));
  EXPECT_EQ(Json::parse(tree_text(golden("boosted_vectors.json"), 0, TreeFormat::json))["output"], "all");
  EXPECT_EQ(Json::parse(tree_text(golden("boosted_vectors.json"), 0, TreeFormat::json))["nodes"][0]["zero"], "left");
}

// All that go left, by name, where several share a group.
TEST(PrintTree, CategoriesOfAGroupAreAllThereInJson) {
  Random random(3);
  const BoostedModel model = hand_made::random_model(random, {});
  for (std::size_t t = 0; t < model.trees().size(); ++t) {
    const Json json = Json::parse(tree_text(model, static_cast<int>(t), TreeFormat::json));
    for (std::size_t i = 0; i < model.trees()[t].nodes.size(); ++i) {
      const TreeNode& node = model.trees()[t].nodes[i];
      if (!node.categorical) continue;
      std::vector<std::string> left;
      for (std::size_t code = 0; code < model.categories(node.feature).size(); ++code) {
        const std::vector<int>& groups = model.category_groups(node.feature);
        const int group = groups.empty() ? static_cast<int>(code) : groups[code];
        if (std::ranges::count(node.left_categories, group) > 0) left.push_back(model.categories(node.feature)[code]);
      }
      EXPECT_EQ(json["nodes"][i]["left_categories"], Json(left));
    }
  }
}

TEST(PrintTree, WhatIsNotThereIsRefused) {
  EXPECT_EQ(refusal<ArgumentError>([] { tree_text(BoostedModel(), 0); }), "print_tree: the model is empty.");
  for (const int tree : {-1, 2})
    EXPECT_EQ(refusal<ArgumentError>([&] { tree_text(golden("boosted_vectors.json"), tree); }),
              fmt::format("print_tree: tree {} of a model that has trees 0 to 1.", tree));
}

}  // namespace
}  // namespace linden
