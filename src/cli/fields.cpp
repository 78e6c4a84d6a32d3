#include "cli/fields.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <linden/error.hpp>
#include <set>
#include <type_traits>

#include "base/fail.hpp"
#include "base/other_names.hpp"
#include "cli/words.hpp"

namespace linden::cli {
namespace {

// The losses' parameters with a loss that has them.
std::vector<std::pair<FieldInfo, std::string>> loss_parameters() {
  std::vector<std::pair<FieldInfo, std::string>> found;
  for (const std::string& name : loss::names())
    for (const FieldInfo& field : fields(BoostingConfig{.loss = loss::by_name(name)}))
      if (field.name.starts_with("loss.")) found.emplace_back(field, name);
  return found;
}

std::string line(const FieldInfo& field, std::string_view value) {
  return fmt::format("  {:<20} {} (default {}; {})\n", option_of(field.name), field.meaning, value, field.range);
}

template <class Config>
std::string field_list(std::string_view family) {
  std::string text = fmt::format("Options of --model {} (default; range):\n", family);
  for (const FieldInfo& field : fields(Config{})) text += line(field, field.value);
  return text;
}

std::string parameter_list() {
  std::vector<std::pair<FieldInfo, std::string>> lines;  // losses that have one and the same parameter share a line
  for (const auto& [field, name] : loss_parameters()) {
    const auto same = std::ranges::find_if(lines, [&](const auto& other) {
      return other.first.name == field.name && other.first.value == field.value && other.first.meaning == field.meaning;
    });
    if (same == lines.end())
      lines.emplace_back(field, name);
    else
      same->second += ", " + name;
  }
  std::string text = "Parameters of losses:\n";
  for (const auto& [field, names] : lines) text += line(field, fmt::format("{} with --loss {}", field.value, names));
  return text;
}

// Both spellings, "--learning-rate" and "--learning_rate". The help has them in the footer, with range and default.
void add_option(CLI::App& command, const std::string& field, std::vector<Assignment>& assignments) {
  const std::string option = option_of(field);
  const auto assign = [&assignments, field, option](const std::string& value) {
    assignments.push_back({fmt::format("{} {}", option, value), field, value});
  };
  command.add_option_function<std::string>(field.find('_') == field.npos ? option : option + ",--" + field, assign)
      ->group("");
}

Assignment assignment_of(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) fail<ArgumentError>("--set {}: it must be field=value.", text);
  return {"--set " + text, text.substr(0, equals), text.substr(equals + 1)};
}

std::vector<std::string> names_of(const std::vector<FieldInfo>& infos) {
  std::vector<std::string> names;
  for (const FieldInfo& field : infos) names.push_back(field.name);
  return names;
}

bool is_among(const std::string& name, const std::vector<std::string>& names) {
  return std::ranges::find(names, name) != names.end();
}

// What --model calls a family, with its article.
constexpr std::string_view family_of(const BoostingConfig&) { return "a boosted"; }
constexpr std::string_view family_of(const LinearConfig&) { return "a linear"; }
constexpr std::string_view family_of(const OnlineConfig&) { return "an online"; }
std::string_view without_article(std::string_view family) { return family.substr(family.find(' ') + 1); }

template <class Other, class Config>
void refuse_if_of(const Config& config, const Assignment& assignment, bool has_family) {
  if (!is_among(assignment.field, names_of(fields(Other{})))) return;
  const std::string_view other = without_article(family_of(Other{}));
  fail<ArgumentError>("{}: only {} models have it, and this is {} one. Hint: leave it out{}.", assignment.written,
                      other, family_of(config), has_family ? fmt::format(", or --model {}", other) : "");
}

// Refuses a field that the configuration does not have; its loss is set.
template <class Config>
void check_known(const Config& config, const Assignment& assignment, bool has_family) {
  constexpr bool is_boosted = std::is_same_v<Config, BoostingConfig>;
  const std::vector<std::string> known = names_of(fields(config));
  if (is_among(assignment.field, known)) return;
  refuse_if_of<BoostingConfig>(config, assignment, has_family);
  refuse_if_of<LinearConfig>(config, assignment, has_family);
  refuse_if_of<OnlineConfig>(config, assignment, has_family);
  std::vector<std::string> losses;
  for (const auto& [parameter, name] : loss_parameters())
    if (parameter.name == assignment.field) losses.push_back(name);
  if (!losses.empty())
    fail<ArgumentError>("{}: that is a parameter of {}, and the loss is {}. Hint: --loss {}, or leave it out.",
                        assignment.written, fmt::join(losses, " and "),
                        config.loss.name() == "automatic" ? "chosen by the label" : config.loss.name(), losses[0]);
  fail<ArgumentError>("{}: {} models have no such field. {}Fields: {}.", assignment.written,
                      without_article(family_of(config)),
                      suggestion(assignment.field, is_boosted ? other_boosting_fields() : other_linear_fields(), known),
                      listing(known, known.size()));
}

// Splits that are forced stand in a file, or in the value itself, which then is JSON.
std::string value_of(const Assignment& assignment) {
  const std::string& value = assignment.value;
  if (assignment.field != "constraints.forced_splits" || value == "none" || value.starts_with("{")) return value;
  std::ifstream file(value, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file.is_open() || file.bad())
    fail<FileError>("{}: \"{}\" cannot be read. Hint: a file of JSON, or the JSON itself.", assignment.written, value);
  return text;
}

void check_set_once(const std::vector<Assignment>& assignments) {
  for (auto one = assignments.begin(); one != assignments.end(); ++one)
    for (auto other = one + 1; other != assignments.end(); ++other)
      if (one->field == other->field)
        fail<ArgumentError>("{} is set twice, by {} and by {}. Hint: leave one out.", option_of(one->field),
                            one->written, other->written);
}

}  // namespace

void add_field_options(CLI::App& command, std::vector<Assignment>& assignments) {
  const auto assign = [&assignments](const std::vector<std::string>& texts) {
    for (const std::string& text : texts) assignments.push_back(assignment_of(text));
  };
  command
      .add_option_function<std::vector<std::string>>(
          "--set", assign, "field=value: as the option of that name (see below); may be repeated")
      ->take_all()
      ->allow_extra_args(false);
  std::set<std::string> names;
  for (const FieldInfo& field : fields(BoostingConfig{})) names.insert(field.name);
  for (const FieldInfo& field : fields(LinearConfig{})) names.insert(field.name);
  for (const FieldInfo& field : fields(OnlineConfig{})) names.insert(field.name);
  for (const auto& parameter : loss_parameters()) names.insert(parameter.first.name);
  for (const std::string& name : names) add_option(command, name, assignments);
  command.footer(field_list<BoostingConfig>("boosted") + field_list<LinearConfig>("linear") +
                 field_list<OnlineConfig>("online") + parameter_list());
}

template <class Config>
Config configure(std::vector<Assignment> assignments, bool has_family) {
  check_set_once(assignments);
  Config config;
  const auto names_loss = [](const Assignment& assignment) { return assignment.field == "loss"; };
  std::ranges::stable_partition(assignments, names_loss);  // its parameters may stand before it
  for (const Assignment& assignment : assignments) {
    check_known(config, assignment, has_family);
    set_field(config, assignment.field, value_of(assignment));
  }
  return config;
}

template BoostingConfig configure(std::vector<Assignment>, bool);
template LinearConfig configure(std::vector<Assignment>, bool);
template OnlineConfig configure(std::vector<Assignment>, bool);

}  // namespace linden::cli
