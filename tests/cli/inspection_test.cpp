// importance, dependence, neighbours and report in the program.
#include <fmt/format.h>

#include <cmath>
#include <string>

#include "cli/running.hpp"

namespace linden::cli {
namespace {

class Inspection : public Program {
 protected:
  Inspection() {
    std::string table = "x,kind,noise,y\n";
    for (int row = 0; row < 240; ++row)
      table += fmt::format("{},{},{},{}\n", row * 37 % 101, row % 3 == 0 ? "a" : "b", row * 53 % 17,
                           row * 37 % 101 + (row % 3 == 0 ? 50 : 0));
    write("t.csv", table);
    succeed("train t.csv --label y --rounds 20 --max-leaves 6 --out m.json");
    succeed("train t.csv --label y --drop kind --model linear --out line.json");
  }
};

TEST_F(Inspection, ImportancesAreCsv) {
  const std::vector<std::string> shuffled = lines_of(succeed("importance --model m.json --data t.csv --repeats 3"));
  ASSERT_EQ(shuffled.size(), 4u);
  EXPECT_EQ(shuffled[0], "feature,rmse,rmse_deviation");
  EXPECT_EQ(shuffled[1].substr(0, 2), "x,");
  EXPECT_EQ(shuffled[2].substr(0, 5), "kind,");
  EXPECT_EQ(succeed("importance m.json t.csv --repeats 3 --threads 1"),
            succeed("importance m.json t.csv --repeats 3 --threads 2"));
  EXPECT_EQ(lines_of(succeed("importance m.json t.csv --metric mae --features kind"))[0], "feature,mae,mae_deviation");
  const std::vector<std::string> gains = lines_of(succeed("importance m.json"));
  EXPECT_EQ(gains[0], "feature,gain");
  EXPECT_EQ(gains[1].substr(0, 2), "x,");
  EXPECT_EQ(lines_of(succeed("importance m.json --kind splits"))[0], "feature,splits");
  EXPECT_EQ(lines_of(succeed("importance m.json t.csv --kind shap"))[0], "feature,shap");
  EXPECT_EQ(lines_of(succeed("importance line.json t.csv --kind shap"))[1].substr(0, 2), "x,");
  EXPECT_EQ(lines_of(succeed("importance line.json t.csv"))[1].substr(0, 2), "x,");
  // Against one row x moves a row that differs from it in x alone by all that the two scores differ by.
  write("zero.csv", "x,kind,noise\n0,a,0\n");
  write("two.csv", "x,kind,noise\n3,a,0\n0,b,8\n");
  const auto score = [&](const std::string& file, std::size_t row) {
    return std::stod(lines_of(succeed("predict " + file + " --model line.json"))[1 + row]);
  };
  const std::string moved = lines_of(succeed("importance line.json two.csv --kind shap --background zero.csv"))[1];
  ASSERT_EQ(moved.substr(0, 2), "x,");
  EXPECT_NEAR(std::stod(moved.substr(2)), std::abs(score("two.csv", 0) - score("zero.csv", 0)) / 2, 1e-12);
  succeed("importance m.json t.csv --kind shap --background t.csv");
}

TEST_F(Inspection, NeighboursAreCsv) {
  const std::vector<std::string> found = lines_of(succeed("neighbours t.csv --model m.json --train t.csv --count 2"));
  ASSERT_EQ(found.size(), 481u);
  EXPECT_EQ(found[0], "row,train_row,share");
  EXPECT_EQ(found[1], "0,0,1");  // a row is like itself, in all trees
  EXPECT_EQ(found[2].substr(0, 2), "0,");
  EXPECT_EQ(found[3].substr(0, 2), "1,");
  write("few.csv", "x,kind,noise\n0,a,0\n");
  EXPECT_EQ(lines_of(succeed("neighbours few.csv --model m.json --train t.csv")).size(), 11u);
  EXPECT_EQ(succeed("neighbours t.csv --model m.json --train few.csv --threads 1"),
            succeed("neighbours t.csv --model m.json --train few.csv --threads 2"));
  succeed("neighbours --data t.csv --model m.json --train t.csv --out n.csv.gz");
  EXPECT_EQ(
      refused("neighbours t.csv --model line.json --train t.csv"),
      "linden: line.json is a linear model, which has no leaves that rows could share. Hint: boosted models have.\n");
  write("none.csv", "x,kind,noise\n");
  EXPECT_NE(run("neighbours t.csv --model m.json --train none.csv").code, 0);
}

TEST_F(Inspection, DependenceIsCsv) {
  const std::vector<std::string> partial =
      lines_of(succeed("dependence --model m.json --data t.csv --feature x --points 5"));
  ASSERT_EQ(partial.size(), 6u);
  EXPECT_EQ(partial[0], "x,prediction");
  EXPECT_EQ(partial[1].substr(0, 2), "0,");
  EXPECT_EQ(partial[5].substr(0, 4), "100,");
  EXPECT_EQ(lines_of(succeed("dependence --model m.json t.csv --feature kind --kind accumulated")).size(), 3u);
  const std::vector<std::string> both =
      lines_of(succeed("dependence --model m.json t.csv --feature x,kind --points 3 --output score"));
  EXPECT_EQ(both[0], "x,kind,score");
  EXPECT_EQ(both.size(), 7u);
  EXPECT_EQ(lines_of(succeed("dependence --model m.json t.csv --feature x --kind individual --points 4 --max-rows 10"))
                .size(),
            41u);
  succeed("dependence --model line.json t.csv --feature x,noise --kind accumulated --out d.csv.gz");
}

TEST_F(Inspection, ReportsArePages) {
  succeed("report m.json --data t.csv --out report.html");
  const std::string page = read("report.html");
  EXPECT_EQ(page.substr(0, 15), "<!DOCTYPE html>");
  EXPECT_NE(page.find("linden report m.json --data t.csv --out report.html"), page.npos);
  EXPECT_NE(page.find("--rounds 20"), page.npos);
  succeed("report line.json --data t.csv --train t.csv --title 'A line' --trees 0 --features 1 --out line.html");
  EXPECT_NE(read("line.html").find("on the training rows"), std::string::npos);
}

TEST_F(Inspection, HistoriesAreKeptAndDrawn) {
  succeed("train t.csv --label y --valid t.csv --train-metrics --save-history --rounds 9 --out h.json");
  EXPECT_NE(read("h.json").find("\"history\""), std::string::npos);
  succeed("report h.json --data t.csv --out h.html");
  const std::string page = read("h.html");
  EXPECT_NE(page.find("<title>Training: rmse</title>"), page.npos);
  EXPECT_EQ(page.find("has no history"), page.npos);
  EXPECT_EQ(refused("train t.csv --label y --save-history --out x.json"),
            "linden: --save-history wants rows to judge. Hint: --valid FILE, or --train-metrics.\n");
  EXPECT_EQ(refused("train t.csv --label y --drop kind --model linear --valid t.csv --save-history --out x.json"),
            "linden: --save-history is for boosted models: a linear fit has no rounds. Hint: leave it out.\n");
}

TEST_F(Inspection, Refusals) {
  write("gaps.csv", "x,noise,y\n1,2,3\n,2,4\n");
  EXPECT_EQ(run("report line.json --data t.csv --train gaps.csv --out r.html").err,
            "linden: --train: missing values in column x (first at gaps.csv:3). Hint: a fit with "
            "--missing-values mean_indicator takes the mean of the column and says where values are missing, one "
            "with --missing-values drop leaves such rows out; boosted models take them as they are.\n");
  EXPECT_EQ(refused("importance m.json t.csv --kind weight"),
            "linden: --kind is \"weight\"; it must be gain, splits, cover, permutation or shap.\n");
  EXPECT_EQ(refused("importance m.json --kind permutation"),
            "linden: --kind permutation judges predictions on labelled rows. Hint: --data FILE.\n");
  EXPECT_EQ(refused("importance m.json --kind shap"),
            "linden: --kind shap explains the scores of rows. Hint: --data FILE.\n");
  EXPECT_EQ(refused("importance m.json t.csv --kind gain"),
            "linden: --kind gain is of training, and looks at no data. Hint: leave out --data, or --kind "
            "permutation.\n");
  EXPECT_EQ(refused("importance m.json --repeats 3"),
            "linden: --repeats is of --kind permutation, and --kind is gain. Hint: leave one out.\n");
  EXPECT_EQ(refused("importance m.json t.csv --background t.csv"),
            "linden: --background is of --kind shap, and --kind is permutation. Hint: leave one out.\n");
  EXPECT_EQ(refused("importance line.json --kind cover"),
            "linden: --kind cover: line.json is a linear model, which has no splits. Hint: --kind permutation, or "
            "linden inspect for its weights.\n");
  EXPECT_EQ(refused("importance m.json t.csv --features kin"),
            "linden: the model has no feature \"kin\". Did you mean \"kind\"? Features: x, kind, noise.\n");
  EXPECT_EQ(refused("dependence --model m.json t.csv --feature x --kind some"),
            "linden: --kind is \"some\"; it must be partial, individual or accumulated.\n");
  EXPECT_EQ(refused("dependence --model m.json t.csv --feature x,kind,noise"),
            "linden: --feature names 3 features. Hint: one, or two with a comma between them.\n");
  EXPECT_EQ(refused("dependence --model m.json t.csv --feature x,kind --kind individual"),
            "linden: --kind individual is of one feature, and --feature names two.\n");
  EXPECT_EQ(refused("dependence --model m.json t.csv --feature x --output label"),
            "linden: --output is \"label\"; it must be prediction or score.\n");
  EXPECT_EQ(refused("dependence --model m.json t.csv --feature x,kind --kind accumulated"),
            "linden: \"kind\" has categories, whose effects have no order in two dimensions. Hint: --kind partial "
            "takes them.\n");
}

}  // namespace
}  // namespace linden::cli
