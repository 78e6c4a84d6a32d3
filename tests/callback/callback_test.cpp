// Callbacks one by one: when early stopping ends, what JSON lines hold, and a progress bar that keeps quiet.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <linden/callback.hpp>
#include <linden/error.hpp>
#include <nlohmann/json.hpp>

#include "refusal.hpp"

namespace linden {
namespace {

struct Ending {
  int rounds = 0;  ///< calls until it stopped, or -1
  int keep = 0;
};

// Calls with these values of a metric, one a round.
Ending run(const Callback& callback, const std::vector<double>& values, bool higher_is_better = false) {
  for (int i = 0; i < static_cast<int>(values.size()); ++i) {
    const MetricValue metrics[] = {{"noise", 1.0 / (i + 1), false}, {"m", values[i], higher_is_better}};
    const Signal signal = callback({i, static_cast<int>(values.size()), 0.1 * i, metrics});
    if (signal.stops()) return {i + 1, signal.keep()};
  }
  return {-1, 0};
}

TEST(EarlyStopping, EndsAfterSoManyRoundsWithoutImprovement) {
  const Ending e = run(early_stopping({.patience = 3, .metric = "m"}), {5, 4, 3, 3, 3.5, 4, 1, 0});
  EXPECT_EQ(e.rounds, 6);
  EXPECT_EQ(e.keep, 3);
}

TEST(EarlyStopping, KeepsTheBestRoundsWhenRoundsRunOut) {
  const Ending e = run(early_stopping({.patience = 30, .metric = "m"}), {5, 4, 3, 3.5, 3.2});
  EXPECT_EQ(e.rounds, 5);
  EXPECT_EQ(e.keep, 3);
  EXPECT_EQ(run(early_stopping({.patience = 30, .metric = "m"}), {5, 4, 3}).keep, 3);
}

TEST(EarlyStopping, WatchesTheFirstMetricByDefault) {
  EXPECT_EQ(run(early_stopping({.patience = 2}), {1, 2, 3, 4, 5}).keep, 5);
}

TEST(EarlyStopping, KnowsWhichDirectionIsBetter) {
  const Ending e = run(early_stopping({.patience = 2, .metric = "m"}), {0.5, 0.7, 0.9, 0.8, 0.7, 1}, true);
  EXPECT_EQ(e.rounds, 5);
  EXPECT_EQ(e.keep, 3);
}

TEST(EarlyStopping, SmallGainsMayNotCount) {
  EXPECT_EQ(run(early_stopping({.patience = 2, .metric = "m", .min_delta = 0.5}), {5, 4.8, 4.6, 4.4}).keep, 1);
  EXPECT_EQ(run(early_stopping({.patience = 3, .metric = "m", .min_delta = 0.5}), {5, 4.8, 4.6, 4.4, 4.3}).keep, 4);
}

TEST(EarlyStopping, NotANumberIsNoImprovement) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Ending e = run(early_stopping({.patience = 2, .metric = "m"}), {3, 2, nan, nan, 1});
  EXPECT_EQ(e.rounds, 4);
  EXPECT_EQ(e.keep, 2);
  EXPECT_EQ(run(early_stopping({.patience = 2, .metric = "m"}), {nan, 2, 1, 3, 3}).keep, 3);
}

TEST(EarlyStopping, WithoutAnyNumberAllRoundsAreKept) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Ending e = run(early_stopping({.patience = 2, .metric = "m"}), {nan, nan, nan});
  EXPECT_EQ(e.rounds, 2);
  EXPECT_EQ(e.keep, 0);
}

TEST(EarlyStopping, OfSeveralMetricsTheLastToImproveDecides) {
  const std::vector<double> values{5, 4, 3, 3, 3.5, 4, 1, 0};  // "noise" falls all the time
  const Ending all = run(early_stopping({.patience = 3, .metrics = {"m", "noise"}}), values);
  EXPECT_EQ(all.rounds, 8);
  EXPECT_EQ(all.keep, 8);
  const Ending one = run(early_stopping({.patience = 2, .min_delta = 0.15, .metrics = {"m", "noise"}}), values);
  EXPECT_EQ(one.rounds, 5);  // 1, 1/2, 1/3, then steps of less than 0.15
  EXPECT_EQ(one.keep, 3);
}

TEST(EarlyStopping, OrTheFirstThatDoesNotImprove) {
  const Ending e =
      run(early_stopping({.patience = 3, .metrics = {"noise", "m"}, .any = true}), {5, 4, 3, 3, 3.5, 4, 1, 0});
  EXPECT_EQ(e.rounds, 6);
  EXPECT_EQ(e.keep, 3);
  EXPECT_EQ(run(early_stopping({.patience = 3, .metrics = {"noise", "m"}, .any = true}), {5, 6, 7}).keep, 3);
}

