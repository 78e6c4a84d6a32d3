// Linear models of text, missing values and formulas, as the program's users meet them.
#include <gtest/gtest.h>

#include <linden/linear.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/running.hpp"

namespace linden::cli {
namespace {

class Formulas : public Program {
 protected:
  Formulas() {
    std::string text = "color,\"a,b\",x,days,y\n";
    for (int i = 0; i < 60; ++i)
      text += fmt::format("{},{},{},{},{}\n",
                          i % 3 == 0   ? "red"
                          : i % 3 == 1 ? "green"
                                       : "blue",
                          i * 7 % 11, 1 + i * 5 % 13, 1 + i % 4, i * 3 % 5);
    write("t.csv", text);
  }
  // What is said on stderr by a run that succeeds.
  std::string said(const std::string& arguments) const {
    const Ran ran = run(arguments);
    EXPECT_EQ(ran.code, 0) << ran.err;
    return ran.err;
  }
};

TEST_F(Formulas, AreFittedToRawRows) {
  EXPECT_EQ(said("train t.csv --model linear --formula 'y ~ color + log(x)' --loss squared --out m.json"),
            "linden: weights of text are against color=blue.\n");
  const std::string shown = succeed("inspect m.json");
  EXPECT_NE(shown.find("model       linear: 2 features in 3 columns, 1 output\n"), shown.npos) << shown;
  EXPECT_NE(shown.find("\ncolor=red "), shown.npos) << shown;
  EXPECT_NE(shown.find("\nlog(x) "), shown.npos) << shown;
  const std::string table = succeed("summary m.json --data t.csv");
  EXPECT_NE(table.find("\ncolor=green "), table.npos) << table;
  EXPECT_NE(succeed("evaluate --model m.json --data t.csv").find("rmse"), std::string::npos);
  write("new.csv", "x,color\n2,pink\n2,blue\n");
  EXPECT_EQ(said("predict --model m.json --data new.csv --out p.csv"),
            "linden: column \"color\": 1 row has a category that the training data did not have (first \"pink\" at "
            "new.csv:2); its columns are 0 there.\n");
  const std::vector<std::string> lines = read_lines("p.csv");
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[1], lines[2]);
  succeed("convert m.json w.csv");
  const std::string csv = read("w.csv");
  EXPECT_NE(csv.find("\ncolor=green,"), csv.npos) << csv;
  EXPECT_EQ(refused("convert m.json m.onnx"),
            "linden: export_model: onnx cannot hold this model: it is for weights of features, and this model makes "
            "columns of text, missing "
            "values or by a formula. Hint: csv has the weights of all columns.\n");
}

TEST_F(Formulas, SayWhereTheyAreWrong) {
  EXPECT_EQ(
      refused("train t.csv --model linear --formula 'y ~ color + splin(x)' --out m.json"),
      "linden: --formula: there is no function \"splin\". Did you mean \"spline\"? Functions: log, log1p, exp, sqrt, "
      "abs, I, spline, bspline, poly, offset.\n  y ~ color + splin(x)\n              ^\n");
  EXPECT_EQ(refused("train t.csv --model boosted --formula 'y ~ x' --label y --out m.json"),
            "linden: --formula y ~ x: only linear models have it, and this is a boosted one. Hint: leave it out, or "
            "--model linear.\n");
}

TEST_F(Formulas, ExposureIsAnOffsetOfTheModel) {
  EXPECT_EQ(said("train t.csv --model linear --label y --drop color --exposure days --loss poisson --out m.json"), "");
  EXPECT_EQ(
      said("train t.csv --model linear --formula 'y ~ x + `a,b` + offset(log(days))' --loss poisson --out n.json"), "");
  EXPECT_EQ(LinearModel::load(folder() / "m.json").weight_names(), (std::vector<std::string>{"a,b", "x"}));
  EXPECT_NEAR(LinearModel::load(folder() / "m.json").weight(1), LinearModel::load(folder() / "n.json").weight(0), 1e-9);
  EXPECT_EQ(
      refused("train t.csv --model linear --label y --drop color --exposure days --loss squared --out o.json"),
      "linden: --exposure days: its logarithm is added to scores, which loss squared does not take as logarithms. "
      "Hint: --loss poisson, or another loss of counts.\n");
  EXPECT_EQ(refused("train t.csv --label y --exposure days --out o.json"),
            "linden: --exposure days: it is for linear models. Hint: --offset takes a column of the logarithms of "
            "exposures.\n");
}

TEST_F(Formulas, NamesWithACommaStandInQuotes) {
  EXPECT_EQ(said("train t.csv --model linear --label y --drop '\"a,b\",color' --loss squared --out m.json"), "");
  EXPECT_EQ(LinearModel::load(folder() / "m.json").feature_names(), (std::vector<std::string>{"x", "days"}));
  EXPECT_EQ(refused("train t.csv --model linear --label y --drop '\"a,b' --out m.json"),
            "linden: --drop: \"a,b has no closing quote.\n");
}

TEST_F(Formulas, MissingValuesByAPolicy) {
  write("gaps.csv", "x,y\n1,2\nNA,3\n3,5\n4,4\n");
  EXPECT_EQ(said("train gaps.csv --model linear --label y --loss squared --missing-values drop --out m.json"),
            "linden: 1 of 4 rows lack a value in column x and were left out of the fit.\n");
  EXPECT_EQ(said("train gaps.csv --model linear --label y --loss squared --missing-values mean_indicator --out m.json"),
            "");
  EXPECT_EQ(LinearModel::load(folder() / "m.json").weight_names(), (std::vector<std::string>{"x", "x=(missing)"}));
}

TEST_F(Formulas, SummariesAsJsonHaveWhatIsAskedFor) {
  said("train t.csv --model linear --formula 'y ~ color + x' --loss squared --out m.json");
  const auto json =
      nlohmann::ordered_json::parse(succeed("summary m.json --data t.csv --json --vif --profile --effects"));
  EXPECT_TRUE(json["vif"].contains("color=red"));
  EXPECT_EQ(json["profile"].size(), 4u);
  EXPECT_EQ(json["effects"].size(), 3u);
  EXPECT_EQ(refused("summary m.json --data t.csv --level 0.9"),
            "linden: --level 0.9 is of intervals, which the table has none of. Hint: --profile, --csv or --json.\n");
  const std::vector<std::string> csv = lines_of(succeed("summary m.json --data t.csv --csv - --level 0.9"));
  ASSERT_EQ(csv.size(), 5u);
  EXPECT_EQ(csv[0], "feature,output,weight,standard_error,statistic,p_value,lower,upper");
  EXPECT_TRUE(csv[2].starts_with("color=green,,")) << csv[2];
}

}  // namespace
}  // namespace linden::cli
