// Files that the program writes: under any name, whole, and never in vain.
#include <linden/linden.hpp>
#include <sys/stat.h>

#include "cli/running.hpp"

namespace linden::cli {
namespace {

namespace fs = std::filesystem;

class Saving : public Program {
 protected:
  Saving() { write("t.csv", small_table()); }
  static std::string training(const std::string& out, int rounds = 2) {
    return fmt::format("train --data t.csv --label y --rounds {} --out {}", rounds, out);
  }
  /// The exit code of a command line in the folder of the test.
  int shell(const std::string& line) const {
    const int status = std::system(fmt::format("cd '{}' && {}", folder().string(), line).c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder())) names.push_back(entry.path().filename());
    std::ranges::sort(names);
    return names;
  }
};

TEST_F(Saving, StandardOutputThatCannotBeWrittenIsAnError) {
  succeed(training("m.json"));
  const std::string model = read("m.json");
  for (const std::string& command :
       {std::string("inspect m.json"), std::string("inspect m.json --tree 0"), training("n.json"),
        std::string("train --data t.csv --label y --model linear --out l.json"),
        std::string("evaluate --model m.json --data t.csv"), std::string("--version"), std::string("--help"),
        std::string("train --help")}) {
    for (const char* where : {"> /dev/full", ">&-"}) {
      EXPECT_EQ(shell(fmt::format("'{}' {} {} 2> e.txt", LINDEN_PROGRAM_FILE, command, where)), 1) << command << where;
      EXPECT_TRUE(read("e.txt").starts_with("linden: cannot write to standard output: "))
          << command << where << read("e.txt");
      EXPECT_EQ(std::ranges::count(read("e.txt"), '\n'), 1) << read("e.txt");
    }
  }
  EXPECT_EQ(read("n.json"), model);
  EXPECT_EQ(read("m.json"), model);
}

TEST_F(Saving, AModelThatCannotBeWrittenIsRescued) {
  fs::create_symlink("/dev/full", folder() / "m.json");
  const Ran ran = run(training("m.json"));
  EXPECT_EQ(ran.code, 1);
  const fs::path rescued = folder() / "linden-model-1.json";
  EXPECT_EQ(ran.err,
            fmt::format("linden: cannot write \"m.json\": No space left on device. The model is in \"{}\" instead.\n",
                        rescued.string()));
  EXPECT_EQ(BoostedModel::load(rescued).rounds(), 2);
  EXPECT_EQ(run("train --data t.csv --label y --model linear --out m.json").code, 1);
  EXPECT_EQ(LinearModel::load(folder() / "linden-model-2.json").feature_names(), std::vector<std::string>{"x"});
}

TEST_F(Saving, AFileBeyondTheLimitIsAnErrorAndTheOldOneStays) {
  succeed(training("m.json"));
  const std::string model = read("m.json");
  const std::string command = fmt::format("'{}' {}", LINDEN_PROGRAM_FILE, training("m.json", 30));
  EXPECT_EQ(shell("export TMPDIR=/nowhere && ulimit -f 1 && " + command + " > /dev/null 2> e.txt"), 1);
  EXPECT_EQ(read("e.txt"), "linden: cannot write \"m.json\": File too large.\n");
  EXPECT_EQ(read("m.json"), model);
  EXPECT_EQ(files(), (std::vector<std::string>{"e.txt", "m.json", "t.csv"}));
}

TEST_F(Saving, NamesMayBeAsLongAsTheSystemLets) {
  const std::string longest = std::string(250, 'm') + ".json";
  succeed(training(longest));
  EXPECT_EQ(files(), (std::vector<std::string>{longest, "t.csv"}));
  succeed("inspect " + longest);
  const Ran ran = run(training("m" + longest));
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(ran.err, fmt::format("linden: cannot write \"m{}\": File name too long.\n", longest));
  EXPECT_EQ(ran.out, "");  // before the data are read
}

TEST_F(Saving, TokensForMissingValuesAreInTheModel) {
  write("m.csv", "x,y\n?,1\n2,3\n4,5\n?,1\n");
  succeed("train --data m.csv --label y --missing '?' --set min_rows_in_leaf=1 --out m.json");
  EXPECT_EQ(BoostedModel::load(folder() / "m.json").schema().missing, std::vector<std::string>{"?"});
  succeed("predict --model m.json --data m.csv --out p.csv");
}

TEST_F(Saving, ModesAreKept) {
  succeed(training("m.json"));
  ::chmod((folder() / "m.json").c_str(), 0600);
  succeed(training("m.json"));
  struct stat found;
  ASSERT_EQ(::stat((folder() / "m.json").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777, 0600u);
}

}  // namespace
}  // namespace linden::cli