TEST(LearningRates, FollowTheirFunction) {
  const Callback callback = learning_rates([](int round) { return 1.0 / (1 + round); });
  EXPECT_EQ(callback({0, 3, 0.0, {}}).learning_rate(), 0.5);
  EXPECT_EQ(callback({1, 3, 0.0, {}}).learning_rate(), 1.0 / 3);
  EXPECT_EQ(callback({2, 3, 0.0, {}}).learning_rate(), std::nullopt);  // there is no further round
  EXPECT_EQ(refusal<ArgumentError>([] { learning_rates({}); }), "learning_rates: there is no function.");
}

TEST(EarlyStopping, MayServeSeveralFits) {
  const Callback callback = early_stopping({.patience = 2, .metric = "m"});
  EXPECT_EQ(run(callback, {1, 2, 3, 4}).keep, 1);
  EXPECT_EQ(run(callback, {9, 8, 7, 7, 7}).keep, 3);
}

TEST(EarlyStopping, BadOptionsAreRefused) {
  EXPECT_EQ(refusal<ArgumentError>([] { early_stopping({.patience = 0}); }),
            "EarlyStopping.patience is 0; it must be 1 or more.");
  EXPECT_EQ(refusal<ArgumentError>([] { early_stopping({.min_delta = -1}); }),
            "EarlyStopping.min_delta is -1; it must be >= 0.");
  EXPECT_EQ(refusal<ArgumentError>([] { early_stopping({.min_delta = std::numeric_limits<double>::quiet_NaN()}); }),
            "EarlyStopping.min_delta is nan; it must be >= 0.");
  EXPECT_EQ(refusal<ArgumentError>([] { early_stopping({.metric = "auc", .metrics = {"rmse"}}); }),
            "EarlyStopping.metric is \"auc\", and EarlyStopping.metrics has more. Hint: name it there.");
  EXPECT_EQ(refusal<ArgumentError>([] { early_stopping({.metrics = {"rmse"}, .any = true}); }),
            "EarlyStopping.any is for several metrics. Hint: name them, EarlyStopping.metrics.");
}

TEST(EarlyStopping, WithoutItsMetricIsRefused) {
  EXPECT_EQ(refusal<ArgumentError>([] {
              early_stopping()({0, 10, 0.0, {}});
            }),
            "early_stopping: there is nothing to watch. Hint: pass a validation set, FitOptions::valid.");
  const MetricValue metrics[] = {{"rmse", 1, false}, {"mae", 1, false}};
  EXPECT_EQ(refusal<ArgumentError>([&] {
              early_stopping({.metric = "rmsle"})({0, 10, 0.0, metrics});
            }),
            "early_stopping: no metric \"rmsle\". Did you mean \"rmse\"? Metrics: rmse, mae.");
}

TEST(JsonLines, HoldOneObjectARound) {
  const std::string path = testing::TempDir() + "linden_lines_" + std::to_string(::getpid()) + ".jsonl";
  {
    const Callback callback = json_lines(path);
    const MetricValue metrics[] = {{"rmse", 0.1, false}, {"a \"b\"", 1e-300, false}};
    EXPECT_FALSE(callback({0, 2, 0.5, metrics}).stops());
    EXPECT_FALSE(callback({1, 2, 0.75, {}}).stops());
    const MetricValue odd[] = {{"no UTF-8: \xff", std::numeric_limits<double>::quiet_NaN(), false}};
    EXPECT_FALSE(callback({2, 2, 1, odd}).stops());
    std::ifstream file(path);  // every line is there as soon as its round has ended
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    EXPECT_EQ(text,
              "{\"round\":0,\"seconds\":0.5,\"rmse\":0.1,\"a \\\"b\\\"\":1e-300}\n{\"round\":1,\"seconds\":0.75}\n"
              "{\"round\":2,\"seconds\":1.0,\"no UTF-8: \xef\xbf\xbd\":null}\n");
  }
  std::filesystem::remove(path);
}

TEST(JsonLines, AFileThatCannotBeWrittenIsRefused) {
  EXPECT_EQ(refusal<FileError>([] { json_lines("/no/such/folder/log.jsonl"); }),
            "json_lines: cannot open \"/no/such/folder/log.jsonl\": No such file or directory.");
  if (!std::filesystem::exists("/dev/full")) return;
  const Callback callback = json_lines("/dev/full");
  EXPECT_EQ(refusal<FileError>([&] {
              callback({0, 2, 0.5, {}});
            }),
            "json_lines: cannot write \"/dev/full\": No space left on device.");
}

TEST(ProgressBar, KeepsQuietWhereStderrIsNoTerminal) {
  if (::isatty(STDERR_FILENO)) GTEST_SKIP() << "stderr is a terminal";
  testing::internal::CaptureStderr();
  testing::internal::CaptureStdout();
  const Callback callback = progress_bar();
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(callback({i, 3, 1.0 * i, {}}).stops());
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
}

TEST(Signals, SayWhatTheyDo) {
  EXPECT_FALSE(Signal::proceed().stops());
  EXPECT_TRUE(Signal::stop().stops());
  EXPECT_EQ(Signal::stop().keep(), 0);
  EXPECT_TRUE(Signal::stop_and_keep(4).stops());
  EXPECT_EQ(Signal::stop_and_keep(4).keep(), 4);
}

}  // namespace
}  // namespace linden
