// For the tests of this folder: running the program in a folder of its own, and the files it reads and writes.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <linden/boosting.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace linden::cli {

inline std::filesystem::path source(const std::string& name) { return std::filesystem::path(LINDEN_SOURCE_DIR) / name; }

/// The folder of real data beside the source tree, where there is one.
inline std::filesystem::path real_data(const std::string& name) { return source("../shared/data") / name; }

inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

/// The fields of boosted models, as messages list them.
inline std::string boosting_fields() {
  std::string text;
  for (const FieldInfo& field : fields(BoostingConfig{})) text += (text.empty() ? "" : ", ") + field.name;
  return text;
}

/// Sixty rows of a number x and a label y, 0 .. 6: for whatever happens around training.
inline std::string small_table() {
  std::string text = "x,y\n";
  for (int i = 0; i < 60; ++i) text += fmt::format("{},{}\n", i * 37 % 61, i % 7);
  return text;
}

/// A test in a folder of its own, where the program runs.
class Program : public testing::Test {
 protected:
  struct Ran {
    int code = -1;
    std::string out, err;
  };

  const std::filesystem::path& folder() const { return folder_; }

  Program() {
    folder_ = std::filesystem::path(testing::TempDir()) /
              fmt::format("linden_{}_{}", testing::UnitTest::GetInstance()->current_test_info()->name(), ::getpid());
    std::filesystem::create_directories(folder_);
  }
  ~Program() override {
    std::filesystem::remove_all(folder_);
    std::filesystem::remove(output("out"));
    std::filesystem::remove(output("err"));
  }

  /// What "linden <arguments>" answers.
  Ran run(const std::string& arguments) const {
    const int status = std::system(fmt::format("cd '{}' && '{}' {} > '{}' 2> '{}'", folder_.string(),
                                               LINDEN_PROGRAM_FILE, arguments, output("out"), output("err"))
                                       .c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_file(output("out")), read_file(output("err"))};
  }

  /// The output of a run that must succeed.
  std::string succeed(const std::string& arguments) const {
    const Ran ran = run(arguments);
    EXPECT_EQ(ran.code, 0) << arguments << "\n" << ran.err;
    EXPECT_EQ(ran.err, "") << arguments;
    return ran.out;
  }

  /// The message of a run that must refuse, and change no file.
  std::string refused(const std::string& arguments, int code = 1) const {
    const std::string before = snapshot();
    const Ran ran = run(arguments);
    EXPECT_EQ(ran.code, code) << arguments << "\n" << ran.out << ran.err;
    EXPECT_TRUE(snapshot() == before) << arguments << " changed a file";
    return ran.err;
  }

  void write(const std::string& name, std::string_view text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }
  std::string read(const std::string& name) const { return read_file(folder_ / name); }
  std::vector<std::string> read_lines(const std::string& name) const { return lines_of(read(name)); }

  /// Every file with its bytes, to see that nothing has changed.
  std::string snapshot() const {
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_))
      files.push_back(entry.path().string() + ": " + (entry.is_directory() ? "folder" : read_file(entry.path())));
    std::ranges::sort(files);
    std::string text;
    for (const std::string& file : files) text += file + "\n";
    return text;
  }

  /// Train and test parts of a CSV with a header: row i is a test row iff i % 5 == 4.
  void split(const std::filesystem::path& csv, const std::string& train, const std::string& test) const {
    const std::vector<std::string> lines = lines_of(read_file(csv));
    std::string parts[2] = {lines[0] + "\n", lines[0] + "\n"};
    for (std::size_t i = 1; i < lines.size(); ++i) parts[(i - 1) % 5 == 4] += lines[i] + "\n";
    write(train, parts[0]);
    write(test, parts[1]);
  }

  /// The value after a name in the output of evaluate.
  static double value_of(const std::string& name, const std::string& output) {
    for (const std::string& line : lines_of(output))
      if (line.starts_with(name + " ")) return std::stod(line.substr(name.size() + 1));
    ADD_FAILURE() << "no " << name << " in " << output;
    return 0;
  }

 private:
  std::string output(const std::string& name) const { return folder_.string() + "." + name; }

  std::filesystem::path folder_;
};

}  // namespace linden::cli
