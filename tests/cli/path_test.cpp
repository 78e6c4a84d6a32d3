// linden path: the table, the files, the strength that is chosen, and what is refused.
#include <linden/linear_path.hpp>
#include <linden/linden.hpp>

#include "base/fail.hpp"
#include "cli/running.hpp"

namespace linden::cli {
namespace {

class PathCommand : public Program {
 protected:
  PathCommand() {
    std::string text = "a,b,c,y\n";
    for (int i = 0; i < 60; ++i)
      text +=
          fmt::format("{},{},{},{}\n", i % 7, i * 5 % 11, i * i % 13, 2 * (i % 7) - (i * 5 % 11) + i * 3 % 5 + 0.25);
    write("t.csv", text);
  }
};

TEST_F(PathCommand, PrintsATableAndWritesWeights) {
  const std::vector<std::string> lines =
      lines_of(succeed("path t.csv --label y --device cpu --count 4 --least 0.01 --weights w.csv --points p.csv"));
  ASSERT_GE(lines.size(), 8u);
  EXPECT_EQ(lines[1], "loss        squared (chosen by the label: numbers; --loss NAME names another)");
  EXPECT_EQ(lines[2], "    strength  columns        df  explained      objective       gap  status");
  EXPECT_NE(lines[3].find("   0         1   0.000000 "), std::string::npos) << lines[3];
  EXPECT_TRUE(lines[7].starts_with("seconds     read 0.")) << lines[7];
  const LinearPath path = fit_path(Dataset::from_csv(folder() / "t.csv", {.label = "y"}), {.loss = loss::squared()},
                                   {.count = 4, .least = 0.01});
  EXPECT_EQ(read("w.csv"), path.weights_csv());
  EXPECT_EQ(read("p.csv"), path.points_csv());
}

TEST_F(PathCommand, TakesTheStrengthThatARuleSays) {
  for (const char* rule : {"bic", "best --folds 3 --metrics mae", "one_standard_error"}) {
    const std::string out =
        succeed(fmt::format("path t.csv --label y --device cpu --count 8 --choose {} --out m.json", rule));
    EXPECT_NE(out.find("\nchosen      strength "), std::string::npos) << out;
    EXPECT_GT(LinearModel::load(folder() / "m.json").config().l1, 0);
  }
}

TEST_F(PathCommand, CrossValidationComparesStrengths) {
  const std::string out = succeed("cv t.csv --label y --model linear --device cpu --folds 3 --path --metrics mae");
  EXPECT_NE(out.find("\n    strength  columns            mae        error\n"), std::string::npos) << out;
  EXPECT_NE(out.find("\nbest                strength "), std::string::npos) << out;
  EXPECT_NE(out.find("\none_standard_error  strength "), std::string::npos) << out;
  EXPECT_EQ(refused("cv t.csv --label y --path"), "linden: --path is for linear models. Hint: --model linear.\n");
  EXPECT_EQ(refused("cv t.csv --label y --model linear --path --curves c.csv"),
            "linden: --curves does not go with --path. Hint: leave one out.\n");
  EXPECT_EQ(refused("cv t.csv --label y --model linear --path --metrics mae,rmse"),
            "linden: --metrics mae,rmse: with --path one decides.\n");
}

TEST_F(PathCommand, TakesTextAndFormulas) {
  std::string text = "x,t,y\n";
  for (int i = 0; i < 40; ++i)
    text += fmt::format("{},{},{}\n", 1 + i * 7 % 31, i % 3 == 0 ? "u" : "v", i * 7 % 31 / 3.0 + i % 3 + i * 5 % 7);
  write("w.csv", text);
  succeed("path w.csv --label y --count 4 --weights t.weights");
  EXPECT_NE(read("t.weights").find(",t="), std::string::npos) << read("t.weights");
  succeed("path w.csv --formula 'y ~ log(x) + t' --count 4 --choose bic --out m.json --weights f.weights");
  EXPECT_NE(read("f.weights").find(",log(x),"), std::string::npos) << read("f.weights");
  EXPECT_EQ(lines_of(succeed("predict --model m.json --data w.csv --out -")).size(), 41u);
}

TEST_F(PathCommand, RefusesWhatMakesNoSense) {
  EXPECT_EQ(refused("path t.csv --label y --out m.json"),
            "linden: --out m.json: a path has many models. Hint: --choose RULE takes one.\n");
  EXPECT_EQ(
      refused("path t.csv --label y --choose biic"),
      "linden: --choose: no rule \"biic\". Did you mean \"bic\"? Rules: best, one_standard_error, aic, aicc, bic, "
      "ebic, gcv.\n");
  EXPECT_EQ(refused("path t.csv --label y --choose bic --metrics mae"),
            "linden: --metrics are for --choose best and one_standard_error.\n");
  EXPECT_EQ(refused("path t.csv --label y --strengths 1,x"), "linden: --strengths 1,x: \"x\" is no number.\n");
  EXPECT_EQ(refused("path t.csv --label y --l1 3"),
            "linden: l1 is 3, and a path has its own. Hint: leave l1 at 0, or --strengths.\n");
  EXPECT_EQ(refused("path t.csv --label y --rounds 3"),
            "linden: --rounds 3: only boosted models have it, and this is a linear one. Hint: leave it out.\n");
  EXPECT_EQ(refused("path t.csv --label y --loss huber --choose aic"),
            "linden: --choose: aic has no value at any of 100 points: loss huber is no distribution with a likelihood. "
            "Hint: --choose best.\n");
}

}  // namespace
}  // namespace linden::cli
