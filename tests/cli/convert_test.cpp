// linden convert, and models of other libraries in the other commands.
#include <gtest/gtest.h>

#include "cli/running.hpp"
#include "interop/small_models.hpp"

namespace linden::cli {
namespace {

class Convert : public Program {
 protected:
  Convert() {
    write("theirs.model", xgboost_json().dump());
    write("rows.csv", "a,b\n0,0\n0,-3\n1,0\n");
  }
};

const char* const predictions = "prediction\n2.5\n-0.5\n4.5\n";

TEST_F(Convert, MakesAModelOfThisLibrary) {
  EXPECT_EQ(succeed("predict --model theirs.model rows.csv"), predictions);
  EXPECT_EQ(succeed("convert theirs.model ours.json"), "");
  EXPECT_TRUE(read("ours.json").starts_with("{\"format\":\"linden model\""));
  EXPECT_EQ(succeed("predict --model ours.json rows.csv"), predictions);
  succeed("convert ours.json again.json.gz");
  succeed("convert again.json.gz again.dat --format linden");
  EXPECT_EQ(read("again.dat"), read("ours.json"));
  succeed("convert theirs.model ours.linden");
  EXPECT_EQ(succeed("predict --model ours.linden rows.csv"), predictions);
}

TEST_F(Convert, MakesModelsForOtherLibraries) {
  succeed("convert theirs.model back.ubj");
  EXPECT_EQ(succeed("predict --model back.ubj rows.csv"), predictions);
  succeed("convert theirs.model back.model --format xgboost_json");
  EXPECT_EQ(succeed("predict --model back.model rows.csv"), predictions);
  succeed("convert theirs.model source.hpp --name theirs --scores");
  EXPECT_NE(read("source.hpp").find("namespace theirs"), std::string::npos);
  EXPECT_EQ(refused("convert theirs.model ours.json --scores"),
            "linden: --scores is for other libraries' formats. Hint: leave it out, or --format.\n");
}

TEST_F(Convert, RefusesWhatItCannotWrite) {
  const std::string names =
      "linden (*.json), linden_binary (*.linden), xgboost_json, xgboost_ubjson (*.ubj), lightgbm (*.txt), onnx "
      "(*.onnx), liblinear, csv (*.csv), cpp (*.hpp), c (*.h)";
  EXPECT_EQ(refused("convert theirs.model ours.dat"),
            "linden: ours.dat: the ending names no format that is written. Hint: --format, one of " + names + ".\n");
  EXPECT_EQ(refused("convert theirs.model ours.json --format tensor"),
            "linden: --format is \"tensor\"; it must be one of " + names + ".\n");
  EXPECT_TRUE(refused("convert rows.csv ours.json")
                  .starts_with("linden: rows.csv: not a model of a format that is known here: it begins with "
                               "\"a,b\\x0a0,0\\x0a0,-3\\x0a1,0\". Known: Linden, XGBoost (JSON), "));
  EXPECT_NE(refused("convert theirs.model theirs.model --format linden"), "");
}

TEST_F(Convert, IsNotNeededToLookAndToJudge) {
  const std::string text = succeed("inspect theirs.model");
  EXPECT_NE(text.find("boosted: 1 round, 1 tree, 3 leaves"), std::string::npos) << text;
  write("judged.csv", "a,y,b\n0,2,0\n0,-1,-3\n1,4,0\n");
  EXPECT_EQ(value_of("rmse", succeed("evaluate --model theirs.model judged.csv --label y --metrics rmse")), 0.5);
  write("line.txt", liblinear_text());
  EXPECT_NE(succeed("inspect line.txt").find("status      imported: "), std::string::npos);
  EXPECT_EQ(refused("predict --model theirs.model judged.csv"),
            "linden: judged.csv: no column \"0\", which was there in training. Columns: a, y, b. "
            "Hint: the 2 features have no names; as many columns are taken in their order.\n");
}

TEST_F(Convert, SaysWhatIsToBeKnown) {
  Json json = xgboost_json();
  json["learner"]["attributes"]["best_iteration"] = "0";
  write("early.ubj", ubjson_of(json));
  const Ran ran = run("convert early.ubj early.json");
  EXPECT_EQ(ran.code, 0);
  EXPECT_TRUE(ran.err.starts_with("linden: training was stopped early, with iteration 0 the best")) << ran.err;
}

}  // namespace
}  // namespace linden::cli
