// Survival in the program: times with events or bounds, losses, metrics, curves and median times.
#include "cli/running.hpp"

namespace linden::cli {
namespace {

class SurvivalCommands : public Program {
 protected:
  // Times grow with x; each third row is lost from sight.
  SurvivalCommands() {
    std::string events = "x,noise,days,died\n", bounds = "x,noise,low,high\n", libsvm;
    for (int row = 0; row < 240; ++row) {
      const int x = row * 7 % 13, noise = row * 5 % 11, days = 3 + 2 * x + noise % 3, died = row % 3 != 0;
      events += fmt::format("{},{},{},{}\n", x, noise, days, died);
      bounds += fmt::format("{},{},{},{}\n", x, noise, days, died ? std::to_string(days) : "inf");
      libsvm += fmt::format("{} 1:{} 2:{}\n", died ? days : -days, x, noise);
    }
    write("events.csv", events);
    write("bounds.csv", bounds);
    write("t.libsvm", libsvm);
  }
  static constexpr const char* options = " --rounds 20 --min-rows-in-leaf 5 --out m.json ";
};

TEST_F(SurvivalCommands, TrainOnTimesAndEvents) {
  const std::string said =
      succeed(std::string("train events.csv --label days --event died --valid events.csv") + options);
  EXPECT_NE(said.find("label days: times from 3 to 29, 160 events"), std::string::npos) << said;
  EXPECT_NE(said.find("loss        cox (chosen by the label: times with events; "), std::string::npos) << said;
  EXPECT_GT(value_of("risk_concordance", said), 0.9) << said;
  EXPECT_NE(read("m.json").find("\"event\":\"died\""), std::string::npos);
  EXPECT_GT(value_of("risk_concordance", succeed("evaluate events.csv --model m.json")), 0.9);
  const std::vector<std::string> curves = lines_of(succeed("predict events.csv --model m.json --times 5,12.5,20"));
  ASSERT_EQ(curves.size(), 241u);
  EXPECT_EQ(curves[0], "survival_5,survival_12.5,survival_20");
  const std::vector<std::string> medians = lines_of(succeed("predict events.csv --model m.json --output median"));
  EXPECT_EQ(medians[0], "median");
  const std::string judged = succeed("evaluate events.csv --model m.json --times 5,12.5,20 --metrics risk_concordance");
  EXPECT_LT(value_of("integrated_brier_score", judged), 0.1) << judged;
  succeed(std::string("train t.libsvm --loss cox") + options);
}

TEST_F(SurvivalCommands, TrainOnBounds) {
  const std::string said = succeed(std::string("train bounds.csv --label low,high --loss aft_logistic --set "
                                               "loss.scale=0.3 --valid bounds.csv") +
                                   options);
  EXPECT_GT(value_of("concordance", said), 0.9) << said;
  EXPECT_GT(value_of("interval_accuracy", said), 0.1) << said;
  EXPECT_EQ(lines_of(succeed("predict bounds.csv --model m.json --times 5")).size(), 241u);
  EXPECT_NE(succeed("train bounds.csv --label low,high --out m.json --rounds 2")
                .find("loss        aft (chosen by the label: bounds of times; "),
            std::string::npos);
  succeed("cv events.csv --label days --event died --loss cox --rounds 3 --folds 3");
  succeed("cv bounds.csv --label low,high --loss aft --rounds 3 --folds 3");
}

TEST_F(SurvivalCommands, Refusals) {
  EXPECT_EQ(run("train events.csv --label days --event died --loss squared --out m.json").err,
            "linden: the data has events, and loss squared takes no times. Hint: --loss cox or aft, or leave --event "
            "out.\n");
  EXPECT_EQ(run("train t.libsvm --event died --loss cox --out m.json").err,
            "linden: --event is for CSV files, and t.libsvm is libsvm. Hint: leave it out, or --format csv.\n");
  succeed("train events.csv --label days --drop died --out m.json --rounds 2");
  EXPECT_EQ(run("predict events.csv --model m.json --times 5").err,
            "linden: --times: the model was not trained on times. Hint: --loss cox or aft.\n");
  EXPECT_EQ(run("predict events.csv --model m.json --output median").err,
            "linden: --output median: the model was not trained on times. Hint: --loss cox or aft.\n");
  EXPECT_EQ(run("evaluate events.csv --model m.json --times 5").err,
            "linden: --times: the model was not trained on times. Hint: --loss cox or aft.\n");
  succeed("train events.csv --label days --event died --out m.json --rounds 2");
  EXPECT_EQ(run("predict events.csv --model m.json --times 5 --output leaf").err,
            "linden: --times writes survival curves, and --output is leaf. Hint: leave one out.\n");
}

}  // namespace
}  // namespace linden::cli
