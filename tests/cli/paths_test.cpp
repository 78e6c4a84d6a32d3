// The files of a command: none is read and written, or written twice, and a name that ends in .gz is compressed.
#include <linden/linden.hpp>

#include "cli/running.hpp"

namespace linden::cli {
namespace {

namespace fs = std::filesystem;

class Paths : public Program {
 protected:
  Paths() {
    write("t.csv", small_table());
    succeed(training + "--out m.json");
  }
  std::string refused(const std::string& arguments) {
    const std::string before = snapshot();
    const Ran ran = run(arguments);
    EXPECT_EQ(ran.code, 1) << arguments << "\n" << ran.out << ran.err;
    EXPECT_EQ(ran.out, "") << arguments;
    EXPECT_TRUE(snapshot() == before) << arguments << " changed a file";
    return ran.err;
  }
  const std::string training = "train t.csv --label y --rounds 2 --device cpu ";
};

TEST_F(Paths, NoFileIsReadAndWritten) {
  EXPECT_EQ(refused(training + "--out t.csv"),
            "linden: --out t.csv: that file is read by --data. Hint: another name.\n");
  write("v.csv", small_table());
  EXPECT_EQ(refused(training + "--valid late=v.csv --out n.json --json v.csv"),
            "linden: --json v.csv: that file is read by --valid. Hint: another name.\n");
  EXPECT_EQ(refused(training + "--valid v.csv --out v.csv"),
            "linden: --out v.csv: that file is read by --valid. Hint: another name.\n");
  EXPECT_EQ(refused("predict t.csv --model m.json --out t.csv"),
            "linden: --out t.csv: that file is read by --data. Hint: another name.\n");
  EXPECT_EQ(refused("predict t.csv --model m.json --out m.json"),
            "linden: --out m.json: that file is read by --model. Hint: another name.\n");
}

TEST_F(Paths, NoFileIsWrittenTwice) {
  EXPECT_EQ(refused(training + "--out x.json --json x.json"),
            "linden: --json x.json: that file is written by --out. Hint: another name.\n");
  EXPECT_EQ(refused(training + "--out - --json -"),
            "linden: --out and --json are both \"-\", and there is one standard output. Hint: name a file.\n");
  EXPECT_EQ(refused("evaluate - --model -"),
            "linden: --model and --data are both \"-\", and there is one standard input. Hint: name a file.\n");
  succeed(training + "--out /dev/null --json /dev/null");
}

TEST_F(Paths, OtherNamesOfAFileAreTheSameFile) {
  fs::create_directory(folder() / "sub");
  fs::create_symlink("t.csv", folder() / "link.csv");
  fs::create_hard_link(folder() / "t.csv", folder() / "hard.csv");
  fs::create_symlink("new.json", folder() / "dangling.json");
  for (const std::string& name : {std::string("./t.csv"), std::string("sub/../t.csv"), std::string("link.csv"),
                                  std::string("hard.csv"), (folder() / "t.csv").string()})
    EXPECT_EQ(refused(training + "--out " + name),
              fmt::format("linden: --out {}: that file is read by --data, as t.csv. Hint: another name.\n", name));
  for (const std::string name : {"./new.json", "sub/../new.json", "dangling.json"})
    EXPECT_EQ(
        refused(training + "--out new.json --json " + name),
        fmt::format("linden: --json {}: that file is written by --out, as new.json. Hint: another name.\n", name));
}

TEST_F(Paths, AReportMayGoToStandardOutput) {
  const Ran ran = run(training + "--out n.json --json -");
  EXPECT_EQ(ran.code, 0);
  EXPECT_TRUE(ran.out.starts_with("{\n  \"seconds\"")) << ran.out;
  EXPECT_NE(ran.err.find("\nmodel       n.json: 2 rounds, 2 trees\n"), std::string::npos) << ran.err;
  EXPECT_FALSE(fs::exists(folder() / "-"));
}

TEST_F(Paths, NamesThatEndInGzAreCompressed) {
  succeed(training + "--out m.json.gz --json r.json.gz");
  const std::string packed = read("m.json.gz"), magic = "\x1F\x8B";
  EXPECT_TRUE(packed.starts_with(magic));
  EXPECT_TRUE(read("r.json.gz").starts_with(magic));
  EXPECT_LT(packed.size(), read("m.json").size());
  EXPECT_EQ(BoostedModel::load(folder() / "m.json.gz").to_string(), read("m.json"));
  const std::string wanted = succeed("predict t.csv --model m.json");
  EXPECT_EQ(succeed("predict t.csv --model m.json.gz"), wanted);
  EXPECT_EQ(succeed("inspect - < m.json.gz"), succeed("inspect m.json"));
  succeed("predict t.csv --model m.json --out p.csv.gz");
  EXPECT_TRUE(read("p.csv.gz").starts_with(magic));
  EXPECT_EQ(Dataset::from_csv(folder() / "p.csv.gz").rows(), Dataset::from_csv(folder() / "t.csv").rows());
  succeed(training + "--out again.json.gz");
  EXPECT_TRUE(read("again.json.gz") == packed);
  write("cut.json.gz", packed.substr(0, packed.size() / 2));
  EXPECT_EQ(refused("inspect cut.json.gz"),
            "linden: cut.json.gz: the model is cut short: its checksum is missing. Hint: copy the file again, or train "
            "again.\n");
  std::string damaged = packed;
  damaged[damaged.size() / 2] ^= 0x55;
  write("bad.json.gz", damaged);
  EXPECT_NE(run("inspect bad.json.gz").code, 0);
  EXPECT_EQ(refused(training + "--out m.json.zst"),
            "linden: --out m.json.zst: only gzip is written, where a name ends in \".gz\". Hint: another name.\n");
}

}  // namespace
}  // namespace linden::cli
