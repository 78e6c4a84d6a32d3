#include "checkpoint/checkpoint_file.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "full_disk.hpp"
#include "refusal.hpp"
#include "scratch_folder.hpp"

namespace linden {
namespace {

const Facts facts{{"colour", "red"}, {"size", "4"}};

void write(const std::filesystem::path& path, const std::vector<double>& numbers) {
  const Ranks alone;
  CheckpointFile file("fit", "boosted", {.path = path}, alone);
  file.read(facts, [](JsonReader&) {});
  file.write([&](JsonWriter& json) { json["numbers"].values(numbers); });
}

// Empty where there is none.
std::vector<double> read(const std::filesystem::path& path, const Facts& wanted = facts, const char* fit = "boosted") {
  const Ranks alone;
  CheckpointFile file("fit", fit, {.path = path, .resume = true}, alone);
  std::vector<double> numbers;
  file.read(wanted, [&](JsonReader& json) { numbers = json["numbers"].finites(); });
  return numbers;
}

TEST(CheckpointFile, ReadsWhatItWrote) {
  const ScratchFolder folder;
  EXPECT_TRUE(read(folder / "c").empty());
  const std::vector<double> numbers{0.1, -0.0, 1e-308, 3};
  write(folder / "c", numbers);
  EXPECT_EQ(read(folder / "c"), numbers);
}

TEST(CheckpointFile, IsDueAfterSoMany) {
  const ScratchFolder folder;
  const Ranks alone;
  const CheckpointFile file("fit", "boosted", {.path = folder / "c", .every = 3}, alone);
  EXPECT_TRUE(file.is_due(3) && file.is_due(6));
  EXPECT_FALSE(file.is_due(4));
  EXPECT_FALSE(CheckpointFile("fit", "boosted", {.every = 3}, alone).is_due(3));
}

TEST(CheckpointFile, RefusesOptions) {
  const Ranks alone;
  const auto words = [&](const Checkpoint& options) {
    return refusal<ArgumentError>([&] { CheckpointFile("fit", "boosted", options, alone); });
  };
  EXPECT_EQ(words({.path = "c", .every = 0}), "fit: Checkpoint.every is 0; it must be 1 or more.");
  EXPECT_EQ(words({.resume = true}),
            "fit: Checkpoint.resume wants a file to go on from. Hint: name it, Checkpoint.path.");
  EXPECT_EQ(refusal<FileError>([&] { CheckpointFile("fit", "boosted", {.path = "/nowhere/c"}, alone); }),
            "cannot write \"/nowhere/c\": No such file or directory.");
}

TEST(CheckpointFile, RefusesOneOfAnotherFit) {
  const ScratchFolder folder;
  write(folder / "c", {1});
  const std::string opening = "fit: the checkpoint \"" + (folder / "c").string() + "\" is of ";
  EXPECT_EQ(refusal<ArgumentError>([&] {
              read(folder / "c", {{"colour", "blue"}, {"size", "4"}});
            }),
            opening +
                "another fit: colour is blue here, and red there. Hint: the same data and settings as then, or "
                "another path.");
  EXPECT_EQ(refusal<ArgumentError>([&] {
              read(folder / "c", {{"colour", "red"}, {"weight", "4"}});
            }),
            opening +
                "another fit: weight is 4 here, and not known there. Hint: the same data and settings as then, or "
                "another path.");
  EXPECT_EQ(refusal<ArgumentError>([&] {
              read(folder / "c", {{"colour", "red"}});
            }),
            opening + "another fit: it has more settings. Hint: another path.");
  EXPECT_EQ(refusal<ArgumentError>([&] { read(folder / "c", facts, "linear"); }),
            opening + "a boosted fit, and this is a linear one. Hint: another path.");
}

TEST(CheckpointFile, RefusesOneThatIsDamaged) {
  const ScratchFolder folder;
  const std::filesystem::path path = folder / "c";
  write(path, {1, 2, 3});
  const std::string words = "fit: the checkpoint \"" + path.string() +
                            "\" is cut short or damaged, or none of Linden: its checksum does not fit. Hint: an older "
                            "copy, or begin anew.";
  const auto size = static_cast<int>(std::filesystem::file_size(path));
  for (int at = 0; at < size; at += 1 + at / 8) {
    write(path, {1, 2, 3});
    damage(path, at);
    ASSERT_EQ(refusal<FileError>([&] { read(path); }), words) << "byte " << at;
  }
  for (const int kept : {0, 1, 8, 20, size / 2, size - 1}) {
    write(path, {1, 2, 3});
    std::filesystem::resize_file(path, static_cast<std::uintmax_t>(kept));
    ASSERT_EQ(refusal<FileError>([&] { read(path); }), words) << kept << " bytes";
  }
  folder.write("c", "no checkpoint");
  EXPECT_EQ(refusal<FileError>([&] { read(path); }), words);
}

TEST(CheckpointFile, LeavesTheOldOneWhereTheDiskIsFull) {
  const ScratchFolder folder;
  write(folder / "c", {1});
  {
    const FullDisk full(1000);
    const std::string words = refusal<FileError>([&] { write(folder / "c", std::vector<double>(5000, 0.1)); });
    EXPECT_EQ(words, "cannot write \"" + (folder / "c").string() + "\": File too large.");
  }
  EXPECT_EQ(read(folder / "c"), std::vector<double>{1});
}

// Killed at some moment of writing, time and again: there is always a whole one.
TEST(CheckpointFile, LeavesAWholeOneWhoeverIsKilled) {
  const ScratchFolder folder;
  write(folder / "c", {0});
  std::vector<double> large(200'000);
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<double>(i) * 0.37;
  for (int trial = 0; trial < 8; ++trial) {
    const pid_t child = fork();
    if (child == 0) {
      for (int i = 0; i < 1000; ++i) write(folder / "c", large);
      _exit(0);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(3 + 7 * trial));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    const std::vector<double> found = read(folder / "c");
    ASSERT_TRUE(found == std::vector<double>{0} || found == large) << trial;
  }
}

}  // namespace
}  // namespace linden
