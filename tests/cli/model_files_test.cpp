// What is done with model files: both formats, drawing, comparing, merging, fitting leaves anew.
#include <linden/linden.hpp>
#include <nlohmann/json.hpp>

#include "cli/running.hpp"

namespace linden::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

class ModelFiles : public Program {
 protected:
  ModelFiles() { write("t.csv", small_table()); }
  void train(const std::string& out, const std::string& options = "--rounds 3") const {
    succeed("train t.csv --label y --min-rows-in-leaf 5 " + options + " --out " + out);
  }
  BoostedModel model(const std::string& name) const { return BoostedModel::load(folder() / name); }
};

TEST_F(ModelFiles, TheNameSaysTheFormat) {
  train("m.json");
  train("m.linden");
  EXPECT_TRUE(read("m.linden").starts_with("\x89LINDEN"));
  EXPECT_EQ(model("m.linden").to_string(), read("m.json"));
  EXPECT_EQ(succeed("predict t.csv --model m.linden"), succeed("predict t.csv --model m.json"));
  EXPECT_EQ(succeed("inspect m.linden"), succeed("inspect m.json"));
  EXPECT_EQ(succeed("inspect - < m.linden"), succeed("inspect m.json"));
  train("m.linden.gz");
  EXPECT_EQ(model("m.linden.gz").to_string(), read("m.json"));
  succeed("train t.csv --label y --model linear --out l.linden");
  EXPECT_EQ(LinearModel::load(folder() / "l.linden").feature_names(), std::vector<std::string>{"x"});
  write("cut.linden", read("m.linden").substr(0, 100));
  EXPECT_EQ(refused("inspect cut.linden"),
            "linden: cut.linden: the model is cut short: its checksum is missing. Hint: copy the file again, or train "
            "again.\n");
}

TEST_F(ModelFiles, InspectPrintsTheSignature) {
  train("m.json");
  const std::string text = read("m.json");
  const std::string signature = text.substr(text.rfind("\":\"") + 3, 64);
  EXPECT_NE(succeed("inspect m.json").find("\nsignature   sha256 " + signature + "\n"), std::string::npos);
  succeed("train t.csv --label y --model linear --out l.json");
  EXPECT_NE(succeed("inspect l.json")
                .find("\nsignature   sha256 " + LinearModel::load(folder() / "l.json").signature() + "\n"),
            std::string::npos);
}

TEST_F(ModelFiles, InspectDrawsATreeAndSumsUp) {
  train("m.json");
  const std::string text = succeed("inspect m.json --tree 1");
  EXPECT_EQ(text, tree_text(model("m.json"), 1));
  EXPECT_EQ(succeed("inspect m.json --tree 1 --format text"), text);
  EXPECT_EQ(succeed("inspect m.json --tree 1 --format dot"), tree_text(model("m.json"), 1, TreeFormat::dot));
  EXPECT_EQ(Json::parse(succeed("inspect m.json --tree 1 --format json"))["tree"], 1);
  const std::string summary = succeed("inspect m.json --summary");
  EXPECT_TRUE(summary.starts_with("model       boosted: 3 rounds, 3 trees, ")) << summary;
  EXPECT_TRUE(summary.ends_with("\nsignature   sha256 " + model("m.json").signature() + "\n")) << summary;
  EXPECT_EQ(refused("inspect m.json --tree 1 --format svg"),
            "linden: --format is \"svg\"; it must be text, dot or json.\n");
  EXPECT_EQ(refused("inspect m.json --format dot"), "linden: --format dot is of a tree. Hint: --tree K prints one.\n");
  EXPECT_EQ(refused("inspect m.json --summary --tree 1"),
            "linden: --summary and --tree 1 print different things. Hint: leave one out.\n");
  EXPECT_EQ(refused("inspect m.json --summary --all"),
            "linden: --summary and --all print different things. Hint: leave one out.\n");
}

TEST_F(ModelFiles, DiffEndsAsDiffDoes) {
  train("a.json");
  train("a.linden");
  train("b.json", "--rounds 4 --max-leaves 4");
  succeed("train t.csv --label y --model linear --out l.json");
  EXPECT_EQ(succeed("diff a.json a.linden"), "");
  const Ran ran = run("diff a.json b.json");
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(ran.err, "");
  EXPECT_EQ(ran.out.find("rounds              3 | 4\nmax_leaves          "), 0u) << ran.out;
  EXPECT_NE(ran.out.find("\ntrees               3 | 4\n"), std::string::npos) << ran.out;
  const Ran quiet = run("diff --quiet a.json b.json");
  EXPECT_EQ(quiet.code, 1);
  EXPECT_EQ(quiet.out + quiet.err, "");
  EXPECT_EQ(run("diff a.json l.json").out, "model               boosted | linear\n");
  EXPECT_EQ(refused("diff a.json nosuch.json", 2),
            "linden: nosuch.json: cannot open the file: No such file or directory.\n");
  EXPECT_TRUE(
      refused("diff a.json t.csv", 2).starts_with("linden: t.csv: not a model of a format that is known here: "));
  EXPECT_EQ(refused("diff a.json", 2),
            "linden: --second is missing: another one, of either family and format. Hint: linden diff --help lists all "
            "options.\n");
}

