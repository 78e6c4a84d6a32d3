// The file of trials comes back as it was written, to the bit, and is refused where it is of another search.
#include "selection/trials_file.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "boosting/random_data.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

const SearchFacts facts{{"family", "boosted"}, {"l2", "1"}};

std::filesystem::path fresh(const std::string& name) {
  std::filesystem::remove(scratch() / name);
  return scratch() / name;
}

Trial trial_of(int number, int rung) {
  return {.number = number,
          .rung = rung,
          .values = {{"learning_rate", "0.1"}, {"a \"name\"", "x,y"}},
          .rounds = 9,
          .score = {1.0 / 3, 0.1, std::numeric_limits<double>::quiet_NaN()},
          .seconds = 0.25,
          .failure = "no luck: \"row\" 7"};
}

TEST(TrialsFile, GivesBackWhatItWasGiven) {
  for (const char* name : {"trials.json", "trials.json.gz"}) {
    const std::filesystem::path path = fresh(name);
    {
      TrialsFile file(path, facts);
      EXPECT_EQ(file.find(0, 0), nullptr);
      EXPECT_FALSE(std::filesystem::exists(path));
      file.add(trial_of(0, 0));
      file.add(trial_of(4, 1));
    }
    const TrialsFile again(path, facts);
    EXPECT_EQ(again.find(4, 0), nullptr);
    const Trial* const found = again.find(4, 1);
    ASSERT_NE(found, nullptr);
    const Trial expected = trial_of(4, 1);
    EXPECT_EQ(found->number, 4);
    EXPECT_EQ(found->rung, 1);
    ASSERT_EQ(found->values.size(), 2u);
    EXPECT_EQ(found->values[1].field, "a \"name\"");
    EXPECT_EQ(found->values[1].value, "x,y");
    EXPECT_EQ(found->rounds, 9);
    EXPECT_EQ(found->score.mean, expected.score.mean);
    EXPECT_EQ(found->score.standard_deviation, 0.1);
    EXPECT_TRUE(std::isnan(found->score.standard_error));
    EXPECT_EQ(found->seconds, 0.25);
    EXPECT_EQ(found->failure, expected.failure);
  }
}

TEST(TrialsFile, WithoutAPathIsMemoryAlone) {
  TrialsFile file("", facts);
  file.add(trial_of(2, 0));
  EXPECT_EQ(file.find(2, 0)->rounds, 9);
}

TEST(TrialsFile, OfAnotherSearchIsRefused) {
  const std::filesystem::path path = fresh("other.json");
  TrialsFile(path, facts).add(trial_of(0, 0));
  const auto refused = [&](const SearchFacts& here) { return refusal<ArgumentError>([&] { TrialsFile(path, here); }); };
  const std::string opening = fmt::format("search: \"{}\" has the trials of another search: its ", path.string());
  EXPECT_EQ(refused({{"family", "boosted"}, {"l2", "3"}}), opening + "l2 is 1, and here it is 3. Hint: another .file.");
  EXPECT_EQ(refused({{"family", "boosted"}}), opening + "l2 is 1, and here it is not set. Hint: another .file.");
  EXPECT_EQ(refused({{"family", "boosted"}, {"l2", "1"}, {"l1", "0"}}),
            opening + "l1 is not set, and here it is 0. Hint: another .file.");
}

TEST(TrialsFile, WhatIsNoSuchFileIsRefused) {
  const std::filesystem::path path = fresh("bad.json");
  const auto refused = [&](const std::string& text) {
    std::ofstream(path) << text;
    return refusal<FileError>([&] { TrialsFile(path, facts); });
  };
  EXPECT_NE(refused("{\"format\":\"linden model\",\"schema\":1}").find("format is not \"linden trials\""),
            std::string::npos);
  EXPECT_NE(refused("{\"format\":\"linden trials\",\"schema\":2}").find("schema is of a newer version"),
            std::string::npos);
  refused("");
  refused(
      "{\"format\":\"linden trials\",\"schema\":1,\"search\":{\"family\":\"boosted\",\"l2\":\"1\"},\"trials\":[{]}");
}

}  // namespace
}  // namespace linden
