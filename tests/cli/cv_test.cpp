// linden cv: what it prints and writes, against cross_validate; how folds are asked for; what it refuses.
#include <linden/linden.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/running.hpp"

namespace linden::cli {
namespace {

using Json = nlohmann::json;

class CvCommand : public Program {
 protected:
  // Numbers a and b, a person with several rows, a day, a fold and a label.
  CvCommand() {
    std::string text = "a,b,person,day,fold,y\n";
    for (int i = 0; i < 90; ++i)
      text += fmt::format("{},{},p{},2024-{:02}-01,{},{}\n", i * 37 % 61, i * 11 % 13, i % 17, 1 + i % 12, 3 + i % 2,
                          (i * 37 % 61 > 30) != (i % 7 == 0) ? "yes" : "no");
    write("t.csv", text);
  }
  static std::string cv(const std::string& more) { return "cv t.csv --label y --device cpu --threads 1 " + more; }
  Dataset data() const {
    return Dataset::from_csv(folder() / "t.csv", {.label = "y", .drop = {"person", "day", "fold"}});
  }
};

TEST_F(CvCommand, PrintsWhatCrossValidateFinds) {
  const std::string plain = "--drop person,day,fold --rounds 4 --folds 3 --min-rows-in-leaf 5 ";
  const std::vector<std::string> lines =
      lines_of(succeed(cv(plain + "--json r.json --curves c.csv --predictions p.csv")));
  const BoostedCrossValidation expected =
      cross_validate(data(), BoostingConfig{.rounds = 4, .min_rows_in_leaf = 5}, {.folds = data().folds({.count = 3})});
  std::ostringstream metrics;
  metrics << expected;
  ASSERT_EQ(lines.size(), 8u);
  EXPECT_EQ(lines[0], "data        t.csv: 90 rows, 2 features; label y: 2 classes (no, yes)");
  EXPECT_EQ(lines[1], "folds       3, rows at random: 60 rows to train on, 30 to test on");
  EXPECT_EQ(lines[2], "loss        logistic (chosen by the label: 2 classes; --loss NAME names another)");
  EXPECT_EQ(lines[3] + "\n" + lines[4] + "\n" + lines[5] + "\n", metrics.str());
  EXPECT_TRUE(lines[6].starts_with("rounds      4")) << lines[6];
  EXPECT_TRUE(lines[7].starts_with("seconds     read 0.")) << lines[7];

  const Json report = Json::parse(read("r.json"));
  EXPECT_EQ(report["rounds"], 4);
  EXPECT_EQ(report["folds"][1]["test"], 30);
  EXPECT_EQ(report["metrics"]["auc"]["mean"], expected.of("auc").mean);
  EXPECT_EQ(report["metrics"]["auc"]["standard_error"], expected.of("auc").standard_error);
  EXPECT_EQ(report["metrics"]["auc"]["folds"][2], expected.curve("auc").values[3][2]);
  EXPECT_EQ(report["metrics"]["auc"]["history"]["mean"][1], expected.curve("auc").spread[1].mean);

  const std::vector<std::string> curves = read_lines("c.csv");
  ASSERT_EQ(curves.size(), 5u);
  EXPECT_TRUE(
      curves[0].starts_with("round,logloss mean,logloss standard deviation,logloss standard error,logloss fold 1,"))
      << curves[0];
  EXPECT_TRUE(curves[2].starts_with(fmt::format("2,{},", expected.curve("logloss").spread[1].mean))) << curves[2];

  const std::vector<std::string> predictions = read_lines("p.csv");
  ASSERT_EQ(predictions.size(), 91u);
  EXPECT_EQ(predictions[0], "fold,label,prediction");
  const Tensor label = data().label();
  for (std::size_t row = 0; row < 90; ++row) {
    std::size_t fold = 0;
    while (std::ranges::count(expected.folds[fold].test, static_cast<std::int64_t>(row)) == 0) ++fold;
    EXPECT_EQ(predictions[row + 1],
              fmt::format("{},{},{}", fold + 1, label.span<const double>()[row] == 1 ? "yes" : "no",
                          expected.prediction.span<const double>()[row]));
  }
}

TEST_F(CvCommand, StopsAtTheBestMean) {
  const std::vector<std::string> lines = lines_of(
      succeed(cv("--drop person,day,fold --rounds 300 --learning-rate 0.5 --patience 3 --min-rows-in-leaf 2")));
  const auto expected =
      cross_validate(data(), BoostingConfig{.rounds = 300, .learning_rate = 0.5, .min_rows_in_leaf = 2},
                     {.callbacks = {early_stopping({.patience = 3})}});
  EXPECT_EQ(lines[6], fmt::format("rounds      {}, which have the best mean of logloss (of {} trained)",
                                  expected.rounds, expected.curves[0].values.size()));
}

TEST_F(CvCommand, FoldsAreDealtAsIsAskedFor) {
  const auto folds = [&](const std::string& how) {
    return lines_of(succeed(cv("--rounds 1 --min-rows-in-leaf 2 " + how)))[1];
  };
  EXPECT_EQ(folds("--drop person,day,fold --stratified --repeats 2"),
            "folds       10, stratified, 2 times: 72 rows to train on, 18 to test on");
  EXPECT_EQ(folds("--drop day,fold --fold-groups person --folds 2"),
            "folds       2, whole groups of person: 43 to 47 rows to train on, 43 to 47 to test on");
  EXPECT_EQ(folds("--drop person,day --fold-column fold"),
            "folds       2, by column fold: 45 rows to train on, 45 to test on");
  EXPECT_EQ(folds("--drop person,fold --time day --folds 2"),
            "folds       2, by time (day): 32 to 62 rows to train on, 28 to 30 to test on");
  EXPECT_EQ(folds("--drop person,day,fold --ordered --folds 2 --gap 5 --window 20"),
            "folds       2, by the order of rows: 20 rows to train on, 30 to test on");
}

TEST_F(CvCommand, TakesLinearModels) {
  const std::string out = succeed(cv("--drop person,day,fold --model linear --l2 0.1 --train-metrics --json r.json"));
  const auto expected = cross_validate(data(), LinearConfig{.l2 = 0.1}, {.train_metrics = true});
  std::ostringstream metrics;
  metrics << expected;
  EXPECT_NE(out.find(metrics.str()), std::string::npos) << out;
  EXPECT_EQ(Json::parse(read("r.json"))["metrics"]["train auc"]["mean"], expected.of("train auc").mean);
}

TEST_F(CvCommand, RefusesWhatDoesNotGoTogether) {
  EXPECT_EQ(refused(cv("--stratified --ordered")),
            "linden: --stratified and --ordered do not go together. Hint: leave one out.\n");
  EXPECT_EQ(refused(cv("--ordered --repeats 2")),
            "linden: --repeats does not go with --ordered. Hint: leave one out.\n");
  EXPECT_EQ(refused(cv("--time day --fold-seed 2")),
            "linden: --fold-seed does not go with --time. Hint: leave one out.\n");
  EXPECT_EQ(refused(cv("--fold-column fold --folds 3")),
            "linden: --folds does not go with --fold-column. Hint: leave one out.\n");
  EXPECT_EQ(refused(cv("--gap 3")), "linden: --gap is for folds by time. Hint: --time COLUMN, or --ordered.\n");
  EXPECT_EQ(
      refused(cv("--fold-groups persn")),
      "linden: --fold-groups persn: no such column. Did you mean \"person\"? Columns: a, b, person, day, fold.\n");
  EXPECT_EQ(refused(cv("--fold-column a --drop a")),
            "linden: --fold-column a: no such column. Columns: b, person, day, fold.\n");
  EXPECT_EQ(refused(cv("--folds 91 --drop person,day,fold")),
            "linden: --folds is 91, but must be at least 2 and at most 90, the number of rows.\n");
  EXPECT_EQ(refused(cv("--model linear --patience 3")),
            "linden: --patience is for boosted models: a linear fit ends at its optimum. Hint: leave it out.\n");
  EXPECT_EQ(refused(cv("--model tree")), "linden: --model is \"tree\"; it must be boosted or linear.\n");
  EXPECT_EQ(refused(cv("--json t.csv")), "linden: --json t.csv: that file is read by --data. Hint: another name.\n");
  EXPECT_EQ(refused(cv("--ordered --gap 80")),
            "linden: fold 1 tests from t.csv:17 on, and --gap 80 and --window 0 leave no row to train on.\n");
}

TEST_F(CvCommand, SaysWhichRowLacksAValueToFoldBy) {
  write("gap.csv", "a,day,y\n1,2,1\n2,,2\n3,4,3\n");
  EXPECT_EQ(refused("cv gap.csv --label y --device cpu --time day"),
            "linden: --time day: the value is missing at gap.csv:3.\n");
}

}  // namespace
}  // namespace linden::cli