TEST_F(ModelFiles, MergeAddsUpScores) {
  train("a.json");
  train("b.linden", "--rounds 2 --max-leaves 4");
  const auto scores = [&](const std::string& name) {
    const Dataset data = Dataset::from_csv(folder() / "t.csv", model(name).schema());
    const Tensor t = model(name).predict(data, {.output = Output::score});
    return std::vector<double>(t.data<double>(), t.data<double>() + t.elements());
  };
  const std::vector<double> a = scores("a.json"), b = scores("b.linden");
  const auto expect = [&](const std::string& options, double of_a, double of_b) {
    EXPECT_EQ(succeed("merge a.json b.linden " + options + " --out m.linden"),
              "model       m.linden: 5 rounds, 5 trees\n");
    const std::vector<double> merged = scores("m.linden");
    for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(merged[i], of_a * a[i] + of_b * b[i], 1e-12);
  };
  expect("", 1, 1);
  expect("--weights 0.25,-2", 0.25, -2);
  expect("--average", 0.5, 0.5);
  EXPECT_EQ(succeed("merge --models a.json b.linden --out -").find("{\"format\""), 0u);
  EXPECT_EQ(refused("merge a.json b.linden --weights 1 --out n.json"),
            "linden: --weights has 1 number for 2 models. Hint: one for each model, in their order.\n");
  EXPECT_EQ(refused("merge a.json b.linden --weights 1,2 --average --out n.json"),
            "linden: --average weighs all models alike, and --weights says otherwise. Hint: leave one out.\n");
  EXPECT_EQ(refused("merge a.json b.linden --out a.json"),
            "linden: --out a.json: that file is read by --models. Hint: another name.\n");
  EXPECT_EQ(refused("merge a.json b.linden --weights 1,inf --out n.json"),
            "linden: the weight of model 1 is inf; it must be finite.\n");
  succeed("train t.csv --label y --model linear --out l.json");
  EXPECT_EQ(refused("merge a.json l.json --out n.json"), "linden: l.json: holds a linear model, not a boosted one.\n");
}

// A model of another library, in these commands that do not read them.
TEST_F(ModelFiles, ForeignModelsAreToBeConverted) {
  train("a.json");
  write("lightgbm.txt", "tree\nversion=v4\n");
  write("xgboost.json", R"({"learner":{},"version":[3,0,0]})");
  for (const std::string name : {"lightgbm.txt", "xgboost.json"})
    for (const std::string& command :
         {"merge a.json " + name + " --out n.json", "refit --model " + name + " t.csv --out n.json",
          "train t.csv --label y --start " + name + " --out n.json"})
      EXPECT_EQ(refused(command), "linden: " + name +
                                      ": not a Linden model. Hint: models are written by linden train --out, and "
                                      "linden convert makes them of models of other libraries.\n");
}

TEST_F(ModelFiles, RefitGivesLeavesOfOtherRows) {
  train("a.json");
  std::string other = "x,y\n";
  for (int i = 0; i < 60; ++i) other += fmt::format("{},{}\n", i, 100 + i);
  write("o.csv", other);
  EXPECT_EQ(succeed("refit --model a.json o.csv --decay 0.5 --out r.json"),
            "model       r.json: 3 trees, leaves of 60 rows\n");
  const BoostedModel expected =
      refit_leaves(model("a.json"), Dataset::from_csv(folder() / "o.csv", model("a.json").schema()), {.decay = 0.5});
  EXPECT_EQ(read("r.json"), expected.to_string());
  succeed("refit --model a.json --data o.csv --decay 1 --out s.json");
  EXPECT_EQ(read("s.json"), read("a.json"));
  EXPECT_EQ(refused("refit --model a.json o.csv --decay 2 --out n.json"),
            "linden: --decay is 2; it must be in [0, 1].\n");
  train("linear.json", "--rounds 2 --linear-leaves.enabled true");
  EXPECT_EQ(refused("refit --model linear.json o.csv --out n.json"),
            "linden: the leaves of the model are linear, and only constant ones are fitted anew. Hint: linden train "
            "--start goes on from it.\n");
}

}  // namespace
}  // namespace linden::cli
