// Command lines of the benchmarks: numbers in a fixed order, then options as "--name value" (or "--name=value").
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace linden::bench {

class Arguments {
 public:
  /// `usage` follows the name of the program: "ROWS FEATURES [--json FILE]". Words in capitals that stand alone are
  /// the numbers that must be there, [--words] the options that may be. Ends the program with the usage when the
  /// command line has others.
  Arguments(int argc, char** argv, std::string_view usage);

  std::int64_t number(std::size_t index) const { return numbers_.at(index); }
  std::string option(const std::string& name, const std::string& otherwise) const;
  std::int64_t option(const std::string& name, std::int64_t otherwise) const;
  /// The command line as it was.
  const std::string& command() const noexcept { return command_; }

 private:
  std::vector<std::int64_t> numbers_;
  std::map<std::string, std::string> options_;
  std::string command_;
};

}  // namespace linden::bench
