// Command lines that cannot be understood: each gets a sentence in the program's words, and exit code 2.
#include "cli/running.hpp"

namespace linden::cli {
namespace {

class CommandLine : public Program {
 protected:
  std::string refused(const std::string& arguments, int code = 2) {
    const std::string before = snapshot();
    const Ran ran = run(arguments);
    EXPECT_EQ(ran.code, code) << arguments << "\n" << ran.out << ran.err;
    EXPECT_EQ(ran.out, "") << arguments;
    EXPECT_TRUE(snapshot() == before) << arguments << " changed a file";
    return ran.err;
  }
  static constexpr const char* commands =
      "train, cv, tune, path, predict, evaluate, explain, inspect, summary, diff, merge, refit, importance, "
      "dependence, neighbours, report, convert";
  static constexpr const char* train = "train t.csv --label y --out m.json ";
  static constexpr const char* all_options = " Hint: linden train --help lists all options.\n";
};

TEST_F(CommandLine, ACommandThatIsNotThereIsNamedAndCorrected) {
  const std::string all = std::string("Commands: ") + commands + ". Hint: linden --help says what they do.\n";
  EXPECT_EQ(refused(""),
            fmt::format("linden: a command is missing: {}. Hint: linden --help says what they do.\n", commands));
  EXPECT_EQ(refused("trian t.csv"), "linden: linden has no command \"trian\". Did you mean train? " + all);
  EXPECT_EQ(refused("help"), "linden: linden has no command \"help\". " + all);
  EXPECT_EQ(refused("--versoin"),
            fmt::format("linden: linden has no option --versoin. Did you mean --version? Hint: a command stands first: "
                        "{}.\n",
                        commands));
  EXPECT_EQ(refused("-x"),
            fmt::format("linden: linden has no option -x. Hint: a command stands first: {}.\n", commands));
}

TEST_F(CommandLine, AnOptionThatIsGivenTwiceIsNamed) {
  EXPECT_EQ(refused(std::string(train) + "--rounds 3 --rounds=5"),
            "linden: --rounds is given twice, as 3 and as 5. Hint: leave one out.\n");
  EXPECT_EQ(refused("train t.csv --data d.csv --out m.json"),
            "linden: --data is given twice, as t.csv and as d.csv. Hint: leave one out.\n");
  // One field by two ways, whatever the order.
  EXPECT_EQ(refused(std::string(train) + "--set l1=1 --l1 2", 1),
            "linden: --l1 is set twice, by --set l1=1 and by --l1 2. Hint: leave one out.\n");
  EXPECT_EQ(refused(std::string(train) + "--set rounds=4 --set rounds=4", 1),
            "linden: --rounds is set twice, by --set rounds=4 and by --set rounds=4. Hint: leave one out.\n");
}

TEST_F(CommandLine, AValueThatIsMissingOrTooMuchIsNamed) {
  EXPECT_EQ(refused(std::string(train) + "--intercept"),
            std::string("linden: --intercept wants a value, and none follows.") + all_options);
  EXPECT_EQ(refused(std::string(train) + "--rounds --seed 3"),
            std::string("linden: --rounds wants a value, and none follows.") + all_options);
  EXPECT_EQ(refused(std::string(train) + "--zero-based=maybe"), "linden: --zero-based takes no value.\n");
  EXPECT_EQ(refused(std::string(train) + "more.csv"),
            std::string("linden: \"more.csv\" is a word too many.") + all_options);
  EXPECT_EQ(refused("inspect m.json --tree x"), "linden: --tree: \"x\" is no whole number from 0 to 2147483647.\n");
  EXPECT_EQ(refused(std::string(train) + "-r 3"),
            "linden: linden train has no option -r. Hint: linden train --help lists them.\n");
}

TEST_F(CommandLine, WhatIsRequiredIsNamed) {
  EXPECT_EQ(refused("train --label y --out m.json"),
            std::string("linden: --data is missing: training data: CSV or libsvm; or several files by a pattern, "
                        "'part-*.csv', one below the other; - is standard input.") +
                all_options);
  EXPECT_EQ(refused("train t.csv --label y"),
            std::string("linden: --out is missing: the model file to write (model.linden: binary; model.json.gz: "
                        "compressed); - is standard output.") +
                all_options);
  EXPECT_EQ(refused("inspect"),
            "linden: --model is missing: a model file, also another library's. Hint: linden inspect --help lists all "
            "options.\n");
}

TEST_F(CommandLine, AnEmptyValueIsNoValue) {
  for (const char* option : {"--json", "--group", "--weight", "--model", "--device"})
    EXPECT_EQ(refused(fmt::format("train t.csv --out m.json {} ''", option)),
              fmt::format("linden: the value of {} is empty.\n", option));
  EXPECT_EQ(refused("train t.csv --label y --out="), "linden: the value of --out is empty.\n");
  EXPECT_EQ(refused("train '' --label y --out m.json"), "linden: the value of --data is empty.\n");
  EXPECT_EQ(refused("predict t.csv --model m.json --out ''"), "linden: the value of --out is empty.\n");
}

TEST_F(CommandLine, HelpIsGivenWhateverElseIsWrong) {
  for (const char* line : {"train --help", "train -h", "train --rounds 3 --help", "--help"})
    EXPECT_NE(succeed(line).find("linden"), std::string::npos);
}

TEST_F(CommandLine, NamesOfOtherLibrariesAreKnown) {
  const auto said = [&](const std::string& option) {
    const std::string text = refused(train + option);
    const std::size_t begin = text.find(". ") + 2;
    return text.substr(begin, text.find(" Hint") - begin);
  };
  EXPECT_EQ(said("--cat_features a"), "Here that is --categorical.");
  EXPECT_EQ(said("--categorical-feature a --model linear"), "Here that is --categorical.");
  EXPECT_EQ(said("--ignored_features a"), "Here that is --drop.");
  EXPECT_EQ(said("--scale_pos_weight 3"), "Here that is --class-weights.positive.");
  EXPECT_EQ(said("--is_unbalance true"), "Here that is --class-weights.balanced.");
  EXPECT_EQ(said("--mse"), "Here that is --loss squared or --metrics rmse.");
  EXPECT_EQ(said("--reg_alpha 3"), "Here that is --l1.");
}

}  // namespace
}  // namespace linden::cli
