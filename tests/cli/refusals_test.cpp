// The program on what is bad: one message on stderr, exit code 1 (2 for a command line that does not parse), and all
// files as they were.
#include <linden/loss.hpp>

#include "base/fail.hpp"
#include "cli/running.hpp"

namespace linden::cli {
namespace {

class Refusals : public Program {
 protected:
  // A model m.json, its data t.csv and predictions p.csv that are to survive.
  Refusals() {
    write("t.csv", good);
    succeed("train --data t.csv --label y --set rounds=3 --set min_rows_in_leaf=1 --out m.json");
    write("p.csv", "old predictions\n");
  }
  std::string training(std::string_view data, const std::string& more = "") {
    write("d.csv", data);
    return refused("train --data d.csv --label y --out m.json " + more);
  }

  static constexpr std::string_view good = "a,b,y\n1,2,0\n2,3,1\n3,1,0\n4,5,1\n";
};

TEST_F(Refusals, ARaggedRow) {
  EXPECT_EQ(
      training("a,b,y\n1,2,0\n2,3\n"),
      "linden: d.csv:3: row has 2 fields, but the header has 3. Hint: quote a field that has the delimiter ',' in "
      "it.\n");
}

TEST_F(Refusals, AnUnknownLabelColumn) {
  EXPECT_EQ(refused("train --data t.csv --label yy --out m.json"),
            "linden: t.csv: no column \"yy\". Did you mean \"y\"? Columns: a, b, y.\n");
}

TEST_F(Refusals, ALabelThatIsNaN) {
  EXPECT_EQ(training("a,b,y\n1,2,0\n2,3,NaN\n3,3,1\n"),
            "linden: d.csv:3: the label (column \"y\") is missing (\"NaN\"). Hint: --drop-unlabelled leaves out rows "
            "without a label, or mend the row.\n");
}

TEST_F(Refusals, AnInfiniteWeight) {
  EXPECT_EQ(training("a,w,y\n1,1,0\n2,inf,1\n", "--weight w"),
            "linden: d.csv:3: the weight (column \"w\") is \"inf\", but a weight is a finite number, at least 0.\n");
}

TEST_F(Refusals, AnEmptyFile) { EXPECT_EQ(training(""), "linden: d.csv: the file is empty.\n"); }

TEST_F(Refusals, AHeaderWithoutRows) {
  EXPECT_EQ(training("a,b,y\n"), "linden: d.csv: the file has a header but no rows.\n");
}

TEST_F(Refusals, ALabelOutOfRangeForTheLoss) {
  EXPECT_EQ(training("a,b,y\n1,2,0\n2,3,1\n3,4,2\n", "--set loss=logistic"),
            "linden: the label (column \"y\") is 2 at d.csv:4, a third class, but logistic wants two. Hint: use --loss "
            "softmax for 3 classes, or --loss squared for measurements.\n");
  EXPECT_EQ(training("a,b,y\n1,2,3\n2,3,-4.5\n", "--set loss=poisson"),
            "linden: the label (column \"y\") is -4.5 at d.csv:3, but poisson wants numbers >= 0. Hint: use --loss "
            "squared for labels of "
            "either sign.\n");
}

TEST_F(Refusals, AnUnknownField) {
  EXPECT_EQ(refused("train --data t.csv --label y --out m.json --set roundz=3"),
            "linden: --set roundz=3: boosted models have no such field. Did you mean \"rounds\"? Fields: " +
                boosting_fields() + ".\n");
}

TEST_F(Refusals, ATruncatedModelFile) {
  write("cut.json", read("m.json").substr(0, 300));
  for (const char* command : {"predict --model cut.json --data t.csv --out p.csv", "inspect cut.json",
                              "evaluate --model cut.json --data t.csv"})
    EXPECT_EQ(refused(command),
              "linden: cut.json: the model is cut short: its checksum is missing. Hint: copy the file again, or train "
              "again.\n");
}

TEST_F(Refusals, AFlippedByteInAModelFile) {
  std::string bytes = read("m.json");
  bytes[bytes.size() / 2] ^= 4;
  write("flip.json", bytes);
  EXPECT_EQ(refused("predict --model flip.json --data t.csv --out p.csv"),
            "linden: flip.json: the model was changed after it was written: its checksum does not fit. Hint: copy the "
            "file again, or train again.\n");
}

TEST_F(Refusals, AModelForOtherColumns) {
  write("other.csv", "a,c\n1,2\n");
  EXPECT_EQ(refused("predict --model m.json --data other.csv --out p.csv"),
            "linden: other.csv: no column \"b\", which was there in training. Columns: a, c.\n");
}

TEST_F(Refusals, AnUnwritableOutput) {
  EXPECT_EQ(refused("train --data t.csv --label y --set rounds=2 --out none/m.json"),
            "linden: cannot write \"none/m.json\": No such file or directory.\n");
  EXPECT_EQ(refused("predict --model m.json --data t.csv --out none/p.csv"),
            "linden: cannot write \"none/p.csv\": No such file or directory.\n");
  std::filesystem::create_directory(folder() / "folder");
  EXPECT_EQ(refused("train --data t.csv --label y --set rounds=2 --out folder"),
            "linden: cannot write \"folder\": Is a directory.\n");
  EXPECT_EQ(refused("predict --model m.json --data t.csv --out folder"),
            "linden: cannot write \"folder\": Is a directory.\n");
}

TEST_F(Refusals, FilesThatAreNotThere) {
  EXPECT_EQ(refused("train --data none.csv --label y --out m.json"),
            "linden: none.csv: cannot open the file: No such file or directory.\n");
  EXPECT_EQ(refused("predict --model none.json --data t.csv --out p.csv"),
            "linden: none.json: cannot open the file: No such file or directory.\n");
}

TEST_F(Refusals, OptionsThatDoNotFit) {
  const std::string train = "train --data t.csv --out m.json ";
  EXPECT_EQ(refused(train),
            "linden: --label is missing: which column of t.csv is to be predicted? Hint: --label NAME, or its number "
            "from 0 with --no-header; -1 is the last.\n");
  EXPECT_EQ(refused(train + "--label y --set rounds"), "linden: --set rounds: it must be field=value.\n");
  EXPECT_EQ(refused(train + "--label y --set rounds=0"), "linden: --rounds is 0; it must be in [1, 1000000].\n");
  EXPECT_EQ(refused(train + "--label y --rounds 99999999999999999999"),
            "linden: --rounds is 99999999999999999999; it must be in [1, 1000000].\n");
  EXPECT_EQ(refused(train + "--label y --seed -1"),
            "linden: --seed is -1; it must be >= 0 and at most 18446744073709551615.\n");
  EXPECT_EQ(refused(train + "--label y --rounds 1.5"), "linden: --rounds: \"1.5\" is not a whole number.\n");
  EXPECT_EQ(refused(train + "--label y --l2 1e400"),
            "linden: --l2 is 1e400, which is out of range: sizes of numbers other than 0 are from 2.3e-308 to "
            "1.7e308.\n");
  EXPECT_EQ(
      refused(train + "--label y --model linear --rounds 10"),
      "linden: --rounds 10: only boosted models have it, and this is a linear one. Hint: leave it out, or --model "
      "boosted.\n");
  EXPECT_EQ(refused(train + "--label y --set solver=lbfgs"),
            "linden: --set solver=lbfgs: only linear models have it, and this is a boosted one. Hint: leave it out, or "
            "--model linear.\n");
  EXPECT_EQ(refused(train + "--label y --set l2=much"), "linden: --l2: \"much\" is not a number.\n");
  EXPECT_EQ(refused(train + "--label y --set loss=hinged"),
            "linden: loss: no loss \"hinged\". Did you mean \"hinge\"? Losses: " + listing(loss::names()) + ".\n");
  EXPECT_EQ(refused(train + "--label y --set loss.level=0.9"),
            "linden: --set loss.level=0.9: that is a parameter of quantile and expectile, and the loss is chosen by "
            "the label. Hint: "
            "--loss quantile, or leave it out.\n");
  EXPECT_EQ(refused(train + "--label y --set loss.level=9 --set loss=quantile"),
            "linden: --loss.level is 9, but it must be in (0, 1).\n");
  EXPECT_EQ(refused(train + "--label y --model forest"),
            "linden: --model is \"forest\"; it must be boosted, linear or online.\n");
  EXPECT_EQ(refused(train + "--label y --device tpu"),
            "linden: --device is \"tpu\"; it must be auto, cpu, cuda or cuda:1, the GPU of that "
            "number.\n");
  for (const char* device : {"cuda:", "cuda:x", "cuda:1x", "cuda:-1", "cuda:99999999999", "gpu,cuda"})
    EXPECT_EQ(refused(train + "--label y --device " + device),
              "linden: --device is \"" + std::string(device) +
                  "\"; it must be auto, cpu, cuda or cuda:1, the GPU of that number.\n");
  EXPECT_EQ(refused(train + "--label y --model linear --device cuda:0,cuda:1"),
            "linden: --device is \"cuda:0,cuda:1\": only the training of boosted trees takes several GPUs. Hint: "
            "--device cuda.\n");
  EXPECT_EQ(refused(train + "--label y --delimiter ab"),
            "linden: --delimiter is \"ab\"; it must be one character (or tab).\n");
  EXPECT_EQ(refused("predict --model m.json --data t.csv --out p.csv --output odds"),
            "linden: --output is \"odds\"; it must be prediction, score, class, leaf or median.\n");
  EXPECT_EQ(refused("evaluate --model m.json --data t.csv --metrics acc"),
            "linden: --metrics: no metric \"acc\". Did you mean \"accuracy\"? Metrics: rmse, mae, r2, logloss, "
            "accuracy, error, "
            "auc, poisson_deviance, gamma_deviance, tweedie_deviance_1.5, pinball_0.5, mape, ... (25 in "
            "all).\n");
  EXPECT_EQ(refused("inspect m.json --tree 3"), "linden: --tree is 3; the model has trees 0 to 2.\n");
  write("t.libsvm", "0 1:1\n1 1:2\n");
  EXPECT_EQ(refused("train --data t.libsvm --label y --out m.json"),
            "linden: --label y: t.libsvm is a libsvm file, whose label is the first number of a line. Hint: leave "
            "--label out, or --format csv.\n");
}

TEST_F(Refusals, AReportThatCannotBeWrittenLeavesTheModelAlone) {
  EXPECT_EQ(refused("train --data t.csv --label y --set rounds=2 --out m.json --json none/r.json"),
            "linden: cannot write \"none/r.json\": No such file or directory.\n");
}

TEST_F(Refusals, NumbersOutOfTheRangeOfTheirOption) {
  const auto threads = [&](const std::string& count) {
    return refused("train --data t.csv --label y --out m.json --threads " + count, 2);
  };
  for (const char* count : {"two", "-1", "2147483647", "99999999999", "1.5"})
    EXPECT_EQ(threads(count),
              fmt::format("linden: --threads: \"{}\" is no whole number from 0 (all cores) to 65536.\n", count));
  EXPECT_EQ(refused("train --data t.csv --label y --out m.json --patience 0", 2),
            "linden: --patience: \"0\" is no whole number from 1 to 1000000.\n");
  for (const auto& [command, option] : {std::pair{"report m.json t.csv --out r.html", "--seed"},
                                        {"dependence --model m.json t.csv --feature a --out d.csv", "--seed"},
                                        {"importance m.json t.csv --kind permutation", "--seed"},
                                        {"cv t.csv --label y", "--fold-seed"},
                                        {"tune t.csv --label y", "--search-seed"}})
    for (const char* seed : {"-1", "1.5", "18446744073709551616"})
      EXPECT_EQ(refused(fmt::format("{} {} {}", command, option, seed), 2),
                fmt::format("linden: {}: \"{}\" is no whole number from 0 to 18446744073709551615.\n", option, seed));
}

}  // namespace
}  // namespace linden::cli
