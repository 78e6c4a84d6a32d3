#include "cli/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>

#include "base/fail.hpp"
#include "base/files/gzip.hpp"
#include "model/features/quoted_name.hpp"

namespace linden::cli {

namespace {

template <class Whole>
CLI::Validator whole_number_of(Whole low, Whole high, const std::string& zero) {
  const auto check = [=](const std::string& text) -> std::string {
    Whole value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc{} && end == text.data() + text.size() && value >= low && value <= high) return "";
    return fmt::format("\"{}\" is no whole number from {}{} to {}.", text, low, zero.empty() ? "" : " (" + zero + ")",
                       high);
  };
  return CLI::Validator(check, "");
}

}  // namespace

CLI::Validator whole_number(int low, int high, const std::string& zero) { return whole_number_of(low, high, zero); }

CLI::Validator a_seed() { return whole_number_of<std::uint64_t>(0, std::numeric_limits<std::uint64_t>::max(), ""); }

namespace {

void append_names(const std::string& option, std::string_view text, std::vector<std::string>& names) {
  for (;;) {
    const bool is_quoted = without_blanks(text).starts_with('"');
    if (is_quoted) text.remove_prefix(text.find('"'));
    const std::size_t end = is_quoted ? end_of_quoted(text) : std::min(text.size(), text.find(','));
    if (end == text.npos) fail<ArgumentError>("{}: {} has no closing quote.", option, text);
    names.push_back(is_quoted ? unquoted(text.substr(0, end)) : std::string(text.substr(0, end)));
    text.remove_prefix(end);
    if (is_quoted) text.remove_prefix(std::min(text.size(), text.find_first_not_of(name_blanks)));
    if (text.empty()) return;
    if (text[0] != ',') fail<ArgumentError>("{}: a comma is missing before {}.", option, text);
    text.remove_prefix(1);
  }
}

}  // namespace

CLI::Option* add_names_option(CLI::App& command, const std::string& option, std::vector<std::string>& names,
                              const std::string& meaning) {
  const auto take = [&names, option](const std::vector<std::string>& texts) {
    for (const std::string& text : texts) append_names(option, text, names);
  };
  return command.add_option_function<std::vector<std::string>>(option, take, meaning)
      ->take_all()
      ->allow_extra_args(false);
}

void write_result(const std::string& path, std::string_view text) {
  if (!is_standard_output(path)) return replace_by_name(path, [&](const auto& write) { write(text); });
  std::fwrite(text.data(), 1, text.size(), stdout);  // whether it arrives is told at the end, by flush_streams
}

}  // namespace linden::cli
