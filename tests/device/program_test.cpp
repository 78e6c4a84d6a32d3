// linden-simt, the program whose GPU is the executor: from the file to the model, equal files for either device.
#include "cli/running.hpp"

namespace linden::cli {
namespace {

class DeviceProgram : public Program {
 protected:
  // The first lines of a file of real data; false where there is none.
  bool head(const std::filesystem::path& from, const std::string& to, int lines) {
    std::ifstream file(from);
    std::string text, line;
    for (int i = 0; i < lines && std::getline(file, line); ++i) text += line + "\n";
    write(to, text);
    return !text.empty();
  }

  void expect_equal_models(const std::string& arguments) {
    succeed("train " + arguments + " --device cpu --out cpu.json");
    succeed("train " + arguments + " --device cuda --out cuda.json");
    EXPECT_GT(read("cpu.json").size(), 1000u);
    EXPECT_TRUE(read("cpu.json") == read("cuda.json")) << arguments;
  }
};

TEST_F(DeviceProgram, AdultGivesEqualFiles) {  // categories, missing values
  if (!head(real_data("adult/adult-train.csv"), "train.csv", 1500)) GTEST_SKIP() << "no folder of real data";
  const std::string adult = "--data train.csv --no-header --label 14 --missing '?' --set rounds=3";
  expect_equal_models(adult + " --set max_leaves=16");
  expect_equal_models(adult + " --set max_leaves=16 --set growth=level_wise --set max_depth=5");
  expect_equal_models(adult + " --set growth=oblivious");
}

TEST_F(DeviceProgram, DigitsGiveEqualFiles) {  // ten classes
  ASSERT_TRUE(head(source("examples/data/digits.csv"), "train.csv", 400));
  const std::string digits = "--data train.csv --label digit --set loss=softmax --set rounds=1 --set max_bins=32";
  expect_equal_models(digits + " --set max_leaves=5");
  expect_equal_models(digits + " --set growth=level_wise --set max_depth=2");
}

TEST_F(DeviceProgram, AgaricusGivesEqualFiles) {  // sparse rows
  if (!head(real_data("agaricus/agaricus.txt.train"), "train.libsvm", 800)) GTEST_SKIP() << "no folder of real data";
  const std::string agaricus = "--data train.libsvm --set rounds=2 --set max_leaves=8";
  expect_equal_models(agaricus);
  expect_equal_models(agaricus + " --set growth=level_wise --set max_depth=3");
}

TEST_F(DeviceProgram, EarlyStoppingEndsInTheSameRound) {
  ASSERT_TRUE(head(source("examples/data/breast_cancer.csv"), "train.csv", 300));
  ASSERT_TRUE(head(source("examples/data/breast_cancer.csv"), "valid.csv", 569));
  expect_equal_models(
      "--data train.csv --label diagnosis --valid valid.csv --patience 1 --set rounds=6 --set max_leaves=4");
}

TEST_F(DeviceProgram, SeveralGpusGiveTheSameFile) {
  ASSERT_TRUE(head(source("examples/data/breast_cancer.csv"), "train.csv", 200));
  const std::string train = "train --data train.csv --label diagnosis --set rounds=1 --set max_leaves=4";
  succeed(train + " --device cpu --out cpu.json");
  EXPECT_NE(succeed(train + " --device cuda:all --out all.json").find("devices     4 GPUs"), std::string::npos);
  succeed(train + " --device cuda:4,cuda:0 --out two.json");
  EXPECT_TRUE(read("cpu.json") == read("all.json"));
  EXPECT_TRUE(read("cpu.json") == read("two.json"));
  EXPECT_EQ(refused(train + " --device cuda:1,cuda:1 --out m.json"),
            "linden: --device has cuda:1 twice. Hint: each GPU once.\n");
}

TEST_F(DeviceProgram, AutoTakesTheGpu) {
  ASSERT_TRUE(head(source("examples/data/breast_cancer.csv"), "train.csv", 200));
  const std::string out = succeed("train --data train.csv --label diagnosis --set rounds=1 --out m.json");
  EXPECT_EQ(out.find("device      cpu"), std::string::npos) << out;
}

}  // namespace
}  // namespace linden::cli
