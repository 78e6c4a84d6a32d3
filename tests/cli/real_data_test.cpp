// The program on real data: how good its models are, and that their bytes depend on neither threads nor row order.
#include <random>

#include "cli/running.hpp"

namespace linden::cli {
namespace {

class RealData : public Program {
 protected:
  // Copies a file of the data folder, each line changed; false, with a reason, when there is none.
  template <class Change>
  bool copy(const std::string& from, const std::string& to, const Change& change) {
    const std::string text = read_file(real_data(from));
    std::string changed;
    for (const std::string& line : lines_of(text)) changed += change(line) + "\n";
    write(to, changed);
    return !text.empty();
  }
  static std::string same(const std::string& line) { return line; }
  static std::string without_dot(const std::string& line) {
    return line.ends_with('.') ? line.substr(0, line.size() - 1) : line;
  }
};

TEST_F(RealData, AdultReachesTheAucOfItsPeers) {
  if (!copy("adult/adult-train.csv", "train.csv", same)) GTEST_SKIP() << "no folder of real data";
  copy("adult/adult-test.csv", "test.csv", without_dot);
  succeed(
      "train --data train.csv --no-header --label 14 --missing '?' --out m.json --set rounds=500 --set "
      "learning_rate=0.05 --set max_leaves=31");
  EXPECT_GE(value_of("auc", succeed("evaluate --model m.json --data test.csv --no-header --missing '?'")), 0.926);
}

TEST_F(RealData, AdultBytesDependOnNeitherThreadsNorRowOrder) {
  if (!copy("adult/adult-train.csv", "train.csv", same)) GTEST_SKIP() << "no folder of real data";
  std::vector<std::string> lines = read_lines("train.csv");
  std::mt19937 random(3);
  for (std::size_t i = lines.size() - 1; i > 0; --i) std::swap(lines[i], lines[random() % (i + 1)]);
  std::string shuffled;
  for (const std::string& line : lines) shuffled += line + "\n";
  write("shuffled.csv", shuffled);
  const auto train = [&](const std::string& data, int threads) {
    succeed(fmt::format("train --data {} --no-header --label 14 --threads {} --out m.json --set rounds=200", data,
                        threads));
    return read("m.json");
  };
  const std::string one = train("train.csv", 1);
  EXPECT_GT(one.size(), 100'000u);
  EXPECT_TRUE(train("train.csv", 2) == one);
  EXPECT_TRUE(train("train.csv", 7) == one);
  EXPECT_TRUE(train("shuffled.csv", 2) == one);
}

TEST_F(RealData, QueriesOfMq2007AreRankedAsThePeersRankThem) {
  const std::filesystem::path train = real_data("mq2007_subset/mq2007.train.libsvm.gz"),
                              test = real_data("mq2007_subset/mq2007.test.libsvm.gz");
  if (!std::filesystem::exists(train)) GTEST_SKIP() << "no folder of real data";
  std::string models[2];
  for (const int threads : {1, 5}) {
    succeed(fmt::format("train '{}' --loss lambdarank --rounds 200 --max-leaves 15 --threads {} --out m.json",
                        train.string(), threads));
    models[threads > 1] = read("m.json");
  }
  EXPECT_TRUE(models[0] == models[1]);
  EXPECT_GE(value_of("ndcg@10", succeed(fmt::format("evaluate '{}' --model m.json", test.string()))), 0.58);
}

TEST_F(RealData, NineTenthsOfHousesLieBelowTheirQuantile) {
  const std::filesystem::path file = real_data("california_housing/cal_housing.data");
  if (!std::filesystem::exists(file)) GTEST_SKIP() << "no folder of real data";
  split(file, "train.csv", "test.csv");
  succeed(
      "train --data train.csv --label medianHouseValue --out m.json --set loss=quantile --set loss.level=0.9 --set "
      "rounds=100 --set min_rows_in_leaf=100");
  succeed("predict --model m.json --data test.csv --out p.csv");
  const std::vector<std::string> rows = read_lines("test.csv"), predictions = read_lines("p.csv");
  ASSERT_EQ(rows.size(), predictions.size());
  int below = 0;  // one label in twenty is cut off at 500,001, which predictions come near to, but do not reach
  for (std::size_t i = 1; i < rows.size(); ++i)
    below += std::stod(rows[i].substr(rows[i].rfind(',') + 1)) <= 1.001 * std::stod(predictions[i]);
  const double share = below / static_cast<double>(rows.size() - 1);
  EXPECT_GT(share, 0.88);
  EXPECT_LT(share, 0.92);
}

TEST_F(RealData, DigitsReachTheirAccuracy) {
  split(source("examples/data/digits.csv"), "train.csv", "test.csv");
  const std::string header = read_lines("train.csv")[0];
  succeed("train --data train.csv --label " + header.substr(header.rfind(',') + 1) +
          " --set loss=softmax --valid test.csv --out m.json");
  EXPECT_GE(value_of("accuracy", succeed("evaluate --model m.json --data test.csv")), 0.96);
}

TEST_F(RealData, AgaricusIsLearnedWithoutError) {
  if (!copy("agaricus/agaricus.txt.train", "train.txt", same)) GTEST_SKIP() << "no folder of real data";
  copy("agaricus/agaricus.txt.test", "test.txt", same);
  succeed("train --data train.txt --out m.json");
  EXPECT_EQ(value_of("error", succeed("evaluate --model m.json --data test.txt --metrics error")), 0);
}

}  // namespace
}  // namespace linden::cli
