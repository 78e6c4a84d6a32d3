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
