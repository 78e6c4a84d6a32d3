// What all commands have in common: options that are spelt right, numbers in their range, and where text is written.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdio>
#include <linden/error.hpp>
#include <string>
#include <string_view>

namespace linden::cli {

/// A command line that cannot be understood: exit code 2.
class UsageError : public Error {
 public:
  using Error::Error;
};

/// Throws UsageError for the first "--option" of the command line that its command does not have, with the nearest one,
/// or what another library calls so.
void check_options(const CLI::App& app, int argc, const char* const* argv);

/// For an option that takes whole numbers; `zero` says what 0 means, if it means something.
CLI::Validator whole_number(int low, int high, const std::string& zero = "");

/// Whether "-", standard output, is meant.
inline bool is_standard_output(std::string_view path) { return path.empty() || path == "-"; }

/// Where a command writes what it has to say, when `out` is where its result goes.
inline std::FILE* report_stream(std::string_view out) { return is_standard_output(out) ? stderr : stdout; }

/// Writes a result to a file, whole or not at all, or to standard output. Throws FileError.
void write_result(const std::string& path, std::string_view text);

}  // namespace linden::cli
