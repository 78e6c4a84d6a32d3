// The program and linear models: what it prints and writes, and what it says of fits that are not as they should be.
#include <linden/linden.hpp>
#include <nlohmann/json.hpp>

#include "base/fail.hpp"
#include "cli/running.hpp"
#include "loss/loss_references.hpp"

namespace linden::cli {
namespace {

using Json = nlohmann::json;

class LinearCommands : public Program {
 protected:
  // Numbers x0, x1, ..., and a label of as many classes (0: a number) that depends on the first two.
  static std::string table(int classes, int features = 3, int rows = 60) {
    std::string text;
    for (int f = 0; f < features; ++f) text += fmt::format("x{},", f);
    text += "y\n";
    for (int i = 0; i < rows; ++i) {
      double sum = 0;
      for (int f = 0; f < features; ++f) {
        const double x = (i * (37 + 10 * f) + f * f) % 61 / 10.0;
        if (f < 2) sum += (f == 0 ? 1 : -0.5) * x;
        text += fmt::format("{},", x);
      }
      sum += i * 53 % 17 / 4.0;
      text += classes == 0 ? fmt::format("{}\n", sum) : fmt::format("c{}\n", std::clamp(int(sum / 2), 0, classes - 1));
    }
    return text;
  }
  std::string train(const std::string& more = "") {
    return succeed("train --data t.csv --label y --model linear --device cpu --out m.json " + more);
  }
  LinearModel model() const { return LinearModel::load(folder() / "m.json"); }
};

TEST_F(LinearCommands, TrainPrintsTheCertificate) {
  write("t.csv", table(2));
  const std::vector<std::string> lines = lines_of(train("--valid t.csv --set l2=0.01"));
  ASSERT_GE(lines.size(), 11u);
  EXPECT_TRUE(lines[0].starts_with("data        t.csv: 60 rows, 3 features; label y: ")) << lines[0];
  EXPECT_EQ(lines[1], "loss        logistic (chosen by the label: 2 classes; --loss NAME names another)");
  EXPECT_EQ(lines[2], "model       m.json: linear, 3 of 3 weights are not 0");
  EXPECT_EQ(lines[3], "status      converged");
  EXPECT_TRUE(lines[4].starts_with("objective   0.")) << lines[4];
  EXPECT_TRUE(lines[5].starts_with("gap         ") && lines[5].ends_with(", asked for 1e-08)")) << lines[5];
  EXPECT_TRUE(lines[6].starts_with("kkt         ")) << lines[6];
  std::string names;
  for (std::size_t i = 7; i < lines.size(); ++i) names += lines[i].substr(0, 12);
  EXPECT_NE(names.find("solver      logloss     accuracy    auc         seconds     "), std::string::npos) << names;
  EXPECT_TRUE(lines.back().starts_with("seconds     read 0.")) << lines.back();
}

TEST_F(LinearCommands, TheReportHasTheCertificate) {
  write("t.csv", table(0));
  const std::string out = train("--valid t.csv --json r.json");
  const Json report = Json::parse(read("r.json"));
  EXPECT_EQ(report.size(), 3u);
  ASSERT_EQ(report["seconds"].size(), 3u);
  for (const char* step : {"read", "train", "write"}) EXPECT_GE(report["seconds"][step].get<double>(), 0) << step;
  EXPECT_TRUE(report["metrics"].contains("rmse"));
  const Json& certificate = report["certificate"];
  EXPECT_EQ(certificate["status"], "converged");
  EXPECT_LE(certificate["relative_gap"].get<double>(), 1e-8);
  EXPECT_TRUE(certificate.contains("seconds"));
  EXPECT_NE(out.find(fmt::format("\nobjective   {:.12g}\n", certificate["objective"].get<double>())),
            std::string::npos);
  const Json stored = Json::parse(read("m.json"))["body"]["certificate"];
  EXPECT_FALSE(stored.contains("seconds"));
  EXPECT_EQ(stored["objective"], certificate["objective"]);
}

TEST_F(LinearCommands, FieldsAreSetInAnyOrder) {
  write("t.csv", table(0));
  train("--set loss.delta=0.5 --set l2=0.25 --set standardize=false --set loss=huber --set tolerance=1e-6");
  EXPECT_EQ(model().loss().parameters(), (std::vector<LossParameter>{{"delta", 0.5}}));
  EXPECT_EQ(model().config().l2, 0.25);
  EXPECT_FALSE(model().config().standardize);
  EXPECT_EQ(model().certificate().tolerance, 1e-6);
}

TEST_F(LinearCommands, PredictionsReadBackAsTheSameNumbers) {
  for (const int classes : {0, 2, 3}) {
    write("t.csv", table(classes));
    train("--set l2=0.01");
    const Dataset data = Dataset::from_csv(folder() / "t.csv", {.label = "y"});
    for (const auto& [name, output] :
         {std::pair("prediction", Output::prediction), std::pair("score", Output::score)}) {
      succeed(fmt::format("predict --model m.json --data t.csv --out p.csv --output {}", name));
      const std::vector<std::string> lines = read_lines("p.csv");
      ASSERT_EQ(lines.size(), 61u);
      EXPECT_EQ(lines[0], classes == 3 ? fmt::format("{0}_c0,{0}_c1,{0}_c2", name) : name);
      const Tensor wanted = model().predict(data, {.output = output});
      std::string text;
      const std::int64_t outputs = classes == 3 ? 3 : 1;
      const double* w = wanted.data<double>();
      for (std::int64_t i = 0; i < wanted.elements(); ++i)
        text += fmt::format("{}{}", w[i], (i + 1) % outputs == 0 ? "\n" : ",");
      EXPECT_EQ(read("p.csv").substr(lines[0].size() + 1), text);
    }
    if (classes == 0) continue;
    succeed("predict --model m.json --data t.csv --out p.csv --output class");
    const std::vector<std::string> lines = read_lines("p.csv");
    for (std::size_t i = 1; i < lines.size(); ++i) EXPECT_TRUE(lines[i].starts_with("c")) << lines[i];
    EXPECT_TRUE(succeed("evaluate --model m.json --data t.csv").find("accuracy ") != std::string::npos);
  }
}

TEST_F(LinearCommands, LibsvmRowsStaySparse) {
  std::string text;
  for (int i = 0; i < 60; ++i) text += fmt::format("{} 1:{} 4:{}\n", i % 7 / 2.0, i % 5, i % 11);
  write("t.libsvm", text);
  succeed("train --data t.libsvm --model linear --out m.json --set l2=0.1");
  EXPECT_EQ(model().feature_names(), (std::vector<std::string>{"1", "4"}));  // 2 and 3 have no entries
  EXPECT_GE(value_of("rmse", succeed("evaluate --model m.json --data t.libsvm --metrics rmse")), 0);
}

TEST_F(LinearCommands, InspectShowsCertificateAndCoefficients) {
  write("t.csv", table(0));
  train();
  const std::string out = succeed("inspect m.json");
  EXPECT_TRUE(
      out.starts_with("model       linear: 3 features, 1 output\nlabel       y\nfeatures    3\n"
                      "  loss              squared\n  l1                0\n"))
      << out;
  for (const char* part : {"\n  solver            automatic\n", "\nstatus      converged\n", "\nobjective   ",
                           "\nfeature                                  weight\n(intercept)  "})
    EXPECT_NE(out.find(part), std::string::npos) << part << "\n" << out;
  EXPECT_EQ(out.find("seconds"), std::string::npos);
  const std::size_t at = out.find("\nfeature ");
  const std::vector<std::string> lines = lines_of(out.substr(at + 1));
  ASSERT_EQ(lines.size(), 5u);
  EXPECT_EQ(lines[1], fmt::format("{:<32} {:>14.6g}", "(intercept)", model().intercept()[0]));
  for (int f = 0; f < 3; ++f)
    EXPECT_EQ(lines[static_cast<std::size_t>(f) + 2],
              fmt::format("{:<32} {:>14.6g}", fmt::format("x{}", f), model().weight(f)));
}

TEST_F(LinearCommands, InspectHasAColumnAnOutput) {
  write("t.csv", table(3));
  train("--set l2=0.01");
  const std::string out = succeed("inspect m.json");
  EXPECT_TRUE(out.starts_with("model       linear: 3 features, 3 outputs\nlabel       y\nclasses     c0, c1, c2\n"));
  EXPECT_NE(out.find(fmt::format("\n{:<32} {:>14} {:>14} {:>14}\n", "feature", "c0", "c1", "c2")), std::string::npos);
  EXPECT_NE(out.find(fmt::format("\n{:<32} {:>14.6g} {:>14.6g} {:>14.6g}\n", "x1", model().weight(1, 0),
                                 model().weight(1, 1), model().weight(1, 2))),
            std::string::npos)
      << out;
}

TEST_F(LinearCommands, InspectLeavesOutZerosAndCutsLongLists) {
  write("t.csv", table(0, 4));
  train("--set l1=1e6");
  EXPECT_TRUE(succeed("inspect m.json").ends_with("\n4 of weight 0 left out (--all prints them)\n"));
  EXPECT_NE(succeed("inspect m.json --all").find(fmt::format("\n{:<32} {:>14}\n", "x3", 0)), std::string::npos);
  write("t.csv", table(0, 23, 90));
  train("--set l2=0.1");
  const std::string out = succeed("inspect m.json");
  EXPECT_NE(out.find("\nx19 "), std::string::npos);
  EXPECT_TRUE(out.ends_with("\n... and 3 more (--all prints them)\n")) << out;
  EXPECT_NE(succeed("inspect m.json --all").find("\nx22 "), std::string::npos);
}

TEST_F(LinearCommands, StatusesOtherThanConvergedAreSaidWithTheirCure) {
  const auto remark = [&](const std::string& data, const std::string& more) {
    write("t.csv", data);
    const Ran ran = run("train --data t.csv --label y --model linear --out m.json " + more);
    EXPECT_EQ(ran.code, 0) << ran.err;
    EXPECT_TRUE(std::filesystem::exists(folder() / "m.json"));
    return ran.err;
  };
  std::string separable = "x,y\n", collinear = "a,b,c,y\n";
  for (int i = 0; i < 30; ++i) {
    separable += fmt::format("{},{}\n", i, i < 15 ? "no" : "yes");
    const int a = i * 7 % 31, b = i * 11 % 31;
    collinear += fmt::format("{},{},{},{}\n", a, b, a + b, i % 3);
  }
  EXPECT_EQ(
      remark(separable, ""),
      "linden: status separable: the loss has no minimum, it falls for ever as weights grow: x. Hint: a little l2 "
      "(--l2 1e-6), or --firth where there are two classes.\n");
  EXPECT_EQ(remark(separable, "--set l2=1e-6"), "");
  EXPECT_EQ(remark(separable, "--firth"), "");
  EXPECT_EQ(remark(collinear, "--set loss=squared"),
            "linden: status collinear: sums of other columns have weight 0: c. Predictions are the same without them. "
            "Hint: --drop them, or a little l2 (--l2 1e-6) to share weights among them.\n");
  EXPECT_EQ(remark(collinear, "--set loss=squared --set l2=1e-6"), "");
  const std::string limit = remark(table(2, 8, 200), "--set l2=1e-6 --set solver=lbfgs --set max_iterations=2");
  EXPECT_TRUE(limit.starts_with("linden: status iteration_limit: 2 iterations left a relative gap of ")) << limit;
  EXPECT_TRUE(limit.ends_with(", and 1e-08 was asked for. Hint: --max-iterations 20, or another solver.\n")) << limit;
  const std::string stalled = remark(table(0), "--set loss=squared --set solver=qr --set tolerance=1e-17");
  EXPECT_TRUE(stalled.starts_with("linden: status stalled: rounding stopped the fit at a relative gap of ")) << stalled;
  EXPECT_TRUE(
      stalled.ends_with(", and 1e-17 was asked for. Hint: a larger tolerance, a little l2 (--l2 1e-6), or "
                        "another solver.\n"))
      << stalled;
}

TEST_F(LinearCommands, WhatDoesNotFitIsRefused) {
  write("t.csv", table(2));
  train("--set l2=0.01");
  const std::string train = "train --data t.csv --label y --out n.json --model linear ";
  EXPECT_EQ(refused(train + "--valid t.csv --patience 3"),
            "linden: --patience is for boosted models: a linear fit ends at its optimum. Hint: leave it out.\n");
  EXPECT_EQ(refused(train + "--set rounds=3"),
            "linden: --set rounds=3: only boosted models have it, and this is a linear one. Hint: leave it out, or "
            "--model boosted.\n");
  EXPECT_EQ(refused(train + "--set loss=normal_distribution"),
            "linden: --loss is normal_distribution, which is not convex in its two scores; linear models take " +
                fmt::format("{}", fmt::join(losses_of_linear_models(), ", ")) + ".\n");
  EXPECT_EQ(refused(train + "--set loss=logistic --set l1=1 --set solver=newton_cg"),
            "linden: --solver is newton_cg, which does not take l1, and l1 is 1. Hint: coordinate_descent or "
            "lbfgs, or leave the choice to automatic.\n");
  EXPECT_EQ(refused("inspect m.json --tree 0"), "linden: --tree 0: m.json is a linear model, which has no trees.\n");
  EXPECT_EQ(refused("predict --model m.json --data t.csv --out p.csv --output leaf"),
            "linden: --output leaf wants a boosted model. Hint: a linear one has prediction, score "
            "and class.\n");
  write("other.csv", "x0,x1\n1,2\n");
  EXPECT_EQ(
      refused("predict --model m.json --data other.csv --out p.csv"),
      "linden: other.csv: no column \"x2\", which was there in training. Did you mean \"x0\"? Columns: x0, x1.\n");
  std::string bytes = read("m.json");
  bytes[bytes.size() / 2] ^= 4;
  write("flip.json", bytes);
  EXPECT_EQ(refused("inspect flip.json"),
            "linden: flip.json: the model was changed after it was written: its checksum does not fit. Hint: copy the "
            "file again, or train again.\n");
  const auto training = [&](const char* data) {
    write("d.csv", data);
    return refused("train --data d.csv --label y --out n.json --model linear");
  };
  EXPECT_EQ(training("a,b,y\n1,2,0\n2,NA,1\n3,4,0\n"),
            "linden: missing values in column b (first at d.csv:3). Hint: a fit with --missing-values "
            "mean_indicator takes the mean of the column and says where values are missing, one with "
            "--missing-values drop leaves such rows out; boosted models take them as they are.\n");
}

TEST_F(LinearCommands, HelpListsTheFieldsOfBothFamilies) {
  const std::string out = succeed("train --help");
  for (const char* part :
       {"Options of --model boosted (default; range):\n", "  --rounds             trees for each output",
        "Options of --model linear (default; range):\n",
        "  --l1                 penalty on |weight| (default 0; >= 0)\n",
        "  --tolerance          distance from the optimum to reach, relative to the objective (default 1e-08; (0, "
        "1))\n",
        "Parameters of losses:\n",
        "  --loss.delta         the residual beyond which the loss is linear (default 1 with --loss huber; > 0)\n"})
    EXPECT_NE(out.find(part), std::string::npos) << part << "\n" << out;
}

}  // namespace
}  // namespace linden::cli
