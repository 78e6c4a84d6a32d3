// One loader for all families, and files that earlier versions wrote.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <linden/error.hpp>
#include <linden/model.hpp>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>

#include "linear/hand_made.hpp"
#include "model/sealed.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

BoostedModel boosted() {
  std::vector<double> x, y;
  for (int i = 0; i < 40; ++i) {
    x.push_back(i);
    y.push_back(i % 7);
  }
  const auto tensor = [](const std::vector<double>& v) {
    return Tensor::copy_of(std::span<const double>(v), {static_cast<std::int64_t>(v.size())});
  };
  return fit_boosted(Dataset::from_named({{.name = "x", .values = tensor(x)}}, tensor(y), {}, {}), {.rounds = 2});
}

std::string text_of(const AnyModel& model) {
  return std::visit([](const auto& m) { return m.to_string(); }, model);
}

TEST(LoadModel, TellsTheFamily) {
  const std::string trees = boosted().to_string(), line = hand_made().to_string();
  EXPECT_EQ(std::get<BoostedModel>(model_from_string(trees)).rounds(), 2);
  EXPECT_EQ(std::get<LinearModel>(model_from_string(line)).feature_names().size(), 2u);
  std::stringstream stream(trees + line + trees);
  EXPECT_EQ(text_of(load_model(stream)), trees);
  EXPECT_EQ(text_of(load_model(stream)), line);
  EXPECT_EQ(text_of(load_model(stream)), trees);
  const std::filesystem::path path = std::filesystem::path(testing::TempDir()) / "linden_load_model.json";
  for (const std::string& text : {trees, line}) {
    std::ofstream(path, std::ios::binary) << text;
    EXPECT_EQ(text_of(load_model(path)), text);
  }
  std::filesystem::remove(path);
  EXPECT_EQ(refusal<FileError>([] { load_model("/no/such/file.json"); }),
            "load(\"/no/such/file.json\"): cannot open the file: No such file or directory.");
  EXPECT_EQ(refusal<FileError>([] { model_from_string("x,y\n1,2\n"); }),
            "the text: not a Linden model. Hint: models are written by save() and by linden train --out.");
}

std::string text_of_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// tests/golden/models has a file of every kind as version 0.1 wrote it, in schema 1, and one each of what schemas 2 and
// 3 brought. They load, and save the same again but for schema and version.
TEST(LoadModel, FilesOfEarlierVersionsLoad) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(LINDEN_SOURCE_DIR "/tests/golden/models")) {
    const AnyModel model = load_model(entry.path());
    const std::string text = text_of_file(entry.path());
    const auto body = [](const std::string& t) { return opened(t).substr(t.find(",\"model\":")); };
    EXPECT_EQ(body(text_of(model)), body(text)) << entry.path();
    ++files;
  }
  EXPECT_EQ(files, 7);
  EXPECT_TRUE(text_of_file(LINDEN_SOURCE_DIR "/tests/golden/models/boosted_softmax.json")
                  .starts_with("{\"format\":\"linden model\",\"schema\":1,"));
  EXPECT_TRUE(text_of(load_model(LINDEN_SOURCE_DIR "/tests/golden/models/boosted_softmax.json"))
                  .starts_with("{\"format\":\"linden model\",\"schema\":2,"));
}

using Json = nlohmann::json;

// What a boosted model of schema 1 says of a row, by its text alone: numbers, and codes of categories.
std::vector<double> scores_by_text(const Json& model, const std::vector<double>& row) {
  std::vector<double> scores = model["body"]["initial_score"];
  for (const Json& tree : model["body"]["trees"]) {
    std::size_t node = 0;
    while (tree["feature"][node].get<int>() >= 0) {
      const double x = row[tree["feature"][node].get<std::size_t>()];
      const std::string number = std::to_string(node);
      bool left = tree["missing_left"][node] == 1;
      if (!tree["left_categories"].contains(number))
        left = std::isnan(x) ? left : x <= tree["threshold"][node].get<double>();
      else if (x >= 0)
        left = std::ranges::count(tree["left_categories"][number], Json(static_cast<int>(x))) > 0;
      node = tree["left"][node].get<std::size_t>() + (left ? 0 : 1);
    }
    scores[tree["output"].get<std::size_t>()] += tree["value"][node].get<double>();
  }
  return scores;
}

