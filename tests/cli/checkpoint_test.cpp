// linden train --checkpoint and --resume.
#include "cli/running.hpp"

namespace linden::cli {
namespace {

using Checkpoint = Program;

TEST_F(Checkpoint, IsGoneOnFromToTheSameBytes) {
  write("rows.csv", small_table());
  const std::string train =
      "train --data rows.csv --label y --threads 1 --rounds 10 --min-rows-in-leaf 2 --row-fraction 0.5 ";
  succeed(train + "--out whole.json");
  const std::string resume = train + "--checkpoint c --checkpoint-every 4 --resume --out ";
  EXPECT_NE(succeed(resume + "first.json").find("checkpoint  c: not there yet, so that the fit begins anew"),
            std::string::npos);
  EXPECT_NE(succeed(resume + "second.json").find("checkpoint  c: found, for the fit to go on from"), std::string::npos);
  EXPECT_EQ(read("first.json"), read("whole.json"));
  EXPECT_EQ(read("second.json"), read("whole.json"));
  EXPECT_EQ(
      refused(resume + "m.json --learning-rate 0.2"),
      "linden: the checkpoint \"c\" is of another fit: --learning-rate is 0.2 here, and 0.1 there. Hint: the same "
      "data and settings as then, or another --checkpoint.\n");
  write("c", "no checkpoint");
  EXPECT_EQ(
      refused(resume + "m.json"),
      "linden: the checkpoint \"c\" is cut short or damaged, or none of Linden: its checksum does not fit. Hint: an "
      "older copy, or leave --resume out.\n");
}

TEST_F(Checkpoint, OfALinearFitIsThatOfItsSolver) {
  write("rows.csv", small_table());
  const std::string train = "train --model linear --data rows.csv --label y --threads 1 --checkpoint c --out m.json";
  succeed(train + " --solver lbfgs --checkpoint-every 1");
  EXPECT_EQ(refused(train + " --solver qr"),
            "linden: checkpoints are left by solver lbfgs, and this fit is one of qr, which has no state that is worth "
            "its size. Hint: --solver lbfgs, or leave --checkpoint out.\n");
}

TEST_F(Checkpoint, WantsAFileOfItsOwn) {
  write("rows.csv", small_table());
  const std::string train = "train --data rows.csv --label y --rounds 3 --out m.json ";
  EXPECT_EQ(refused(train + "--resume"), "linden: --resume wants a file. Hint: --checkpoint FILE.\n");
  EXPECT_EQ(refused(train + "--checkpoint-every 3"),
            "linden: --checkpoint-every wants a file. Hint: --checkpoint FILE.\n");
  EXPECT_EQ(refused(train + "--checkpoint -"),
            "linden: --checkpoint -: it is replaced time and again. Hint: name a file.\n");
  EXPECT_EQ(refused(train + "--checkpoint m.json"),
            "linden: --checkpoint m.json: that file is written by --out. Hint: another name.\n");
  EXPECT_EQ(refused(train + "--ranks-timeout -1"), "linden: --ranks-timeout is -1; it must be >= 0.\n");
}

}  // namespace
}  // namespace linden::cli
