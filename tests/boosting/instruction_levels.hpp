// Models of other instruction levels, each made in a process of its own, for a process has one.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

#include "boosting/random_data.hpp"

namespace linden {

/// The lines that a disabled test of this program, "Suite.DISABLED_Name", writes to the file that LINDEN_TEST_FILE
/// names where this level runs; none where the machine does not have it.
inline std::vector<std::string> models_of_level(const std::string& level, const std::string& test) {
  const std::string program = std::filesystem::read_symlink("/proc/self/exe").string();
  const std::string file = (scratch() / ("models_" + level)).string();
  const int result = std::system(fmt::format("LINDEN_ISA={} LINDEN_TEST_FILE='{}' '{}' --gtest_also_run_disabled_tests"
                                             " --gtest_filter='{}' > '{}.log' 2>&1",
                                             level, file, program, test, file)
                                     .c_str());
  if (result != 0 && read_file(file + ".log").find("but this machine has v") != std::string::npos) return {};
  EXPECT_EQ(result, 0) << read_file(file + ".log");
  std::vector<std::string> lines;
  std::istringstream text(read_file(file));
  for (std::string line; std::getline(text, line);) lines.push_back(std::move(line));
  return lines;
}

}  // namespace linden