TEST(LoadModel, FilesOfSchemaOnePredictWhatTheySay) {
  std::mt19937_64 random(1);
  int rows = 0;
  for (const char* name : {"boosted_quantile.json", "boosted_softmax.json", "boosted_squared.json"}) {
    const std::filesystem::path path = std::filesystem::path(LINDEN_SOURCE_DIR "/tests/golden/models") / name;
    const Json document = Json::parse(text_of_file(path));
    const BoostedModel model = BoostedModel::load(path);
    std::vector<Column> columns;
    std::vector<std::vector<double>> values;
    for (const Schema::Feature& feature : model.schema().features) {
      std::vector<double>& column = values.emplace_back();
      std::vector<std::int32_t> codes;
      for (int row = 0; row < 100; ++row) {
        const auto code = static_cast<int>(random() % (feature.categories.size() + 1)) - 1;
        codes.push_back(code);
        column.push_back(feature.categorical  ? code
                         : random() % 10 == 0 ? std::numeric_limits<double>::quiet_NaN()
                                              : static_cast<double>(random() % 4000) / 100 - 10);
      }
      columns.push_back({.name = feature.name,
                         .values = feature.categorical ? Tensor::copy_of(std::span<const std::int32_t>(codes), {100})
                                                       : Tensor::copy_of(std::span<const double>(column), {100}),
                         .categorical = feature.categorical,
                         .categories = feature.categories});
    }
    const Tensor scores = model.predict(Dataset::from_named(columns), {.output = Output::score});
    for (int row = 0; row < 100; ++row, ++rows) {
      std::vector<double> one;
      for (const auto& column : values) one.push_back(column[static_cast<std::size_t>(row)]);
      const std::vector<double> expected = scores_by_text(document, one);
      for (std::size_t k = 0; k < expected.size(); ++k)
        EXPECT_EQ(scores.data<double>()[static_cast<std::size_t>(row) * expected.size() + k], expected[k]) << name;
    }
  }
  EXPECT_EQ(rows, 300);
}

// Slopes, in a file that is sealed as all were before SHA-256.
TEST(LoadModel, AFileOfWhatSchemaThreeBrought) {
  const std::filesystem::path path = LINDEN_SOURCE_DIR "/tests/golden/models/boosted_linear_leaves.json";
  const std::string text = text_of_file(path);
  EXPECT_TRUE(text.starts_with("{\"format\":\"linden model\",\"schema\":3,"));
  EXPECT_TRUE(text.ends_with(",\"checksum\":\"379592cee510f2cd\"}\n"));
  const BoostedModel model = BoostedModel::load(path);
  EXPECT_TRUE(model.config().linear_leaves.enabled);
  const auto by_hand = [](double age) {  // of those below 37.5, who are in one leaf of either tree
    return -0.9033333333333333 + (0.7963111050923666 + 0.02869241236483264 * (age - 27.571441650390625)) +
           (0.7219887733459474 + 0.02601448620217199 * (age - 27.571441650390625));
  };
  for (const double age : {18.0, 30.5, 37.0}) {
    double out = 0;
    model.predict_row(std::vector<RowValue>{age, "oslo"}, {&out, 1});
    EXPECT_NEAR(out, by_hand(age), 1e-14);
  }
}

// The leaves of that file hold a value for each of three classes, and a zero age is missing.
TEST(LoadModel, AFileOfWhatSchemaTwoBrought) {
  const BoostedModel model = BoostedModel::load(LINDEN_SOURCE_DIR "/tests/golden/models/boosted_vectors.json");
  EXPECT_EQ(model.rounds(), 2);
  EXPECT_EQ(model.outputs(), 3);
  EXPECT_EQ(model.classes(), (std::vector<std::string>{"oak", "elm", "ash"}));
  EXPECT_EQ(model.loss().name(), "multiclassova");
  EXPECT_FALSE(model.has_config());
  EXPECT_EQ(refusal<ArgumentError>([&] { model.config(); }),
            "BoostedModel::config: the model was not trained here, so that it has no configuration. Hint: has_config() "
            "tells; loss() has its link.");
  const auto scores = [&](double age, const char* job) {
    std::vector<double> out(3);
    model.predict_row(std::vector<RowValue>{age, job}, out);
    for (double& p : out) p = std::log(p / (1 - p));
    return out;
  };
  const auto near = [](const std::vector<double>& found, const std::vector<double>& wanted) {
    for (std::size_t k = 0; k < 3; ++k) EXPECT_NEAR(found[k], wanted[k], 1e-14);
  };
  near(scores(1, "smith"), {1 + 0.25, 0.25 - 1, -0.625 + 2});
  near(scores(0, "clerk"), {1 - 0.75, 0.25 + 0.125, -0.625});  // left, as missing
  near(scores(30, "clerk"), {1 + 1.5, 0.25 + 3, -0.625 - 0.5});
  near(scores(50, "clerk"), {1.0, 0.25 - 2, -0.625 + 1});
  const Tree& tree = model.trees()[0];
  EXPECT_EQ(std::vector<double>(tree.values(tree.nodes[4]).begin(), tree.values(tree.nodes[4]).end()),
            (std::vector<double>{-0.75, 0.125, 0}));
  EXPECT_EQ(refusal<ArgumentError>([&] { tree.value(tree.nodes[4]); }),
            "Tree::value: the tree adds to 3 scores. Hint: values has what a leaf adds to each.");
  EXPECT_EQ(
      refusal<ArgumentError>([&] { tree.values(tree.nodes[0]); }),
      "Tree::values: the node is no leaf of this tree, but a split. Hint: leaves are the nodes whose leaf is 0 or "
      "more.");
  EXPECT_EQ(refusal<ArgumentError>([&] { model.trees()[1].values(tree.nodes[4]); }),
            "Tree::values: the node is no leaf of this tree.");
}

}  // namespace
}  // namespace linden
