// linden tune: what it prints and writes, against search; going on from a file; what it refuses.
#include <linden/linden.hpp>
#include <nlohmann/json.hpp>

#include "cli/running.hpp"

namespace linden::cli {
namespace {

using Json = nlohmann::json;

class TuneCommand : public Program {
 protected:
  TuneCommand() { write("t.csv", small_table()); }
  static std::string tune(const std::string& more) {
    return "tune t.csv --label y --device cpu --threads 1 --rounds 4 --min-rows-in-leaf 3 " + more;
  }
  Dataset data() const { return Dataset::from_csv(folder() / "t.csv", {.label = "y"}); }
  const BoostingConfig config = {.rounds = 4, .min_rows_in_leaf = 3};
};

TEST_F(TuneCommand, PrintsAndWritesWhatSearchFinds) {
  const std::vector<std::string> lines = lines_of(succeed(
      tune("--trials 3 --folds 3 --try learning-rate=log:0.1..0.5 --try growth=leaf_wise,level_wise --out m.json "
           "--csv t.trials.csv --json r.json")));
  const BoostedSearch expected =
      search(data(), config,
             {{"learning_rate", space::log_uniform(0.1, 0.5)}, {"growth", space::choices({"leaf_wise", "level_wise"})}},
             {.trials = 3, .folds = data().folds({.count = 3})});
  ASSERT_EQ(lines.size(), 12u);
  EXPECT_EQ(lines[3], "space       learning_rate=log:0.1..0.5 growth=leaf_wise,level_wise");
  EXPECT_EQ(lines[4], "trial       rounds                score  learning_rate     growth");
  for (int t = 0; t < 3; ++t) {
    const Trial& trial = expected.trials[static_cast<std::size_t>(t)];
    EXPECT_EQ(lines[static_cast<std::size_t>(5 + t)],
              fmt::format("{:<11}      4 {:>20}  {:>13}  {:>9}", t,
                          fmt::format("{:.6g} +- {:.2g}", trial.score.mean, trial.score.standard_error),
                          trial.values[0].value, trial.values[1].value));
  }
  const Trial& best = expected.best();
  EXPECT_EQ(lines[8], fmt::format("best        trial {}: rmse {:.6g} +- {:.2g}", best.number, best.score.mean,
                                  best.score.standard_error));
  EXPECT_EQ(lines[9], fmt::format("settings    --learning-rate {} --growth {} --rounds 4", best.values[0].value,
                                  best.values[1].value));
  EXPECT_EQ(lines[10], "model       m.json: of all rows");
  EXPECT_EQ(BoostedModel::load(folder() / "m.json").to_string(), expected.model.to_string());
  EXPECT_EQ(read_lines("t.trials.csv").size(), 4u);
  const Json report = Json::parse(read("r.json"));
  EXPECT_EQ(report["metric"], "rmse");
  EXPECT_EQ(report["best"], expected.best_trial);
  EXPECT_EQ(report["trials"][1]["mean"], expected.trials[1].score.mean);
  EXPECT_EQ(report["trials"][1]["values"]["growth"], expected.trials[1].values[1].value);
  EXPECT_EQ(report["rungs"][0]["rows"], 60);
}

TEST_F(TuneCommand, HalvesAndGoesOnFromAFile) {
  const std::string asked =
      "--trials 4 --halving rounds --factor 2 --least 1 --try l2=0.0..2.0 --trials-file f.json --csv - ";
  const Ran first = run(tune(asked));
  EXPECT_EQ(first.code, 0) << first.err;
  EXPECT_NE(first.err.find("trial       rung rounds                score         l2\n"), std::string::npos)
      << first.err;
  EXPECT_EQ(lines_of(first.out).size(), 8u);   // 4 + 2 + 1 trials below a header
  EXPECT_EQ(run(tune(asked)).out, first.out);  // to the seconds: nothing was made again
  EXPECT_NE(
      refused(tune(asked + "--l1 1"))
          .find("linden: \"f.json\" has the trials of another search: its l1 is 0, and here it is 1. Hint: another "
                "--trials-file.\n"),
      std::string::npos);
}

TEST_F(TuneCommand, HasASpaceToBeginWithForEitherFamily) {
  EXPECT_NE(succeed("tune t.csv --label y --device cpu --trials 1 --rounds 2")
                .find("space       learning_rate=log:0.02..0.3 "),
            std::string::npos);
  const std::string out = succeed("tune t.csv --label y --device cpu --model linear --trials 2 --out m.json");
  EXPECT_NE(out.find("space       l1=log:1e-06..1.0 l2=log:1e-06..1.0\n"), std::string::npos) << out;
  EXPECT_NE(out.find("trial                      score         l1         l2\n"), std::string::npos) << out;
  LinearModel::load(folder() / "m.json");
}

TEST_F(TuneCommand, RefusesWhatMakesNoSense) {
  EXPECT_EQ(refused(tune("--try l2")), "linden: --try l2: it must be field=values, learning_rate=log:0.02..0.3.\n");
  EXPECT_EQ(refused(tune("--try l2=1..x")),
            "linden: --try: \"1..x\" is no range of numbers. Hint: 0.1..1.0, log:0.01..0.3 or 1..50.\n");
  EXPECT_EQ(refused(tune("--try learning_rate=0.1..3.0")), "linden: --learning-rate is 3; it must be in (0, 1].\n");
  EXPECT_EQ(refused(tune("--try l2=0.0..1.0 --try l2=1.0..2.0")), "linden: --try has l2 twice. Hint: leave one out.\n");
  EXPECT_EQ(refused(tune("--metrics rmse,mae")),
            "linden: --metrics rmse,mae: one metric decides. Hint: leave the others out.\n");
  EXPECT_NE(
      refused(tune("--try loss=squared,huber"))
          .find("linden: --try has losses, whose default metrics are not of one scale. Hint: name one, --metrics.\n"),
      std::string::npos);
  EXPECT_EQ(refused(tune("--halving leaves")), "linden: --halving is \"leaves\"; it must be rounds or rows.\n");
  EXPECT_EQ(refused(tune("--factor 2")),
            "linden: --factor is for successive halving. Hint: --halving rounds, or rows.\n");
  EXPECT_EQ(refused("tune t.csv --label y --device cpu --model linear --halving rounds"),
            "linden: --halving rounds gives out rounds, and linear models have none. Hint: --halving rows.\n");
  EXPECT_EQ(refused(tune("--trials-file t.csv")),
            "linden: --trials-file t.csv: that file is read by --data. Hint: another name.\n");
  write("f.json", "{}");
  EXPECT_NE(refused(tune("--trials-file f.json")).find("f.json"), std::string::npos);
}

}  // namespace
}  // namespace linden::cli
