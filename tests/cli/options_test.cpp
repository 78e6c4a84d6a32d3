// The program's options: those of every field, of files and of metrics, and what is said of options that are not there.
#include <sys/stat.h>

#include <linden/linden.hpp>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/fail.hpp"
#include "cli/running.hpp"

namespace linden::cli {
namespace {

using Json = nlohmann::json;

class Options : public Program {
 protected:
  Options() { write("t.csv", numbers()); }

  // x and a label: 0 .. 3, or 0 and 1, or "no" and "yes".
  static std::string numbers(int rows = 80, int kinds = 4) {
    std::string text = "x,z,y\n";
    for (int i = 0; i < rows; ++i) text += fmt::format("{},{},{}\n", i * 37 % 61, i * 7 % 11, i * 37 % 61 * kinds / 61);
    return text;
  }
  std::string train(const std::string& more) {
    return succeed("train --data t.csv --label y --device cpu --out m.json " + more);
  }
  BoostingConfig config() const { return BoostedModel::load(folder() / "m.json").config(); }
};

TEST_F(Options, FieldsOfGroupsHaveItsNameBeforeThem) {
  const std::string file = "train --data t.csv --label y --device cpu --out m.json ";
  for (const char* option : {"--set constraints.monotone=x=1,age=-1", "--constraints.monotone x=1,age=-1"})
    EXPECT_EQ(refused(file + option),
              "linden: --constraints.monotone: the data has no feature \"age\". Features: x, z.\n");
  EXPECT_EQ(refused(file + "--set constraints.monotone=x=up"),
            "linden: --constraints.monotone: \"x=up\" is not NAME=NUMBER,... Hint: values go by names, "
            "age=1,income=-1; a name with a comma "
            "in it stands in double quotes.\n");
  EXPECT_EQ(refused(file + "--set monotone_constraints=x=1"),
            "linden: --set monotone_constraints=x=1: boosted models have no such field. Here that is "
            "constraints.monotone. Fields: " +
                boosting_fields() + ".\n");
  EXPECT_EQ(refused(file + "--monotone x=1", 2),
            "linden: linden train has no option --monotone. Did you mean --constraints.monotone? Hint: linden train "
            "--help lists them.\n");
  EXPECT_EQ(train("--rounds 2 --constraints.monotone none").find("monotone"), std::string::npos);
}

TEST_F(Options, TrainingGoesOnFromAModel) {
  train("--rounds 7 --min-rows-in-leaf 3");
  const std::string whole = read("m.json");
  train("--rounds 4 --min-rows-in-leaf 3");
  succeed("train t.csv --start m.json --device cpu --out more.json --rounds 3 --min-rows-in-leaf 3");
  EXPECT_EQ(read("more.json"), whole);
  const std::string go_on = "train t.csv --start m.json --device cpu --out more.json ";
  EXPECT_EQ(refused(go_on + "--label x"), "linden: --label x: the label of --start is y. Hint: leave it out.\n");
  EXPECT_EQ(refused(go_on + "--drop z"), "linden: --drop: --start says which columns are read. Hint: leave it out.\n");
  EXPECT_EQ(refused(go_on + "--categorical z"),
            "linden: --categorical: --start says which columns are categories. Hint: leave it out.\n");
  EXPECT_EQ(refused(go_on + "--loss huber"),
            "linden: --start: the data has the loss huber (delta = 1) with 1 outputs, and not squared with 1.\n");
  EXPECT_EQ(refused(go_on + "--model linear"),
            "linden: --start is for boosted models: a linear fit ends at its optimum. Hint: leave it out.\n");
  EXPECT_EQ(refused("train t.csv --start m.json --device cpu --out m.json"),
            "linden: --out m.json: that file is read by --start. Hint: another name.\n");
  succeed("train t.csv --label y --device cpu --model linear --out line.json");
  EXPECT_EQ(refused("train t.csv --start line.json --device cpu --out more.json"),
            "linden: --start line.json: that is a linear model; only boosted ones go on.\n");
}

TEST_F(Options, SamplesAndModesAreOptions) {
  train("--rounds 3 --sampling.kind mvs --row-fraction 0.5 --mode.kind dart --set mode.drop_rate=0.3");
  EXPECT_EQ(config().sampling.kind, Sampling::mvs);
  EXPECT_EQ(config().mode.kind, Mode::dart);
  EXPECT_EQ(config().mode.drop_rate, 0.3);
  const std::string file = "train --data t.csv --label y --device cpu --out m.json ";
  EXPECT_EQ(refused(file + "--mode.drop-rate 0.3"),
            "linden: --mode.drop-rate is 0.3, which has an effect only with --mode.kind dart. Hint: leave it out.\n");
  EXPECT_EQ(
      refused(file + "--sampling.kind groups --row-fraction 0.5"),
      "linden: --sampling.kind groups draws whole groups, but the data has none. Hint: name their column, --group, "
      "or draw rows.\n");
  EXPECT_EQ(refused(file + "--mode.kind rf"),
            "linden: --mode.kind is \"rf\"; it must be boosting, dart or forest. Here that is forest.\n");
}

TEST_F(Options, ForcedSplitsStandInAFileOrInTheOption) {
  write("splits.json", "{\n  \"feature\": \"x\",\n  \"threshold\": 30\n}\n");
  for (const char* value : {"splits.json", R"('{"feature":"x","threshold":30}')"}) {
    train(std::string("--rounds 2 --constraints.forced_splits ") + value);
    ASSERT_EQ(config().constraints.forced_splits.size(), 1u) << value;
    EXPECT_EQ(config().constraints.forced_splits[0].threshold, 30);
  }
  EXPECT_EQ(
      refused("train --data t.csv --label y --device cpu --out m.json --set constraints.forced_splits=none.json"),
      "linden: --set constraints.forced_splits=none.json: \"none.json\" cannot be read. Hint: a file of JSON, or the "
      "JSON itself.\n");
}

TEST_F(Options, EveryFieldIsAnOption) {
  train("--rounds 7 --learning-rate 0.5 --min_rows_in_leaf=3 --loss quantile --loss.level 0.9 --growth level_wise");
  EXPECT_EQ(config().rounds, 7);
  EXPECT_EQ(config().learning_rate, 0.5);
  EXPECT_EQ(config().min_rows_in_leaf, 3);
  EXPECT_EQ(config().growth, Growth::level_wise);
  EXPECT_EQ(config().loss.parameters(), (std::vector<LossParameter>{{"level", 0.9}}));
  const std::string bytes = read("m.json");
  train(
      "--set rounds=7 --set learning_rate=0.5 --set min_rows_in_leaf=3 --set loss=quantile --set loss.level=0.9 "
      "--set growth=level_wise");
  EXPECT_TRUE(read("m.json") == bytes);
  train("--model linear --l2 0.25 --intercept false --solver lbfgs --tolerance 1e-6");
  const LinearConfig linear = LinearModel::load(folder() / "m.json").config();
  EXPECT_EQ(linear.l2, 0.25);
  EXPECT_FALSE(linear.intercept);
  EXPECT_EQ(linear.solver, Solver::lbfgs);
  const std::string help = succeed("train --help");
  for (const FieldInfo& field : fields(BoostingConfig{})) {
    std::string option = "  --" + field.name;
    std::ranges::replace(option, '_', '-');
    EXPECT_NE(help.find(option + " "), std::string::npos) << option;
    train(fmt::format("--{} {} --rounds 2", field.name == "rounds" ? "seed" : field.name,
                      field.name == "rounds" ? "0" : field.value));
  }
}

TEST_F(Options, OptionsThatAreNotThereAreAnsweredWithThoseThatAre) {
  const std::string train = "train --data t.csv --label y --out m.json ";
  EXPECT_EQ(
      refused(train + "--lable y", 2),
      "linden: linden train has no option --lable. Did you mean --label? Hint: linden train --help lists them.\n");
  EXPECT_EQ(refused("train --eta 0.1 --data t.csv", 2),
            "linden: linden train has no option --eta. Here that is --learning-rate. Hint: linden train --help lists "
            "them.\n");
  EXPECT_EQ(refused(train + "--num_leaves=9", 2),
            "linden: linden train has no option --num_leaves. Here that is --max-leaves. Hint: linden train --help "
            "lists them.\n");
  EXPECT_EQ(refused(train + "--n-estimators 9", 2),
            "linden: linden train has no option --n-estimators. Here that is --rounds. Hint: linden train --help lists "
            "them.\n");
  EXPECT_EQ(refused(train + "--early-stopping-rounds 9", 2),
            "linden: linden train has no option --early-stopping-rounds. Here that is --patience. Hint: linden train "
            "--help lists them.\n");
  EXPECT_EQ(refused(train + "--model linear --C 9", 2),
            "linden: linden train has no option --C. Here that is 1 / (rows * l1) or 1 / (rows * l2). Hint: linden "
            "train --help lists them.\n");
  EXPECT_EQ(refused("predict --model m.json --data t.csv --frobnicate", 2),
            "linden: linden predict has no option --frobnicate. Hint: linden predict --help lists them.\n");
  EXPECT_EQ(refused(train + "--set lambda=1"),
            "linden: --set lambda=1: boosted models have no such field. Here that is l2. Fields: " + boosting_fields() +
                ".\n");
  EXPECT_EQ(
      refused(train + "--loss binary:logistic"),
      "linden: loss: no loss \"binary:logistic\". Here that is logistic. Losses: " + listing(loss::names()) + ".\n");
  EXPECT_EQ(refused(train + "--valid t.csv --metrics AUC"),
            "linden: --metrics: no metric \"AUC\". Here that is auc. Metrics: rmse, mae, r2, logloss, accuracy, error, "
            "auc, poisson_deviance, gamma_deviance, tweedie_deviance_1.5, pinball_0.5, mape, ... (25 in "
            "all).\n");
}

TEST_F(Options, DataMayStandAlone) {
  succeed("train t.csv --label y --rounds 3 --out m.json");
  succeed("predict --model m.json t.csv --out p.csv");
  EXPECT_EQ(read_lines("p.csv").size(), 81u);
  EXPECT_EQ(succeed("evaluate t.csv --metrics rmse,mae --model m.json"),
            succeed("evaluate --model m.json --metrics rmse --metrics mae --data t.csv"));
}

TEST_F(Options, ResultsGoToStandardOutput) {
  train("--rounds 3");
  succeed("predict --model m.json --data t.csv --out p.csv");
  EXPECT_EQ(succeed("predict --model m.json --data t.csv"), read("p.csv"));
  EXPECT_EQ(succeed("predict --model m.json --data t.csv --out -"), read("p.csv"));
  EXPECT_FALSE(std::filesystem::exists(folder() / "-"));
  const Ran to_output =
      run("train --data t.csv --label y --rounds 3 --device cpu --out - > n.json 2> report.txt; cat n.json");
  EXPECT_EQ(read("n.json"), read("m.json"));
  EXPECT_TRUE(read("report.txt").starts_with("data        t.csv: 80 rows")) << read("report.txt");
}

TEST_F(Options, WhatCannotBePrintedIsAnError) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full";
  train("--rounds 3");
  for (const char* command : {"inspect m.json", "predict --model m.json t.csv", "evaluate --model m.json t.csv"}) {
    run(std::string(command) + " 2> err.txt > /dev/full || touch refused");
    EXPECT_EQ(read("err.txt"), "linden: cannot write to standard output: No space left on device.\n") << command;
    EXPECT_TRUE(std::filesystem::remove(folder() / "refused")) << command;
  }
}

TEST_F(Options, TheLabelCountsFromTheEnd) {
  train("--rounds 3");
  const std::string by_name = read("m.json");
  succeed("train t.csv --label -1 --rounds 3 --out m.json");
  EXPECT_TRUE(read("m.json") == by_name);
  const std::string rows = numbers();
  write("bare.csv", rows.substr(rows.find('\n') + 1));
  succeed("train bare.csv --no-header --label -1 --rounds 3 --out n.json");
  EXPECT_EQ(BoostedModel::load(folder() / "n.json").label_name(), "2");
}

TEST_F(Options, MetricsOfTrainingAreThoseAskedFor) {
  write("t.csv", numbers(80, 2));
  const std::string out = train("--rounds 5 --valid t.csv --metrics auc,error --json r.json");
  EXPECT_NE(out.find("\nauc         "), std::string::npos) << out;
  EXPECT_EQ(out.find("logloss"), std::string::npos) << out;
  EXPECT_EQ(Json::parse(read("r.json"))["metrics"].size(), 2u);
  EXPECT_EQ(refused("train t.csv --label y --out m.json --metrics auc"),
            "linden: --metrics are of held-out data. Hint: --valid FILE, or --train-metrics.\n");
}

TEST_F(Options, PatienceWatchesTheFirstMetric) {
  // Rows of which the error is 0 after a round, while the loss falls for as long as there are rounds.
  write("t.csv", numbers(80, 2));
  train("--valid t.csv --rounds 60 --min-rows-in-leaf 1 --patience 5 --metrics error,logloss");
  EXPECT_LT(BoostedModel::load(folder() / "m.json").rounds(), 10);
  train("--valid t.csv --rounds 60 --min-rows-in-leaf 1 --patience 5 --metrics logloss,error");
  EXPECT_EQ(BoostedModel::load(folder() / "m.json").rounds(), 60);
}

TEST_F(Options, ImportancesArePrintedAsCsv) {
  write("t.csv", "\"x, in m\",z,y\n" + numbers().substr(6));
  train("--rounds 4 --min-rows-in-leaf 5");
  const std::vector<std::string> lines = lines_of(succeed("inspect m.json --importances"));
  const std::vector<Importance> importances = BoostedModel::load(folder() / "m.json").importances();
  ASSERT_EQ(lines.size(), importances.size() + 1);
  EXPECT_EQ(lines[0], "feature,gain,splits,cover");
  for (std::size_t i = 0; i < importances.size(); ++i)
    EXPECT_EQ(lines[i + 1], fmt::format("{},{},{},{}", importances[i].name == "z" ? "z" : "\"x, in m\"",
                                        importances[i].gain, importances[i].splits, importances[i].cover));
  EXPECT_EQ(importances[0].name, "x, in m");
  EXPECT_NE(succeed("inspect m.json")
                .find(fmt::format("\n{:<32} {:>8} {:>14.6g} {:>14.6g}\n", "x, in m", importances[0].splits,
                                  importances[0].gain, importances[0].cover)),
            std::string::npos);
  train("--model linear");
  EXPECT_EQ(refused("inspect m.json --importances"),
            "linden: --importances: m.json is a linear model, which has no splits. Hint: its weights are printed "
            "without --importances.\n");
}

TEST_F(Options, SeveralFilesAreHeldOutByName) {
  write("one.csv", numbers(40));
  write("two.csv", numbers(20));
  const std::string out = train("--rounds 3 --valid one.csv --valid late=two.csv --metrics rmse --json r.json");
  EXPECT_NE(out.find(" (one)\n"), std::string::npos) << out;
  EXPECT_NE(out.find(" (late)\n"), std::string::npos) << out;
  const Json metrics = Json::parse(read("r.json"))["metrics"];
  EXPECT_EQ(metrics.size(), 2u);
  EXPECT_TRUE(metrics["one"].contains("rmse") && metrics["late"].contains("rmse"));
  EXPECT_EQ(refused("train t.csv --label y --out m.json --valid one.csv --valid one=two.csv"),
            "linden: --valid one=two.csv: two files are called \"one\". Hint: name them, --valid NAME=FILE.\n");
}

TEST_F(Options, TrainingRowsHaveMetricsOnRequest) {
  for (const std::string family : {"--rounds 3", "--model linear"}) {
    const std::string out = train(family + " --train-metrics --metrics rmse --json r.json");
    const double rmse = value_of("rmse", succeed("evaluate --model m.json t.csv --metrics rmse"));
    EXPECT_NE(out.find(fmt::format("\nrmse        {:.6g} (train)\n", rmse)), std::string::npos) << out;
    const Json metrics = Json::parse(read("r.json"))["metrics"];
    EXPECT_EQ(metrics.size(), 1u);
    EXPECT_DOUBLE_EQ(metrics["train"]["rmse"], rmse);
  }
  write("v.csv", numbers(40));
  const std::string out = train("--rounds 3 --train-metrics --valid v.csv --metrics rmse");
  EXPECT_LT(out.find(" (v)\n"), out.find(" (train)\n")) << out;
  EXPECT_EQ(refused("train t.csv --label y --out m.json --train-metrics --valid train=v.csv"),
            "linden: --valid train=v.csv: with --train-metrics \"train\" stands for the training data. Hint: another "
            "name, --valid NAME=FILE.\n");
}

TEST_F(Options, AllFilesAreWatchedEveryRound) {
  write("one.csv", numbers(40));
  write("two.csv", numbers(20));
  const std::string watched = "--rounds 9 --patience 5 --metrics rmse,mae --json r.json ";
  train(watched + "--valid one.csv --valid late=two.csv --train-metrics");
  const Json history = Json::parse(read("r.json"))["history"];
  const int rounds = BoostedModel::load(folder() / "m.json").rounds();
  ASSERT_EQ(rounds, 9);
  ASSERT_EQ(history.size(), 9u);
  std::vector<std::string> names;
  for (const auto& [name, value] : history[0].items()) names.push_back(name);
  EXPECT_EQ(names,
            (std::vector<std::string>{"late mae", "late rmse", "one mae", "one rmse", "train mae", "train rmse"}));
  const Json metrics = Json::parse(read("r.json"))["metrics"];  // of the last round
  for (const std::string set : {"one", "late", "train"})
    EXPECT_NEAR(history[8][set + " rmse"].get<double>(), metrics[set]["rmse"].get<double>(), 1e-12) << set;
  train(watched + "--valid one.csv");
  EXPECT_EQ(Json::parse(read("r.json"))["history"][0].size(), 2u);
  EXPECT_TRUE(Json::parse(read("r.json"))["history"][0].contains("rmse"));
  train("--rounds 9 --valid one.csv --json r.json");
  EXPECT_FALSE(Json::parse(read("r.json")).contains("history"));
}

TEST_F(Options, DecimalCommasAreReadOnRequest) {
  const std::string points = numbers();
  std::string commas = points;
  for (char& c : commas) c = c == ',' ? ';' : c;
  write("points.csv", "x,z,y\n1.5,2,0\n2.25,1,1\n-3.5e1,4,1\n" + points.substr(6));
  write("commas.csv", "x;z;y\n1,5;2;0\n2,25;1;1\n-3,5e1;4;1\n" + commas.substr(6));
  const std::string train = "train --label y --rounds 3 --min-rows-in-leaf 2 --device cpu ";
  succeed(train + "points.csv --out p.json");
  succeed(train + "commas.csv --decimal , --valid commas.csv --out m.json");
  EXPECT_TRUE(read("m.json") == read("p.json"));
  EXPECT_TRUE(succeed("predict commas.csv --decimal , --model m.json") == succeed("predict points.csv --model m.json"));
  EXPECT_EQ(refused("predict commas.csv --model m.json"),
            "linden: commas.csv:2: column \"x\" is \"1,5\", but it held numbers in training. Hint: --decimal ',' if "
            "that is the decimal sign here.\n");
  EXPECT_EQ(refused(train + "commas.csv --decimal ';' --out m.json"),
            "linden: --decimal is \";\"; it must be . or a comma.\n");
}

TEST_F(Options, AnUndefinedMetricIsPrintedAsSuch) {
  write("t.csv", numbers(80, 2));
  write("one.csv", "x,z,y\n1,2,1\n2,3,1\n");
  const std::string out = train("--rounds 3 --valid one.csv --json r.json");
  EXPECT_NE(out.find("\nauc         undefined (held out; all rows with a weight have label 1)\n"), std::string::npos)
      << out;
  EXPECT_NE(out.find("\naccuracy    "), std::string::npos) << out;
  EXPECT_TRUE(Json::parse(read("r.json"))["metrics"]["auc"].is_null());
  const std::string lines = succeed("evaluate --model m.json one.csv");
  EXPECT_NE(lines.find("\nauc undefined (all rows with a weight have label 1)\n"), std::string::npos) << lines;
  EXPECT_TRUE(Json::parse(succeed("evaluate --model m.json one.csv --json"))["auc"].is_null());
  write("t.csv", numbers());
  train("--rounds 3");
  write("row.csv", "x,z,y\n1,2,1\n");
  EXPECT_NE(succeed("evaluate --model m.json row.csv").find("\nr2 undefined (every label is 1)\n"), std::string::npos);
}

TEST_F(Options, WhatIsHeldOutFailsBeforeTrainingOrNotAtAll) {
  train("--rounds 2");
  write("odd.csv", "x,z,y\n1,2,1\n2,3,9\n");
  EXPECT_EQ(refused("train t.csv --label y --loss softmax --valid odd.csv --out m.json"),
            "linden: --valid: the label is 9 at odd.csv:3, which is no class of the training data.\n");
  write("three.csv", "x,z,y\n1,2,1\n2,3,3\n");
  const std::string no_class =
      "linden: --metrics auc: label 3 at three.csv:3, but the classes are 0 .. 1. Hint: leave it out of --metrics.\n";
  for (const char* family : {"boosted --rounds 2", "linear"})
    EXPECT_EQ(refused(fmt::format("train t.csv --label y --loss squared --valid three.csv --metrics rmse,auc --out "
                                  "m.json --model {}",
                                  family)),
              no_class);
  EXPECT_EQ(refused("evaluate --model m.json three.csv --metrics auc --json"), no_class);
  EXPECT_TRUE(refused("train t.csv --label y --loss squared --train-metrics --metrics logloss --out m.json")
                  .starts_with("linden: --metrics logloss: label 2 at t.csv:"));
  EXPECT_EQ(refused("train t.csv --label y --loss softmax --valid t.csv --metrics auc --out m.json"),
            "linden: --metrics auc: predictions have 4 columns, but it takes one. Hint: logloss and accuracy take "
            "several.\n");
}

TEST_F(Options, RowsWithoutALabelAreLeftOutOnRequest) {
  const std::string full = numbers();
  write("gaps.csv", full + "1,2,\n3,4,NA\n");
  succeed("train t.csv --label y --rounds 3 --device cpu --out m.json");
  const Ran ran = run("train gaps.csv --label y --drop-unlabelled --rounds 3 --device cpu --out n.json");
  EXPECT_EQ(ran.code, 0);
  EXPECT_TRUE(ran.out.starts_with("data        gaps.csv: 80 rows, 2 features; label y: ")) << ran.out;
  EXPECT_EQ(ran.err, "linden: gaps.csv: 2 of 82 rows have no label and are left out.\n");
  EXPECT_TRUE(read("n.json") == read("m.json"));
  EXPECT_EQ(refused("train gaps.csv --label y --out m.json"),
            "linden: gaps.csv:82: the label (column \"y\") is missing. Hint: --drop-unlabelled leaves out rows "
            "without a label, or mend the row.\n");
}

TEST_F(Options, TheLabelDecidesTheLossAsInCpp) {
  EXPECT_NE(train("--rounds 2")
                .find("\nloss        squared (chosen by the label: 4 whole numbers; --loss softmax takes "
                      "them for classes; --loss NAME names another)\n"),
            std::string::npos);
  EXPECT_EQ(config().loss.name(),
            fit_boosted(Dataset::from_csv(folder() / "t.csv", {.label = "y"}), {.rounds = 1}).loss().name());
  write("t.csv", numbers(80, 2));
  EXPECT_NE(
      train("--rounds 2").find("\nloss        logistic (chosen by the label: 0 and 1; --loss NAME names another)\n"),
      std::string::npos);
  EXPECT_EQ(train("--rounds 2 --loss squared").find("chosen"), std::string::npos);
}

TEST_F(Options, TheFormatMayBeNamed) {
  write("rows.txt", "1 1:1 2:3\n0 1:2\n1 2:1\n0 1:4\n");
  const std::string more = " --min-rows-in-leaf 1 --rounds 2 --out ";
  succeed("train rows.txt" + more + "m.json");
  succeed("train --format libsvm --data -" + more + "n.json < rows.txt");
  EXPECT_EQ(read("m.json"), read("n.json"));
  succeed("train rows.txt --features 5" + more + "w.json");
  EXPECT_EQ(BoostedModel::load(folder() / "w.json").feature_names().size(), 5u);
  succeed("evaluate --model w.json --format libsvm --data - < rows.txt");
  write("zero.txt", "1 0:1 1:3\n0 0:2\n1 1:1\n0 0:4\n");
  succeed("train zero.txt --zero-based" + more + "z.json");
  EXPECT_EQ(BoostedModel::load(folder() / "z.json").feature_names().size(), 2u);
  EXPECT_EQ(refused("train rows.txt --format tsv --out m.json"),
            "linden: --format is \"tsv\"; it must be csv or libsvm.\n");
}

TEST_F(Options, PipesAndFoldersHaveTheirSentence) {
  ASSERT_EQ(::mkfifo((folder() / "pipe").c_str(), 0600), 0);
  std::thread writer([&] { write("pipe", numbers()); });
  succeed("train --data pipe --label y --rounds 2 --device cpu --out m.json");
  writer.join();
  succeed("train --data t.csv --label y --rounds 2 --device cpu --out n.json");
  EXPECT_EQ(read("m.json"), read("n.json"));
  std::filesystem::remove(folder() / "pipe");
  std::filesystem::create_directory(folder() / "folder");
  EXPECT_EQ(refused("train --data folder --label y --out m.json"), "linden: folder: it is a directory, not a file.\n");
  EXPECT_EQ(refused("predict --model folder --data t.csv"), "linden: folder: it is a directory, not a file.\n");
}

}  // namespace
}  // namespace linden::cli
