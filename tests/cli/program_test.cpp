// The program on data that is good: what it writes and prints, and that the library reads the same numbers back.
#include <linden/linden.hpp>
#include <nlohmann/json.hpp>

#include "cli/running.hpp"
#include "cli/words.hpp"

namespace linden::cli {
namespace {

using Json = nlohmann::json;

// Two numbers, a category and a label of as many classes (0: a number).
std::string table(int classes, int rows = 120) {
  std::string text = "size,\"the colour\",weight,y\n";
  const char* const names[] = {"no", "maybe, or so", "yes"};
  for (int i = 0; i < rows; ++i) {
    const int x = i * 37 % 101, colour = i * 7 % 3;
    const std::string size = i % 11 == 0 ? "NA" : fmt::format("{}", x / 8.0);
    const int y = (x > 50) + (colour == 2);
    const std::string label = classes == 0   ? fmt::format("{}", y + i % 7 / 10.0)
                              : classes == 2 ? std::string(y > 0 ? "yes" : "no")
                                             : fmt::format("\"{}\"", names[y]);
    text += fmt::format("{},{},{},{}\n", size, colour == 0 ? "red" : colour == 1 ? "green" : "blue", 1 + i % 2, label);
  }
  return text;
}

class Commands : public Program {
 protected:
  std::string train(int classes, const std::string& more = "", int rounds = 10) {
    write("t.csv", table(classes));
    return succeed(fmt::format("train --data t.csv --label y --set rounds={} --set min_rows_in_leaf=3 --out m.json {}",
                               rounds, more));
  }
  std::vector<std::string> predict(const std::string& output) {
    succeed("predict --model m.json --data t.csv --out p.csv --output " + output);
    return read_lines("p.csv");
  }
};

TEST_F(Commands, TrainSaysWhatItDid) {
  const std::vector<std::string> lines = lines_of(train(2, "--device cpu --valid t.csv --json r.json"));
  ASSERT_EQ(lines.size(), 8u);
  EXPECT_EQ(lines[0].find("data        t.csv: 120 rows, 3 features, 1 of text: the colour (3 values); label y: "), 0u)
      << lines[0];
  EXPECT_EQ(lines[1], "loss        logistic (chosen by the label: 2 classes; --loss NAME names another)");
  EXPECT_EQ(lines[2], "model       m.json: 10 rounds, 10 trees");
  EXPECT_TRUE(lines[3].starts_with("logloss     0.") && lines[3].ends_with(" (held out)")) << lines[3];
  EXPECT_TRUE(lines[4].starts_with("accuracy    ")) << lines[4];
  EXPECT_TRUE(lines[5].starts_with("auc         ")) << lines[5];
  EXPECT_TRUE(lines[6].starts_with("seconds     read 0.")) << lines[6];
  EXPECT_TRUE(lines[7].starts_with("speed       ") && lines[7].ends_with("(rows x rounds / seconds of training)"));
}

TEST_F(Commands, TrainWritesTheSameAsJson) {
  const std::string out = train(2, "--valid t.csv --json r.json");
  const Json report = Json::parse(read("r.json"));
  EXPECT_EQ(report.size(), 2u);
  ASSERT_EQ(report["seconds"].size(), 4u);
  for (const char* step : {"read", "bin", "train", "write"})
    EXPECT_GE(report["seconds"][step].get<double>(), 0) << step;
  ASSERT_EQ(report["metrics"].size(), 3u);
  for (const char* name : {"logloss", "accuracy", "auc"})
    EXPECT_NE(out.find(fmt::format("{:<11} {:.6g} (held out)", name, report["metrics"][name].get<double>())),
              std::string::npos);
  train(2, "--json r.json");
  EXPECT_EQ(Json::parse(read("r.json"))["metrics"], Json::object());
}

TEST_F(Commands, TheLabelDecidesTheLoss) {
  EXPECT_NE(train(0).find("loss        squared (chosen"), std::string::npos);
  EXPECT_NE(train(3).find("loss        softmax (chosen"), std::string::npos);
  EXPECT_EQ(train(0, "--set loss=poisson").find("chosen"), std::string::npos);
  EXPECT_EQ(BoostedModel::load(folder() / "m.json").loss().name(), "poisson");
}

TEST_F(Commands, ParametersOfTheLossAreSetInAnyOrder) {
  for (const char* order : {"--set loss=quantile --set loss.level=0.9", "--set loss.level=0.9 --set loss=quantile"}) {
    EXPECT_EQ(train(0, order).find("chosen"), std::string::npos);
    const BoostedModel model = BoostedModel::load(folder() / "m.json");
    EXPECT_EQ(model.loss().name(), "quantile");
    EXPECT_EQ(model.loss().parameters(), (std::vector<LossParameter>{{"level", 0.9}}));
  }
  EXPECT_TRUE(succeed("evaluate --model m.json --data t.csv").starts_with("pinball_0.9 "));
  EXPECT_NE(succeed("inspect m.json").find("\n  loss              quantile\n  loss.level        0.9\n"),
            std::string::npos);
  const std::string out = train(2, "--set loss=focal --set loss.gamma=3 --valid t.csv");
  EXPECT_NE(out.find("\nauc "), std::string::npos) << out;
}

TEST_F(Commands, SeveralLevelsAreColumnsInOrder) {
  train(0, "--loss quantile --loss.level 0.1,0.5,0.9 --valid t.csv");
  EXPECT_EQ(BoostedModel::load(folder() / "m.json").outputs(), 3);
  const std::vector<std::string> lines = predict("prediction");
  EXPECT_EQ(lines[0], "prediction_0.1,prediction_0.5,prediction_0.9");
  EXPECT_TRUE(succeed("evaluate --model m.json --data t.csv").starts_with("pinball_0.1_0.5_0.9 "));
  EXPECT_NE(succeed("inspect m.json").find("\n  loss.level        0.1,0.5,0.9\n"), std::string::npos);
}

TEST_F(Commands, DistributionsHaveMomentsAndQuantiles) {
  const std::string out = train(0, "--loss normal_distribution --valid t.csv --metrics nll,coverage_0.9,rmse");
  for (const char* metric : {"\nnll ", "\ncoverage_0.9 ", "\nrmse "}) EXPECT_NE(out.find(metric), out.npos) << out;
  EXPECT_EQ(predict("prediction")[0], "prediction_mean,prediction_deviation");
  succeed("predict --model m.json --data t.csv --quantiles 0.05,0.95 --out q.csv");
  const std::vector<std::string> lines = read_lines("q.csv");
  EXPECT_EQ(lines[0], "quantile_0.05,quantile_0.95");
  ASSERT_EQ(lines.size(), 121u);
  const std::size_t comma = lines[1].find(',');
  EXPECT_LT(std::stod(lines[1].substr(0, comma)), std::stod(lines[1].substr(comma + 1)));
  EXPECT_EQ(refused("predict --model m.json --data t.csv --quantiles 0.5 --output score"),
            "linden: --quantiles take the place of predictions, and --output is score. Hint: leave one out.\n");
  train(0);
  EXPECT_EQ(refused("predict --model m.json --data t.csv --quantiles 0.5"),
            "linden: --quantiles are those of a distribution, and loss \"squared\" has none. Hint: train with "
            "normal_distribution or its like, or with quantile, whose predictions are quantiles.\n");
}

TEST_F(Commands, PredictionsReadBackAsTheSameNumbers) {
  for (const int classes : {0, 2, 3}) {
    train(classes);
    const BoostedModel model = BoostedModel::load(folder() / "m.json");
    const Dataset data = Dataset::from_csv(folder() / "t.csv", {.label = "y"});
    for (const auto& [name, output] :
         {std::pair("prediction", Output::prediction), std::pair("score", Output::score)}) {
      const std::vector<std::string> lines = predict(name);
      ASSERT_EQ(lines.size(), 121u);
      EXPECT_EQ(lines[0], classes == 3 ? fmt::format("\"{0}_maybe, or so\",{0}_no,{0}_yes", name) : name);
      const Tensor wanted = model.predict(data, {.output = output});
      const double* w = wanted.data<double>();
      for (std::size_t i = 1; i < lines.size(); ++i)
        for (const char* at = lines[i].c_str(); *at != 0; at += *at == ',') {
          char* end = nullptr;
          EXPECT_EQ(std::strtod(at, &end), *w++);
          ASSERT_NE(at, end);
          at = end;
        }
      EXPECT_EQ(w, wanted.data<double>() + wanted.elements());
    }
  }
}

TEST_F(Commands, ClassesHaveTheirNames) {
  train(3);
  const std::vector<std::string> lines = predict("class");
  EXPECT_EQ(lines[0], "class");
  for (std::size_t i = 1; i < lines.size(); ++i)
    EXPECT_TRUE(lines[i] == "\"maybe, or so\"" || lines[i] == "no" || lines[i] == "yes") << lines[i];
  EXPECT_EQ(Dataset::from_csv(folder() / "p.csv").rows(), 120);
}

TEST_F(Commands, TheProbabilityOfTwoClassesIsThatOfTheSecond) {
  train(2);  // no, yes
  const std::vector<std::string> p = predict("prediction"), c = predict("class");
  for (std::size_t i = 1; i < p.size(); ++i) EXPECT_EQ(c[i], std::stod(p[i]) >= 0.5 ? "yes" : "no");
}

TEST_F(Commands, LeavesHaveOneColumnATree) {
  train(0, "", 3);
  const std::vector<std::string> lines = predict("leaf");
  EXPECT_EQ(lines[0], "leaf_0,leaf_1,leaf_2");
  for (std::size_t i = 1; i < lines.size(); ++i) EXPECT_EQ(std::ranges::count(lines[i], ','), 2);
}

TEST_F(Commands, ColumnsMayStandInAnotherOrder) {
  train(2);
  const std::vector<std::string> wanted = predict("prediction");
  std::string other = "extra,y,the colour,size,weight\n";
  for (const std::string& line : lines_of(table(2).substr(table(2).find('\n') + 1))) {
    const std::size_t a = line.find(','), b = line.find(',', a + 1), c = line.find(',', b + 1);
    other += "0," + line.substr(c + 1) + "," + line.substr(a + 1, b - a - 1) + "," + line.substr(0, a) + "," +
             line.substr(b + 1, c - b - 1) + "\n";
  }
  write("t.csv", other);
  EXPECT_EQ(predict("prediction"), wanted);
}

TEST_F(Commands, EvaluatePrintsOneNameAndValueALine) {
  train(2);
  const std::vector<std::string> lines = lines_of(succeed("evaluate --model m.json --data t.csv"));
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_TRUE(lines[0].starts_with("logloss 0."));
  EXPECT_TRUE(lines[1].starts_with("accuracy "));
  EXPECT_TRUE(lines[2].starts_with("auc "));
  const std::string out = succeed("evaluate --model m.json --data t.csv --metrics auc,error --json");
  const Json values = Json::parse(out);
  EXPECT_EQ(values.size(), 2u);
  EXPECT_EQ(fmt::format("auc {}", values["auc"].get<double>()), lines[2]);
  EXPECT_EQ(values["error"].get<double>(), 1 - value_of("accuracy", lines[1]));
}

TEST_F(Commands, InspectShowsTheModelAndItsTrees) {
  train(2);
  const std::string out = succeed("inspect m.json");
  EXPECT_TRUE(out.starts_with("model       boosted: 10 rounds, 10 trees, ")) << out;
  for (const char* part : {"\nlabel       y\n", "\nclasses     no, yes\n", "\nfeatures    3\n", "\nstart       ",
                           "\n  rounds            10\n", "\n  min_rows_in_leaf  3\n", "\nfeature ", "\nsize "})
    EXPECT_NE(out.find(part), std::string::npos) << part;
  const std::vector<std::string> tree = lines_of(succeed("inspect m.json --tree 0"));
  EXPECT_NE(tree[0].find("  gain "), std::string::npos);
  EXPECT_TRUE(tree[0].ends_with(", 120 rows")) << tree[0];
  EXPECT_TRUE(tree[1].starts_with("  yes: ")) << tree[1];
  EXPECT_EQ(tree.size(), BoostedModel::load(folder() / "m.json").trees()[0].nodes.size());
}

TEST_F(Commands, InspectNamesWhatTreesReadOfCategories) {
  std::string text = "city,job,label\n";
  for (int row = 0; row < 400; ++row)
    text += fmt::format("c{},j{},{}\n", row % 37, row % 11, row % 37 % 3 == 0 ? "yes" : "no");
  write("towns.csv", text);
  succeed("train towns.csv --label label --categories.encoding statistics --rounds 2 --out m.json");
  EXPECT_NE(succeed("inspect m.json --all").find("\ncity: share of label = yes "), std::string::npos);
  const std::vector<std::string> tree = lines_of(succeed("inspect m.json --tree 0"));
  EXPECT_TRUE(tree[0].starts_with("city: share of label = yes <= ")) << tree[0];
  EXPECT_NE(succeed("inspect m.json --importances").find("\ncity: share of label = yes,"), std::string::npos);
  succeed("evaluate towns.csv --model m.json --metrics auc");
}

TEST_F(Commands, InspectShowsAModelOfAnotherLibrary) {
  const std::string model = source("tests/golden/models/boosted_vectors.json").string();
  const std::string out = succeed("inspect " + model);
  EXPECT_TRUE(
      out.starts_with("model       boosted: 2 rounds, 2 trees, 5 leaves of 3 values, depth up to 2\n"
                      "label       kind\n"
                      "classes     oak, elm, ash\n"
                      "features    2\n"
                      "start       0.5 0 -0.5\n"
                      "loss        multiclassova\n"
                      "link        sigmoid\n"
                      "signature   sha256 "))
      << out;
  EXPECT_EQ(succeed("inspect " + model + " --tree 0"),
            "age <= 1.5 or missing or zero  gain 9.5, 40 rows\n"
            "  yes: job in {smith}  gain 4, 25 rows\n"
            "    yes: leaf 0.25 -1 2  12 rows\n"
            "    no:  leaf -0.75 0.125 0  13 rows\n"
            "  no:  age <= 40 and not zero  gain 2.25, 15 rows\n"
            "    yes: leaf 1.5 3 -0.5  5 rows\n"
            "    no:  leaf 0 -2 1  10 rows\n");
}

TEST_F(Commands, WeightsDropsAndCategoriesAreNamed) {
  train(0, "--weight weight --drop 'the colour' --categorical size");
  const BoostedModel model = BoostedModel::load(folder() / "m.json");
  EXPECT_EQ(model.feature_names(), std::vector<std::string>{"size"});
  EXPECT_TRUE(model.is_categorical(0));
  succeed("predict --model m.json --data t.csv --out p.csv");
  succeed("evaluate --model m.json --data t.csv --weight weight");
}

TEST_F(Commands, WithoutAHeaderColumnsHaveNumbers) {
  write("t.csv", table(2).substr(table(2).find('\n') + 1));
  succeed("train --data t.csv --no-header --label 3 --weight 2 --out m.json --set rounds=3");
  EXPECT_EQ(BoostedModel::load(folder() / "m.json").feature_names(), (std::vector<std::string>{"0", "1"}));
  succeed("evaluate --model m.json --data t.csv --no-header");
  succeed("predict --model m.json --data t.csv --no-header --out p.csv");
  EXPECT_EQ(read_lines("p.csv").size(), 121u);
}

TEST_F(Commands, OtherDelimitersAndMissingTokens) {
  std::string text = table(0);
  std::ranges::replace(text, ',', ';');
  for (std::size_t at; (at = text.find("NA")) != std::string::npos;) text.replace(at, 2, "?");
  write("t.csv", text);
  succeed("train --data t.csv --label y --delimiter ';' --missing '?' --out m.json --set rounds=3");
  EXPECT_FALSE(BoostedModel::load(folder() / "m.json").is_categorical(0));
}

TEST_F(Commands, StandardInputIsData) {
  write("t.csv", table(0));
  succeed("train --data - --label y --out m.json --set rounds=3 < t.csv");
  succeed("train --data t.csv --label y --out n.json --set rounds=3");
  EXPECT_EQ(read("m.json"), read("n.json"));
}

TEST_F(Commands, PatienceStopsEarly) {
  write("v.csv", table(0, 40));
  write("t.csv", table(0));
  const std::string out = succeed(
      "train --data t.csv --label y --out m.json --valid v.csv --patience 3 --rounds 2000 --learning-rate 0.9 "
      "--min-rows-in-leaf 3");
  EXPECT_LT(BoostedModel::load(folder() / "m.json").rounds(), 2000) << out;
}

TEST_F(Commands, LibsvmHasNoLabelOption) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += fmt::format("{} 1:{} 3:{}\n", i % 2, i % 2 + i % 5 * 0.1, i);
  write("t.libsvm", text);
  succeed("train --data t.libsvm --out m.json --set rounds=5");
  EXPECT_EQ(value_of("accuracy", succeed("evaluate --model m.json --data t.libsvm")), 1);
  write("narrow.libsvm", "1 1:1\n0 1:0\n");  // the width is the model's
  succeed("predict --model m.json --data narrow.libsvm --out p.csv");
  EXPECT_EQ(read_lines("p.csv").size(), 3u);
}

TEST_F(Commands, EveryInstructionLevelGivesTheSameBytes) {
  write("t.csv", table(3));
  for (const char* level : {"v2", "v3", "v4"}) {
    ::setenv("LINDEN_ISA", level, 1);
    const Ran ran = run(fmt::format("train --data t.csv --label y --set rounds=5 --out {}.json", level));
    ::unsetenv("LINDEN_ISA");
    if (ran.code != 0 && ran.err.find("but this machine has") != std::string::npos) continue;
    EXPECT_EQ(ran.code, 0) << ran.err;
    EXPECT_TRUE(read(fmt::format("{}.json", level)) == read("v2.json")) << level;
  }
}

TEST_F(Commands, TheExamplesInTheRepositoryTrain) {
  split(source("examples/data/breast_cancer.csv"), "train.csv", "test.csv");
  const std::string header = lines_of(read("train.csv"))[0];
  const std::string label = header.substr(header.rfind(',') + 1);
  succeed("train --data train.csv --valid test.csv --label " + label + " --out m.json --set learning_rate=0.1");
  EXPECT_GT(value_of("auc", succeed("evaluate --model m.json --data test.csv")), 0.98);
  split(source("examples/data/diabetes.csv"), "train.csv", "test.csv");
  succeed("train --data train.csv --valid test.csv --label progression --out m.json --set learning_rate=0.05");
  EXPECT_GT(value_of("r2", succeed("evaluate --model m.json --data test.csv")), 0.3);
}

TEST_F(Commands, VersionAndHelp) {
  EXPECT_EQ(succeed("--version"), fmt::format("linden {}\n", version()));
  const std::string help = succeed("train --help");
  for (const FieldInfo& field : fields(BoostingConfig{}))
    EXPECT_NE(help.find(fmt::format("\n  {:<20} {} (default {}; {})\n", option_of(field.name), field.meaning,
                                    field.value, field.range)),
              std::string::npos)
        << field.name;
  EXPECT_NE(help.find("\nParameters of losses:\n"
                      "  --loss.level         the share of labels that lie below the prediction (default 0.5 with "
                      "--loss quantile; (0, 1), or several)\n"),
            std::string::npos)
      << help;
  for (const char* command : {"predict", "evaluate", "explain", "inspect"}) succeed(std::string(command) + " --help");
}

}  // namespace
}  // namespace linden::cli
