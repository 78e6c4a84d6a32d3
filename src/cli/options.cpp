#include "cli/options.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <limits>

#include "base/gzip.hpp"

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

void write_result(const std::string& path, std::string_view text) {
  if (!is_standard_output(path)) return replace_by_name(path, [&](const auto& write) { write(text); });
  std::fwrite(text.data(), 1, text.size(), stdout);  // whether it arrives is told at the end, by flush_streams
}

}  // namespace linden::cli
