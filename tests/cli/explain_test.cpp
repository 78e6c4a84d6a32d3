// linden explain: a column a feature and the constant one, which sum to the score of each row.
#include <numeric>

#include "cli/running.hpp"

namespace linden::cli {
namespace {

class ExplainCommands : public Program {
 protected:
  ExplainCommands() {
    std::string table = "x,\"z, too\",y,class\n";
    for (int i = 0; i < 120; ++i)
      table += fmt::format("{},{},{},{}\n", i * 37 % 61, i * 7 % 11, (i * 37 % 61) / 7 + (i * 7 % 11 > 4) * (i % 3),
                           std::string(1, static_cast<char>('a' + (i * 37 % 61) / 25)));
    write("d.csv", table);
    write("few.csv", table.substr(0, 200).substr(0, table.substr(0, 200).rfind('\n') + 1));
  }

  /// The numbers of a file, a list a row.
  std::vector<std::vector<double>> numbers(const std::string& text) const {
    std::vector<std::vector<double>> rows;
    for (const std::string& line : lines_of(text)) {
      std::vector<double>& row = rows.emplace_back();
      for (std::size_t at = 0; at < line.size(); at = std::min(line.find(',', at), line.size() - 1) + 1)
        row.push_back(std::atof(line.c_str() + at));
    }
    rows.erase(rows.begin());  // the names
    return rows;
  }

  /// Every `outputs`th column of a file, from each of the first ones on, sums to the scores.
  void expect_sums(const std::string& explained, const std::string& scores, std::size_t outputs = 1) const {
    const auto parts = numbers(explained), sums = numbers(scores);
    ASSERT_EQ(parts.size(), sums.size());
    for (std::size_t row = 0; row < parts.size(); ++row)
      for (std::size_t k = 0; k < outputs; ++k) {
        double sum = 0;
        for (std::size_t column = k; column < parts[row].size(); column += outputs) sum += parts[row][column];
        EXPECT_NEAR(sum, sums[row][k], 1e-9);
      }
  }
};

TEST_F(ExplainCommands, SumsToTheScore) {
  succeed("train d.csv --label y --drop class --rounds 10 --out m.json");
  const std::string scores = succeed("predict d.csv --model m.json --output score");
  const std::string text = succeed("explain d.csv --model m.json");
  EXPECT_EQ(lines_of(text)[0], "x,\"z, too\",constant");
  expect_sums(text, scores);
  succeed("explain --data d.csv --model m.json --out e.csv --threads 2");
  EXPECT_EQ(read("e.csv"), text);
  const std::string together = succeed("explain d.csv --model m.json --interactions");
  EXPECT_EQ(lines_of(together)[0], "x,\"z, too\",\"x & z, too\",constant");
  expect_sums(together, scores);
  expect_sums(succeed("explain d.csv --model m.json --background few.csv"), scores);
  expect_sums(succeed("explain d.csv --model m.json --by-rows"), scores);
  succeed("train d.csv --label y --drop class --rounds 4 --out four.json");
  EXPECT_EQ(succeed("explain d.csv --model m.json --rounds 4"), succeed("explain d.csv --model four.json"));
}

TEST_F(ExplainCommands, HasAColumnForEachClass) {
  succeed("train d.csv --label class --drop y --loss softmax --rounds 3 --out m.json");
  const std::string text = succeed("explain d.csv --model m.json");
  EXPECT_EQ(lines_of(text)[0], "x_a,x_b,x_c,\"z, too_a\",\"z, too_b\",\"z, too_c\",constant_a,constant_b,constant_c");
  expect_sums(text, succeed("predict d.csv --model m.json --output score"), 3);
}

TEST_F(ExplainCommands, CountsOffsetsAmongTheConstant) {
  succeed("train d.csv --label y --drop class --offset x --rounds 5 --out m.json");
  expect_sums(succeed("explain d.csv --model m.json"), succeed("predict d.csv --model m.json --output score"));
}

TEST_F(ExplainCommands, TakesLinearModels) {
  succeed("train d.csv --label y --drop class --model linear --out m.json");
  expect_sums(succeed("explain d.csv --model m.json --background few.csv"),
              succeed("predict d.csv --model m.json --output score"));
  EXPECT_EQ(
      run("explain d.csv --model m.json").err,
      "linden: a linear model is explained against a background, for it keeps no means of its training rows. Hint: "
      "give rows, --background FILE.\n");
}

TEST_F(ExplainCommands, Refusals) {
  succeed("train d.csv --label y --drop class --rounds 3 --out m.json");
  EXPECT_EQ(run("explain d.csv --model m.json --background few.csv --by-rows").err,
            "linden: --by-rows is of training rows, and --background takes their place. Hint: leave one out.\n");
  EXPECT_EQ(run("explain d.csv --model m.json --rounds 4").err,
            "linden: 4 rounds of a model that has 3. Hint: 0 uses all.\n");
  write("none.csv", "x,\"z, too\"\n");
  EXPECT_NE(run("explain d.csv --model m.json --background none.csv").code, 0);
  EXPECT_NE(run("explain d.csv --model m.json --out d.csv").code, 0);
}

}  // namespace
}  // namespace linden::cli
