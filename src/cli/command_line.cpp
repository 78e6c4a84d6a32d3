#include "cli/command_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fail.hpp"
#include "base/other_names.hpp"
#include "cli/words.hpp"

namespace linden::cli {
namespace {

using Words = std::vector<std::string>;

std::vector<std::string> names_of_commands(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  return names;
}

std::vector<std::string> names_of_options(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back(name);
  return names;
}

std::string did_you_mean_option(const CLI::App& command, const std::string& name) {
  const std::string near = nearest(name, names_of_options(command));
  return near.empty() ? "" : fmt::format("Did you mean --{}? ", near);
}

// "Here that is --l1 or --loss.level. " for another library's name, or the option that is spelt nearly so. What is said
// of data files is the same for both families.
std::string suggested(const CLI::App& command, const std::string& name, bool linear) {
  std::string field = name;
  std::ranges::replace(field, '-', '_');
  std::vector<std::string> ours;
  const auto look = [&](std::span<const OtherName> names, bool all) {
    for (const OtherName& other : names) {
      if ((other.theirs != field && other.theirs != name) || !(all || other.ours.starts_with("CsvOptions::"))) continue;
      const std::size_t colons = other.ours.find("::");
      const bool is_formula = other.ours.find(' ') != other.ours.npos;
      ours.push_back(is_formula ? std::string(other.ours)
                                : option_of(other.ours.substr(colons == other.ours.npos ? 0 : colons + 2)));
    }
  };
  if (linear) look(other_linear_fields(), true);
  look(other_boosting_fields(), !linear);
  if (!ours.empty()) return fmt::format("Here that is {}. ", fmt::join(ours, " or "));
  for (const auto& [names, option] : {std::pair{other_losses(), "--loss"}, {other_metrics(), "--metrics"}})
    for (const OtherName& other : names)
      if (other.theirs == name) ours.push_back(fmt::format("{} {}", option, other.ours));
  if (!ours.empty()) return fmt::format("Here that is {}. ", fmt::join(ours, " or "));
  return did_you_mean_option(command, name);
}

// "-1" is a number, "-" standard input.
bool is_option(std::string_view word) {
  return word.size() > 1 && word[0] == '-' && (word[1] < '0' || word[1] > '9') && word[1] != '.';
}

// Lists may be given in several pieces, and may have an empty name in them: a column may have none.
bool is_list(const CLI::Option& option) { return option.get_expected_max() > 1; }

// Reads the words behind a command.
class Reader {
 public:
  Reader(const CLI::App& command, const Words& words)
      : command_(command), linear_(std::ranges::find(words, "linear") != words.end()) {
    for (auto word = words.begin() + 1; word != words.end(); ++word) {
      if (*word == "--help" || *word == "-h") return;
      if (!is_option(*word)) {
        take_word(*word);
        continue;
      }
      const std::size_t equals = word->find('=');
      const std::string name = word->substr(0, equals);
      const CLI::Option& option = option_called(name);
      if (option.get_items_expected_max() == 0) {
        if (equals != word->npos) fail<UsageError>("{} takes no value.", name);
        continue;
      }
      const bool follows = word + 1 != words.end() && !is_option(*(word + 1));
      if (equals == word->npos && !follows) fail<UsageError>("{} wants a value, and none follows.{}", name, hint());
      take_value(option, name, equals == word->npos ? *++word : word->substr(equals + 1));
    }
    for (const CLI::Option* option : command.get_options())
      if (option->get_required() && !values_.contains(option))
        fail<UsageError>("--{} is missing: {}.{}", option->get_lnames().front(), option->get_description(), hint());
  }

 private:
  std::string hint() const { return fmt::format(" Hint: linden {} --help lists all options.", command_.get_name()); }

  const CLI::Option& option_called(const std::string& name) const {
    if (const CLI::Option* option = command_.get_option_no_throw(name)) return *option;
    fail<UsageError>("linden {} has no option {}. {}Hint: linden {} --help lists them.", command_.get_name(), name,
                     name.starts_with("--") ? suggested(command_, name.substr(2), linear_) : "", command_.get_name());
  }

  // A word without an option stands for the one option that needs no name; a list takes all of them.
  void take_word(const std::string& word) {
    for (const CLI::Option* option : command_.get_options())
      if (option->get_positional() && (!values_.contains(option) || is_list(*option)))
        return take_value(*option, "--" + option->get_lnames().front(), word);
    fail<UsageError>("\"{}\" is a word too many.{}", word, hint());
  }

  void take_value(const CLI::Option& option, const std::string& name, const std::string& value) {
    if (value.empty() && !is_list(option)) fail<UsageError>("the value of {} is empty.", name);
    const auto [place, is_new] = values_.emplace(&option, value);
    if (!is_new && !is_list(option))
      fail<UsageError>("{} is given twice, as {} and as {}. Hint: leave one out.", name, place->second, value);
  }

  const CLI::App& command_;
  const bool linear_;
  std::map<const CLI::Option*, std::string> values_;
};

}  // namespace

void check_command_line(const CLI::App& app, int argc, const char* const* argv) {
  const Words words(argv + std::min(argc, 1), argv + argc);
  const std::vector<std::string> commands = names_of_commands(app);
  if (words.empty())
    fail<UsageError>("a command is missing: {}. Hint: linden --help says what they do.", fmt::join(commands, ", "));
  const std::string& first = words.front();
  if (is_option(first)) {
    if (app.get_option_no_throw(first) != nullptr) return;  // help, or the version
    fail<UsageError>("linden has no option {}. {}Hint: a command stands first: {}.", first,
                     first.starts_with("--") ? did_you_mean_option(app, first.substr(2)) : "",
                     fmt::join(commands, ", "));
  }
  if (std::ranges::find(commands, first) == commands.end()) {
    const std::string near = nearest(first, commands);
    fail<UsageError>("linden has no command \"{}\". {}Commands: {}. Hint: linden --help says what they do.", first,
                     near.empty() ? "" : fmt::format("Did you mean {}? ", near), fmt::join(commands, ", "));
  }
  Reader(*app.get_subcommand(first), words);
}

}  // namespace linden::cli
