// linden summary, and the table that linden train --model linear prints.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <linden/statistics.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/running.hpp"

namespace linden::cli {
namespace {

using Json = nlohmann::json;

class Summary : public Program {
 protected:
  Summary() {
    std::string text = "a,b,site,w,y\n";
    for (int i = 0; i < 60; ++i) {
      const int a = i * 7 % 31, b = i * 11 % 17;
      text += fmt::format("{},{},s{},{},{}\n", a, b, i % 9, 1 + i % 3, 2 * a - b + i * 53 % 17 / 4.0);
    }
    write("t.csv", text);
  }
  std::string train(const std::string& more = "") {
    return succeed("train t.csv --label y --drop site,w --model linear --out m.json " + more);
  }
};

TEST_F(Summary, IsThatOfTheLibraryAndOfTraining) {
  const std::string trained = train();
  const std::string out = succeed("summary m.json --data t.csv");
  std::ostringstream table;
  const Dataset data = Dataset::from_csv(folder() / "t.csv", {.label = "y", .drop = {"site", "w"}});
  table << statistics(LinearModel::load(folder() / "m.json"), data);
  EXPECT_EQ(out, table.str());
  EXPECT_NE(trained.find("\n" + table.str() + "\n"), std::string::npos) << trained;
  EXPECT_EQ(train("--l2 0.1").find("Coefficients:"), std::string::npos);
  EXPECT_EQ(train("--constraints.nonnegative true").find("Coefficients:"), std::string::npos);
}

TEST_F(Summary, OfSuccessesOutOfTrialsBehindALink) {
  std::string text = "a,trials,y\n";
  for (int i = 0; i < 30; ++i) text += fmt::format("{},{},{}\n", i % 7, 3 + i % 5, (i * 5 % 11 + i % 7) % (4 + i % 5));
  write("k.csv", text);
  const std::string trained = succeed(
      "train k.csv --label y --model linear --trials trials --link probit --tolerance 1e-12 --valid k.csv --out "
      "k.json");
  const std::string out = succeed("summary k.json --data k.csv --trials trials");
  const Dataset data = Dataset::from_csv(folder() / "k.csv", {.label = "y", .drop = {"trials"}});
  const auto trials = Dataset::from_csv(folder() / "k.csv", {.label = "y"}).column("trials");
  const Dataset shares = with_trials(data, trials.values);
  const LinearModel model = LinearModel::load(folder() / "k.json");
  EXPECT_EQ(model.loss().link(), Link::probit);
  EXPECT_EQ(model.feature_names(), std::vector<std::string>{"a"});
  EXPECT_EQ(model.weights(),
            fit_linear(shares, {.loss = loss::cross_entropy(), .link = Link::probit, .tolerance = 1e-12}).weights());
  std::ostringstream table;
  table << statistics(model, shares, {.weights = WeightMeaning::precisions});
  EXPECT_EQ(out, table.str());
  EXPECT_NE(out.find("linear model: loss cross_entropy, link probit"), std::string::npos) << out;
  EXPECT_NE(trained.find("\n" + out + "\n"), std::string::npos) << trained;
  EXPECT_EQ(succeed("summary k.json --data k.csv"), out);  // trials are those of training
  EXPECT_EQ(run("train k.csv --label y --model linear --trials trials --loss poisson --out x.json").err,
            "linden: --trials goes with loss cross_entropy, and --loss is poisson. Hint: leave one out.\n");
  EXPECT_EQ(run("train k.csv --label y --trials trials --out x.json").err,
            "linden: --trials is for linear models. Hint: --model linear, or leave it out.\n");
  EXPECT_EQ(run("train k.csv --label y --model linear --link log --loss huber --out x.json").err,
            "linden: --link is log, which does not go with loss \"huber\". Hint: it has the link identity and no "
            "other.\n");
}

TEST_F(Summary, WeighsRowsAsTrainingDid) {
  succeed("train t.csv --label y --drop site --weight w --model linear --out m.json");
  std::ostringstream table;
  const Dataset data = Dataset::from_csv(folder() / "t.csv", {.label = "y", .weight = "w", .drop = {"site"}});
  const LinearModel model = LinearModel::load(folder() / "m.json");
  table << statistics(model, data);
  EXPECT_EQ(succeed("summary m.json --data t.csv"), table.str());
  EXPECT_EQ(succeed("summary m.json --data t.csv --weight w"), table.str());
  std::ostringstream alike;
  alike << statistics(model, data.with_weight({}));
  EXPECT_NE(table.str(), alike.str());
  // The same by its place, which the model knows by name; a model of the library, too.
  succeed("train t.csv --label y --drop site --weight -2 --model linear --out n.json");
  EXPECT_EQ(succeed("summary n.json --data t.csv"), table.str());
  fit_linear(data, {.loss = loss::squared()}).save(folder() / "l.json");
  EXPECT_EQ(succeed("summary l.json --data t.csv"), table.str());
  write("x.csv", "a,b,y\n1,2,3\n");
  EXPECT_EQ(refused("summary m.json --data x.csv"), "linden: x.csv: no column \"w\". Columns: a, b, y.\n");
}

// Metrics of counts are those of shares that weigh as much as their trials.
TEST_F(Summary, CountsOfTrialsAreJudgedAsShares) {
  std::string counts = "a,trials,y\n", shares = "a,n,share\n";
  for (int i = 0; i < 40; ++i) {
    const int trials = 4 + i % 5 * 2, successes = (i * 5 % 11 + i % 7) % (trials + 1);
    counts += fmt::format("{},{},{}\n", i % 7, trials, successes);
    shares += fmt::format("{},{},{}\n", i % 7, trials, static_cast<double>(successes) / trials);
  }
  write("c.csv", counts);
  write("s.csv", shares);
  succeed("train c.csv --label y --model linear --trials trials --out c.json");
  succeed("train s.csv --label share --weight n --loss cross_entropy --model linear --out s.json");
  const std::string judged = succeed("evaluate --model c.json --data c.csv");
  EXPECT_TRUE(judged.starts_with("cross_entropy 0.")) << judged;
  EXPECT_EQ(judged, succeed("evaluate --model s.json --data s.csv --weight n"));
  EXPECT_EQ(judged, succeed("evaluate --model c.json --data c.csv --trials trials"));
  EXPECT_EQ(succeed("predict --model c.json --data c.csv --out -"),
            succeed("predict --model s.json --data s.csv --out -"));
  succeed("cv c.csv --label y --model linear --trials trials --folds 4 --json c.cv");
  succeed("cv s.csv --label share --weight n --loss cross_entropy --model linear --folds 4 --json s.cv");
  EXPECT_EQ(Json::parse(read("c.cv"))["metrics"], Json::parse(read("s.cv"))["metrics"]);
  succeed("path c.csv --label y --trials trials --count 4 --points c.points");
  succeed("path s.csv --label share --weight n --loss cross_entropy --count 4 --points s.points");
  EXPECT_EQ(read("c.points"), read("s.points"));
}

TEST_F(Summary, TrialsThatDoNotGoWithTheModelAreRefused) {
  train();
  EXPECT_EQ(refused("summary m.json --data t.csv --trials w"),
            "linden: --trials w: the model's loss is squared, and shares of trials go with cross_entropy. Hint: leave "
            "it out.\n");
  EXPECT_EQ(refused("train t.csv --label y --drop site --model linear --trials w --out n.json"),
            "linden: --trials: 3.5 successes of 2 trials at t.csv:3. Hint: the label counts successes, from 0 to "
            "the row's trials.\n");
  EXPECT_EQ(refused("train t.csv --label y --model linear --trials sites --out n.json"),
            "linden: --trials sites: no column is called so. Did you mean \"site\"? Columns: a, b, site, w.\n");
}

TEST_F(Summary, ColumnsWithAUseAreNotDropped) {
  for (const char* option : {"event", "weight", "trials", "group", "offset", "exposure"})
    EXPECT_EQ(refused(fmt::format("train t.csv --label y --model linear --loss {} --drop site,w --{} w --out n.json",
                                  std::string(option) == "trials" ? "cross_entropy" : "poisson", option)),
              fmt::format("linden: --{0} w: --drop leaves it out. Hint: not in --drop; --{0} takes it from the "
                          "features.\n",
                          option));
}

TEST_F(Summary, TakesItsOptions) {
  train();
  const auto fit_with = [&](const std::string& options) {
    return Json::parse(succeed("summary m.json --data t.csv --json " + options));
  };
  const Json classical = fit_with(""), robust = fit_with("--covariance hc3"), clustered = fit_with("--clusters site");
  EXPECT_EQ(robust["covariance"], "hc3");
  EXPECT_EQ(clustered["covariance"], "clustered");
  EXPECT_EQ(clustered["degrees_of_freedom"], 8);
  EXPECT_NE(robust["coefficients"][1]["standard_error"], classical["coefficients"][1]["standard_error"]);
  EXPECT_NE(fit_with("--level 0.5")["coefficients"][1]["lower"], classical["coefficients"][1]["lower"]);
  const std::string more = succeed("summary m.json --data t.csv --profile --effects --vif --rows rows.csv");
  for (const char* part : {"\nVariance inflation:\na ", "\nAverage marginal effects:\n",
                           "\nIntervals by profile likelihood (95 %):\n(Intercept) "})
    EXPECT_NE(more.find(part), std::string::npos) << part << more;
  EXPECT_EQ(lines_of(read("rows.csv")).size(), 61u);
}

TEST_F(Summary, RefusesInWordsOfTheProgram) {
  train("--l2 0.1");
  EXPECT_EQ(
      refused("summary m.json --data t.csv"),
      "linden: the model was fitted with l1 = 0 and l2 = 0.1, and penalties shrink weights, whose errors no formula "
      "here gives. Hint: a fit with l1 = 0 and l2 = 0.\n");
  train("--constraints.nonnegative true");
  EXPECT_EQ(
      refused("summary m.json --data t.csv"),
      "linden: the model was fitted with constraints, and bounds stop weights, whose errors no formula here gives. "
      "Hint: a fit without constraints.\n");
  train();
  EXPECT_EQ(refused("summary m.json --data t.csv --covariance clustered"),
            "linden: --covariance clustered wants to know the clusters. Hint: --clusters COLUMN.\n");
  EXPECT_EQ(refused("summary m.json --data t.csv --covariance hc1 --clusters site"),
            "linden: there are clusters, and covariance hc1 knows none. Hint: covariance clustered.\n");
  std::string rows = read("t.csv");
  rows.replace(rows.rfind("s"), 2, "");  // the last row's site
  write("gap.csv", rows);
  EXPECT_EQ(refused("summary m.json --data gap.csv --clusters site"),
            "linden: --clusters site: there is none at gap.csv:61. Hint: a name of its own for a row of no cluster.\n");
  EXPECT_EQ(refused("summary m.json --data t.csv --dispersion two"),
            "linden: --dispersion is \"two\"; it must be automatic, one, pearson or deviance.\n");
  succeed("train t.csv --label y --drop site --rounds 2 --out b.json");
  EXPECT_EQ(refused("summary b.json --data t.csv"),
            "linden: --model b.json: that is a boosted model, whose leaves have no errors. Hint: linden inspect.\n");
  EXPECT_EQ(refused("train t.csv --label y --drop site --rounds 2 --firth --out b.json"),
            "linden: --firth is for linear models. Hint: --model linear.\n");
}

}  // namespace
}  // namespace linden::cli
