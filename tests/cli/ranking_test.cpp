// Rankings in the program: groups of CSV and libsvm, losses, metrics, and what is said where groups are missing.
#include "cli/running.hpp"

namespace linden::cli {
namespace {

class RankingCommands : public Program {
 protected:
  // 40 queries of 6 rows, whose grades grow with x.
  RankingCommands() {
    std::string csv = "query,x,noise,grade\n", libsvm, apart = "x,noise,grade\n";
    for (int row = 0; row < 240; ++row) {
      const int x = row * 7 % 13, noise = row * 5 % 11, grade = x / 4;
      csv += fmt::format("q{},{},{},{}\n", row / 6, x, noise, grade);
      apart += fmt::format("{},{},{}\n", x, noise, grade);
      libsvm += fmt::format("{} qid:{} 1:{} 2:{}\n", grade, row / 6, x, noise);
    }
    write("t.csv", csv);
    write("apart.csv", apart);
    write("t.libsvm", libsvm);
  }

  static constexpr const char* cure =
      "compares the rows of a group, and the data says not which rows are of one. Hint: name the column that does, "
      "--group \"query\"; in libsvm files it is words qid:7.\n";
};

TEST_F(RankingCommands, RankQueriesOfCsvAndLibsvm) {
  const std::string options = " --loss lambdarank --set loss.truncation=10 --rounds 20 --min-rows-in-leaf 5 --out ";
  const std::string out = succeed("train t.csv --label grade --group query --valid t.csv" + options + "c.json");
  EXPECT_NE(out.find("ndcg@10"), std::string::npos) << out;
  const std::string model = read("c.json");
  for (const char* part : {"\"name\":\"lambdarank\"", "\"truncation\":10"})
    EXPECT_NE(model.find(part), std::string::npos) << part << " in " << model.substr(0, 600);
  EXPECT_GT(value_of("ndcg@10", succeed("evaluate t.csv --model c.json")), 0.99);
  const std::string more = succeed("evaluate t.csv --model c.json --metrics ndcg@3,map,mrr@2-,linear_ndcg");
  for (const char* metric : {"ndcg@3", "map", "mrr@2-", "linear_ndcg"}) EXPECT_GT(value_of(metric, more), 0.9) << more;
  succeed("train t.libsvm" + options + "l.json");
  EXPECT_GT(value_of("ndcg@10", succeed("evaluate t.libsvm --model l.json")), 0.99);
  EXPECT_EQ(lines_of(succeed("predict apart.csv --model c.json")).size(), 241u);
}

TEST_F(RankingCommands, TakeEveryLossOfGroups) {
  for (const char* loss : {"lambdarank_map", "lambdarank_mrr", "pairwise", "xendcg"})
    succeed(
        fmt::format("train t.csv --label grade --group query --loss {} --rounds 3 --min-rows-in-leaf 5 --out m.json "
                    "--valid t.csv --train-metrics",
                    loss));
}

TEST_F(RankingCommands, SayWhereGroupsAreMissing) {
  const std::string train = "train t.csv --label grade --loss pairwise --min-rows-in-leaf 5 --rounds 2 --out m.json ";
  EXPECT_EQ(run(train + "--drop query").err, std::string("linden: loss pairwise ") + cure);
  succeed(train + "--group query");
  const std::string ranks =
      "it ranks the rows of a group, and the data says not which rows are of one. Hint: name the column that does, "
      "--group \"query\"; in libsvm files it is words qid:7.\n";
  EXPECT_EQ(run("evaluate apart.csv --model m.json --metrics map").err, "linden: --metrics map: " + ranks);
  const std::string held_out = succeed(train + "--group query --valid apart.csv");
  EXPECT_NE(held_out.find("linear_ndcg@10 undefined (held out; it ranks the rows of a group"), std::string::npos)
      << held_out;
  EXPECT_EQ(run("train t.csv --label x --group query --loss lambdarank --set loss.sigmoid=0 --out m.json").err,
            "linden: --loss.sigmoid is 0, but it must be > 0.\n");
}

TEST_F(RankingCommands, LinearModelsSayWhatTheyTake) {
  const std::string err = run("train t.csv --label grade --group query --model linear --loss xendcg --out m.json").err;
  EXPECT_TRUE(err.starts_with("linden: --loss is xendcg, which compares the rows of groups; linear models take s"))
      << err;
}

}  // namespace
}  // namespace linden::cli
