// How the model was made, and the page.
#include <fmt/format.h>

#include <algorithm>
#include <linden/version.hpp>

#include "model/stated_fields.hpp"
#include "report/sections/sections.hpp"

namespace linden::reporting {
namespace {

template <class Config>
void add_fields(Page& page, const Config& config) {
  std::vector<std::vector<std::string>> rows;
  for (const FieldInfo& field : stated_fields(config)) rows.push_back({field.name, field.value, field.meaning});
  page.open_details("All fields that are set", false);
  page.table({"field", "value", "meaning"}, rows, "Configuration");
  page.close_details();
}

std::string quoted(const std::string& word) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=.,/:@%";
  if (!word.empty() && word.find_first_not_of(plain) == word.npos) return word;
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

// How the program calls a field: "--learning-rate".
std::string option(std::string field) {
  std::ranges::replace(field, '_', '-');
  return "--" + field;
}

// The fields that differ from what they are by themselves, as options of the program.
template <class Config>
std::string as_command(const Config& config, std::string_view family, const Subject& subject) {
  std::string text = "linden train TRAIN.csv --out MODEL.json";
  const std::vector<std::string> labels =
      std::visit([](const auto& one) { return one.schema().label_names; }, subject.model);
  if (!labels.empty()) text += " --label " + quoted(fmt::format("{}", fmt::join(labels, ",")));
  if (!family.empty()) text += fmt::format(" --model {}", family);
  Config unset;
  const std::vector<FieldInfo> defaults = fields(unset);
  for (const FieldInfo& field : fields(config)) {
    const auto same = std::ranges::find(defaults, field.name, &FieldInfo::name);
    if (same == defaults.end() || same->value != field.value)
      text += fmt::format(" {} {}", option(field.name), quoted(field.value));
  }
  return text;
}

}  // namespace

void add_configuration(Page& page, const Subject& subject) {
  page.section("How it was made");
  if (const BoostedModel* const model = subject.boosted()) {
    if (model->has_config()) {
      page.paragraph("The same configuration on the command line:");
      page.code(as_command(model->config(), "", subject));
      add_fields(page, model->config());
    } else {
      page.paragraph("The model was made elsewhere, or put together from others: it has no configuration.");
    }
  } else {
    page.paragraph("The same configuration on the command line:");
    page.code(as_command(subject.linear()->config(), "linear", subject));
    add_fields(page, subject.linear()->config());
  }
  if (!subject.options.command.empty()) {
    page.paragraph("This page was made by:");
    page.code(subject.options.command);
  }
  page.paragraph(fmt::format("Made by Linden {}.", version()));
}

}  // namespace linden::reporting
