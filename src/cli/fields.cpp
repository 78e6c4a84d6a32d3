#include "cli/fields.hpp"

#include <fmt/format.h>

#include <set>

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
  std::string text = "Parameters of losses:\n";
  for (const auto& [field, name] : loss_parameters())
    text += line(field, fmt::format("{} with --loss {}", field.value, name));
  return text;
}

// Both spellings, "--learning-rate" and "--learning_rate". The help has them in the footer, with range and default.
void add_option(CLI::App& command, const std::string& field, std::vector<std::string>& assignments) {
  const std::string spellings = field.find('_') == field.npos ? "--" + field : option_of(field) + ",--" + field;
  command
      .add_option_function<std::string>(
          spellings, [&assignments, field](const std::string& value) { assignments.push_back(field + "=" + value); })
      ->group("");
}

bool names_loss(const std::string& assignment) { return assignment.starts_with("loss="); }

}  // namespace

void add_field_options(CLI::App& command, std::vector<std::string>& assignments) {
  command.add_option("--set", assignments, "field=value: as the option of that name (see below); may be repeated")
      ->take_all()
      ->allow_extra_args(false);
  std::set<std::string> names;
  for (const FieldInfo& field : fields(BoostingConfig{})) names.insert(field.name);
  for (const FieldInfo& field : fields(LinearConfig{})) names.insert(field.name);
  for (const auto& parameter : loss_parameters()) names.insert(parameter.first.name);
  for (const std::string& name : names) add_option(command, name, assignments);
  command.footer(field_list<BoostingConfig>("boosted") + field_list<LinearConfig>("linear") + parameter_list());
}

template <class Config>
Config configure(std::vector<std::string> assignments) {
  Config config;
  std::ranges::stable_partition(assignments, names_loss);  // its parameters may stand before it
  for (const std::string& assignment : assignments) {
    const std::size_t equals = assignment.find('=');
    if (equals == std::string::npos) throw ArgumentError(fmt::format("--set {}: it must be field=value.", assignment));
    set_field(config, assignment.substr(0, equals), assignment.substr(equals + 1));
  }
  return config;
}

template BoostingConfig configure(std::vector<std::string>);
template LinearConfig configure(std::vector<std::string>);

}  // namespace linden::cli
