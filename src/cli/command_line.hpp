// Command lines that cannot be understood, said in the program's words before they are parsed: commands and options
// that are not there, with the nearest that is; values that are missing, empty or given twice; words too many.
#pragma once

#include <CLI/CLI.hpp>
#include <linden/error.hpp>

namespace linden::cli {

/// A command line that cannot be understood, or trouble that must not be taken for an answer: exit code 2.
class UsageError : public Error {
 public:
  using Error::Error;
};

/// Ends the program with a code, what is to be said having been said.
struct Ended {
  int code;
};

/// Throws UsageError for the first thing that is wrong, unless help or the version is asked for before it.
void check_command_line(const CLI::App& app, int argc, const char* const* argv);

}  // namespace linden::cli
