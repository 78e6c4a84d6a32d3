// What all commands have in common: numbers in their range, and where text is written.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace linden::cli {

/// For an option that takes whole numbers; `zero` says what 0 means, if it means something.
CLI::Validator whole_number(int low, int high, const std::string& zero = "");

/// For an option that takes a seed, any whole number of 64 bits: to the parser of numbers, -1 is one, too.
CLI::Validator a_seed();

/// An option of names, comma-separated; one with a comma in it stands in double quotes, and a quote in it twice, as in
/// CSV.
CLI::Option* add_names_option(CLI::App& command, const std::string& option, std::vector<std::string>& names,
                              const std::string& meaning);

/// Whether "-", standard output, is meant.
inline bool is_standard_output(std::string_view path) { return path == "-"; }

/// Where a command writes what it has to say, when `out` is where its result goes.
inline std::FILE* report_stream(std::string_view out) { return is_standard_output(out) ? stderr : stdout; }

/// Writes a result to a file, whole or not at all and compressed if its name ends in .gz, or to standard output. Throws
/// FileError.
void write_result(const std::string& path, std::string_view text);

}  // namespace linden::cli
