#include "cli/options.hpp"

#include <fmt/format.h>

#include <charconv>

#include "base/gzip.hpp"

namespace linden::cli {

CLI::Validator whole_number(int low, int high, const std::string& zero) {
  const auto check = [=](const std::string& text) -> std::string {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc{} && end == text.data() + text.size() && value >= low && value <= high) return "";
    return fmt::format("\"{}\" is no whole number from {}{} to {}.", text, low, zero.empty() ? "" : " (" + zero + ")",
                       high);
  };
  return CLI::Validator(check, "");
}

void write_result(const std::string& path, std::string_view text) {
  if (!is_standard_output(path)) return replace_by_name(path, [&](const auto& write) { write(text); });
  std::fwrite(text.data(), 1, text.size(), stdout);  // whether it arrives is told at the end, by flush_streams
}

}  // namespace linden::cli
