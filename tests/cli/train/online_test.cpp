// linden train --model online: what it prints and writes, several files, text, files read in parts, and what it
// refuses.
#include <linden/linden.hpp>
#include <nlohmann/json.hpp>

#include "cli/running.hpp"

namespace linden::cli {
namespace {

class OnlineCommands : public Program {
 protected:
  // Rows [begin, end) of a table: two numbers, a town, and a label of two classes that depends on them.
  static std::string rows(int begin, int end) {
    std::string text = "a,b,town,y\n";
    for (int i = begin; i < end; ++i) {
      const double a = i * 37 % 61 / 61.0 - 0.5, b = i * 53 % 59 / 59.0 - 0.5;
      text += fmt::format("{},{},t{},{}\n", a, b, i % 3, a - b + 0.2 * (i % 3) > 0.2 ? "yes" : "no");
    }
    return text;
  }
  std::string train(const std::string& more) { return succeed("train --label y --model online --out m.json " + more); }
};

TEST_F(OnlineCommands, LearnsSeveralFilesInSeveralPasses) {
  write("part-1.csv", rows(0, 200));
  write("part-2.csv", rows(200, 500));
  const std::vector<std::string> lines =
      lines_of(train("--data 'part-*.csv' --epochs 3 --alpha 0.5 --l1 0.5 --json r.json"));
  std::string all;
  for (const std::string& line : lines) all += line + '\n';
  ASSERT_GE(lines.size(), 7u) << all;
  EXPECT_EQ(lines[1], "loss        logistic (chosen by the label: 2 classes; --loss NAME names another)");
  EXPECT_TRUE(lines[2].starts_with("epoch 1     loss 0.") &&
              lines[2].ends_with(" (500 rows, each before it was learnt)"))
      << all;
  EXPECT_TRUE(lines[4].starts_with("epoch 3     loss 0.") &&
              lines[4].ends_with(" (500 rows, each before it was learnt again)"))
      << all;
  EXPECT_TRUE(lines[5].starts_with("model       m.json: linear, ")) << all;
  // The same rows, by the library.
  const Dataset parts[] = {Dataset::from_csv(folder() / "part-1.csv", {.label = "y"}),
                           Dataset::from_csv(folder() / "part-2.csv", {.label = "y"})};
  OnlineLearner learner({.loss = loss::logistic(), .alpha = 0.5, .l1 = 0.5});
  nlohmann::json losses = nlohmann::json::array();
  for (int epoch = 0; epoch < 3; ++epoch) losses.push_back(learner.partial_fit(Dataset::concat(parts)));
  EXPECT_EQ(read("m.json"), learner.to_model().to_string());
  EXPECT_EQ(nlohmann::json::parse(read("r.json"))["losses"], losses);
  EXPECT_LT(losses[2].get<double>(), losses[0].get<double>());
  // Rows that stand on disk are learnt to the same bytes.
  train("--data 'part-*.csv' --epochs 3 --alpha 0.5 --l1 0.5 --memory 16MiB --cache cache");
  EXPECT_EQ(read("m.json"), learner.to_model().to_string());
  succeed("predict --data part-1.csv --model m.json --out p.csv");
}

TEST_F(OnlineCommands, Refusals) {
  write("t.csv", rows(0, 60));
  const std::string start = "train --data t.csv --label y --out m.json ";
  EXPECT_EQ(
      refused(start + "--model online --rounds 3"),
      "linden: --rounds 3: only boosted models have it, and this is an online one. Hint: leave it out, or --model "
      "boosted.\n");
  EXPECT_EQ(refused(start + "--model linear --alpha 3"),
            "linden: --alpha 3: only online models have it, and this is a linear one. Hint: leave it out, or --model "
            "online.\n");
  EXPECT_EQ(refused(start + "--model linear --epochs 3"),
            "linden: --epochs is for online models. Hint: --model online, or leave it out.\n");
  EXPECT_EQ(refused(start + "--model online --patience 3"),
            "linden: --patience is not for online models: --epochs says when they end. Hint: leave it out.\n");
  EXPECT_EQ(refused(start + "--model online --beta -1"), "linden: --beta is -1; it must be >= 0.\n");
  write("gaps.csv", "a,y\n1,0\n,1\n2,1\n");
  EXPECT_EQ(
      refused("train --data gaps.csv --label y --model online --out m.json"),
      "linden: column \"a\" has no value at gaps.csv:3, and an online learner takes no rows with gaps. Hint: fill "
      "them, or leave such rows out; boosted models take them as they are.\n");
}

}  // namespace
}  // namespace linden::cli
