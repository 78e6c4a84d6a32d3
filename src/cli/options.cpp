#include "cli/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "base/atomic_file.hpp"
#include "base/fail.hpp"
#include "base/other_names.hpp"
#include "cli/words.hpp"

namespace linden::cli {
namespace {

// "Here that is --l1 or --loss.level. ", or the option that is spelt nearly so.
std::string suggested(const CLI::App& command, const std::string& name, bool linear) {
  std::string field = name;
  std::ranges::replace(field, '-', '_');
  std::string text;
  for (const OtherName& other : linear ? other_linear_fields() : other_boosting_fields()) {
    if (other.theirs != field && other.theirs != name) continue;
    const bool is_field = other.ours.find(' ') == other.ours.npos;
    const std::string_view ours =
        other.ours.substr(other.ours.find("::") == other.ours.npos ? 0 : other.ours.find("::") + 2);
    text +=
        fmt::format("{}{}", text.empty() ? "Here that is " : " or ", is_field ? option_of(ours) : std::string(ours));
  }
  if (!text.empty()) return text + ". ";
  std::vector<std::string> known;
  for (const CLI::Option* option : command.get_options())
    for (const std::string& long_name : option->get_lnames()) known.push_back(long_name);
  const std::string near = nearest(name, known);
  return near.empty() ? "" : fmt::format("Did you mean --{}? ", near);
}

}  // namespace

void check_options(const CLI::App& app, int argc, const char* const* argv) {
  const std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  const auto found = std::ranges::find_if(words, [&](const std::string& word) { return !word.starts_with('-'); });
  if (found == words.end()) return;
  const auto commands = app.get_subcommands([&](const CLI::App* one) { return one->get_name() == *found; });
  if (commands.empty()) return;
  const bool linear = std::ranges::find(words, "linear") != words.end();
  for (auto word = found + 1; word != words.end() && *word != "--"; ++word) {
    if (!word->starts_with("--")) continue;
    const std::string name = word->substr(2, word->find('=') - 2);
    if (commands.front()->get_option_no_throw("--" + name) == nullptr)
      fail<UsageError>("linden {} has no option --{}. {}Hint: linden {} --help lists them.", *found, name,
                       suggested(*commands.front(), name, linear), *found);
  }
}

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
  if (!is_standard_output(path)) return replace_file(path, text);
  std::fwrite(text.data(), 1, text.size(), stdout);  // whether it arrives is told at the end, by flush_streams
}

}  // namespace linden::cli
