
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <linden/linear.hpp>
#include <random>
#include <set>
#include <sstream>
#include <thread>

#include "../reading.hpp"
#include "data/files/stored_table.hpp"
#include "data/files/unfinished.hpp"
#include "full_disk.hpp"
#include "scratch_folder.hpp"

namespace linden {
namespace {

constexpr std::int64_t least = std::int64_t{16} << 20;  // then a part has 256 KiB

// Rows of all kinds of columns, about 40 bytes each.
std::string rows_of(int count, int seed) {
  std::mt19937 random(static_cast<unsigned>(seed));
  std::string text;
  for (int row = 0; row < count; ++row) {
    const unsigned drawn = random();
    text += drawn % 7 == 0 ? "NA" : fmt::format("{:.4f}", drawn * 1e-9);
    text += fmt::format(",{}", drawn % 1000);
    const char* const words[] = {"red", "\"green, or\nblue\"", "", "a \"quote\"", "\"zz\""};
    text += fmt::format(",{}", words[drawn / 8 % 5]);
    text += drawn % 11 == 0 ? ",?" : fmt::format(",{}", drawn / 16 % 100);
    text += fmt::format(",{},{},{}\n", drawn % 3 == 0 ? "yes" : "no", 1 + drawn % 4, 0.5 * (drawn % 3));
    if (drawn % 50 == 0) text += "\n";  // a blank line
  }
  return text;
}

constexpr const char* header = "x,n,word,odd,label,w,o\n";

FilesOptions options_in(const ScratchFolder& folder) {
  return {.csv = {.label = "label", .weight = "w", .offset = "o"}, .memory = least, .cache = folder / "cache"};
}

void expect_same(const Dataset& found, const Dataset& wanted) {
  EXPECT_TRUE(dump(found) == dump(wanted));
  for (const std::int64_t row : {std::int64_t{0}, wanted.rows() / 2, wanted.rows() - 1})
    EXPECT_EQ(found.where(row), wanted.where(row));
}

TEST(FromFiles, IsWhatFromCsvReads) {
  const ScratchFolder folder;
  const auto path = folder.write("x.csv", "\n" + std::string(header) + rows_of(25'000, 1));
  const FilesOptions options = options_in(folder);
  const Dataset wanted = Dataset::from_csv(path, options.csv);
  expect_same(Dataset::from_files(path, options), wanted);
  expect_same(Dataset::from_files(path, options), wanted);  // and from the table
  EXPECT_EQ(wanted.classes().size(), 2U);
}

TEST(FromFiles, SeveralFilesAreOneBelowTheOther) {
  const ScratchFolder folder;
  std::vector<Dataset> parts;
  const FilesOptions options = options_in(folder);
  for (int i = 0; i < 3; ++i)
    parts.push_back(Dataset::from_csv(
        folder.write(fmt::format("part-{}.csv", i), header + rows_of(3'000 + 9'000 * i, i)), options.csv));
  expect_same(Dataset::from_files(folder / "part-*.csv", options), Dataset::concat(parts));
}

TEST(FromFiles, WithoutAHeader) {
  const ScratchFolder folder;
  const auto path = folder.write("x.csv", rows_of(10'000, 2));
  const FilesOptions options{.csv = {.label = "4", .header = false, .drop = {"1"}, .categorical = {"3"}},
                             .memory = least,
                             .cache = folder / "cache"};
  expect_same(Dataset::from_files(path, options), Dataset::from_csv(path, options.csv));
}

// What a column is, the last part may decide: text, or "?" that is a number's, or "?" alone.
TEST(FromFiles, AllPartsDecideWhatAColumnIs) {
  for (const char* last : {"7,word,?,1\n", "7,8,9,1\n", "?,?,?,0\n", "word,,2,0\n"}) {
    const ScratchFolder folder;
    std::string text = "a,b,c,y\n";
    for (int row = 0; row < 60'000; ++row) text += fmt::format("{},{},?,{}\n", row % 77, row % 5, row % 2);
    const auto path = folder.write("x.csv", text + last);
    const FilesOptions options{.csv = {.label = "y"}, .memory = least, .cache = folder / "cache"};
    const Dataset wanted = Dataset::from_csv(path, options.csv), found = Dataset::from_files(path, options);
    EXPECT_TRUE(dump(found) == dump(wanted)) << last;
    EXPECT_EQ(found.column("c").categorical, wanted.column("c").categorical) << last;
  }
}

TEST(FromFiles, ATableOfTheSameFilesIsTaken) {
  const ScratchFolder folder;
  const auto path = folder.write("x.csv", "x,y\n1,1\n2,0\n");
  const FilesOptions options{.csv = {.label = "y"}, .cache = folder / "cache"};
  Dataset::from_files(path, options);
  const auto time = std::filesystem::last_write_time(path);
  folder.write("x.csv", "x,y\n7,1\n2,0\n");
  std::filesystem::last_write_time(path, time);  // nothing tells that it was changed
  EXPECT_EQ(numbers(Dataset::from_files(path, options).column("x").values), (std::vector<double>{1, 2}));
  std::filesystem::last_write_time(path, time + std::chrono::seconds(2));
  EXPECT_EQ(numbers(Dataset::from_files(path, options).column("x").values), (std::vector<double>{7, 2}));
  FilesOptions other = options;
  other.csv.label = "x";
  EXPECT_EQ(numbers(Dataset::from_files(path, other).column("y").values), (std::vector<double>{1, 0}));
}

TEST(FromFiles, DamageIsRefused) {
  const ScratchFolder folder;
  const auto path = folder.write("x.csv", header + rows_of(2'000, 3));
  const FilesOptions options = options_in(folder);
  const auto read = [&] { return Dataset::from_files(path, options); };
  const std::string whole = dump(read());
  const std::filesystem::path table = stored_table(read())->folder;
  const auto column = table / "000001.column", list = table / "table.json";
  damage(column, 777);
  EXPECT_EQ(refusal<FileError>(read),
            fmt::format("\"{}\": page 0 does not have its checksum: the file was changed. Hint: remove the folder, and "
                        "it is made again.",
                        column.string()));
  damage(column, 777);
  read();
  std::filesystem::resize_file(column, 800);
  EXPECT_EQ(
      refusal<FileError>(read),
      fmt::format("\"{}\": page 0 is cut short. Hint: remove the folder, and it is made again.", column.string()));
  std::filesystem::resize_file(column, 16'000);
  EXPECT_TRUE(refusal<FileError>(read).find("page 0 does not have its checksum") != std::string::npos);
  for (const int at : {3, 40, 300}) {
    damage(list, at);
    EXPECT_EQ(refusal<FileError>(read),
              fmt::format("\"{}\": the list of the table was changed. Hint: remove the folder, and it is made again.",
                          list.string()));
    damage(list, at);
  }
  std::filesystem::resize_file(list, 20);
  EXPECT_EQ(refusal<FileError>(read),
            fmt::format("\"{}\": the list of the table is cut short. Hint: remove the folder, and it is made again.",
                        list.string()));
  std::filesystem::remove_all(table);
  EXPECT_TRUE(dump(read()) == whole);
}

TEST(FromFiles, AFullDiskLeavesNothingBehind) {
  const ScratchFolder folder;
  const auto path = folder.write("x.csv", header + rows_of(4'000, 4));
  {
    const FullDisk disk(10'000);
    std::signal(SIGXFSZ, SIG_DFL);  // would end the process
    const std::string said = refusal<FileError>([&] { Dataset::from_files(path, options_in(folder)); });
    EXPECT_TRUE(said.find("cannot write the file: File too large.") != std::string::npos) << said;
  }
  EXPECT_FALSE(std::filesystem::exists(folder / "cache"));  // it was made for this
  EXPECT_EQ(Dataset::from_files(path, options_in(folder)).rows(), 4'000);
}

// A process that is killed leaves a folder and a file without their names; the next one removes them, and keeps tables.
TEST(FromFiles, WhatEndedProcessesLeftIsRemoved) {
  const ScratchFolder folder;
  const auto path = folder.write("x.csv", header + rows_of(100, 4));
  Dataset::from_files(path, options_in(folder));
  const std::filesystem::path table = std::filesystem::directory_iterator(folder / "cache")->path();
  const std::string name = table.filename().string();
  std::filesystem::remove(table / "table.json");
  std::filesystem::remove_all(table);
  for (const std::string& left : {name + ".1-0", name + ".999999-7"}) {
    std::filesystem::create_directories(folder / ("cache/" + left));
    folder.write("cache/" + left + "/000000.column", "half");
  }
  std::filesystem::create_directories(folder / ("cache/" + name + ".mine"));
  const std::string made = (folder / ("cache/" + name + ".2-0")).string();
  std::filesystem::create_directories(made);
  const int descriptor = ::open(made.c_str(), O_RDONLY | O_DIRECTORY);
  EXPECT_TRUE(claim(made, descriptor));  // of somebody who is at work
  EXPECT_EQ(Dataset::from_files(path, options_in(folder)).rows(), 100);
  std::set<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "cache"))
    found.insert(entry.path().filename().string());
  EXPECT_EQ(found, (std::set<std::string>{name, name + ".mine", name + ".2-0"}));
  ::close(descriptor);
}

TEST(FromFiles, ThreadsThatReadTheSameFilesMakeOneTable) {
  const ScratchFolder folder;
  const auto path = folder.write("x.csv", header + rows_of(2'000, 4));
  std::vector<std::thread> threads;
  std::array<std::string, 3> found;
  for (std::string& dumped : found)
    threads.emplace_back([&] { dumped = dump(Dataset::from_files(path, options_in(folder))); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(found[0] == found[1] && found[1] == found[2]);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder / "cache"), {}), 1);
}

TEST(FromFiles, AFileThatChangesIsRefused) {
  const ScratchFolder folder;
  const auto path = folder.write("x.csv", header + rows_of(30'000, 5));
  std::atomic<bool> is_over = false;
  std::thread other([&] {
    for (int i = 0; !is_over; ++i)
      std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now() + std::chrono::seconds(i));
  });
  EXPECT_EQ(refusal<FileError>([&] { Dataset::from_files(path, options_in(folder)); }),
            fmt::format("Dataset::from_files(\"{}\"): the file was changed while it was read. Hint: read it again when "
                        "it is at rest.",
                        path.string()));
  is_over = true;
  other.join();
  EXPECT_FALSE(std::filesystem::exists(folder / "cache"));
}

TEST(FromFiles, Refusals) {
  const ScratchFolder folder;
  const auto path = folder.write("x.csv", "x,y,w\n1,1,0\n2,0,0\n");
  const std::string call = fmt::format("Dataset::from_files(\"{}\"): ", path.string());
  FilesOptions options{.csv = {.label = "y"}, .cache = folder / "cache"};
  const auto refused = [&]<class E>(const FilesOptions& asked, E*) {
    return refusal<E>([&] { Dataset::from_files(path, asked); });
  };
  FilesOptions asked = options;
  asked.memory = 1000;
  EXPECT_EQ(refused(asked, static_cast<ArgumentError*>(nullptr)),
            call + ".memory is 1000 bytes; it must be at least 16777216 (16 MiB).");
  asked = options;
  asked.csv.group = "x";
  EXPECT_EQ(refused(asked, static_cast<ArgumentError*>(nullptr)),
            call +
                ".csv.group is \"x\", and files larger than memory are read without groups. Hint: "
                "Dataset::from_csv reads them.");
  asked = options;
  asked.csv.weight = "w";
  EXPECT_EQ(refused(asked, static_cast<DataError*>(nullptr)), call + "every weight (column \"w\") is 0.");
  EXPECT_EQ(refusal<ArgumentError>([&] { Dataset::from_files("-", options); }),
            "Dataset::from_files(\"-\"): standard input is no file that can be read again. Hint: write it to a file "
            "first.");
  const auto packed = folder.write("p.csv", std::string("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", 10));
  EXPECT_EQ(refusal<ArgumentError>([&] { Dataset::from_files(packed, options); }),
            fmt::format("Dataset::from_files(\"{}\"): the file is compressed, and is read in parts. Hint: unpack it "
                        "first.",
                        packed.string()));
  EXPECT_EQ(refusal<FileError>([&] { Dataset::from_files(folder.path(), options); }),
            fmt::format("Dataset::from_files(\"{}\"): it is no file of a disk. Hint: Dataset::from_csv reads other "
                        "sources.",
                        folder.path().string()));
  EXPECT_EQ(refusal<FileError>([&] { Dataset::from_files(folder / "none.csv", options); }),
            fmt::format("Dataset::from_files(\"{}\"): cannot open the file: No such file or directory.",
                        (folder / "none.csv").string()));
  const auto empty = folder.write("e.csv", "x,y\n");
  EXPECT_EQ(refusal<DataError>([&] { Dataset::from_files(empty, options); }),
            fmt::format("Dataset::from_files(\"{}\"): the file has a header but no rows.", empty.string()));
  folder.write("q-1.csv", "x,y\n1,2\n");
  folder.write("q-2.csv", "x,z\n1,2\n");
  options.csv = {};
  EXPECT_EQ(
      refusal<DataError>([&] { Dataset::from_files(folder / "q-*.csv", options); }),
      fmt::format("Dataset::from_files(\"{}\"): its columns (x, z) are not those of {} (x, y). Hint: files of one "
                  "table have the same header.",
                  (folder / "q-2.csv").string(), (folder / "q-1.csv").string()));
}

// Faults of rows are told by their lines, whichever part they are in.
TEST(FromFiles, LinesOfFaults) {
  const ScratchFolder folder;
  std::string text = "x,y\n";
  for (int row = 0; row < 90'000; ++row) text += "1.5,0\n\n";
  const auto path = folder.write("x.csv", text + "1,2,3\n");
  FilesOptions options{.csv = {.label = "y"}, .memory = least, .cache = folder / "cache"};
  const std::string wanted = refusal<DataError>([&] { Dataset::from_csv(path, options.csv); });
  EXPECT_EQ(refusal<DataError>([&] { Dataset::from_files(path, options); }), wanted);
  EXPECT_TRUE(wanted.find(":180002: row has 3 fields") != std::string::npos) << wanted;
}

TEST(FromFiles, LinearModelsAreThoseOfRowsInMemory) {
  const ScratchFolder folder;
  std::mt19937 random(6);
  std::string text = "a,b,y\n";
  for (int row = 0; row < 5'000; ++row) {
    const double a = random() * 1e-9, b = random() * 1e-9;
    text += fmt::format("{:.3f},{:.3f},{}\n", a, b, a - b + random() * 1e-9 > 1 ? 1 : 0);
  }
  const auto path = folder.write("x.csv", text);
  const FilesOptions options{.csv = {.label = "y"}, .memory = least, .cache = folder / "cache"};
  const auto bytes_of = [&](const Dataset& data, const char* loss) {
    std::ostringstream out;
    fit_linear(data, {.loss = loss::by_name(loss)}).save(out);
    return out.str();
  };
  const Dataset here = Dataset::from_csv(path, options.csv), there = Dataset::from_files(path, options);
  for (const char* loss : {"squared", "logistic"}) EXPECT_TRUE(bytes_of(there, loss) == bytes_of(here, loss)) << loss;
}

TEST(FromFiles, RowsWithoutALabelAreLeftOut) {
  const ScratchFolder folder;
  std::string text = "x,y\n";
  for (int row = 0; row < 60'000; ++row) text += fmt::format("{},{}\n", row, row < 50'000 ? "" : "1.5");
  const auto path = folder.write("x.csv", text);
  const FilesOptions options{
      .csv = {.label = "y", .drop_unlabelled = true}, .memory = least, .cache = folder / "cache"};
  const Dataset found = Dataset::from_files(path, options), wanted = Dataset::from_csv(path, options.csv);
  expect_same(found, wanted);
  EXPECT_EQ(found.remarks(), wanted.remarks());
}

}  // namespace
}  // namespace linden
